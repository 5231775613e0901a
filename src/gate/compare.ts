/** Comparing: two records of one scenario, baseline and candidate, as divergences. Knows nothing but the records. */
import type { Verdict } from '../scenario/result.ts';
import { GRAINS, type Grain } from '../world/input.ts';
import { type Divergence, type DivergenceClass, type Fingerprinted, fingerprinted } from './divergence.ts';
import { COVERAGE_PARTS, type CoveragePart, type RunRecord, type ScenarioRecord, sorted } from './record.ts';

/** What is covered now and was not: no divergence, but the record does not know it yet. */
export interface Gained {
  readonly scenario: string;
  readonly grain: Grain;
  readonly what: string;
}

export interface ComparedRun {
  readonly scenario: string;
  readonly grain: Grain;
  readonly verdicts: number;
}

export interface Comparison {
  readonly divergences: readonly Fingerprinted[];
  readonly gained: readonly Gained[];
  /** Runs that were compared; those that neither side could set up are not among them. */
  readonly runs: readonly ComparedRun[];
  /** Runs that neither side could set up. */
  readonly notSetUp: number;
}

const without = (a: readonly string[], b: readonly string[]): readonly string[] => {
  const known = new Set(b);
  return a.filter((item) => !known.has(item));
};

const PART_WORDS: Readonly<Record<CoveragePart, string>> = {
  failed: 'check failed',
  charts: 'transition',
  works: 'deferred work',
};

class Run {
  readonly found: Divergence[] = [];
  private readonly scenario: string;
  private readonly grain: Grain;
  private readonly was: RunRecord;
  private readonly now: RunRecord;

  constructor(scenario: string, grain: Grain, was: RunRecord, now: RunRecord) {
    this.scenario = scenario;
    this.grain = grain;
    this.was = was;
    this.now = now;
  }

  compare(): readonly Divergence[] {
    const { was, now } = this;
    if (was.setup !== undefined || now.setup !== undefined) {
      if (now.setup !== undefined && was.setup === undefined) this.add('setup fails', 'setup', 'succeeds', now.setup);
      if (was.setup !== undefined && now.setup === undefined)
        this.add('setup succeeds', 'setup', was.setup, 'succeeds');
      return this.found;
    }
    this.verdicts();
    this.outcomes();
    this.errnos();
    this.coverage();
    return this.found;
  }

  private add(of: DivergenceClass, subject: string, was: string, now: string, steps: readonly string[] = []): void {
    const { scenario, grain } = this;
    this.found.push({ class: of, scenario, grain, subject, was, now, steps });
  }

  private verdicts(): void {
    const { was, now } = this;
    for (const label of sorted([...Object.keys(was.verdicts), ...Object.keys(now.verdicts)])) {
      const [before, after] = [was.verdicts[label], now.verdicts[label]];
      if (before === undefined && after !== undefined) this.add('property added', label, 'none', after);
      else if (after === undefined && before !== undefined) this.add('property removed', label, before, 'none');
      else if (before !== undefined && after !== undefined) this.verdict(label, before, after);
    }
    for (const law of sorted([...Object.keys(was.laws), ...Object.keys(now.laws)]))
      this.verdict(law, was.laws[law] ?? 'holds', now.laws[law] ?? 'holds');
  }

  private verdict(label: string, before: Verdict, after: Verdict): void {
    const steps = this.now.traces[label] ?? [];
    if (before !== after) {
      const of = after === 'holds' ? 'newly holding' : (`newly ${after}` as DivergenceClass);
      this.add(of, label, before, after, after === 'violated' ? steps : []);
    } else if (after === 'unknown') this.add('unknown on both sides', label, before, after);
    else if (after === 'violated') {
      const earlier = this.was.traces[label] ?? [];
      if (earlier.join('\n') !== steps.join('\n')) {
        const length = (of: readonly string[]): string => `in ${of.length} step${of.length === 1 ? '' : 's'}`;
        this.add('violated otherwise', label, `violated ${length(earlier)}`, `violated ${length(steps)}`, steps);
      }
    }
  }

