/** One side of a comparison, run here or, where a file of the user takes part, in a thread that can be ended. */

import type { ModelDefinition } from '../modelling/model.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { type Collected, type CollectRequest, collect, demandBuiltOn, ScenarioProblems } from './collect.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { collectGuarded } from './guarded.ts';
import { interruptible } from './interruptible.ts';
import type { Io } from './io.ts';
import { chooseSemantics, SCRIPT } from './load-semantics.ts';
import type { Progress } from './progress.ts';
import { showProblems } from './scenarios.ts';
import { demandTypes } from './type-check.ts';

export interface Side {
  readonly request: CollectRequest;
  readonly scenarios: readonly Scenario[];
  readonly model: ModelDefinition;
  readonly io: Io;
  readonly progress: Progress;
  readonly pathOf: (file: string) => string;
}

export class Interrupted extends Error {}

/** Semantics that come with lastref: nothing of them loops, and nobody needs to check their types again. */
async function builtIn({ request, scenarios, model, io, progress, pathOf }: Side): Promise<Collected> {
  const { model: used, chosen } = await chooseSemantics([request.word], model, io.cwd);
  const [first] = chosen ?? [];
  if (first === undefined) throw new Error('no semantics was chosen');
  if (request.builtOn !== undefined) demandBuiltOn(first, request.builtOn, used, request.cwd);
  const onProgress = (what: string): void => progress.begin(what);
  const ran = interruptible(() => collect({ request, scenarios, model: used, chosen: first, onProgress, pathOf }));
  progress.end();
  if (!ran.done) throw new Interrupted();
  return ran.value;
}

async function fromFile(side: Side): Promise<Collected> {
  const { request, io, progress } = side;
  // Reasons are asked for after a run, which has checked the types.
  if (request.reasonsFor === undefined) await demandTypes([request.word], io);
  let interrupt: () => void = () => undefined;
  const interrupted = new Promise<never>((_, fail) => {
    interrupt = () => fail(new Interrupted());
  });
  const unlisten = io.onInterrupt(interrupt);
  const stop = new AbortController();
  try {
    return await Promise.race([collectGuarded(request, (what) => progress.begin(what), stop.signal), interrupted]);
  } finally {
    progress.end();
    unlisten();
    stop.abort();
  }
}

/** Throws InputError and ScenarioProblems for what is the fault of the input, Interrupted when the user stops it. */
export const runSide = (side: Side): Promise<Collected> =>
  SCRIPT.test(side.request.word) && !Object.hasOwn(side.model.semantics, side.request.word)
    ? fromFile(side)
    : builtIn(side);

/** The exit code of a comparison that did not come to its end; throws what is no fault of the input or wish of the user. */
export function codeOfFailure(error: unknown, io: Io, undone: string): ExitCode {
  if (error instanceof ScenarioProblems) {
    showProblems(error.problems, io);
    return EXIT.input;
  }
  if (!(error instanceof Interrupted)) throw error;
  io.stderr.write(`lastref: interrupted; ${undone}\n`);
  return EXIT.unknown;
}
