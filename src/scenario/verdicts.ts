/** From what a search found to verdicts. */
import type { Exploration, Outcome } from '../explore/explore.ts';
import type { ModelDefinition } from '../modelling/model.ts';
import type { Pattern, ResolvedCheck } from './checks.ts';
import { matches, type Proofs } from './proof.ts';
import type { CheckVerdict, Counterexample, Verdict } from './result.ts';
import { LAW_PREFIX, NO_DEADLOCK } from './scenario.ts';

export interface Findings {
  readonly exploration: Exploration;
  readonly prover: Proofs;
  /** Labels of properties whose subject existed. */
  readonly subjects: ReadonlySet<string>;
  readonly model: ModelDefinition;
  readonly expected: Readonly<Record<string, Verdict>>;
}

type Judged = Pick<CheckVerdict, 'verdict' | 'trace'>;
type Words = Pick<CheckVerdict, 'property' | 'statement' | 'claims' | 'explanation'>;

export const patternText = (pattern: Pattern): string =>
  Object.entries(pattern)
    .map(([name, result]) => `${name} = ${result}`)
    .join(', ');

/** Nothing speaks against it: proved only if everything was looked at. */
const unlessBounded = ({ bounds }: Exploration, verdict: Verdict): Judged => ({
  verdict: bounds.length > 0 ? 'unknown' : verdict,
  trace: undefined,
});

export class Judge {
  private readonly found: Findings;

  constructor(found: Findings) {
    this.found = found;
  }

  verdicts(checks: readonly ResolvedCheck[]): readonly CheckVerdict[] {
    const labels = new Set(checks.map(({ label }) => label));
    return [...checks.map((check) => this.check(check)), ...this.laws(labels), ...this.deadlocks()];
  }

  private check(check: ResolvedCheck): CheckVerdict {
    switch (check.form) {
      case 'property':
        return this.complete(check.label, this.property(check.label), this.propertyWords(check.input.property));
      case 'reachable':
      case 'unreachable':
        return this.phases(check.form, check.label, check.input.params);
      default:
        return this.outcomes(check.form, check.label, check.patterns);
    }
  }

  private complete(label: string, { verdict, trace }: Judged, words: Words, expectedAs = label): CheckVerdict {
    const { exploration, expected } = this.found;
    const bounds = verdict === 'unknown' ? exploration.bounds : [];
    const wanted = Object.hasOwn(expected, expectedAs) ? expected[expectedAs] : undefined;
    return { label, verdict, expected: wanted ?? 'holds', trace, bounds, ...words };
  }

  private propertyWords(property: string): Words {
    const { statement = property, claims = [], explanation = '' } = this.found.model.properties[property] ?? {};
    return { property, statement, claims, explanation };
  }

  private pathTo(label: string): readonly number[] | undefined {
    return this.found.exploration.findings.find((finding) => finding.label === label)?.path;
  }

  private property(label: string): Judged {
    const { exploration, prover, subjects } = this.found;
    const path = this.pathTo(label);
    if (path !== undefined) return { verdict: 'violated', trace: prover.violation(label, path) };
    return unlessBounded(exploration, subjects.has(label) ? 'holds' : 'vacuous');
  }

  private phases(
    form: 'reachable' | 'unreachable',
    label: string,
    params: Readonly<Record<string, unknown>>,
  ): CheckVerdict {
    const { exploration, prover, subjects } = this.found;
    const path = this.pathTo(label);
    const trace = path && prover.violation(label, path);
    const what = Object.entries(params)
      .map(([object, phase]) => `${object} is ${String(phase)}`)
      .join(' and ');
    const words = { property: form, claims: [] };
    if (form === 'reachable') {
      const judged: Judged = trace === undefined ? unlessBounded(exploration, 'violated') : { verdict: 'holds', trace };
      return this.complete(label, judged, {
        ...words,
        statement: `some state is reached in which ${what}`,
        explanation: 'no interleaving leads there',
      });
    }
    const judged: Judged =
      trace === undefined
        ? unlessBounded(exploration, subjects.has(label) ? 'holds' : 'vacuous')
        : { verdict: 'violated', trace };
    return this.complete(label, judged, {
      ...words,
      statement: `no state is reached in which ${what}`,
      explanation: 'the trace leads there',
    });
  }

