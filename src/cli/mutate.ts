/** `lastref mutate [paths...]`: plants mistakes in a semantics, one at a time, and says which of them the scenarios tell. */
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import seedrandom from 'seedrandom';
import { type Trial, tryMutant } from '../gate/mutate/campaign.ts';
import { type Equivalence, Equivalents, parseEquivalents, refuted } from '../gate/mutate/equivalents.ts';
import { familyOf } from '../gate/mutate/family.ts';
import type { Mutant } from '../gate/mutate/mutant.ts';
import { instrumentOf } from '../gate/mutate/mutator.ts';
import type { Job } from '../gate/mutate/observe.ts';
import { OPERATOR_NAMES } from '../gate/mutate/operators/index.ts';
import { type Recording, recordAll } from '../gate/mutate/recording.ts';
import {
  type CampaignReport,
  type MutantReport,
  propertyTallies,
  reportOf,
  talliesBy,
  tallyOf,
} from '../gate/mutate/score.ts';
import type { ModelDefinition } from '../modelling/model.ts';
import { counterexampleText } from '../report/counterexample.ts';
import { mutantText, mutateJson, mutateMarkdown, mutateText } from '../report/mutate.ts';
import { shortFile } from '../report/verdicts.ts';
import { checkScenario } from '../scenario/check.ts';
import { parseExpectationKey, type Run } from '../scenario/expectations.ts';
import type { Problem } from '../scenario/problem.ts';
import type { Scenario } from '../scenario/scenario.ts';
import type { Grain } from '../world/input.ts';
import { didYouMean } from '../world/suggest.ts';
import { type Context, emit } from './context.ts';
import { inputError } from './errors.ts';
import { EXIT, type ExitCode, worst } from './exit-code.ts';
import type { Io } from './io.ts';
import { chooseSemantics } from './load-semantics.ts';
import type { OutputOptions } from './options.ts';
import { type Progress, progressFor } from './progress.ts';
import { selectScenarios, showProblems } from './scenarios.ts';
import { demandTypes } from './type-check.ts';

export const MUTATE_FORMATS = ['text', 'json', 'markdown'] as const;

export interface MutateOptions extends OutputOptions<(typeof MUTATE_FORMATS)[number]> {
  readonly semantics?: readonly string[];
  readonly operators?: readonly string[];
  readonly family?: readonly string[];
  readonly maxMutants?: number;
  readonly seed: string;
  readonly atLeast: number;
  readonly show?: string;
  readonly equivalent?: string;
  readonly progress?: boolean;
}

/** Where equivalent mutants are listed, from the working directory. */
const DEFAULT_EQUIVALENT = 'test/mutants/equivalent.yaml';

const nextTurn = (): Promise<void> => new Promise((done) => void setImmediate(done));

class Interrupted extends Error {}

/** The runs of a scenario under one semantics: at its own grain, and at those that it expects something of. */
function jobsOf(scenario: Scenario, semantics: string): readonly Job[] {
  const grains = [
    scenario.grain,
    ...Object.keys(scenario.expect).map(parseExpectationKey).flatMap(ownGrain(semantics)),
  ];
  return [...new Set(grains)].map((grain): Job => ({ scenario, run: { semantics, grain } satisfies Run }));
}

const ownGrain =
  (wanted: string) =>
  ({ semantics, grain }: { readonly semantics: string; readonly grain: string | undefined }): readonly Grain[] =>
    semantics === wanted && grain !== undefined ? [grain as Grain] : [];

function readEquivalents({ equivalent }: MutateOptions, io: Io): readonly Equivalence[] | undefined {
  const file = equivalent ?? DEFAULT_EQUIVALENT;
  const path = resolve(io.cwd, file);
  if (equivalent === undefined && !existsSync(path)) return [];
  const parsed = parseEquivalents(readFileSync(path, 'utf8'), file);
  if (parsed.ok) return parsed.value;
  showProblems(parsed.problems, io);
  return undefined;
}

function demandKnown(words: readonly string[] | undefined, known: readonly string[], what: string): void {
  for (const word of words ?? [])
    if (!known.includes(word))
      throw inputError(
        'LR001',
        `there is no ${what} "${word}"`,
        didYouMean(word, known) ?? `one of ${known.join(', ')}`,
      );
}

