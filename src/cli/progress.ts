/** Progress of a suite on standard error: a line that is written over on terminals, lines elsewhere if asked for. */
import { type ProgressFigures, progressText } from '../report/progress.ts';
import { clean, cut } from '../report/width.ts';
import type { Io } from './io.ts';

const DEFAULT_COLUMNS = 80;
const ERASE_LINE = '\r\u001b[K';

export interface Progress {
  /** A run begins. */
  readonly begin: (what: string) => void;
  /** A long run is alive. */
  readonly figures: (what: string, figures: ProgressFigures) => void;
  readonly end: () => void;
}

const SILENT: Progress = { begin: () => undefined, figures: () => undefined, end: () => undefined };

export function progressFor({ stderr, env }: Io, asked: boolean): Progress {
  const overwrites = stderr.isTerminal && env['TERM'] !== 'dumb' && (env['CI'] ?? '') === '';
  const width = (stderr.columns ?? DEFAULT_COLUMNS) - 1;
  if (overwrites)
    return {
      begin: (what) => stderr.write(ERASE_LINE + cut(clean(what), width)),
      figures: (what, figures) => stderr.write(ERASE_LINE + progressText(what, figures, width)),
      end: () => stderr.write(ERASE_LINE),
    };
  if (!asked) return SILENT;
  return {
    ...SILENT,
    figures: (what, figures) => stderr.write(`${progressText(what, figures, Number.POSITIVE_INFINITY)}\n`),
  };
}
