/** The other thread of a gate: loads the user's file and collects there, so that an endless loop can be ended from outside. */
import { relative, resolve } from 'node:path';
import process from 'node:process';
import { parentPort } from 'node:worker_threads';
import type { ModelDefinition } from '../modelling/model.ts';
import { loadScenarioFile } from '../scenario/load.ts';
import type { Problem as ScenarioProblem } from '../scenario/problem.ts';
import { type Collected, type CollectRequest, collect, demandBuiltOn, ScenarioProblems } from './collect.ts';
import { asProblem, type Problem } from './errors.ts';
import { placeOfError, placeOfWord } from './load-error.ts';
import { chooseSemantics } from './load-semantics.ts';

export type WorkerMessage =
  | { readonly type: 'at'; readonly what: string }
  | { readonly type: 'done'; readonly collected: Collected }
  | { readonly type: 'problem'; readonly problem: Problem }
  | { readonly type: 'problems'; readonly problems: readonly ScenarioProblem[] };

/** What the run of a file of the user throws is the file's fault, as far as anybody can tell from here. */
function blame(error: unknown, word: string, cwd: string): Problem {
  const shown = error instanceof Error ? error : new Error(String(error));
  const file = resolve(cwd, word);
  const endless = shown.message.startsWith('LR908');
  return {
    code: endless ? 'LR246' : 'LR245',
    message: endless
      ? 'deferred work does not come to an end under these rules'
      : `the run of a scenario ends with an error: ${shown.message.replace(/^LR9\d\d /, '')}`,
    where: { file, ...(placeOfError(shown, file) ?? placeOfWord('changes', file)) },
    hint: 'the same scenario runs under the kernels that come with lastref; if your file is right, please report this',
  };
}

const post = (message: WorkerMessage): void => parentPort?.postMessage(message);

async function run(request: CollectRequest, builtIn: ModelDefinition): Promise<Collected> {
  const { model, chosen } = await chooseSemantics([request.word], builtIn, request.cwd);
  const [first] = chosen ?? [];
  if (first === undefined) throw new Error('no semantics was chosen');
  if (request.builtOn !== undefined) demandBuiltOn(first, request.builtOn, model, request.cwd);
  const loaded = request.files.map((file) => {
    post({ type: 'at', what: file });
    return loadScenarioFile(file, builtIn);
  });
  const problems = loaded.flatMap((each) => (each.ok ? [] : each.problems));
  if (problems.length > 0) throw new ScenarioProblems(problems);
  return collect({
    request,
    scenarios: loaded.flatMap((each) => (each.ok ? [each.value] : [])),
    model,
    chosen: first,
    onProgress: (what) => post({ type: 'at', what }),
    pathOf: (file) => relative(request.cwd, resolve(process.cwd(), file)),
  });
}

/** Answers one request. */
export async function work(request: CollectRequest): Promise<void> {
  const { bpf } = await import('../../models/index.ts');
  post({ type: 'at', what: 'loading' });
  process.exit = () => {
    throw new Error('it ends the process');
  };
  try {
    post({ type: 'done', collected: await run(request, bpf) });
  } catch (error) {
    if (error instanceof ScenarioProblems) post({ type: 'problems', problems: error.problems });
    else {
      const { code, message, where, hint } = asProblem(error) ?? blame(error, request.word, request.cwd);
      post({ type: 'problem', problem: { code, message, where, hint } });
    }
  }
}
