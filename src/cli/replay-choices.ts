/** `lastref replay --scenario FILE --choices 3,1,4`: the path of a counterexample, run again from the start. */
import type { ModelDefinition } from '../modelling/model.ts';
import { PLAIN, paletteFor } from '../report/colour.ts';
import { counterexampleText, pathText, type Context as TextContext } from '../report/counterexample.ts';
import { SCHEMA_VERSION, stepJson } from '../report/json.ts';
import { expectedOf } from '../scenario/expectations.ts';
import { type Replayed, replayChoices } from '../scenario/replay.ts';
import type { CheckVerdict, Counterexample } from '../scenario/result.ts';
import { LAW_PREFIX, type Scenario } from '../scenario/scenario.ts';
import { whyViolated } from '../scenario/why.ts';
import { type Context, emit, json } from './context.ts';
import { inputError } from './errors.ts';
import { EXIT, type ExitCode, exitCodeOf, meaningOf, worst } from './exit-code.ts';
import { withExpectationsOfBase } from './expectations-of-base.ts';
import { chosenForReplay, type ReplayCommandOptions } from './replay-options.ts';
import { loadNamed, showProblems } from './scenarios.ts';
import { version } from './version.ts';

type Broken = Replayed['broken'][number];

/** What the report needs to know of something that broke, or was shown, at the end of the path. */
function verdictOf(
  broken: Broken,
  { checks, expect }: Scenario,
  replayed: Replayed,
  model: ModelDefinition,
): CheckVerdict {
  const { label } = broken;
  const check = checks.find((each) => each.label === label);
  const property = check?.property ?? label;
  const { statement = '', claims = [], explanation = '' } = model.properties[property] ?? {};
  const expected = expectedOf(expect, replayed)[check === undefined ? LAW_PREFIX + label : label] ?? 'holds';
  const verdict = property === 'reachable' ? 'holds' : 'violated';
  return { label, property, verdict, expected, statement, claims, explanation, trace: broken, bounds: [] };
}

/** Results of the end, and whether it is one. */
function endText({ final, results }: Replayed): string {
  const shown = Object.entries(results).map(([name, result]) => `${name} = ${result}`);
  const end = final ? 'every script is at its end and nothing is in flight' : 'something is still to come';
  return [end, ...shown].join('; ');
}

export async function replayOfChoices(
  file: string,
  choices: readonly number[],
  options: ReplayCommandOptions,
  context: Context,
): Promise<ExitCode> {
  const { io } = context;
  if (options.format === 'junit')
    throw inputError('LR001', 'a replay of choices has no JUnit form', '--format text or json');
  const { model, semantics, semanticsAs, grain } = await chosenForReplay(options, context);
  const loaded = loadNamed(file, model, io);
  if (!loaded.ok) {
    showProblems(loaded.problems, io);
    return EXIT.input;
  }
  const scenario = withExpectationsOfBase(loaded.value, [
    { name: semantics.name, as: semanticsAs, base: semantics.ground?.name },
  ]);
  const replayed = replayChoices(scenario, model, { semantics: semantics.name, grain, choices, semanticsAs });
  if (!replayed.ok) {
    showProblems(replayed.problems, io);
    return EXIT.input;
  }
  const broken = replayed.value.broken.map((each) => verdictOf(each, scenario, replayed.value, model));
  const verdicts = broken.map((verdict) => {
    const because = whyViolated(scenario, model, replayed.value, verdict, broken);
    return { ...verdict, trace: verdict.trace && { ...verdict.trace, because } };
  });
  const exitCode = worst([EXIT.expected, ...verdicts.map(exitCodeOf)]);
  const palette = options.out === undefined ? paletteFor(io.stdout.isTerminal, io.env) : PLAIN;
  const textContext: TextContext = {
    file: scenario.file,
    title: scenario.title,
    semantics: replayed.value.semantics,
    grain: replayed.value.grain,
  };
  const path: Counterexample = {
    why: endText(replayed.value),
    initial: replayed.value.initial,
    steps: replayed.value.steps,
    replay: replayed.value.replay,
  };
  const texts = verdicts.map((verdict) => counterexampleText(textContext, verdict, verdict.trace ?? path, palette));
  const text = `${texts.length === 0 ? pathText(textContext, path) : texts.join('\n')}\nexit ${exitCode}: ${meaningOf(exitCode)}\n`;
  emit(options.format === 'json' ? replayedJson(textContext, replayed.value, verdicts, exitCode) : text, options, io);
  return exitCode;
}

function replayedJson(
  of: TextContext,
  { final, results, steps, replay }: Replayed,
  verdicts: readonly CheckVerdict[],
  exitCode: ExitCode,
): string {
  return json({
    schemaVersion: SCHEMA_VERSION,
    tool: { name: 'lastref', version: version() },
    exitCode,
    exitMeaning: meaningOf(exitCode),
    ...of,
    final,
    results,
    verdicts: verdicts.map(({ trace, ...verdict }) => ({
      ...verdict,
      why: trace?.why ?? '',
      because: trace?.because ?? null,
    })),
    steps: steps.map(stepJson),
    replay,
  });
}
