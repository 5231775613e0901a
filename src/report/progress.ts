/** The line that shows a long run is alive. */
import { shortNumber, shortSeconds } from './verdicts.ts';
import { clean, cut } from './width.ts';

/** What a search says of itself while it runs. */
export interface ProgressFigures {
  readonly states: number;
  readonly transitions: number;
  readonly waiting: number;
  readonly depth: number;
  readonly seconds: number;
}

/** `12/60 replace/two-managers linux-6.18: 1.2M states, 640.0k/s, 31.0k waiting, depth 17, 12.3s`. */
export function progressText(
  what: string,
  { states, waiting, depth, seconds }: ProgressFigures,
  width: number,
): string {
  const rate = seconds > 0 ? states / seconds : 0;
  const figures = `${shortNumber(states)} states, ${shortNumber(rate)}/s, ${shortNumber(waiting)} waiting, depth ${depth}, ${shortSeconds(seconds)}`;
  return cut(clean(`${what}: ${figures}`), width);
}
