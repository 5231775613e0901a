/**
 * What an observer gets to see: of a step, what its caller is told; of a state, what whoever looks then would be told.
 * Two semantics are compared by nothing else.
 */
import type { Happening } from '../../modelling/world.ts';
import type { Machine } from '../../world/machine.ts';

/** What one transition shows. */
export interface Observation {
  /** What is done: a command, or deferred work. */
  readonly op: string;
  /** Errno that the caller gets; null while a command runs, and after success. */
  readonly errno: string | null;
  readonly values: Readonly<Record<string, unknown>>;
  /** Records that a listener gets, in order. */
  readonly records: readonly string[];
  /** Laws of the model that break: a crash, a warning, a leak. */
  readonly laws: readonly string[];
  /** A command is called here; its result is known from here on. Both at once except at grain `lock`. */
  readonly begins: boolean;
  readonly ends: boolean;
  /** The caller is back in user mode: what was left to do before is done. */
  readonly returns: boolean;
}

/** What a state shows to whoever looks: by probe, then by what it looks at. */
export type Shown = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** Kinds of differences, in the order in which they are told. */
export const KINDS = ['enabled', 'law', 'result', 'returns', 'records', 'shows'] as const;
export type Kind = (typeof KINDS)[number];

/** What differs: the kind, what exactly of it, and what each side says. */
export interface Contrast {
  readonly kind: Kind;
  /** Keys of values, names of probes; empty where the kind says it all. */
  readonly what: string;
  readonly answers: readonly [a: string, b: string];
}

/** Reads what the transition that has just run shows. `wasIdle`: its actor was between two commands before. */
export function observationOf(
  machine: Machine,
  t: number,
  report: number,
  happenings: readonly Happening[],
  wasIdle: boolean,
): Observation {
  const { running } = machine.parts;
  const work = machine.transitions[t]?.kind === 'work';
  return {
    op: running.op,
    errno: running.errno ?? running.seen,
    values: running.values ?? {},
    records: happenings.flatMap((each) => (each.type === 'record' ? `${each.key} ${each.object}` : [])),
    laws: (machine.reports[report - 1] ?? []).flatMap(({ kind, label }) => (kind === 'law' ? label : [])),
    begins: !work && wasIdle,
    ends: !work && machine.concluded(t, wasIdle),
    returns: !work && machine.idle(t),
  };
}

/** What the caller of a command is told when it returns. */
export type Answer = Pick<Observation, 'op' | 'errno' | 'values'>;

/** What of a step is seen by others than its caller, or before the command returns; undefined if nothing. */
export function besidesAnswer({ ends, values, records, laws }: Observation): object | undefined {
  const early = ends ? {} : values;
  return Object.keys(early).length + records.length + laws.length === 0 ? undefined : { early, records, laws };
}

/** Nobody but the kernel knows that this happened. */
export const isSilent = ({ errno, values, records, laws, begins, ends, returns }: Observation): boolean =>
  errno === null &&
  Object.keys(values).length === 0 &&
  records.length === 0 &&
  laws.length === 0 &&
  !begins &&
  !ends &&
  !returns;

/**
 * What makes two differences essentially the same: the command, the kind of difference, and, where it is a result, both
 * results. Values and states count by what of them differs, and not by the names in them.
 */
export function signatureOf(op: string, { kind, what, answers }: Contrast): string {
  const said = kind === 'returns' || kind === 'records' || kind === 'shows' ? [] : answers;
  return [op, kind, what, ...said].filter((word) => word !== '').join(' | ');
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A value in words: `b a`, `prog a, cgroup none`. */
function text(value: unknown): string {
  if (value === undefined) return 'not there';
  if (value === null) return 'none';
  if (Array.isArray(value)) return value.length === 0 ? 'nothing' : value.map(text).join(' ');
  if (!isRecord(value)) return String(value);
  return Object.entries(value)
    .map(([name, part]) => `${name} ${text(part)}`)
    .join(', ');
}

/** What one side says of a member; of two records only what differs. */
function said({ a, b }: { readonly a: unknown; readonly b: unknown }, side: 'a' | 'b'): string {
  if (!isRecord(a) || !isRecord(b)) return text(side === 'a' ? a : b);
  return differing(a, b)
    .map((part) => `${part.name} ${text(part[side])}`)
    .join(', ');
}

/** Members that differ, with both values; in the order of their names. */
function differing(
  a: Readonly<Record<string, unknown>>,
  b: Readonly<Record<string, unknown>>,
): { readonly name: string; readonly a: unknown; readonly b: unknown }[] {
  return [...new Set([...Object.keys(a), ...Object.keys(b)])]
    .sort()
    .filter((name) => JSON.stringify(a[name]) !== JSON.stringify(b[name]))
    .map((name) => ({ name, a: a[name], b: b[name] }));
}

const outcome = ({ errno, ends }: Observation): string => errno ?? (ends ? 'ok' : 'goes on');

/** What differs between two answers to the same choice; undefined stands for a choice that is not enabled. */
export function contrast(a: Observation | undefined, b: Observation | undefined): Contrast | undefined {
  if (a === undefined || b === undefined) {
    if (a === b) return undefined;
    return { kind: 'enabled', what: '', answers: [a ? 'enabled' : 'blocked', b ? 'enabled' : 'blocked'] };
  }
  if (a.op !== b.op) return { kind: 'enabled', what: '', answers: [a.op, b.op] };
  if (a.laws.join() !== b.laws.join())
    return { kind: 'law', what: '', answers: [a.laws.join(', ') || 'keeps them', b.laws.join(', ') || 'keeps them'] };
  if (outcome(a) !== outcome(b)) return { kind: 'result', what: '', answers: [outcome(a), outcome(b)] };
  const values = differing(a.values, b.values);
  if (values.length > 0) return manyAnswers('returns', values);
  if (a.records.join() !== b.records.join())
    return {
      kind: 'records',
      what: '',
      answers: [a.records.join(', ') || 'nothing', b.records.join(', ') || 'nothing'],
    };
  if (a.begins !== b.begins || a.ends !== b.ends || a.returns !== b.returns)
    return {
      kind: 'result',
      what: '',
      answers: [a.returns ? 'returns' : 'goes on', b.returns ? 'returns' : 'goes on'],
    };
  return undefined;
}

/** What differs between what two states show. */
export function contrastOfStates(a: Shown, b: Shown): Contrast | undefined {
  const probes = differing(a, b);
  if (probes.length === 0) return undefined;
  const answer = (side: 'a' | 'b'): string =>
    probes
      .map(({ name, a: ofA, b: ofB }) => {
        const members = differing((ofA ?? {}) as Shown[string], (ofB ?? {}) as Shown[string]);
        return `${name}: ${members.map((member) => `${member.name} ${said(member, side)}`).join(', ')}`;
      })
      .join('; ');
  return { kind: 'shows', what: probes.map(({ name }) => name).join(', '), answers: [answer('a'), answer('b')] };
}

function manyAnswers(kind: Kind, members: ReturnType<typeof differing>): Contrast {
  const answer = (side: 'a' | 'b'): string =>
    members.map((member) => `${member.name} ${said(member, side)}`).join(', ');
  return { kind, what: members.map(({ name }) => name).join(', '), answers: [answer('a'), answer('b')] };
}
