/**
 * The protocol between a driver and the agent: one line per request, one per reply, fields separated by tabs. It is the
 * same over the pipe of a live kernel and over the serial line of a booted one.
 */

/** What an agent is asked to do. `actor` and `as` are `-` where there is none. */
export interface Request {
  readonly actor: string;
  readonly op: string;
  readonly as?: string | undefined;
  readonly args?: Readonly<Record<string, string | number>>;
}

export interface Reply {
  /** `ok`, an errno as number, or `!` and why the agent did not do it. */
  readonly status: string;
  /** Values by key; a key may come several times. */
  readonly values: ReadonlyMap<string, readonly string[]>;
}

/** A kernel that executes requests in order. Requests of one call are sent together and answered together. */
export interface ConformKernel {
  /** `live`, or the path of a kernel image. */
  readonly name: string;
  /** What uname(2) says of it; empty before the agent has greeted. */
  readonly release: string;
  run(requests: readonly Request[]): Promise<readonly Reply[]>;
  stop(): Promise<void>;
}

/** The kernel or its agent is no longer there; `seen` is the last that was heard of it. */
export class KernelGone extends Error {
  readonly seen: string;
  /** The trace under which it was lost. */
  trace: string | undefined;
  constructor(message: string, seen = '') {
    super(message);
    this.name = 'KernelGone';
    this.seen = seen;
  }
}

/** Longest line that the agent takes. */
export const LINE_MAX = 16_000;

const unsafe = (text: string): boolean => /[\t\n\r\0]/.test(text);

/** Undefined: a word of the request cannot be sent. */
export function requestLine(seq: number, { actor, op, as, args }: Request): string | undefined {
  const fields = [String(seq), actor, op, as ?? '-'];
  for (const [key, value] of Object.entries(args ?? {})) fields.push(`${key}=${value}`);
  if (fields.some(unsafe)) return undefined;
  const line = fields.join('\t');
  return line.length > LINE_MAX ? undefined : line;
}

export function parseReply(line: string): { readonly seq: number; readonly reply: Reply } {
  const [seq = '', status = '', ...fields] = line.split('\t');
  const values = new Map<string, string[]>();
  for (const field of fields) {
    const equals = field.indexOf('=');
    if (equals < 0) continue;
    const key = field.slice(0, equals);
    const known = values.get(key);
    if (known === undefined) values.set(key, [field.slice(equals + 1)]);
    else known.push(field.slice(equals + 1));
  }
  return { seq: Number(seq), reply: { status, values } };
}

/** The single value of a key. */
export const firstOf = (reply: Reply, key: string): string | undefined => reply.values.get(key)?.[0];

export const listOf = (text: string): readonly string[] => (text === '' ? [] : text.split(','));
