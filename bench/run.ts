/** What one run of one engine showed. */
export interface Run {
  readonly engine: string;
  readonly model: string;
  readonly size: string;
  readonly threads: number;
  readonly states: number;
  readonly transitions: number;
  readonly seconds: number;
  /** User and system time; of the search where the engine says so, else of its process. */
  readonly cpuSeconds: number | null;
  readonly transitionsPerSecond: number;
  /** What our engine accounts for; for others what the process holds at its peak, less that of the smallest size. */
  readonly bytesPerState: number | null;
  readonly peakRssBytes: number | null;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] as number;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] as number)) / 2;
}

/** The median of each figure that all runs have. */
export function medianRun(runs: readonly Run[]): Run {
  const of = (pick: (run: Run) => number | null): number | null => {
    const values = runs.map(pick).filter((value) => value !== null);
    return values.length === runs.length ? median(values) : null;
  };
  return {
    ...(runs[0] as Run),
    seconds: of((run) => run.seconds) as number,
    cpuSeconds: of((run) => run.cpuSeconds),
    transitionsPerSecond: of((run) => run.transitionsPerSecond) as number,
    bytesPerState: of((run) => run.bytesPerState),
    peakRssBytes: of((run) => run.peakRssBytes),
  };
}
