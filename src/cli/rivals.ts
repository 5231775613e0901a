/** `lastref rivals [claims...]`: sets the designs and semantics of the same question against each other, in one table each. */
import { basename } from 'node:path';
import type { ModelDefinition } from '../modelling/model.ts';
import { paletteFor } from '../report/colour.ts';
import { type Question, type Rival, rivalsJson, rivalsMarkdown, rivalsText } from '../report/rivals.ts';
import { checkScenario } from '../scenario/check.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { runsOf } from '../scenario/suite.ts';
import { type Context, emit } from './context.ts';
import { EXIT, type ExitCode, exitCodeOfRun, worst } from './exit-code.ts';
import type { Io } from './io.ts';
import type { OutputOptions } from './options.ts';
import { selectScenarios, showProblems } from './scenarios.ts';

export interface RivalsOptions extends OutputOptions<'text' | 'markdown' | 'json'> {
  /** Folder of the scenarios. */
  readonly from: string;
}

/** `c28-who-keeps-the-firewall.watching-daemon.yaml` asks `c28-who-keeps-the-firewall` of the design `watching-daemon`. */
function nameOf({ file }: Scenario): { readonly question: string; readonly design: string | undefined } {
  const [question = '', design] = basename(file)
    .replace(/\.ya?ml$/, '')
    .split('.');
  return { question, design };
}

/** Every run of a scenario as a rival; undefined after showing what is wrong. */
function rivalsOf(scenario: Scenario, model: ModelDefinition, io: Io): readonly Rival[] | undefined {
  const { design } = nameOf(scenario);
  const runs = runsOf(scenario);
  const rivals: Rival[] = [];
  for (const { semantics, grain } of runs) {
    const checked = checkScenario(scenario, model, semantics, { grain });
    if (!checked.ok) {
      showProblems(checked.problems, io);
      return undefined;
    }
    const name = design === undefined ? semantics : runs.length === 1 ? design : `${design}, ${semantics}`;
    rivals.push({ name, result: checked.value });
  }
  return rivals;
}

const titleOf = (question: string): string => {
  const words = question.replace(/^c\d+-/, '').replaceAll('-', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
};

export async function rivals(
  claims: readonly string[],
  options: RivalsOptions,
  { io, model: load }: Context,
): Promise<ExitCode> {
  const model = await load();
  const selected = selectScenarios([options.from], claims.length === 0 ? {} : { claim: claims }, model, io);
  if (selected === undefined) return EXIT.input;
  const questions = new Map<string, Question>();
  for (const scenario of selected) {
    const found = rivalsOf(scenario, model, io);
    if (found === undefined) return EXIT.input;
    const { question } = nameOf(scenario);
    const before = questions.get(question);
    questions.set(question, {
      question: titleOf(question),
      claims: [...new Set([...(before?.claims ?? []), ...scenario.claims])],
      rivals: [...(before?.rivals ?? []), ...found],
    });
  }
  const all = [...questions.values()];
  if (options.format === 'json') emit(rivalsJson(all), options, io);
  else if (options.format === 'markdown') emit(rivalsMarkdown(all), options, io);
  else {
    const coloured = options.out === undefined ? paletteFor(io.stdout.isTerminal, io.env) : undefined;
    emit(rivalsText(all, coloured), options, io);
  }
  return worst(all.flatMap((question) => question.rivals.map(({ result }) => exitCodeOfRun(result))));
}
