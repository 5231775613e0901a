/** Loading: from the text of a scenario file to a scenario, or to everything that is wrong with it. */
import { readFileSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import type { ModelDefinition } from '../modelling/model.ts';
import { bindScenario } from './bind-scenario.ts';
import { checkExpectations } from './expectations.ts';
import { type ScenarioText, scenarioFormat } from './format.ts';
import { failure, Problems, problemAt, type Result } from './problem.ts';
import type { Scenario, ScenarioActor, ScenarioCheck, SetupStep } from './scenario.ts';
import { ShapeIssues, shownValue } from './shape-issues.ts';
import { readStep, type Step } from './steps.ts';
import { type Path, readYaml, type YamlSource } from './yaml-source.ts';

class Reader {
  private readonly source: YamlSource;
  private readonly problems: Problems;
  private readonly text: ScenarioText;

  constructor(source: YamlSource, problems: Problems, text: ScenarioText) {
    this.source = source;
    this.problems = problems;
    this.text = text;
  }

  scenario(model: ModelDefinition): Scenario {
    const { text, source } = this;
    const { file } = source;
    return {
      file,
      name: basename(file).replace(/\.ya?ml$/, ''),
      title: text.title,
      says: text.says,
      claims: text.claims,
      family: text.family ?? basename(dirname(resolve(file))),
      grain: text.grain,
      semantics: [...new Set(text.semantics ?? [model.defaultSemantics])],
      limits: text.limits,
      faults: text.faults,
      objects: text.objects,
      setup: this.setup(),
      actors: Object.keys(text.actors).map((name) => this.actor(name)),
      roles: text.roles,
      checks: text.check.flatMap((raw, i) => this.check(raw, ['check', i]) ?? []),
      expect: text.expect,
      budget: {
        ...(text.budget.maxStates === undefined ? {} : { maxStates: text.budget.maxStates }),
        ...(text.budget.maxSeconds === undefined ? {} : { maxSeconds: text.budget.maxSeconds }),
      },
      where: { objects: source.keyAt(['objects']) },
    };
  }

  private steps(raw: readonly unknown[], path: Path): Step[] {
    return raw.flatMap((step, i) => readStep(step, [...path, i], this.source, this.problems) ?? []);
  }

  private setup(): SetupStep[] {
    return this.text.setup.flatMap((raw, i) => {
      const path = ['setup', i];
      const [actor, ...others] = Object.keys(raw);
      if (actor === undefined || others.length > 0) {
        this.problems.add(
          'LR107',
          'a setup step names exactly one actor',
          this.source.at(path),
          'write `- actor: { operation: { argument: value } }`',
        );
        return [];
      }
      const step = readStep(raw[actor], [...path, actor], this.source, this.problems);
      return step === undefined ? [] : [{ actor, step }];
    });
  }

  private actor(name: string): ScenarioActor {
    const raw = this.text.actors[name] ?? [];
    const path = ['actors', name];
    const where = this.source.keyAt(path);
    if (Array.isArray(raw)) return { name, script: this.steps(raw, path), menu: undefined, count: undefined, where };
    const { script = [], may, times, count } = raw;
    if (may === undefined && times !== undefined)
      this.problems.add('LR105', `actors.${name}: "times" needs "may"`, this.source.keyAt([...path, 'times']));
    const menu = may === undefined ? undefined : { items: this.steps(may, [...path, 'may']), times };
    return { name, script: this.steps(script, [...path, 'script']), menu, count, where };
  }

  private check(raw: unknown, path: Path): ScenarioCheck | undefined {
    const where = this.source.at(path);
    if (typeof raw === 'string') return { property: raw, params: null, label: raw, where, paramAt: () => where };
    const { label, ...rest } = raw as Readonly<Record<string, unknown>>;
    const [property, ...others] = Object.keys(rest);
    if (property === undefined || others.length > 0) {
      this.problems.add(
        'LR115',
        'a check is exactly one property with its parameters, and a label',
        where,
        'write `- property: { parameter: value }`',
      );
      return undefined;
    }
    if (label !== undefined && (typeof label !== 'string' || label === '')) {
      this.problems.add('LR105', `a label is text, got ${shownValue(label)}`, this.source.at([...path, 'label']));
      return undefined;
    }
    const at = this.source.keyAt([...path, property]);
    const paramAt = (name: string) => this.source.keyAt([...path, property, name]);
    return { property, params: rest[property], label: label ?? property, where: at, paramAt };
  }
}

function checkLabels(checks: readonly ScenarioCheck[], problems: Problems): void {
  const seen = new Set<string>();
  for (const { label, where } of checks) {
    if (seen.has(label))
      problems.add('LR110', `two checks are labelled "${label}"`, where, 'give one of them `label: …`');
    seen.add(label);
  }
}

/**
 * Reads one scenario: its form, then its names against the model, then a trial binding under its first semantics, in
 * which setup runs. Problems are listed together as far as each step gets; every one has a line and a column. Never
 * throws for what the text says.
 */
export function loadScenario(text: string, file: string, model: ModelDefinition): Result<Scenario> {
  const read = readYaml(text, file);
  if (!read.ok) return read;
  const source = read.value;
  const problems = new Problems(file);
  const shape = scenarioFormat.safeParse(source.value);
  if (!shape.success) {
    const issues = new ShapeIssues(source, problems);
    for (const issue of shape.error.issues) issues.report(issue);
    return failure(problems.list);
  }
  const scenario = new Reader(source, problems, shape.data).scenario(model);
  checkLabels(scenario.checks, problems);
  checkExpectations(scenario, model, source, problems);
  if (problems.list.length > 0) return failure(problems.list);
  const [semantics = model.defaultSemantics] = scenario.semantics;
  const bound = bindScenario(scenario, model, semantics, scenario.grain);
  return bound.ok ? problems.result(scenario) : bound;
}

/** Reads a scenario file; LR100 if it cannot be read. */
export function loadScenarioFile(file: string, model: ModelDefinition): Result<Scenario> {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    return failure([problemAt('LR100', `cannot be read: ${(error as Error).message}`, { file })]);
  }
  return loadScenario(text, file, model);
}
