/** Budgets: bounds of a run. Reaching one ends in `unknown`, never in `holds`. */

export interface Budget {
  /** Stored states. */
  readonly maxStates: number;
  readonly maxSeconds: number;
  /** Transitions from the initial state. */
  readonly maxDepth: number;
  /** Bytes of stored states, parents and table. */
  readonly maxBytes: number;
}

export const DEFAULT_BUDGET: Budget = {
  maxStates: 5_000_000,
  maxSeconds: 120,
  maxDepth: Number.POSITIVE_INFINITY,
  maxBytes: 4 * 2 ** 30,
};

/** The bound that was hit, in words, or undefined. */
export function bounded(budget: Budget, states: number, bytes: number, seconds: number): string | undefined {
  if (states >= budget.maxStates) return `--max-states ${budget.maxStates}`;
  if (bytes >= budget.maxBytes) return `${Math.round(budget.maxBytes / 2 ** 20)} MiB of states`;
  if (seconds >= budget.maxSeconds) return `--max-seconds ${budget.maxSeconds}`;
  return undefined;
}
