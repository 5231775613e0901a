/** Trace files as the command line names them. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { type ParsedTrace, parseTrace } from '../trace/parse.ts';
import type { Io } from './io.ts';

export function parseTraceFile(file: string, { cwd }: Io): ParsedTrace {
  return parseTrace(readFileSync(resolve(cwd, file), 'utf8'), file);
}
