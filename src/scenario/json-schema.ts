/** The JSON Schema of scenario files, for editors: the format's own, with the names that a model knows. */
import { z } from 'zod';
import type { ArgSpec, ArgSpecs } from '../modelling/command.ts';
import type { ModelDefinition } from '../modelling/model.ts';
import { GRAINS } from '../world/input.ts';
import { loneArgument } from './arguments.ts';
import { checkFormat, scenarioFormat, stepFormat } from './format.ts';
import { VERDICTS } from './result.ts';

type Schema = { readonly [key: string]: unknown };

const TEXT: Schema = { type: 'string', minLength: 1 };
const INTEGER: Schema = { type: 'integer' };

function named(names: readonly string[], more: readonly Schema[] = []): Schema {
  return { anyOf: [{ enum: names }, ...more] };
}

function argument(spec: ArgSpec, model: ModelDefinition): Schema {
  const said = spec.says === undefined ? {} : { description: spec.says };
  return { ...said, ...shape(spec, model) };
}

function shape(spec: ArgSpec, model: ModelDefinition): Schema {
  switch (spec.shape) {
    case 'handle':
      return { anyOf: [TEXT, INTEGER, { type: 'null' }] };
    case 'object':
    case 'actor':
      return TEXT;
    case 'target':
      return {
        anyOf: [
          TEXT,
          INTEGER,
          { type: 'object', properties: { handle: TEXT }, required: ['handle'], additionalProperties: false },
        ],
      };
    case 'flags':
      // Models may know short forms of flags; names are offered, others are let pass.
      return { type: 'array', items: named(Object.keys(model.flags), [TEXT, INTEGER]) };
    case 'word':
      return named(spec.words ?? [], [
        ...(spec.words === undefined ? [TEXT] : []),
        ...(spec.orInteger === true ? [INTEGER] : []),
      ]);
    case 'integer':
      return INTEGER;
    case 'boolean':
      return { type: 'boolean' };
    case 'record': {
      const named = argumentsSchema(spec.parts, model, {});
      const bare = spec.bare === undefined ? undefined : spec.parts[spec.bare];
      return bare === undefined ? named : { anyOf: [named, shape(bare, model)] };
    }
    case 'named':
      return { type: 'object', additionalProperties: shape(spec.of, model) };
    case 'list':
      return { type: 'array', items: shape(spec.of, model) };
    case 'json':
      return {};
  }
}

/** Named arguments, or the one value that needs no name. */
function argumentsSchema(specs: ArgSpecs, model: ModelDefinition, extras: Schema): Schema {
  const properties = Object.fromEntries(Object.entries(specs).map(([name, spec]) => [name, argument(spec, model)]));
  const all: Schema = { type: 'object', properties: { ...extras, ...properties }, additionalProperties: false };
  const lone = loneArgument(specs);
  const needed = Object.values(specs).some(({ optional }) => optional !== true);
  const forms = [
    all,
    ...(lone === undefined ? [] : [properties[lone] as Schema]),
    ...(needed ? [] : [{ type: 'null' }]),
  ];
  return forms.length === 1 ? all : { anyOf: forms };
}

const EXTRAS: Schema = {
  as: { ...TEXT, description: 'name of the descriptor or object that the step yields; else of its result' },
  result: { ...TEXT, description: 'name under which outcomes find the result: actor.name' },
};

function stepSchema(model: ModelDefinition): Schema {
  const operations = Object.values(model.commands).map(({ op, name, args }) => [
    op,
    { description: name, ...argumentsSchema(args, model, EXTRAS) },
  ]);
  return {
    description: stepFormat.description,
    anyOf: [
      { enum: Object.keys(model.commands) },
      { type: 'string', pattern: '^[A-Za-z_][A-Za-z0-9_]*\\s+\\S' },
      {
        type: 'object',
        minProperties: 1,
        maxProperties: 3,
        properties: { ...Object.fromEntries(operations), ...EXTRAS },
        additionalProperties: false,
      },
    ],
  };
}

/** A list of objects may also be the name of a role. */
function parameters(params: ArgSpecs, model: ModelDefinition): Schema {
  const specs = Object.entries(params).map(([name, spec]) => [
    name,
    spec.shape === 'list' ? { anyOf: [TEXT, argument(spec, model)] } : argument(spec, model),
  ]);
  const properties = Object.fromEntries(specs) as Readonly<Record<string, Schema>>;
  const all: Schema = { type: 'object', properties, additionalProperties: false };
  const lone = loneArgument(params);
  return { anyOf: [all, ...(lone === undefined ? [] : [properties[lone] as Schema]), { type: 'null' }] };
}

function checkSchema(model: ModelDefinition): Schema {
  const result = named(['ok', '-', ...model.errnos]);
  const results: Schema = { type: 'object', minProperties: 1, additionalProperties: result };
  const phases: Schema = { type: 'object', minProperties: 1, additionalProperties: TEXT };
  const properties = Object.entries(model.properties).map(([key, { statement, params }]) => [
    key,
    { description: statement, ...parameters(params, model) },
  ]);
  const builtIn = {
    exists: { description: 'some run ends with these results', ...results },
    never: { description: 'no run ends with these results', ...results },
    outcomes: { description: 'runs end with exactly these results', type: 'array', minItems: 1, items: results },
    reachable: { description: 'some state shows these objects in these phases', ...phases },
    unreachable: { description: 'no state shows these objects in these phases', ...phases },
  };
  return {
    description: checkFormat.description,
    anyOf: [
      { enum: Object.keys(model.properties) },
      {
        type: 'object',
        minProperties: 1,
        maxProperties: 2,
        properties: {
          label: { ...TEXT, description: 'name of the verdict' },
          ...Object.fromEntries(properties),
          ...builtIn,
        },
        additionalProperties: false,
      },
    ],
  };
}

function expectSchema(model: ModelDefinition): Schema {
  const verdicts: Schema = { type: 'object', additionalProperties: { enum: VERDICTS } };
  const names = Object.keys(model.semantics);
  const keys = [...names, ...names.flatMap((name) => GRAINS.map((grain) => `${name}@${grain}`))];
  return {
    type: 'object',
    properties: Object.fromEntries(keys.map((key) => [key, verdicts])),
    additionalProperties: verdicts,
  };
}

/** JSON Schema (draft 2020-12) of scenarios over a model. What it refuses the loader refuses too; the loader knows more. */
export function scenarioSchema(model: ModelDefinition): Schema {
  const base = z.toJSONSchema(scenarioFormat, { io: 'input' }) as unknown as {
    readonly $defs: Schema;
    readonly properties: Readonly<Record<string, Schema>>;
  };
  const { expect = {}, semantics = {} } = base.properties;
  return {
    ...base,
    title: `lastref scenario (${model.name})`,
    properties: {
      ...base.properties,
      semantics: { ...semantics, items: named(Object.keys(model.semantics), [TEXT]) },
      expect: { ...expect, ...expectSchema(model) },
    },
    $defs: { ...base.$defs, step: stepSchema(model), check: checkSchema(model) },
  };
}
