/** What the encoders of every family share: handles, flags, attach types, and how a trace is refused. */
import type { Json } from '../../trace/format.ts';
import { attachTypeNumber } from './numbers.ts';

/** The trace cannot run on this kind of kernel driver. */
export class NotRunnable extends Error {
  constructor(why: string) {
    super(why);
    this.name = 'NotRunnable';
  }
}

export type Args = Record<string, string | number>;
export type Flags = Readonly<Record<string, number>>;

/** The name of a handle, or a number as `#n`. */
export const handle = (value: Json): string => (typeof value === 'number' ? `#${value}` : String(value));

export function flagsOf(value: Json, flags: Flags): number {
  const list = Array.isArray(value) ? (value as readonly Json[]) : [value];
  return list.reduce<number>((sum, flag) => {
    const bit = typeof flag === 'number' ? flag : flags[String(flag)];
    if (bit === undefined) throw new NotRunnable(`the flag ${String(flag)}`);
    return (sum | bit) >>> 0;
  }, 0);
}

export function attachType(value: Json): number {
  if (typeof value === 'number') return value;
  const number = attachTypeNumber(String(value));
  if (number === undefined) throw new NotRunnable(`the attach type ${String(value)}`);
  return number;
}

/** How an argument is sent; a trace that cannot be sent throws NotRunnable. */
export type Encoders = Readonly<Record<string, (value: Json, flags: Flags) => Args>>;
