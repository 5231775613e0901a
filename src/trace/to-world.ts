/** From a trace to a world that can be bound: one actor per process, its steps in order as its script. */
import type { ModelDefinition } from '../modelling/model.ts';
import type { Semantics } from '../modelling/semantics.ts';
import { CELL_BITS_MAX } from '../world/cells.ts';
import { type ActorInput, InputError, type ItemInput, NO_FAULTS, type WorldInput } from '../world/input.ts';
import { ENVIRONMENT } from '../world/plan.ts';
import { didYouMean } from '../world/suggest.ts';
import { SLEEP } from './check.ts';
import { familyOfArgument, familyOfAttachType, familyOfHook, familyOfOperation, SECTIONS } from './families.ts';
import type { TraceFile, TraceStep } from './format.ts';
import type { TraceSource } from './parse.ts';

/** Process that exists before the first step. */
const FIRST_ACTOR = 'P0';

/** The trace needs a family of attachments that the model does not have. */
export class NeedsFamily extends InputError {
  readonly family: string;
  constructor(family: string, model: string, word: string, source: TraceSource, step: number | undefined) {
    const where = step === undefined ? { file: source.file } : source.steps[step];
    super('LR310', `needs ${family}, which the model "${model}" does not have`, where, `because of ${word}`);
    this.family = family;
  }
}

/** Does the model have anything of the family? Then an unknown word of it is a mistake of the trace. */
const has = (model: ModelDefinition, family: string): boolean =>
  Object.entries(model.commands).some(
    ([op, { args }]) =>
      familyOfOperation(op) === family || Object.keys(args).some((name) => familyOfArgument(name) === family),
  );

/** The step's word that the model does not know, and the family it belongs to. */
function missingFamily(model: ModelDefinition, { op, args }: TraceStep): { family: string; word: string } | undefined {
  const command = Object.hasOwn(model.commands, op) ? model.commands[op] : undefined;
  const attachType = familyOfAttachType(args['attachType']);
  if (command === undefined) {
    const family = familyOfOperation(op);
    return family === undefined || has(model, family)
      ? undefined
      : { family: attachType ?? family, word: `the operation ${op}` };
  }
  for (const [name, value] of Object.entries(args)) {
    if (Object.hasOwn(command.args, name) || value === null) continue;
    const family = attachType ?? familyOfHook(args['hook']) ?? familyOfArgument(name);
    if (family !== undefined && !has(model, family)) return { family, word: `the argument ${name} of ${op}` };
  }
  for (const [name, familyOf] of [
    ['attachType', familyOfAttachType],
    ['hook', familyOfHook],
  ] as const) {
    const spec = command.args[name];
    const word = args[name];
    const family = familyOf(word);
    if (family === undefined || spec?.shape !== 'word' || spec.words === undefined) continue;
    if (!spec.words.includes(word as string)) return { family, word: `${name} ${String(word)}` };
  }
  return undefined;
}

/** Refuses what belongs to a family that the model does not have. */
function demandFamilies(source: TraceSource, model: ModelDefinition): void {
  source.trace.steps.forEach((step, i) => {
    if (step.op === SLEEP) return;
    const missing = missingFamily(model, step);
    if (missing !== undefined) throw new NeedsFamily(missing.family, model.name, missing.word, source, i);
  });
  for (const { section, kind } of SECTIONS)
    if ((source.trace.objects[section] ?? []).length > 0 && !Object.hasOwn(model.objects, kind))
      throw new NeedsFamily(kind, model.name, `the declared ${section}`, source, undefined);
}

/** Does `as` of this operation name a process? */
function makesActor(model: ModelDefinition, op: string): boolean {
  const command = Object.hasOwn(model.commands, op) ? model.commands[op] : undefined;
  if (command === undefined) return false;
  const filled = command.asArgument === undefined ? undefined : command.args[command.asArgument];
  return command.names === model.actorKind || filled?.shape === 'actor';
}

/** Names of all processes, in the order in which they come into being. */
function processes(source: TraceSource, model: ModelDefinition): readonly string[] {
  const names = [FIRST_ACTOR];
  source.trace.steps.forEach(({ op, actor, as }, i) => {
    const where = source.steps[i];
    if (actor !== ENVIRONMENT && !names.includes(actor))
      throw new InputError(
        'LR305',
        `there is no actor "${actor}" at this step`,
        where,
        didYouMean(actor, names) ?? 'fork makes one',
      );
    if (as === undefined || !makesActor(model, op)) return;
    if (names.includes(as) || as === ENVIRONMENT)
      throw new InputError('LR305', `there is an actor "${as}" already`, where);
    names.push(as);
  });
  return names;
}

/** A recorded state shows revisions, so the model must count them even if no step asks. */
function limitsOf({ steps }: TraceFile): WorldInput['limits'] {
  const most = 2 ** CELL_BITS_MAX - 1;
  return steps.some(({ state }) => state !== undefined) ? { revisions: Math.min(most, steps.length + 1) } : {};
}

/** The world of a trace. Throws InputError, NeedsFamily among them. */
export function traceWorld(source: TraceSource, model: ModelDefinition, semantics: Semantics): WorldInput {
  demandFamilies(source, model);
  const { trace, file, steps } = source;
  const scriptOf = (name: string): readonly ItemInput[] =>
    trace.steps.flatMap((step, i) =>
      step.actor === name && step.op !== SLEEP ? [{ op: step.op, args: step.args, as: step.as, where: steps[i] }] : [],
    );
  const actors = [...processes(source, model), ENVIRONMENT].map(
    (name): ActorInput => ({ name, script: scriptOf(name) }),
  );
  return {
    model,
    semantics,
    // The steps of a trace run to their end at once; a process that was killed closes its descriptors one by one.
    grain: 'lock',
    objects: { ...trace.objects },
    limits: limitsOf(trace),
    faults: NO_FAULTS,
    setup: [],
    actors: actors.filter(({ name, script }) => name !== ENVIRONMENT || script.length > 0),
    properties: [],
    where: { file },
  };
}
