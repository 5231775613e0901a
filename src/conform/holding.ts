/** The steps of a trace, held against a kernel that has executed them or does so now. */
import type { Kernel } from '../../models/kernel.ts';
import { revisionOf } from '../../models/rules/attach.ts';
import { SLEEP } from '../trace/check.ts';
import { type Answer, alternativesOf, sameJson } from '../trace/compare.ts';
import type { Possible } from '../trace/footprint.ts';
import type { Json, TraceStep } from '../trace/format.ts';
import type { TraceSource } from '../trace/parse.ts';
import { type Looked, type Taken, Walk } from '../trace/walk.ts';
import { differencesOf, meetsExpectation } from './agree.ts';
import { netOtherwise } from './model-net.ts';
import { modelDying, modelEnded, modelIds, modelLink, modelRefs, modelSlot } from './model-state.ts';
import { ownMovesOf } from './own-moves.ts';
import type { Seen, SeenSlot, SlotShown } from './protocol/decode.ts';
import type { SeenNet } from './protocol/decode-net.ts';
import type { ConformOptions, Parting } from './verdict.ts';

export const distinct = <T>(values: readonly T[]): readonly T[] =>
  values.length < 2 ? values : [...new Map(values.map((value) => [JSON.stringify(value), value])).values()];

const normal = (shown: SlotShown): SlotShown =>
  shown.mode === undefined ? shown : { ...shown, mode: [...shown.mode].sort() };

/** What the model shows under the keys that were looked at; all of it where it says something else altogether. */
function sameSlot(seen: SlotShown, shown: SlotShown): boolean {
  const asked = Object.entries(normal(shown)).filter(([key]) => Object.hasOwn(seen, key));
  return sameJson(normal(seen), Object.fromEntries(asked));
}

/** The two queries of a slot: work may run between them. */
function queriesOf({ shown: { effective, ...listed }, ...slot }: SeenSlot): readonly SeenSlot[] {
  if (effective === undefined) return [{ ...slot, shown: listed }];
  return [
    { ...slot, shown: listed },
    { ...slot, shown: { effective } },
  ];
}

/** A step before which everything that is pending must have run. */
export const isBarrier = ({ op, expect }: TraceStep): boolean => op === SLEEP || expect['eventually'] === true;

const NO_NET: SeenNet = { devices: [], lists: [], filters: [] };
const NOTHING: Seen = {
  ended: undefined,
  slots: [],
  links: [],
  ids: undefined,
  dying: undefined,
  refs: {},
  net: NO_NET,
};

/** Each was asked for in a call of its own. */
const netPieces = ({ devices, lists, filters }: SeenNet): readonly SeenNet[] => [
  ...devices.map((one) => ({ ...NO_NET, devices: [one] })),
  ...lists.map((one) => ({ ...NO_NET, lists: [one] })),
  ...filters.map((one) => ({ ...NO_NET, filters: [one] })),
];

const piecesOf = ({ ended, slots, links, ids, dying, refs, net }: Seen): readonly Seen[] => [
  { ...NOTHING, ended },
  ...slots.flatMap(queriesOf).map((slot): Seen => ({ ...NOTHING, slots: [slot] })),
  ...netPieces(net).map((piece): Seen => ({ ...NOTHING, net: piece })),
  ...links.map((link): Seen => ({ ...NOTHING, links: [link] })),
  { ...NOTHING, ids },
  { ...NOTHING, dying },
  { ...NOTHING, refs },
];

export class Holding {
  readonly walk: Walk;
  private readonly k: Kernel;
  private readonly source: TraceSource;
  private readonly named: ReadonlySet<string>;
  several = 0;
  /** The first expectation of the file that was not met, where those are information. */
  missed: Parting | undefined;
  private fromFile: boolean;
  private readonly binding: boolean;

  constructor(source: TraceSource, options: ConformOptions) {
    this.source = source;
    this.fromFile = options.expectations !== undefined;
    this.binding = options.expectations === 'binding';
    this.walk = new Walk(ownMovesOf(source, options.model, options.semantics));
    this.k = this.walk.machine.parts.k as Kernel;
    this.named = new Set(source.trace.steps.flatMap(({ as }) => as ?? []));
  }

  /** What the step may return; with all pending work done where the trace says so. */
  expect(index: number): readonly Taken[] {
    const step = this.step(index);
    this.walk.begin();
    if (isBarrier(step)) this.walk.rest();
    return step.op === SLEEP ? [] : this.walk.take(step);
  }

  /** Keeps the states that show this answer; undefined: some do. */
  judge(index: number, taken: readonly Taken[], answer: Answer): Parting | undefined {
    const step = this.step(index);
    if (taken.length === 0) return { index, about: 'disabled', kernel: answer, model: [], differences: [] };
    const judged = taken.map((one) => ({ ...one, differences: differencesOf(answer, one.answer, step, this.named) }));
    const kept = judged.filter(({ differences }) => differences.length === 0);
    const allowed = distinct(taken.map((one) => one.answer));
    if (kept.length === 0) {
      const nearest = judged.map(({ differences }) => differences).sort((a, b) => a.length - b.length)[0] ?? [];
      return { index, about: 'answer', kernel: answer, model: allowed, differences: nearest };
    }
    if (allowed.length > 1) this.several++;
    this.walk.keep(kept.map(({ after }) => after));
    return this.fromFile ? this.judgeFile(index, answer, allowed) : undefined;
  }

