/** What the original does: every mutant that the suite shows, and the runs in which each may matter. */
import type { ModelDefinition } from '../../modelling/model.ts';
import { under } from '../../modelling/under.ts';
import type { Mutant } from './mutant.ts';
import { type Job, type Observation, observe } from './observe.ts';
import type { Operator } from './operator.ts';
import { OPERATORS } from './operators/index.ts';
import { Recorder, type RunKind, Sites } from './recorder.ts';

/** A run of the original. */
export interface Recorded {
  readonly job: Job;
  readonly kind: RunKind;
  readonly before: Observation;
  /** Mutants whose site the run comes to. */
  readonly met: ReadonlySet<Mutant>;
  /** Mutants that may behave differently in it. */
  readonly matter: ReadonlySet<Mutant>;
}

export interface Recording {
  readonly runs: readonly Recorded[];
  /** Every mutant, by name. */
  readonly mutants: readonly Mutant[];
}

const kindOf = ({ scenario, run }: Job): RunKind => ({
  interleaved: run.grain === 'lock',
  faults: scenario.faults.allocation > 0,
});

/** Runs the original once and notes what it does. */
function record(job: Job, model: ModelDefinition, sites: Sites): Recorded {
  const kind = kindOf(job);
  const recorder = new Recorder(sites, kind);
  const before = observe(job, model, recorder);
  return { job, kind, before, met: recorder.met, matter: recorder.matter };
}

const operatorOn = (piece: Operator['on'][number]): Operator =>
  OPERATORS.find(({ name, on }) => on.includes(piece) && /does-nothing$|never-runs$/.test(name)) as Operator;

/** Rules, steps and works that no run entered: one mutant each, which no run can tell from the original. */
function neverEntered({ rules, commands, works }: ModelDefinition, sites: Sites): void {
  const demand = (piece: Operator['on'][number], scope: string, site = scope): void => {
    if (!sites.entered.has(scope)) sites.mutant(operatorOn(piece), site, '');
  };
  for (const rule of Object.keys(rules)) demand('rule', `rule ${rule}`);
  for (const { op, stepNames, cleanup } of Object.values(commands)) {
    for (const step of stepNames) demand('step', `step ${op} / ${step}`);
    if (cleanup !== undefined) demand('cleanup', `cleanup ${op}`);
  }
  for (const { name } of works) demand('ready', `work ${name}`, `ready ${name}`);
}

/** `between` is asked before each run; the recording ends where it says so. */
export async function recordAll(
  jobs: readonly Job[],
  model: ModelDefinition,
  semantics: string,
  between: (job: Job) => Promise<void>,
): Promise<Recording> {
  const sites = new Sites();
  const runs: Recorded[] = [];
  for (const job of jobs) {
    await between(job);
    runs.push(record(job, model, sites));
  }
  const rules = model.semantics[semantics];
  neverEntered(rules === undefined ? model : under(model, rules), sites);
  const mutants = [...sites.mutants.values()].filter(
    // A rule that can fail today is no teardown that learns to.
    ({ operator, site }) => operator.name !== 'fallible-teardown' || !sites.fallible.has(site),
  );
  return { runs, mutants: mutants.sort((a, b) => (a.name < b.name ? -1 : 1)) };
}
