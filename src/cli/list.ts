/** `lastref list [topic]`: what there is to check, and with what. */
import { clean, columnsOf, pad, wrap } from '../report/width.ts';
import { didYouMean } from '../world/suggest.ts';
import { type Entry, TOPICS } from './catalogue.ts';
import { type Context, emit, json } from './context.ts';
import { inputError } from './errors.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import type { OutputOptions, SelectionOptions } from './options.ts';
import { selectScenarios } from './scenarios.ts';

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

async function listedScenarios(selection: SelectionOptions, context: Context): Promise<readonly ListedScenario[]> {
  const scenarios = await selectScenarios([], selection, await context.model(), context.io);
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

async function overview(selection: SelectionOptions, context: Context): Promise<string[]> {
  const model = await context.model();
  const counts = Object.entries(TOPICS).map(([topic, entries]) => `${topic} (${entries(model).length})`);
  return [
    ...scenarioLines(await listedScenarios(selection, context)),
    '',
    'semantics',
    ...entryLines(TOPICS['semantics']?.(model) ?? [], 2),
    '',
    ...wrap(`\`lastref list TOPIC\` for each of: scenarios, ${counts.join(', ')}`, WIDTH),
  ];
}

export async function list(
  topic: string | undefined,
  options: OutputOptions<ListFormat> & SelectionOptions,
  context: Context,
): Promise<ExitCode> {
  const known = ['scenarios', ...Object.keys(TOPICS)];
  if (topic !== undefined && !known.includes(topic))
    throw inputError(
      'LR005',
      `there is nothing called "${topic}" to list`,
      didYouMean(topic, known) ?? `there are ${known.join(', ')}`,
    );
  const asJson = options.format === 'json';
  const print = (lines: readonly string[], data: unknown): void =>
    emit(asJson ? json(data) : `${lines.join('\n')}\n`, options, context.io);
  if (topic === 'scenarios' || (topic === undefined && asJson)) {
    const scenarios = await listedScenarios(options, context);
    print(scenarioLines(scenarios), scenarios);
  } else if (topic === undefined) print(await overview(options, context), undefined);
  else {
    const entries = TOPICS[topic]?.(await context.model()) ?? [];
    print(entryLines(entries), entries);
  }
  return EXIT.expected;
}
