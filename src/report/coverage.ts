/** Coverage of a run: what of the model was ever exercised, and above all what never was. */
import type { CheckResult, CoverageReport } from '../scenario/result.ts';
import type { Universe } from './suite.ts';
import { breakable, KEEP, labelled, wrap } from './width.ts';

export interface Part {
  readonly name: 'commands' | 'errnos' | 'charts' | 'works';
  readonly covered: readonly string[];
  readonly never: readonly string[];
}

export interface SuiteCoverage {
  readonly parts: readonly Part[];
  /** `op check` names that were only ever true, or only ever false. */
  readonly neverFalse: readonly string[];
  readonly neverTrue: readonly string[];
  readonly checks: number;
  /** Properties whose subject never existed, as `file semantics label`. */
  readonly vacuous: readonly string[];
  /** Operations of scenarios that no state enabled, as `file semantics: operation`. */
  readonly neverEnabled: readonly string[];
}

function union(results: readonly CheckResult[], of: (coverage: CoverageReport) => readonly string[]): Set<string> {
  return new Set(results.flatMap(({ coverage }) => [...of(coverage)]));
}

function part(name: Part['name'], all: readonly string[], seen: ReadonlySet<string>): Part {
  const known = [...new Set([...all, ...seen])].sort();
  return { name, covered: known.filter((item) => seen.has(item)), never: known.filter((item) => !seen.has(item)) };
}

export function suiteCoverage(results: readonly CheckResult[], universe: Universe): SuiteCoverage {
  const outcomes = union(results, ({ results: own }) => own);
  const errnos = new Set(
    [...outcomes].map((outcome) => outcome.split(' ').at(-1) ?? '').filter((errno) => errno !== 'ok'),
  );
  const checks = union(results, (coverage) => coverage.checks);
  const names = [...new Set([...checks].map((check) => check.replace(/ (?:true|false)$/, '')))].sort();
  const run = ({ file, semantics }: CheckResult): string => `${file} ${semantics}`;
  return {
    parts: [
      part(
        'commands',
        universe.commands,
        union(results, ({ commands }) => commands),
      ),
      part('errnos', universe.errnos, errnos),
      part(
        'charts',
        universe.charts,
        union(results, ({ charts }) => charts),
      ),
      part(
        'works',
        universe.works,
        union(results, ({ works }) => works),
      ),
    ],
    checks: names.length,
    neverFalse: names.filter((name) => !checks.has(`${name} false`)),
    neverTrue: names.filter((name) => !checks.has(`${name} true`)),
    vacuous: results.flatMap((result) =>
      result.verdicts.filter(({ verdict }) => verdict === 'vacuous').map(({ label }) => `${run(result)} ${label}`),
    ),
    neverEnabled: results.flatMap((result) => result.neverEnabled.map((operation) => `${run(result)}: ${operation}`)),
  };
}

const TITLES: Readonly<Record<Part['name'], string>> = {
  commands: 'commands',
  errnos: 'errnos',
  charts: 'transitions',
  works: 'deferred work',
};
/** Lists longer than this are cut unless everything was asked for. */
const SHOWN_MAX = 8;
const LABEL_WIDTH = 14;

function listed(items: readonly string[], verbose: boolean): string {
  const shown = verbose ? items : items.slice(0, SHOWN_MAX);
  const more = items.length - shown.length;
  return (
    shown.map((item) => item.replaceAll(' ', KEEP)).join(', ') +
    (more > 0 ? ` and ${more} more (--verbose shows them)` : '')
  );
}

export function coverageText(coverage: SuiteCoverage, width: number, verbose: boolean): string[] {
  const parts = coverage.parts.flatMap(({ name, covered, never }) => {
    const figure = `${covered.length} of ${covered.length + never.length}`;
    return labelled(
      TITLES[name],
      never.length === 0 ? figure : `${figure}; never: ${listed(never, verbose)}`,
      2,
      LABEL_WIDTH,
      width,
    );
  });
  const oneSided = coverage.neverFalse.length + coverage.neverTrue.length;
  const sides = [
    ...(coverage.neverFalse.length > 0 ? [`never failed: ${listed(coverage.neverFalse, verbose)}`] : []),
    ...(coverage.neverTrue.length > 0 ? [`never passed: ${listed(coverage.neverTrue, verbose)}`] : []),
  ];
  const checks = [`${coverage.checks} met, ${coverage.checks - oneSided} of them passed and failed`, ...sides].join(
    '; ',
  );
  const lines = [
    ...wrap('Coverage, over all runs', width),
    ...parts,
    ...labelled('checks', checks, 2, LABEL_WIDTH, width),
    ...labelled(
      'antecedents',
      coverage.vacuous.length === 0
        ? 'every property met its subject'
        : `never met: ${listed(coverage.vacuous, verbose)}`,
      2,
      LABEL_WIDTH,
      width,
    ),
    ...(coverage.neverEnabled.length === 0
      ? []
      : labelled('never enabled', listed(coverage.neverEnabled, verbose), 2, LABEL_WIDTH, width)),
  ];
  return lines.map(breakable);
}
