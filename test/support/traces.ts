/** Traces for tests, written as objects; they go through the parser, so that they are checked like any file. */
import { parseTrace, type TraceSource } from '../../src/trace/parse.ts';

/** The text of a trace as a file would have it. */
export const textOf = (trace: unknown): string => JSON.stringify(trace, null, 1);

/** The checked trace; throws if the parser finds anything wrong. */
export function sourceOf(trace: unknown, file: string): TraceSource {
  const parsed = parseTrace(textOf(trace), file);
  if (parsed.ok) return parsed.source;
  throw new Error(
    parsed.problems.map(({ code, message, where }) => `${where.file}:${where.line}: ${code} ${message}`).join('\n'),
  );
}
