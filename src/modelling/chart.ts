/**
 * Charts: the phases of an object as an XState machine.
 *
 * A chart holds phases only. It is law: an event that the chart does not know in the present phase is a violation, found
 * where it happens. `src/world` flattens the machine into a table; test/laws proves the table equal to XState's own
 * `transition()`.
 */
import { type AnyStateMachine, createMachine } from 'xstate';

/** Phases with the events each of them accepts, and the phase that follows. */
export interface ChartConfig {
  readonly initial: string;
  readonly states: Readonly<
    Record<string, { readonly on?: Readonly<Record<string, string>>; readonly description?: string }>
  >;
}

export type PhaseOf<C extends ChartConfig> = keyof C['states'] & string;

type EventsOfState<S> = S extends { readonly on: infer On } ? keyof On & string : never;
export type EventOf<C extends ChartConfig> = {
  [P in keyof C['states']]: EventsOfState<C['states'][P]>;
}[keyof C['states']];

export interface Chart<C extends ChartConfig = ChartConfig> {
  readonly id: string;
  readonly config: C;
  /** Phases in the order of their declaration; the initial phase first, because a fresh state is all zero. */
  readonly phases: readonly string[];
  readonly events: readonly string[];
  /** The XState machine. */
  machine(): AnyStateMachine;
}

/** Targets must be phases of the same chart: a chart with a dangling target does not type-check. */
type Closed<C extends ChartConfig> = {
  readonly initial: PhaseOf<C>;
  readonly states: {
    readonly [P in keyof C['states']]: {
      readonly on?: Readonly<Record<string, PhaseOf<C>>>;
      readonly description?: string;
    };
  };
};

/** Declare the phases of an object. */
export function chart<const C extends ChartConfig>(id: string, config: C & Closed<C>): Chart<C> {
  const names = Object.keys(config.states);
  const phases = [config.initial, ...names.filter((name) => name !== config.initial)];
  const events = [...new Set(names.flatMap((name) => Object.keys(config.states[name]?.on ?? {})))];
  let machine: AnyStateMachine | undefined;
  return {
    id,
    config,
    phases,
    events,
    machine() {
      machine ??= createMachine({
        id,
        initial: config.initial,
        states: structuredClone(config.states) as Record<string, { on?: Record<string, string> }>,
      });
      return machine;
    },
  };
}
