/** `lastref explain NAME`: what a name means: a property, command, deferred work, semantics, feature, rule, grain, claim, errno or error code. */
import type { ModelDefinition } from '../modelling/model.ts';
import { changeText, listChanges } from '../modelling/semantics.ts';
import { implicationsText } from '../report/implications.ts';
import { wrap } from '../report/width.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { didYouMean } from '../world/suggest.ts';
import { type Entry, TOPICS } from './catalogue.ts';
import { type Context, emit, json } from './context.ts';
import { ERROR_CODES } from './error-codes.ts';
import { inputError } from './errors.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { entryLines } from './list.ts';
import { knownScenarios } from './scenarios.ts';
import { argumentRows } from './shapes.ts';
import { type WhyOptions, why } from './why.ts';

const WIDTH = 100;

interface Library {
  readonly model: ModelDefinition;
  /** Scenarios of the default folder, as far as they can be read. */
  readonly scenarios: () => readonly Scenario[];
}

/** Lines of explanation, or undefined where the name means nothing here. */
type Explainer = (name: string, library: Library) => string[] | undefined;

const own = <T>(of: Readonly<Record<string, T>>, name: string): T | undefined =>
  Object.hasOwn(of, name) ? of[name] : undefined;

function part(title: string, text: string | undefined): string[] {
  if (text === undefined || text === '') return [];
  return ['', title, ...wrap(text, WIDTH - 2).map((line) => `  ${line}`)];
}

function partOf(title: string, entries: readonly Entry[]): string[] {
  return entries.length === 0 ? [] : ['', title, ...entryLines(entries, 2)];
}

const asEntries = (scenarios: readonly Scenario[]): Entry[] =>
  scenarios.map(({ file, title, claims }) => ({ name: file, says: title, claims }));

const PROPERTY_KINDS = {
  always: 'in every state',
  step: 'of every transition',
  finally: 'in every quiescent state',
} as const;

const property: Explainer = (name, { model, scenarios }) => {
  const found = own(model.properties, name);
  if (found === undefined) return undefined;
  return [
    `${name}: a property, checked ${PROPERTY_KINDS[found.kind]}`,
    ...part('Statement', found.statement),
    ...part('Claims', found.claims.join(', ')),
    ...part('Explanation', found.explanation),
    ...partOf(
      'Parameters',
      argumentRows(found.params).map(([parameter, says]) => ({ name: parameter, says })),
    ),
    ...partOf(
      'Scenarios',
      asEntries(scenarios().filter(({ checks }) => checks.some((check) => check.property === name))),
    ),
  ];
};

const command: Explainer = (name, { model }) => {
  const found = own(model.commands, name) ?? Object.values(model.commands).find((each) => each.name === name);
  if (found === undefined) return undefined;
  const yields = found.yieldsHandle
    ? `\`as\` names the descriptor that it returns${found.names === undefined ? '' : `, and the ${found.names} that it makes`}`
    : undefined;
  return [
    `${found.op}: ${found.name}`,
    ...part('Cites', found.cites),
    ...partOf(
      'Arguments',
      argumentRows(found.args).map(([argument, says]) => ({ name: argument, says })),
    ),
    ...part('Yields', yields),
    ...part('Atomic steps, at grain lock', found.stepNames.join(', ')),
  ];
};

const work: Explainer = (name, { model }) => {
  const found = model.works.find((each) => each.name === name);
  return found === undefined ? undefined : [`${name}: deferred work on ${found.on}`, ...part('Cites', found.cites)];
};

const semantics: Explainer = (name, { model, scenarios }) => {
  const found = own(model.semantics, name);
  if (found === undefined) return undefined;
  return [
    `${name}: ${found.says}`,
    ...part('Base', found.ground?.name),
    ...part('Claims', found.claims?.join(', ')),
    ...part('Features', [...found.features].join(', ')),
    ...part('Changes', listChanges(found.changes).map(changeText).join(', ')),
    ...partOf('Scenarios', asEntries(scenarios().filter((scenario) => scenario.semantics.includes(name)))),
  ];
};

const claim: Explainer = (name, { model, scenarios }) => {
  if (!/^C\d+$/.test(name)) return undefined;
  const properties = Object.values(model.properties).filter(({ claims }) => claims.includes(name));
  const shown = scenarios().filter(({ claims }) => claims.includes(name));
  const said = own(model.claims ?? {}, name);
  if (said === undefined && properties.length + shown.length === 0) return undefined;
  return [
    `${name}: ${said ?? 'a founding claim'}`,
    ...partOf(
      'Properties',
      properties.map(({ name: property, statement }) => ({ name: property, says: statement })),
    ),
    ...partOf('Scenarios', asEntries(shown)),
  ];
};

const errorCode: Explainer = (name) => {
  const found = own(ERROR_CODES, name.toUpperCase());
  if (found === undefined) return undefined;
  const kind = found.definite ? '' : 'Another semantics, a higher limit or another family may accept the same input.';
  return [`${name.toUpperCase()}: ${found.meaning}`, ...part('What to do', found.remedy), ...part('Note', kind)];
};

const rule: Explainer = (name, { model }) => {
  if (!Object.hasOwn(model.rules, name)) return undefined;
  const [known] = TOPICS['rules']?.(model).filter((entry) => entry.name === name) ?? [];
  return [
    `${name}: a rule of the models, which a proposal may replace`,
    ...part('Cites', own(model.ruleCites ?? {}, name)),
    ...part('Replaced', known?.says),
  ];
};

/** What the topics of `list` know and nothing above explains better: objects, features, grains, errnos. */
const listed: Explainer = (name, { model }) => {
  for (const topic of ['objects', 'features', 'grains', 'errnos', 'exits']) {
    const found = TOPICS[topic]?.(model).find((entry) => entry.name === name);
    if (found === undefined) continue;
    const more = topic === 'objects' ? part('More', `\`lastref chart ${name}\` draws its phases`) : [];
    return [`${name}: one of the ${topic}`, ...part('Meaning', found.says), ...more];
  }
  return undefined;
};

const EXPLAINERS: readonly Explainer[] = [errorCode, property, command, work, semantics, rule, claim, listed];

export async function explain(name: string | undefined, options: WhyOptions, context: Context): Promise<ExitCode> {
  if (options.why !== undefined) return why(options.why, options, context);
  const { io, model: load } = context;
  const model = await load();
  if (options.graph === true) {
    const implications = model.implications ?? [];
    emit(options.format === 'json' ? json(implications) : implicationsText(implications), options, io);
    return EXIT.expected;
  }
  if (name === undefined)
    throw inputError(
      'LR001',
      "missing required argument 'name'",
      '`lastref explain no-gap`, or `lastref explain --why SCENARIO`',
    );
  let read: readonly Scenario[] | undefined;
  const scenarios = (): readonly Scenario[] => {
    read ??= knownScenarios(model, io);
    return read;
  };
  for (const explainer of EXPLAINERS) {
    const lines = explainer(name, { model, scenarios });
    if (lines === undefined) continue;
    emit(`${lines.join('\n')}\n`, options, io);
    return EXIT.expected;
  }
  const names = Object.values(TOPICS).flatMap((entries) => entries(model).map((entry) => entry.name));
  throw inputError(
    'LR005',
    `nothing is called "${name}"`,
    didYouMean(name, names) ??
      '`lastref list TOPIC` shows the names of properties, commands, semantics, features, rules, errors',
  );
}
