/** Charts compiled to tables: one look-up per event. test/laws proves each table equal to XState's `transition()`. */
import type { Chart } from '../modelling/chart.ts';

export const NO_TRANSITION = -1;

export interface ChartTable {
  readonly chart: Chart;
  /** `next[phase * events + event]`, or NO_TRANSITION. */
  readonly next: Int16Array;
  readonly eventIndex: ReadonlyMap<string, number>;
}

const tables = new WeakMap<Chart, ChartTable>();

/** The table of a chart; made once. */
export function chartTable(chart: Chart): ChartTable {
  const known = tables.get(chart);
  if (known !== undefined) return known;
  const { phases, events, config } = chart;
  const next = new Int16Array(phases.length * events.length).fill(NO_TRANSITION);
  phases.forEach((phase, p) => {
    for (const [event, target] of Object.entries(config.states[phase]?.on ?? {}))
      next[p * events.length + events.indexOf(event)] = phases.indexOf(target);
  });
  const table = { chart, next, eventIndex: new Map(events.map((event, e) => [event, e])) };
  tables.set(chart, table);
  return table;
}
