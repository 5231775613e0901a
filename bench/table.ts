/** The table of a contest: medians, and how many times as fast each engine is as the baselines. */
import { PEERS } from './peers.ts';
import type { Run } from './run.ts';

/** Engines that the others are compared with, where they took part. */
const BASELINES = ['c', 'spin', 'xstate'];

const MISSING = '-';

const shown = (value: number | null, digits: number): string => (value === null ? MISSING : value.toFixed(digits));

/** Two significant digits, for ratios from 0.001 to 1000. */
function ratio(value: number): string {
  if (value >= 100) return String(Math.round(value));
  return value >= 10 ? value.toFixed(1) : String(Number(value.toPrecision(2)));
}

function columns(medians: readonly Run[]): readonly (readonly [title: string, cell: (run: Run) => string])[] {
  const baselines = medians.filter(({ engine }) => BASELINES.includes(engine));
  return [
    ['engine', ({ engine }) => engine],
    ['size', ({ size }) => size],
    ['M transitions/s', ({ transitionsPerSecond }) => shown(transitionsPerSecond / 1e6, 3)],
    ...baselines.map(
      (baseline) =>
        [
          `x ${baseline.engine}`,
          ({ transitionsPerSecond }: Run) => ratio(transitionsPerSecond / baseline.transitionsPerSecond),
        ] as const,
    ),
    ['seconds', ({ seconds }) => shown(seconds, 2)],
    ['CPU s', ({ cpuSeconds }) => shown(cpuSeconds, 2)],
    ['bytes/state', ({ bytesPerState }) => shown(bytesPerState, 1)],
    ['peak MiB', ({ peakRssBytes }) => shown(peakRssBytes === null ? null : peakRssBytes / 2 ** 20, 0)],
  ];
}

export function table(medians: readonly Run[]): string {
  const layout = columns(medians);
  const rows = [layout.map(([title]) => title), ...medians.map((run) => layout.map(([, cell]) => cell(run)))];
  const widths = layout.map((_, c) => Math.max(...rows.map((row) => (row[c] as string).length)));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, c) => (c === 0 ? cell.padEnd(widths[c] as number) : cell.padStart(widths[c] as number)))
      .join('  ')
      .trimEnd();
  const legend = medians.flatMap(({ engine }) => (PEERS[engine] === undefined ? [] : `${engine}: ${PEERS[engine].is}`));
  return [...rows.map(line), ...legend.map((text) => `  ${text}`)].join('\n');
}
