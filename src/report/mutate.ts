/** The report of a mutation campaign: text, Markdown, JSON. */
import type { CampaignReport, MutantReport, Tally } from '../gate/mutate/score.ts';
import { table } from './table.ts';

const percent = (score: number): string => `${score.toFixed(1)} %`;

const COLUMNS = ['mutants', 'killed', 'survived', 'uncovered', 'bound hit', 'equivalent', 'score'] as const;

const cells = (tally: Tally): string[] => [
  String(tally.mutants),
  String(tally.killed),
  String(tally.survived),
  String(tally.uncovered),
  String(tally.bounded),
  String(tally.equivalent),
  percent(tally.score),
];

type Rows = readonly (readonly string[])[];

interface Part {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: Rows;
}

function parts(report: CampaignReport): readonly Part[] {
  const tallies = (by: Readonly<Record<string, Tally>>): Rows =>
    Object.entries(by).map(([name, tally]) => [name, ...cells(tally)]);
  return [
    { title: 'By family of the mutated code', columns: ['family', ...COLUMNS], rows: tallies(report.families) },
    { title: 'By operator', columns: ['operator', ...COLUMNS], rows: tallies(report.operators) },
    {
      title: 'By what told them from the original',
      columns: ['property', 'met', 'told', 'alone', 'share'],
      rows: report.properties.map(({ property, met, killed, alone }) => [
        property,
        String(met),
        String(killed),
        String(alone),
        percent(met === 0 ? 0 : (100 * killed) / met),
      ]),
    },
  ];
}

const alive = ({ fate }: MutantReport): boolean => fate === 'survived' || fate === 'uncovered' || fate === 'bounded';

const FATES: Readonly<Record<string, string>> = {
  survived: 'survived',
  uncovered: 'uncovered: no run comes to where it would matter',
  bounded: 'bound hit, which counts as not killed',
};

function mutantLines({ id, name, says, fate, near, by }: MutantReport): string[] {
  return [
    `${id}  ${name}`,
    `        ${says}; ${FATES[fate] ?? fate}`,
    ...(fate === 'bounded' && by !== undefined ? [`        ${by.scenario} @${by.grain}: ${by.shows.join('; ')}`] : []),
    ...(near.length === 0 ? [] : [`        near: ${near.join(', ')}`]),
  ];
}

function summary(report: CampaignReport): string {
  const { total, known, originals, runs, seconds, equivalents, atLeast, semantics } = report;
  const tried = total.mutants === known ? `${known} mutants` : `${total.mutants} of ${known} mutants`;
  return `${tried} of ${semantics}: ${total.killed} killed, ${total.survived} survived, ${total.uncovered} uncovered, ${total.bounded} hit a bound, ${total.equivalent} equivalent (${equivalents} reasons and names); score ${percent(total.score)}, at least ${atLeast} % wanted; ${originals} runs of the original, ${runs} of mutants, ${seconds.toFixed(0)}s`;
}

export function mutateText(report: CampaignReport): string {
  const survivors = report.mutants.filter(alive);
  const tables = parts(report).flatMap(({ title, columns, rows }) => [
    title,
    ...table(
      columns.map((column, i) => ({ title: column, right: i > 0 })),
      rows.map((row) => row.map((text) => ({ text }))),
    ).map((line) => `  ${line}`),
    '',
  ]);
  const list = survivors.length === 0 ? [] : ['Not killed', ...survivors.flatMap(mutantLines), ''];
  return `${[...list, ...tables, summary(report)].join('\n')}\n`;
}

export function mutateMarkdown(report: CampaignReport): string {
  const row = (texts: readonly string[]): string =>
    `| ${texts.map((text) => text.replaceAll('|', '\\|')).join(' | ')} |`;
  const tables = parts(report).flatMap(({ title, columns, rows }) => [
    `## ${title}`,
    '',
    row(columns),
    `|---|${'---:|'.repeat(columns.length - 1)}`,
    ...rows.map(row),
    '',
  ]);
  const survivors = report.mutants.filter(alive);
  const list = survivors.flatMap(({ id, name, fate, near }) => [
    `- \`${id}\` ${name} (${fate})${near[0] === undefined ? '' : `, near ${near[0]}`}`,
  ]);
  return `${['# Mutation score', '', summary(report), '', ...tables, '## Not killed', '', ...(list.length === 0 ? ['None.'] : list)].join('\n')}\n`;
}

export const mutateJson = (report: CampaignReport): string => `${JSON.stringify(report, null, 2)}\n`;

/** One mutant, for `--show`. */
export function mutantText({ id, name, says, family, fate, by, reason, near, properties }: MutantReport): string {
  return `${[
    `${id}  ${name}`,
    `  operator    ${says}`,
    `  family      ${family}`,
    `  fate        ${fate}${reason === undefined ? '' : `: ${reason}`}`,
    ...(by === undefined
      ? []
      : [`  run         ${by.scenario} @${by.grain}`, ...by.shows.map((line) => `  shows       ${line}`)]),
    ...(properties.length === 0 ? [] : [`  told by     ${properties.join(', ')}`]),
    ...near.map((run) => `  near        ${run}`),
  ].join('\n')}\n`;
}