/** The mutants that the options ask for, in a fixed order; a sample of them where there are more than `--max-mutants`. */
function chosen(mutants: readonly Mutant[], options: MutateOptions, model: ModelDefinition): readonly Mutant[] {
  const { operators, family, maxMutants, seed } = options;
  const wanted = mutants.filter(
    (mutant) =>
      (operators?.includes(mutant.operator.name) ?? true) && (family?.includes(familyOf(mutant.site, model)) ?? true),
  );
  if (maxMutants === undefined || wanted.length <= maxMutants) return wanted;
  const random = seedrandom(seed);
  const drawn = wanted
    .map((mutant) => ({ mutant, order: random() }))
    .sort((a, b) => a.order - b.order)
    .slice(0, maxMutants);
  return drawn.map(({ mutant }) => mutant).sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Says where the work is and lets the user interrupt it. */
function turns(progress: Progress, io: Io): { next: (what: string) => Promise<void>; end: () => void } {
  let interrupted = false;
  const unlisten = io.onInterrupt(() => {
    interrupted = true;
  });
  return {
    async next(what) {
      await nextTurn();
      if (interrupted) throw new Interrupted();
      progress.begin(what);
    },
    end() {
      progress.end();
      unlisten();
    },
  };
}

/** The counterexamples of the run that tells the mutant. */
function shownTrace({ mutant, by }: Trial, model: ModelDefinition): string {
  if (by === undefined) return '';
  const { job, kind } = by.run;
  const labels = new Set(by.difference.verdicts.map(({ label }) => label));
  const checked = checkScenario(job.scenario, model, job.run.semantics, {
    grain: job.run.grain,
    instrument: instrumentOf(mutant, kind),
  });
  if (!checked.ok) return '';
  const [first] = checked.value.verdicts.filter(({ label, trace }) => labels.has(label) && trace !== undefined);
  return first?.trace === undefined ? '' : `\n${counterexampleText(checked.value, first, first.trace)}`;
}

function showMutant(id: string, recording: Recording, model: ModelDefinition, equivalents: Equivalents): string {
  const mutant = recording.mutants.find((candidate) => candidate.id === id || candidate.name === id);
  if (mutant === undefined)
    throw inputError(
      'LR005',
      `there is no mutant "${id}"`,
      didYouMean(
        id,
        recording.mutants.map((each) => each.id),
      ) ?? '`lastref mutate --format json` lists them',
    );
  const trial = tryMutant(mutant, recording.runs, model);
  const text = mutantText(reportOf(trial, recording, model, equivalents));
  if (trial.by?.difference.failure !== undefined) return text;
  return text + (trial.fate === 'killed' ? shownTrace(trial, model) : '');
}

function campaign(
  trials: readonly Trial[],
  recording: Recording,
  model: ModelDefinition,
  equivalents: Equivalents,
): Pick<CampaignReport, 'total' | 'families' | 'operators' | 'properties' | 'mutants' | 'runs'> {
  const mutants = trials.map((trial) => reportOf(trial, recording, model, equivalents));
  const byId = new Map(mutants.map((report): [string, MutantReport] => [report.id, report]));
  return {
    total: tallyOf(mutants),
    families: talliesBy(mutants, ({ family }) => family),
    operators: talliesBy(mutants, ({ operator }) => operator),
    properties: propertyTallies(trials, byId),
    mutants,
    runs: trials.reduce((sum, { runs }) => sum + runs.length, 0),
  };
}

function refutations(trials: readonly Trial[], equivalents: Equivalents): readonly Problem[] {
  return trials.flatMap(({ mutant, fate, by }) => {
    const entry = equivalents.of(mutant);
    return fate === 'killed' && entry !== undefined ? [refuted(entry, mutant, by?.run.job.scenario.file ?? '')] : [];
  });
}

function output(report: CampaignReport, options: MutateOptions, io: Io): void {
  const print = { text: mutateText, json: mutateJson, markdown: mutateMarkdown }[options.format];
  emit(print(report), options, io);
}

/** The semantics that is mutated, with the model that has it. */
async function oneSemantics(
  { semantics }: MutateOptions,
  known: ModelDefinition,
  io: Io,
): Promise<{ readonly model: ModelDefinition; readonly semantics: string }> {
  const { model, chosen } = await chooseSemantics(semantics, known, io.cwd);
  await demandTypes(
    (chosen ?? []).map(({ as }) => as),
    io,
  );
  const [name, ...others] = chosen?.map((each) => each.name) ?? [model.defaultSemantics];
  if (name === undefined || others.length > 0)
    throw inputError('LR001', 'mutants are made of one semantics', 'name one with --semantics');
  return { model, semantics: name };
}

export async function mutate(
  paths: readonly string[],
  options: MutateOptions,
  { io, model: load }: Context,
): Promise<ExitCode> {
  const started = performance.now();
  const { model, semantics } = await oneSemantics(options, await load(), io);
  demandKnown(options.operators, OPERATOR_NAMES, 'operator');
  demandKnown(options.family, [...Object.keys(model.families ?? {}), 'other'], 'family of code');
  const entries = readEquivalents(options, io);
  const scenarios = selectScenarios(paths, {}, model, io);
  if (scenarios === undefined || entries === undefined) return EXIT.input;
  const equivalents = new Equivalents(entries);
  const turn = turns(progressFor(io, options.progress === true), io);
  try {
    const jobs = scenarios.flatMap((scenario) => jobsOf(scenario, semantics));
    const recording = await recordAll(jobs, model, semantics, ({ scenario }) => turn.next(shortFile(scenario.file)));
    if (options.show !== undefined) {
      turn.end();
      emit(showMutant(options.show, recording, model, equivalents), options, io);
      return EXIT.expected;
    }
    const wanted = chosen(recording.mutants, options, model);
    const trials: Trial[] = [];
    for (const [i, mutant] of wanted.entries()) {
      await turn.next(`${i + 1}/${wanted.length} ${mutant.name}`);
      trials.push(tryMutant(mutant, recording.runs, model));
    }
    turn.end();
    const report: CampaignReport = {
      semantics,
      known: recording.mutants.length,
      originals: recording.runs.length,
      seconds: (performance.now() - started) / 1000,
      atLeast: options.atLeast,
      equivalents: equivalents.size,
      ...campaign(trials, recording, model, equivalents),
    };
    output(report, options, io);
    const problems = [
      ...refutations(trials, equivalents),
      // With fewer scenarios there are fewer mutants.
      ...(paths.length === 0 ? equivalents.unused(recording.mutants) : []),
    ];
    showProblems(problems, io);
    return worst([
      problems.length > 0 ? EXIT.input : EXIT.expected,
      report.total.mutants === 0 ? EXIT.input : EXIT.expected,
      report.total.score < options.atLeast ? EXIT.violated : EXIT.expected,
    ]);
  } catch (error) {
    turn.end();
    if (!(error instanceof Interrupted)) throw error;
    io.stderr.write('lastref: interrupted before every mutant was tried\n');
    return EXIT.unknown;
  }
}
