/**
 * Footprints are complete: what a transition does is decided by the bits that it was seen to read, so that a stored path
 * may answer for every state that agrees in them.
 */
import { expect } from 'chai';
import fc from 'fast-check';
import { successor } from '../../src/explore/successor.ts';
import type { AnyView } from '../../src/world/any-view.ts';
import { GRAINS } from '../../src/world/input.ts';
import type { Machine } from '../../src/world/machine.ts';
import { BoundSignal, LawSignal } from '../../src/world/signals.ts';
import { machineOf, NAMES, SCENARIOS } from '../support/bpf-scenarios.ts';

const STATES_MAX = 400;

/** Reachable states, breadth-first, the first few hundred of them. */
function reachable(machine: Machine): readonly Int32Array[] {
  const found = new Map([[machine.initial.join(), machine.initial]]);
  for (const state of found.values())
    for (let t = 0; t < machine.transitionCount && found.size < STATES_MAX; t++) {
      const next = new Int32Array(machine.words);
      if (successor(machine, t, state, 0, next) >= 0 && !found.has(next.join())) found.set(next.join(), next);
    }
  return [...found.values()];
}

interface Footprint {
  /** -1 not enabled, 0 done, else what it reports. */
  readonly report: string;
  readonly errno: string | null;
  readonly reads: Int32Array;
  readonly writes: Int32Array;
  /** Values of the bits that are written. */
  readonly values: Int32Array;
}

function footprint(machine: Machine, t: number, state: Int32Array): Footprint {
  const { cells, running } = machine.parts;
  cells.recording = true;
  cells.load(state, 0);
  const report = machine.naturally(t);
  const reads = new Int32Array(machine.words);
  for (let i = 0; i < cells.path.length; i += 4) {
    const [word, shift, mask] = cells.path.slice(i, i + 3) as [number, number, number];
    reads[word] = (reads[word] as number) | (mask << shift);
  }
  const writes = report < 0 ? new Int32Array(machine.words) : cells.written.slice(0, machine.words);
  return {
    report: report > 0 ? JSON.stringify(machine.reports[report - 1]) : String(report),
    errno: report < 0 ? null : running.errno,
    reads,
    writes,
    values: writes.map((bits, w) => bits & (cells.now[w] as number)),
  };
}

/** Writes a random legal value into one field; what a bound or a chart refuses is left as it was. */
function disturb(view: AnyView, pick: number): void {
  const fields = Object.getOwnPropertyNames(view).filter((name) => !['kind', 'index', 'name', 'phase'].includes(name));
  const name = fields[pick % fields.length];
  if (name === undefined) return;
  const writable = view as unknown as Record<string, unknown>;
  const held = writable[name];
  const isField = Object.getOwnPropertyDescriptor(view, name)?.set !== undefined;
  try {
    if (name === 'fire') view.fire(EVENTS[pick % EVENTS.length] as string);
    else if (isList(held) && held.length > 0) held.removeAt(pick % held.length);
    else if (!isField) return;
    else if (typeof held === 'boolean') writable[name] = !held;
    else if (typeof held === 'number') writable[name] = pick % 4;
    else if (typeof held === 'object') writable[name] = null;
  } catch (refused) {
    if (!(refused instanceof BoundSignal || refused instanceof LawSignal)) throw refused;
  }
}

const EVENTS = ['RMDIR', 'DRAIN', 'AUTO_DETACH', 'DETACH', 'LAST_PUT', 'UNLIST', 'EXIT', 'LOAD', 'FREE', 'MKDIR'];

const isList = (held: unknown): held is { readonly length: number; removeAt(position: number): void } =>
  typeof held === 'object' && held !== null && 'removeAt' in held;

/** The state with changes that are legal field by field, except in the bits that are kept. */
function disturbed(machine: Machine, state: Int32Array, keep: Int32Array, picks: readonly number[]): Int32Array {
  const { cells, views } = machine.parts;
  const all = Object.values(views).flat();
  cells.recording = false;
  cells.load(state, 0);
  for (const pick of picks) disturb(all[pick % all.length] as AnyView, Math.floor(pick / all.length));
  return state.map((word, w) => (word & (keep[w] as number)) | ((cells.now[w] as number) & ~(keep[w] as number)));
}

describe('the bits that a transition reads', () => {
  for (const grain of GRAINS)
    it(`decide what it does, at grain ${grain}`, () => {
      const worlds = NAMES.map((name) => machineOf(SCENARIOS[name], grain)).map((machine) => ({
        machine,
        states: reachable(machine),
      }));
      let changed = 0;
      let enabled = 0;
      fc.assert(
        fc.property(
          fc.nat(worlds.length - 1),
          fc.nat(),
          fc.nat(),
          fc.array(fc.nat(1_000_000), { minLength: 3, maxLength: 12 }),
          (w, s, transition, picks) => {
            const { machine, states } = worlds[w] as (typeof worlds)[number];
            const state = states[s % states.length] as Int32Array;
            const t = transition % machine.transitionCount;
            const before = footprint(machine, t, state);
            const other = disturbed(machine, state, before.reads, picks);
            const after = footprint(machine, t, other);
            expect(after).to.deep.equal(before);
            if (other.some((word, w) => word !== state[w])) changed++;
            if (before.report === '0') enabled++;
          },
        ),
        { numRuns: 600 },
      );
      expect(changed, 'states that differ').to.be.greaterThan(200);
      expect(enabled, 'transitions that did something').to.be.greaterThan(30);
    });
});