  /**
   * A file that was recorded on a kernel took one of the ways that deferred work leaves open. If this run took another
   * one, which the model allows as well as the file's, then the file says nothing of what follows.
   */
  private judgeFile(index: number, answer: Answer, allowed: readonly Answer[]): Parting | undefined {
    const step = this.step(index);
    const missesOf = (one: Answer) => alternativesOf(step.expect).map((expect) => meetsExpectation(one, expect, step));
    const misses = missesOf(answer);
    if (misses.some((differences) => differences.length === 0)) return undefined;
    if (allowed.some((one) => missesOf(one).some((differences) => differences.length === 0))) {
      this.fromFile = false;
      return undefined;
    }
    const missed: Parting = {
      index,
      about: 'expectation',
      kernel: answer,
      model: [step.expect],
      differences: misses[0] ?? [],
    };
    if (this.binding) return missed;
    this.missed = missed;
    this.fromFile = false;
    return undefined;
  }

  /** Keeps the states that look as the kernel did, all at once; undefined: some do. */
  seeWhole(index: number, seen: Seen): Parting | undefined {
    this.walk.begin();
    const looks = this.walk.look(() => this.shownAs(seen));
    return this.keepFitting(index, seen, looks);
  }

  /**
   * The same of states at rest. Where these do not all look so, then a kernel on its way to another of them may: what may
   * still be pending in `before`, the states before they came to rest, is kept as well.
   */
  seeAtRest(index: number, seen: Seen, before: readonly Possible[]): Parting | undefined {
    this.walk.begin();
    const looks = this.walk.look(() => this.shownAs(seen));
    const parting = this.keepFitting(index, seen, looks);
    if (parting !== undefined || looks.every(({ shown }) => shown === undefined)) return parting;
    const settled = this.walk.states;
    this.walk.keep(before);
    this.walk.begin();
    const onTheirWay = this.walk.look(() => this.shownAs(seen)).filter(({ shown }) => shown === undefined);
    this.walk.keep([...settled, ...onTheirWay.map(({ state }) => state)]);
    return undefined;
  }

  private keepFitting(index: number, seen: Seen, looks: readonly Looked<unknown>[]): Parting | undefined {
    const fitting = looks.filter(({ shown }) => shown === undefined).map(({ state }) => state);
    if (fitting.length > 0) {
      this.walk.keep(fitting);
      return undefined;
    }
    const model = distinct(looks.map(({ shown }) => shown));
    return { index, about: 'state', kernel: seen, model, differences: [] };
  }

  /** The same where work may run between the parts of what was seen: they were read one after the other. */
  see(index: number, seen: Seen): Parting | undefined {
    if (this.seeWhole(index, seen) === undefined) return undefined;
    for (const piece of piecesOf(seen)) {
      const parting = this.seeWhole(index, piece);
      if (parting !== undefined) return parting;
    }
    return undefined;
  }

  /** Undefined: the state in the cells shows all this. Otherwise what it shows instead. */
  private shownAs({ ended, slots, links, ids, dying, refs, net }: Seen): unknown {
    if (ended !== undefined) {
      const over = modelEnded(this.k);
      if (!sameJson([...ended].sort(), over)) return { ended: over };
    }
    for (const slot of slots) {
      // Kernels before revisions leave that member of the query as it was: 0.
      const shown = modelSlot(this.k, slot, (one) => (this.k.has('mprog') ? revisionOf(one) : 0));
      if (shown !== undefined && !sameSlot(slot.shown, shown)) return { ...slot, shown };
    }
    for (const link of links) {
      const shown = modelLink(this.k, link.link);
      if (!sameJson(link, shown)) return shown ?? { link: link.link, absent: true };
    }
    const otherwise = netOtherwise(this.k, net, (a, b) => sameJson(a as Json, b as Json));
    if (otherwise !== undefined) return otherwise;
    if (ids !== undefined) {
      const mine = this.ownIds(modelIds(this.k) ?? []);
      if (!sameJson(this.ownIds(ids), mine)) return { ids: mine };
    }
    const counted = modelRefs(this.k, refs);
    if (Object.keys(counted).length > 0) return { refs: counted };
    return dying === undefined || dying === modelDying(this.k) ? undefined : { dying: modelDying(this.k) };
  }

  private ownIds(ids: readonly string[]): readonly string[] {
    return ids.filter((id) => this.named.has(id.slice(2)) && !id.startsWith('m:')).sort((a, b) => (a < b ? -1 : 1));
  }

  private step(index: number): TraceStep {
    return this.source.trace.steps[index] as TraceStep;
  }
}
