/** Checks: what `check:` asks for, as properties to bind and as questions about outcomes. */
import type { ModelDefinition } from '../modelling/model.ts';
import type { PropertyInput } from '../world/input.ts';
import { PHASE_PROPERTY } from '../world/phase-property.ts';
import { didYouMean } from '../world/suggest.ts';
import { checkNames, isRecord, namedArguments } from './arguments.ts';
import type { Problems } from './problem.ts';
import { BUILT_IN_CHECKS, isBuiltIn, type Scenario, type ScenarioCheck } from './scenario.ts';
import { shownValue } from './shape-issues.ts';

/** Results by `actor.name`. */
export type Pattern = Readonly<Record<string, string>>;

export type ResolvedCheck =
  | { readonly form: 'property' | 'reachable' | 'unreachable'; readonly label: string; readonly input: PropertyInput }
  | { readonly form: 'exists' | 'never' | 'outcomes'; readonly label: string; readonly patterns: readonly Pattern[] };

function rawPatterns({ property, params }: ScenarioCheck): readonly unknown[] {
  if (property !== 'outcomes') return [params];
  return Array.isArray(params) ? (params as unknown[]) : [];
}

const asksForResults = ({ property }: ScenarioCheck): boolean => ['exists', 'never', 'outcomes'].includes(property);

/** Results that the checks speak of; steps whose `as` is among them remember theirs. */
export function resultsAsked({ checks }: Scenario): ReadonlySet<string> {
  return new Set(
    checks.filter(asksForResults).flatMap((check) =>
      rawPatterns(check)
        .filter(isRecord)
        .flatMap((pattern) => Object.keys(pattern)),
    ),
  );
}

export class CheckResolver {
  private readonly scenario: Scenario;
  private readonly model: ModelDefinition;
  private readonly results: readonly string[];
  private readonly problems: Problems;

  /** `results`: names that steps remember. */
  constructor(scenario: Scenario, model: ModelDefinition, results: readonly string[], problems: Problems) {
    this.scenario = scenario;
    this.model = model;
    this.results = results;
    this.problems = problems;
  }

  resolve(): readonly ResolvedCheck[] {
    const resolved = this.scenario.checks.map((check) => this.problems.attempt(() => this.one(check), check.where));
    return resolved.filter((check) => check !== undefined);
  }

  private one(check: ScenarioCheck): ResolvedCheck | undefined {
    const { property, params, label, where } = check;
    if (asksForResults(check)) return this.outcomes(check);
    if (isBuiltIn(property)) {
      if (isRecord(params) && Object.keys(params).length > 0)
        return {
          form: property as 'reachable' | 'unreachable',
          label,
          input: { property: PHASE_PROPERTY, params, label, where },
        };
      this.problems.add(
        'LR115',
        `${property}: expected objects and their phases`,
        where,
        `write ${property}: { "link l": PHASE }`,
      );
      return undefined;
    }
    const spec = Object.hasOwn(this.model.properties, property) ? this.model.properties[property] : undefined;
    if (spec === undefined) {
      const hint = didYouMean(property, [...Object.keys(this.model.properties), ...BUILT_IN_CHECKS]);
      this.problems.add(
        'LR220',
        `unknown property "${property}"`,
        where,
        hint ?? '`lastref list properties` shows them',
      );
      return undefined;
    }
    const named = namedArguments(property, spec.params, params, where);
    checkNames(property, spec.params, named, check.paramAt, this.problems);
    const resolved = Object.fromEntries(
      Object.entries(named).map(([name, value]) => [name, this.role(check, name, value)]),
    );
    return { form: 'property', label, input: { property, params: resolved, label, where } };
  }

  /** A role's name where a list of objects is wanted becomes the list. */
  private role({ property, paramAt }: ScenarioCheck, name: string, value: unknown): unknown {
    const params = this.model.properties[property]?.params ?? {};
    if (!Object.hasOwn(params, name) || params[name]?.shape !== 'list' || typeof value !== 'string') return value;
    const { roles } = this.scenario;
    if (Object.hasOwn(roles, value)) return roles[value];
    const hint = didYouMean(value, Object.keys(roles)) ?? `declare it under "roles", or write a list: [${value}]`;
    this.problems.add('LR114', `there is no role "${value}"`, paramAt(name), hint);
    return [];
  }

  private outcomes(check: ScenarioCheck): ResolvedCheck | undefined {
    const { property, label, where } = check;
    const raw = rawPatterns(check);
    const patterns = raw.map((pattern) => this.pattern(pattern, check)).filter((pattern) => pattern !== undefined);
    if (raw.length === 0 || patterns.length < raw.length) {
      if (raw.length === 0)
        this.problems.add(
          'LR115',
          `${property}: expected a list of outcomes`,
          where,
          'write outcomes: [ { actor.name: ok } ]',
        );
      return undefined;
    }
    return { form: property as 'exists' | 'never' | 'outcomes', label, patterns };
  }

  private pattern(raw: unknown, { property, where, paramAt }: ScenarioCheck): Pattern | undefined {
    if (!isRecord(raw) || Object.keys(raw).length === 0) {
      this.problems.add(
        'LR115',
        `${property}: expected results by name, got ${shownValue(raw)}`,
        where,
        `write { actor.name: ok }`,
      );
      return undefined;
    }
    const values = ['ok', '-', ...this.model.errnos];
    let fine = true;
    const complain = (code: string, message: string, name: string, hint: string | undefined): void => {
      fine = false;
      this.problems.add(code, message, paramAt(name), hint);
    };
    for (const [name, value] of Object.entries(raw)) {
      if (!this.results.includes(name))
        complain(
          'LR112',
          `no step remembers a result "${name}"`,
          name,
          didYouMean(name, this.results) ?? 'write `result: name` on the step',
        );
      else if (!values.includes(value as string))
        complain(
          'LR116',
          `${name}: a result is ok, an errno or -, got ${shownValue(value)}`,
          name,
          didYouMean(String(value), values),
        );
    }
    return fine ? (raw as Pattern) : undefined;
  }
}
