/** Mistakes with checks, errnos and flags. */
import { ErrnoSignal } from '../../../world/signals.ts';
import { ONLY, type Operator } from '../operator.ts';
import type { AnyAct } from '../scopes.ts';

/** Errnos that say who may do something. */
const PERMISSION = new Set(['EPERM', 'EACCES']);
const isPermission = ({ args }: AnyAct): boolean => PERMISSION.has(String(args[1]));
const fails = ({ args }: AnyAct): boolean => args[0] !== true;
const other = (errno: string): string => (errno === 'EINVAL' ? 'EPERM' : 'EINVAL');

function withErrno(run: () => unknown): unknown {
  try {
    return run();
  } catch (signal) {
    if (signal instanceof ErrnoSignal) throw new ErrnoSignal(other(signal.errno), signal.check);
    throw signal;
  }
}

function withoutErrno(run: () => unknown): unknown {
  try {
    return run();
  } catch (signal) {
    if (signal instanceof ErrnoSignal) return undefined;
    throw signal;
  }
}

/** Bits that are set, as numbers. */
const bits = (flags: unknown): number[] =>
  Array.from({ length: 31 }, (_, bit) => 2 ** bit).filter((bit) => ((flags as number) & bit) !== 0);

export const checks: readonly Operator[] = [
  {
    name: 'drop-check',
    says: 'does not check',
    on: ['check'],
    variants: (act) => (isPermission(act) ? [] : ONLY),
    matters: fails,
    act: () => undefined,
  },
  {
    name: 'drop-an-owner-check',
    says: 'does not check who may',
    on: ['check'],
    variants: (act) => (isPermission(act) ? ONLY : []),
    matters: fails,
    act: () => undefined,
  },
  {
    name: 'wrong-errno',
    says: 'fails with another errno',
    on: ['check'],
    matters: fails,
    act: ({ args: [condition, errno], run }) => run(condition, other(String(errno))),
  },
  {
    name: 'drop-check',
    says: 'takes memory that is not there',
    on: ['allocate'],
    matters: (_act, { faults }) => faults,
    act: ({ run }) => withoutErrno(run),
  },
  {
    name: 'drop-check',
    says: 'takes memory for granted',
    on: ['try-to-allocate'],
    afterwards: true,
    matters: (_act, _where, _variant, result) => result === false,
    act: ({ run }) => run() !== undefined,
  },
  {
    name: 'wrong-errno',
    says: 'fails with another errno than ENOMEM',
    on: ['allocate'],
    matters: (_act, { faults }) => faults,
    act: ({ run }) => withErrno(run),
  },
  {
    name: 'check-outside-lock',
    says: 'checks before it takes the lock, and not under it',
    on: ['check'],
    early: true,
    variants: (_act, { locked }) => (locked ? ONLY : []),
    matters: (act, { interleaved }) => interleaved && fails(act),
    act: () => undefined,
  },
  {
    name: 'ignore-a-flag',
    says: 'ignores the flag',
    on: ['flags'],
    variants: ({ args: [flags] }) => bits(flags).map(String),
    matters: ({ args: [flags] }, _where, variant) => ((flags as number) & Number(variant)) !== 0,
    act: ({ args: [flags] }, _where, variant) => (flags as number) & ~Number(variant),
  },
];
