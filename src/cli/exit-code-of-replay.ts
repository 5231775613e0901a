/** Exit code of one strict replay. */
import type { ReplayResult } from '../trace/replay-result.ts';
import { EXIT, type ExitCode } from './exit-code.ts';

/** Problems that say that a bound was hit, and nothing of the trace. */
const BOUNDS = new Set(['LR311', 'LR312']);
/** Problems that say that the model is at fault. */
const LAWS = new Set(['LR313']);

/** A difference is a missed expectation; a step that cannot be taken too: the trace says that it can. */
export function exitCodeOfReplay(result: ReplayResult): ExitCode {
  if (result.ok) return EXIT.expected;
  if (result.kind === 'needs') return EXIT.cannotRun;
  if (result.kind !== 'problem') return EXIT.violated;
  if (BOUNDS.has(result.problem.code)) return EXIT.unknown;
  return LAWS.has(result.problem.code) ? EXIT.violated : EXIT.input;
}