  /** What was not seen is lost only where everything was looked at, and new only where the other side looked everywhere. */
  private sets(of: 'outcome' | 'errno', was: readonly string[], now: readonly string[]): void {
    if (this.was.bounds.length === 0) for (const item of without(now, was)) this.add(`${of} added`, item, 'no', 'yes');
    if (this.now.bounds.length === 0) for (const item of without(was, now)) this.add(`${of} lost`, item, 'yes', 'no');
  }

  private outcomes(): void {
    this.bounds();
    this.sets('outcome', this.was.outcomes, this.now.outcomes);
  }

  /** A search that hit a bound although every verdict is known still compared less than it says. */
  private bounds(): void {
    const { was, now } = this;
    const undecided = this.found.some((each) => /unknown/.test(each.class));
    if (now.bounds.length > 0 && !undecided)
      this.add(
        'newly unknown',
        'everything that was not seen',
        was.bounds.join(', ') || 'exhaustive',
        now.bounds.join(', '),
      );
    else if (was.bounds.length > 0 && now.bounds.length === 0)
      this.add(
        'unknown on both sides',
        'everything that the baseline did not see',
        was.bounds.join(', '),
        'exhaustive',
      );
  }

  private errnos(): void {
    const flat = (table: RunRecord['errnos']): readonly string[] =>
      sorted(Object.entries(table).flatMap(([op, errnos]) => errnos.map((errno) => `${op} ${errno}`)));
    this.sets('errno', flat(this.was.errnos), flat(this.now.errnos));
  }

  private coverage(): void {
    if (this.now.bounds.length > 0) return;
    for (const part of COVERAGE_PARTS)
      for (const item of without(this.was.coverage[part], this.now.coverage[part]))
        this.add('coverage lost', `${PART_WORDS[part]}: ${item}`, 'yes', 'no');
  }
}

function compareScenario(was: ScenarioRecord | undefined, now: ScenarioRecord | undefined): Comparison {
  const scenario = (was ?? now)?.scenario ?? '';
  const divergences: Divergence[] = [];
  const gained: Gained[] = [];
  const runs: ComparedRun[] = [];
  let notSetUp = 0;
  const lone = (of: 'scenario added' | 'scenario removed', grain: Grain): void => {
    const [before, after] = of === 'scenario added' ? ['none', 'checked'] : ['checked', 'none'];
    divergences.push({ class: of, scenario, grain, subject: scenario, was: before, now: after, steps: [] });
  };
  for (const grain of GRAINS) {
    const [before, after] = [was?.runs[grain], now?.runs[grain]];
    if (before === undefined && after !== undefined) lone('scenario added', grain);
    else if (before !== undefined && after === undefined) lone('scenario removed', grain);
    if (before === undefined || after === undefined) continue;
    if (before.setup !== undefined && after.setup !== undefined) {
      notSetUp++;
      continue;
    }
    runs.push({ scenario, grain, verdicts: Object.keys(after.verdicts).length });
    divergences.push(...new Run(scenario, grain, before, after).compare());
    if (before.setup === undefined)
      for (const part of COVERAGE_PARTS)
        for (const item of without(after.coverage[part], before.coverage[part]))
          gained.push({ scenario, grain, what: `${PART_WORDS[part]}: ${item}` });
  }
  return { divergences: divergences.map(fingerprinted), gained, runs, notSetUp };
}

/** Compares by scenario, in alphabetical order. */
export function compareRecords(baseline: readonly ScenarioRecord[], candidate: readonly ScenarioRecord[]): Comparison {
  const was = new Map(baseline.map((record) => [record.scenario, record]));
  const now = new Map(candidate.map((record) => [record.scenario, record]));
  const parts = sorted([...was.keys(), ...now.keys()]).map((name) => compareScenario(was.get(name), now.get(name)));
  return {
    divergences: parts.flatMap(({ divergences }) => divergences),
    gained: parts.flatMap(({ gained }) => gained),
    runs: parts.flatMap(({ runs }) => runs),
    notSetUp: parts.reduce((total, { notSetUp }) => total + notSetUp, 0),
  };
}
