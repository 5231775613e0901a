/** `lastref list [topic]`: what there is to check, and with what. */
import type { ModelDefinition } from '../modelling/model.ts';
import { clean, columnsOf, pad, wrap } from '../report/width.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { didYouMean } from '../world/suggest.ts';
import { type Entry, TOPICS } from './catalogue.ts';
import { type Context, emit, json } from './context.ts';
import { inputError } from './errors.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import type { OutputOptions, SelectionOptions } from './options.ts';
import { knownScenarios, selectScenarios } from './scenarios.ts';

export type ListFormat = 'text' | 'json';

interface ListedScenario extends Entry {
  readonly family: string;
  readonly semantics: readonly string[];
  readonly grain: string;
  readonly checks: readonly string[];
}

const WIDTH = 120;
/** Longer names get a line of their own. */
const NAME_MAX = 44;

/** Name and meaning in two columns. */
export function entryLines(entries: readonly Entry[], indent = 0): string[] {
  const nameWidth = Math.min(NAME_MAX, Math.max(0, ...entries.map(({ name }) => columnsOf(clean(name)))));
  const before = ' '.repeat(indent);
  return entries.flatMap(({ name, says, claims }) => {
    const text = claims === undefined || claims.length === 0 ? says : `${says} [${claims.join(' ')}]`;
    const [first = '', ...rest] = wrap(text, WIDTH - indent - nameWidth - 2);
    const head = clean(name);
    const under = ' '.repeat(indent + nameWidth + 2);
    if (columnsOf(head) > nameWidth) return [before + head, ...[first, ...rest].map((line) => under + line)];
    return [`${before}${pad(head, nameWidth)}  ${first}`, ...rest.map((line) => under + line)];
  });
}

function listed(scenarios: readonly Scenario[]): readonly ListedScenario[] {
  return scenarios.map(({ file, title, claims, family, semantics, grain, checks }) => ({
    name: file,
    says: title,
    claims,
    family,
    semantics,
    grain,
    checks: checks.map(({ label }) => label),
  }));
}

function scenarioLines(scenarios: readonly ListedScenario[]): string[] {
  const families = [...new Set(scenarios.map(({ family }) => family))].sort();
  return families.flatMap((family) => [
    family,
    ...entryLines(
      scenarios.filter((scenario) => scenario.family === family),
      2,
    ),
  ]);
}

function overview(scenarios: readonly Scenario[], model: ModelDefinition): string[] {
  const counts = Object.entries(TOPICS).map(([topic, entries]) => `${topic} (${entries(model).length})`);
  return [
    ...scenarioLines(listed(scenarios)),
    ...(scenarios.length === 0 ? [] : ['']),
    'semantics',
    ...entryLines(TOPICS['semantics']?.(model) ?? [], 2),
    '',
    ...wrap(`\`lastref list TOPIC\` for each of: scenarios (${scenarios.length}), ${counts.join(', ')}`, WIDTH),
  ];
}

export async function list(
  topic: string | undefined,
  options: OutputOptions<ListFormat> & SelectionOptions,
  { io, model: load }: Context,
): Promise<ExitCode> {
  const known = ['scenarios', ...Object.keys(TOPICS)];
  if (topic !== undefined && !known.includes(topic))
    throw inputError(
      'LR005',
      `there is nothing called "${topic}" to list`,
      didYouMean(topic, known) ?? `there are ${known.join(', ')}`,
    );
  const model = await load();
  const print = (lines: readonly string[], data: unknown): void =>
    emit(options.format === 'json' ? json(data) : `${lines.join('\n')}\n`, options, io);
  const entries = topic === undefined ? undefined : TOPICS[topic]?.(model);
  const selects = options.claim !== undefined || options.family !== undefined;
  if (entries !== undefined) print(entryLines(entries), entries);
  else if (topic === undefined && !selects) {
    // An overview is for whoever has no scenario yet, too.
    const scenarios = knownScenarios(model, io);
    print(overview(scenarios, model), {
      scenarios: listed(scenarios),
      ...Object.fromEntries(Object.entries(TOPICS).map(([name, of]) => [name, of(model)])),
    });
  } else {
    const scenarios = selectScenarios([], options, model, io);
    if (scenarios === undefined) return EXIT.input;
    print(scenarioLines(listed(scenarios)), listed(scenarios));
  }
  return EXIT.expected;
}