  private outcomes(form: 'exists' | 'never' | 'outcomes', label: string, patterns: readonly Pattern[]): CheckVerdict {
    const words = { property: form, claims: [] };
    const [pattern = {}] = patterns;
    switch (form) {
      case 'exists':
        return this.complete(label, this.exists(label, pattern), {
          ...words,
          statement: `some run ends with ${patternText(pattern)}`,
          explanation: 'every interleaving was run to its end, and none showed these results',
        });
      case 'never':
        return this.complete(label, this.never(label, pattern), {
          ...words,
          statement: `no run ends with ${patternText(pattern)}`,
          explanation: 'the trace ends with these results',
        });
      case 'outcomes':
        return this.exactly(label, patterns, {
          ...words,
          statement: `runs end with exactly: ${patterns.map(patternText).join('; ')}`,
          explanation: '',
        });
    }
  }

  private shown(label: string, outcome: Outcome, pattern: Pattern): Counterexample {
    return this.found.prover.outcome(label, outcome.path, pattern, `the run ends with ${patternText(pattern)}`);
  }

  private exists(label: string, pattern: Pattern): Judged {
    const { exploration } = this.found;
    const witness = exploration.outcomes.find(({ results }) => matches(results, pattern));
    if (witness === undefined) return unlessBounded(exploration, 'violated');
    return { verdict: 'holds', trace: this.shown(label, witness, pattern) };
  }

  private never(label: string, pattern: Pattern): Judged {
    const { exploration } = this.found;
    const witness = exploration.outcomes.find(({ results }) => matches(results, pattern));
    if (witness !== undefined) return { verdict: 'violated', trace: this.shown(label, witness, pattern) };
    const ran = exploration.outcomes.some(({ results }) =>
      Object.entries(pattern).every(([name, value]) => value === '-' || results[name] !== '-'),
    );
    return unlessBounded(exploration, ran ? 'holds' : 'vacuous');
  }

  private exactly(label: string, patterns: readonly Pattern[], words: Words): CheckVerdict {
    const { exploration } = this.found;
    const names = [...new Set(patterns.flatMap((pattern) => Object.keys(pattern)))];
    const project = (results: Pattern): Pattern =>
      Object.fromEntries(names.map((name) => [name, results[name] ?? '-']));
    const extra = exploration.outcomes.find(({ results }) => !patterns.some((pattern) => matches(results, pattern)));
    if (extra !== undefined) {
      const trace = this.shown(label, extra, project(extra.results));
      return this.complete(
        label,
        { verdict: 'violated', trace },
        { ...words, explanation: `not among them: ${patternText(project(extra.results))}` },
      );
    }
    const missing = patterns.filter(
      (pattern) => !exploration.outcomes.some(({ results }) => matches(results, pattern)),
    );
    const explanation =
      missing.length === 0
        ? 'every final state shows one of them, and each is shown'
        : `no run ends with ${missing.map(patternText).join('; ')}`;
    return this.complete(label, unlessBounded(exploration, missing.length === 0 ? 'holds' : 'violated'), {
      ...words,
      explanation,
    });
  }

  /** Laws that broke, and those that were expected to. */
  private laws(labels: ReadonlySet<string>): readonly CheckVerdict[] {
    const { exploration, prover, expected } = this.found;
    const broken = exploration.findings.filter(({ kind, label }) => kind === 'law' && !labels.has(label));
    const awaited = Object.keys(expected)
      .filter((label) => label.startsWith(LAW_PREFIX))
      .map((label) => label.slice(LAW_PREFIX.length))
      .filter((law) => !broken.some(({ label }) => label === law));
    const words = (law: string): Words => ({
      property: law,
      statement: `the model keeps its own law ${law}`,
      claims: [],
      explanation:
        'a kernel in this state would corrupt memory, leak or warn; either the scenario found a bug, or the model has one',
    });
    return [
      ...broken.map(({ label, path }) =>
        this.complete(
          label,
          { verdict: 'violated', trace: prover.violation(label, path) },
          words(label),
          LAW_PREFIX + label,
        ),
      ),
      ...awaited.map((law) => this.complete(law, unlessBounded(exploration, 'holds'), words(law), LAW_PREFIX + law)),
    ];
  }

  private deadlocks(): readonly CheckVerdict[] {
    const { exploration, prover, expected } = this.found;
    const { deadlock } = exploration;
    if (deadlock === undefined && !Object.hasOwn(expected, NO_DEADLOCK)) return [];
    const judged: Judged =
      deadlock === undefined
        ? unlessBounded(exploration, 'holds')
        : { verdict: 'violated', trace: prover.deadlock(NO_DEADLOCK, deadlock) };
    const statement = 'no script waits for ever';
    return [
      this.complete(NO_DEADLOCK, judged, {
        property: NO_DEADLOCK,
        statement,
        claims: [],
        explanation: 'somebody waits for what nobody will do',
      }),
    ];
  }
}
