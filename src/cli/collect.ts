/** Collecting: every scenario of a suite under one semantics, as results and records to compare. */
import { resolve } from 'node:path';
import type { Budget } from '../explore/budget.ts';
import { mutantsOf } from '../gate/mutant.ts';
import { type Reasons, reasonsFor, type Wanted } from '../gate/reasons.ts';
import { type RunRecord, runRecord, type ScenarioRecord, withoutSetup } from '../gate/record.ts';
import type { ModelDefinition } from '../modelling/model.ts';
import { layersOf } from '../modelling/semantics.ts';
import { under } from '../modelling/under.ts';
import { checkScenario } from '../scenario/check.ts';
import type { Problem } from '../scenario/problem.ts';
import type { CheckResult } from '../scenario/result.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { runsOf } from '../scenario/suite.ts';
import type { Grain } from '../world/input.ts';
import { inputError } from './errors.ts';
import { placeOfWord } from './load-error.ts';
import type { Chosen } from './load-semantics.ts';

/** One side of a comparison. Plain data, so that it can be sent to another thread. */
export interface CollectRequest {
  /** What the command line names: a built-in semantics, or a file. */
  readonly word: string;
  readonly cwd: string;
  /** Files of the scenarios, relative to the process. */
  readonly files: readonly string[];
  readonly budget: Partial<Pick<Budget, 'maxStates' | 'maxSeconds'>>;
  /** Semantics that it must be built on, where records of that are what it is compared with. */
  readonly builtOn: string | undefined;
  /** Which mutant to plant. */
  readonly mutant: number | undefined;
  /** Instead of everything: the reasons of these violations, which an earlier request found. */
  readonly reasonsFor?: readonly Wanted[];
}

export interface Collected {
  readonly name: string;
  readonly says: string;
  readonly base: string | undefined;
  readonly results: readonly CheckResult[];
  readonly records: readonly ScenarioRecord[];
  /** What the planted mutant is; undefined where there is none of this number. */
  readonly planted: string | undefined;
  readonly reasons: readonly Reasons[];
}

/** Setup that does not succeed is a difference between two semantics and no mistake of the scenario. */
const SETUP_FAILS = new Set(['LR230', 'LR231']);

export class ScenarioProblems extends Error {
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super(problems[0]?.message ?? 'no problem');
    this.problems = problems;
  }
}

/** Grains that a scenario is checked at, whatever the semantics. */
export const grainsOf = (scenario: Scenario): readonly Grain[] => [
  ...new Set(runsOf(scenario).map(({ grain }) => grain)),
];

/** LR503 where golden records are of another semantics than the candidate changes. */
export function demandBuiltOn(chosen: Chosen, wanted: string, { semantics }: ModelDefinition, cwd: string): void {
  const own = semantics[chosen.name];
  const layers = own === undefined ? [] : layersOf(own).map(({ name }) => name);
  if (layers.includes(wanted)) return;
  const grounds = layers.filter((name) => name !== chosen.name);
  const base = grounds.findLast((name) => Object.hasOwn(semantics, name));
  const file = chosen.as === undefined ? undefined : resolve(cwd, chosen.as);
  throw inputError(
    'LR503',
    grounds.length === 0
      ? `${chosen.name} is no proposal over ${wanted}, whose records are accepted`
      : `${chosen.name} changes ${grounds.join(' and ')}, and the accepted records are of ${wanted}`,
    `--baseline ${base ?? wanted} compares with a run of that`,
    file === undefined ? undefined : { file, ...placeOfWord(base ?? chosen.name, file) },
  );
}

export interface Collecting {
  readonly request: CollectRequest;
  readonly scenarios: readonly Scenario[];
  readonly model: ModelDefinition;
  readonly chosen: Chosen;
  /** Called before every run, and while one goes on. */
  readonly onProgress: (what: string) => void;
  /** Path of a scenario as records name it. */
  readonly pathOf: (file: string) => string;
}

/** Runs all. Throws ScenarioProblems where a scenario cannot be bound for another reason than its setup. */
export function collect({ request, scenarios, model, chosen, onProgress, pathOf }: Collecting): Collected {
  const own = model.semantics[chosen.name];
  if (own === undefined) throw new Error(`no semantics ${chosen.name}`);
  const mutant = request.mutant === undefined ? undefined : mutantsOf(own, under(model, own).rules)[request.mutant];
  const used =
    mutant === undefined ? model : { ...model, semantics: { ...model.semantics, [chosen.name]: mutant.semantics } };
  const { name } = chosen;
  const about = { name, says: own.says, base: own.ground?.name, planted: mutant?.says };
  if (request.reasonsFor !== undefined)
    return {
      ...about,
      results: [],
      records: [],
      reasons: allReasons(request.reasonsFor, { scenarios, model, chosen, onProgress, request }),
    };
  const results: CheckResult[] = [];
  const records = scenarios.map((scenario): ScenarioRecord => {
    const runs = grainsOf(scenario).map((grain): readonly [Grain, RunRecord] => {
      const what = `${scenario.file} at grain ${grain}`;
      onProgress(what);
      const options = { grain, budget: request.budget, semanticsAs: chosen.as, onProgress: () => onProgress(what) };
      const ran = checkScenario(scenario, used, chosen.name, options);
      if (ran.ok) {
        results.push(ran.value);
        return [grain, runRecord(scenario, ran.value)];
      }
      const setup = ran.problems.find(({ code }) => SETUP_FAILS.has(code));
      if (setup === undefined) throw new ScenarioProblems(ran.problems);
      return [grain, withoutSetup(`line ${setup.line}: ${setup.message}`)];
    });
    return { scenario: pathOf(scenario.file), semantics: chosen.name, runs: Object.fromEntries(runs) };
  });
  return { ...about, results, records, reasons: [] };
}

/** Runs the scenarios of the violations once more, each for its reasons. */
function allReasons(
  wanted: readonly Wanted[],
  { request, scenarios, model, chosen, onProgress }: Omit<Collecting, 'pathOf'>,
): readonly Reasons[] {
  return wanted.flatMap((each): readonly Reasons[] => {
    const scenario = scenarios.find(({ file }) => file === each.file);
    if (scenario === undefined) return [];
    const what = `why ${each.label} fails in ${each.file} at grain ${each.grain}`;
    onProgress(what);
    const options = {
      grain: each.grain,
      budget: request.budget,
      semanticsAs: chosen.as,
      onProgress: () => onProgress(what),
    };
    const ran = checkScenario(scenario, model, chosen.name, options);
    return ran.ok ? [reasonsFor(each, ran.value, scenario, model)] : [];
  });
}
