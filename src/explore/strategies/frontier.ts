/** A frontier says which of the states found so far is expanded next. It is all that tells the exhaustive strategies apart. */

export interface Frontier {
  readonly name: string;
  /** Takes the next state; -1 if none is left. */
  take(): number;
  /** States `from` up to and not including `to` were found by the last expansion. */
  found(from: number, to: number): void;
  /** Transitions from the initial state to the state taken last, if the frontier knows; else -1. */
  readonly depth: number;
  /** States that wait. */
  readonly waiting: number;
}
