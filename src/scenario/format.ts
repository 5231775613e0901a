/**
 * The scenario format: the one definition that files are checked with, that types come from, and that the JSON Schema is
 * made of (json-schema.ts adds a model's operations and properties to it).
 */
import { z } from 'zod';
import { GRAINS } from '../world/input.ts';
import { VERDICTS } from './result.ts';

/** A position of an actor takes at most 8 bits of a state. */
/** A length check would read the length of whatever stands there, text or not, and some values refuse that. */
const NOT_EMPTY = /[\s\S]/;

const STEPS_MAX = 100;
const TIMES_MAX = 100;
const COPIES_MAX = 9;

/** Keys that a step may have beside its operation, and inside its arguments. */
export const STEP_EXTRAS = ['as', 'result'] as const;

const word = z.string().regex(NOT_EMPTY, 'must not be empty');

/** `exit`, `{ unlink: { path: p }, result: r }`, or text: `unlink { path: p }`. */
export const stepFormat = z
  .union([word, z.record(z.string(), z.unknown())])
  .meta({ id: 'step', description: 'one operation with its arguments' });

const scriptFormat = z.array(stepFormat).max(STEPS_MAX);

export const plannedActor = z.strictObject({
  script: scriptFormat.optional().describe('steps, one after the other'),
  may: scriptFormat.min(1).optional().describe('steps of which any may be taken, in any order'),
  times: z.int().min(1).max(TIMES_MAX).optional().describe('how often the menu is used at most; unlimited if absent'),
  count: z.int().min(1).max(COPIES_MAX).optional().describe('interchangeable copies: name.1, name.2 …'),
});

const actorFormat = z
  .union([scriptFormat, plannedActor])
  .meta({ id: 'actor', description: 'a script, or a menu with a budget' });

/** `{ <property>: { parameters }, label: l }`, or the bare name of a property without parameters. */
export const checkFormat = z
  .union([word, z.record(z.string(), z.unknown())])
  .meta({ id: 'check', description: 'one property with its parameters' });

export const budgetFormat = z.strictObject({
  maxStates: z.int().min(1).optional(),
  maxSeconds: z.number().min(0).optional(),
});

export const scenarioFormat = z.strictObject({
  title: word.describe('one sentence that says what is at stake'),
  says: z.string().optional().describe('what a reader should know'),
  claims: z
    .array(z.string().regex(/^C(?:[1-9]|[12][0-9]|3[0-5])$/))
    .default([])
    .describe('founding claims that are shown, C1 to C35'),
  family: word.optional().describe('the name of the folder, if absent'),
  grain: z.enum(GRAINS).default('work').describe('how fine the steps are'),
  semantics: z.array(word).min(1).optional().describe('kernels and proposals to run under'),
  limits: z.record(z.string(), z.int().min(0)).default({}).describe('bounds of the model to lower'),
  faults: z
    .strictObject({ allocation: z.int().min(0).default(0).describe('allocations that may fail in one run') })
    .default({ allocation: 0 })
    .describe('what the environment may let fail'),
  objects: z.record(z.string(), z.unknown()).default({}).describe('what exists or may be created'),
  setup: z
    .array(z.record(z.string(), stepFormat))
    .default([])
    .describe('steps that run alone and first, as `- actor: { operation: { arguments } }`'),
  actors: z.record(z.string(), actorFormat).describe('who takes steps, by name'),
  roles: z.record(z.string(), z.array(word)).default({}).describe('programs that are versions of one logical program'),
  check: z.array(checkFormat).min(1).describe('what must be true'),
  expect: z
    .record(z.string(), z.record(z.string(), z.enum(VERDICTS)))
    .default({})
    .describe('by semantics, or semantics@grain: verdicts by label; what is not named here holds'),
  budget: budgetFormat.default({}).describe('bounds of the search; reaching one ends in unknown'),
});

export type ScenarioText = z.infer<typeof scenarioFormat>;
