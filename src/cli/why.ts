/** `lastref explain --why SCENARIO`: for each property that fails the chain of what made it fail. */
import { becauseLines } from '../report/because.ts';
import { MAIL_WIDTH } from '../report/counterexample.ts';
import { counterfactualLines } from '../report/counterfactual.ts';
import { wrap, wrapCommand } from '../report/width.ts';
import { checkScenario } from '../scenario/check.ts';
import { counterfactual } from '../scenario/counterfactual.ts';
import { loadScenarioFile } from '../scenario/load.ts';
import type { CheckResult, CheckVerdict } from '../scenario/result.ts';
import { whyViolated } from '../scenario/why.ts';
import { didYouMean } from '../world/suggest.ts';
import { type Context, emit, json } from './context.ts';
import { inputError } from './errors.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { chooseSemantics } from './load-semantics.ts';
import type { OutputOptions, RunOptions } from './options.ts';
import { pathOf, showProblems } from './scenarios.ts';

export interface WhyOptions extends Pick<RunOptions, 'semantics' | 'grain'>, OutputOptions<'text' | 'json'> {
  readonly why?: string;
  readonly property?: string;
  /** Instead: the implication graph. */
  readonly graph?: boolean;
}

/** The violated ones, or the one that is asked for. Throws InputError where there is nothing to explain. */
function asked({ verdicts, file, semantics, grain }: CheckResult, label: string | undefined): readonly CheckVerdict[] {
  const where = `${file} under ${semantics}, grain ${grain}`;
  const labels = verdicts.map((verdict) => verdict.label);
  if (label !== undefined && !labels.includes(label))
    throw inputError(
      'LR220',
      `${file} has no check "${label}"`,
      didYouMean(label, labels) ?? `it has ${labels.join(', ')}`,
    );
  const violated = verdicts.filter(
    (verdict) => verdict.verdict === 'violated' && (label === undefined || verdict.label === label),
  );
  if (violated.length === 0)
    throw inputError(
      'LR006',
      `${label === undefined ? 'nothing fails' : `${label} does not fail`} in ${where}`,
      'name a semantics under which it fails; `lastref check` shows the verdicts',
    );
  return violated;
}

export async function why(file: string, options: WhyOptions, { io, model: load }: Context): Promise<ExitCode> {
  const { model, chosen = [] } = await chooseSemantics(options.semantics, await load(), io.cwd);
  if (chosen.length > 1 || (options.grain ?? []).length > 1)
    throw inputError('LR001', '--why takes one semantics and one grain', 'run it once for each');
  const loaded = loadScenarioFile(pathOf(file, io), model);
  if (!loaded.ok) {
    showProblems(loaded.problems, io);
    return EXIT.input;
  }
  const scenario = loaded.value;
  const name = chosen[0]?.name ?? scenario.semantics[0] ?? model.defaultSemantics;
  const result = checkScenario(scenario, model, name, { grain: options.grain?.[0], semanticsAs: chosen[0]?.as });
  if (!result.ok) {
    showProblems(result.problems, io);
    return EXIT.input;
  }
  const found = asked(result.value, options.property).map((verdict) => ({
    verdict,
    because: whyViolated(scenario, model, result.value, verdict, result.value.verdicts),
    otherwise: counterfactual(scenario, model, result.value, verdict),
  }));
  const { title, semantics, grain } = result.value;
  if (options.format === 'json') {
    const reasons = found.map(({ verdict, because, otherwise }) => ({
      label: verdict.label,
      because: because ?? null,
      counterfactual: otherwise ?? null,
    }));
    emit(json({ file: scenario.file, title, semantics, grain, reasons }), options, io);
    return EXIT.expected;
  }
  const texts = found.map(({ verdict, because, otherwise }) => {
    const ofRuns = `${verdict.label} fails: ${verdict.trace?.why ?? verdict.explanation}; no single state of a run can be asked what it read`;
    return [
      ...(because === undefined
        ? wrap(ofRuns, MAIL_WIDTH - 2, 2).map((line) => `  ${line}`)
        : becauseLines(because, MAIL_WIDTH)),
      ...(otherwise === undefined ? [] : counterfactualLines(otherwise, MAIL_WIDTH)),
      ...(verdict.trace === undefined ? [] : wrapCommand(verdict.trace.replay, 2, MAIL_WIDTH)),
    ].join('\n');
  });
  emit(
    `${[`${scenario.file}: ${title}`, `${semantics}, grain ${grain}`, '', texts.join('\n\n')].join('\n')}\n`,
    options,
    io,
  );
  return EXIT.expected;
}
