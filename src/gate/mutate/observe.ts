/** What one run shows of a semantics: verdicts and outcomes, or that it cannot be run to its end. */
import type { Budget } from '../../explore/budget.ts';
import type { ModelDefinition } from '../../modelling/model.ts';
import { checkScenario } from '../../scenario/check.ts';
import type { Run } from '../../scenario/expectations.ts';
import { problemText } from '../../scenario/problem.ts';
import type { Verdict } from '../../scenario/result.ts';
import type { Scenario } from '../../scenario/scenario.ts';
import type { Instrument } from '../../world/instrument.ts';

/** One scenario under one semantics at one grain. */
export interface Job {
  readonly scenario: Scenario;
  readonly run: Run;
}

export interface Observation {
  /** By label. */
  readonly verdicts: ReadonlyMap<string, { readonly verdict: Verdict; readonly property: string }>;
  /** Results of final states, each as one text. */
  readonly outcomes: ReadonlySet<string>;
  readonly bounds: readonly string[];
  /** Why there are no verdicts: the setup fails, or the code of the model throws. */
  readonly failure: { readonly kind: 'setup' | 'crash'; readonly why: string } | undefined;
  readonly states: number;
  readonly seconds: number;
}

const NOTHING = { verdicts: new Map(), outcomes: new Set<string>(), bounds: [], states: 0 } as const;

/** Never throws: code that throws is what was observed. */
export function observe(
  { scenario, run }: Job,
  model: ModelDefinition,
  instrument: Instrument | undefined,
  budget: Partial<Budget> = {},
): Observation {
  const started = performance.now();
  const seconds = (): number => (performance.now() - started) / 1000;
  try {
    const checked = checkScenario(scenario, model, run.semantics, {
      grain: run.grain,
      instrument,
      unproved: true,
      budget,
    });
    if (!checked.ok) {
      const why = checked.problems.map(problemText).join('\n');
      return { ...NOTHING, failure: { kind: 'setup', why }, seconds: seconds() };
    }
    const { verdicts, outcomes, states } = checked.value;
    return {
      verdicts: new Map(verdicts.map(({ label, verdict, property }) => [label, { verdict, property }])),
      outcomes: new Set(outcomes.map(({ results }) => JSON.stringify(results))),
      bounds: [...new Set(verdicts.flatMap(({ bounds }) => bounds))],
      failure: undefined,
      states,
      seconds: seconds(),
    };
  } catch (error) {
    const why = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    return { ...NOTHING, failure: { kind: 'crash', why }, seconds: seconds() };
  }
}

/** What tells two observations apart. */
export interface Difference {
  /** Labels whose verdict is another one, with both. */
  readonly verdicts: readonly {
    readonly label: string;
    readonly property: string;
    readonly from: Verdict;
    readonly to: Verdict;
  }[];
  readonly outcomesAdded: readonly string[];
  readonly outcomesLost: readonly string[];
  readonly failure: Observation['failure'];
  /** A bound was hit, so that something may be missing. */
  readonly bounds: readonly string[];
}

/** A property that a run does not name was not there to be broken: laws of the model are named when they break. */
const ABSENT = { verdict: 'holds', property: '' } as const;

export function differenceOf(before: Observation, after: Observation): Difference {
  const labels = new Set([...before.verdicts.keys(), ...after.verdicts.keys()]);
  const verdicts =
    after.failure === undefined
      ? [...labels].flatMap((label) => {
          const from = before.verdicts.get(label) ?? ABSENT;
          const to = after.verdicts.get(label) ?? ABSENT;
          const property = from.property === '' ? to.property : from.property;
          return from.verdict === to.verdict ? [] : [{ label, property, from: from.verdict, to: to.verdict }];
        })
      : [];
  const missing = (from: ReadonlySet<string>, there: ReadonlySet<string>): string[] =>
    [...from].filter((outcome) => !there.has(outcome));
  return {
    verdicts,
    outcomesAdded: missing(after.outcomes, before.outcomes),
    outcomesLost:
      after.failure === undefined && after.bounds.length === 0 ? missing(before.outcomes, after.outcomes) : [],
    failure: after.failure,
    bounds: after.bounds,
  };
}

/** Does it tell the mutant from the original? A verdict that is only not known any more does not. */
export const tells = ({ verdicts, outcomesAdded, outcomesLost, failure }: Difference): boolean =>
  failure !== undefined ||
  outcomesAdded.length > 0 ||
  outcomesLost.length > 0 ||
  verdicts.some(({ to }) => to !== 'unknown');
