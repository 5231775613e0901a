/**
 * Collecting in another thread, guarded: a file of the user that loops for ever, ends the process or eats all memory is
 * ended, and what is at fault is reported with its line.
 *
 * The place of a loop is found with the debugger that is built into Node: it interrupts the thread wherever it stands, and
 * the stack there names the file of the user. docs/decisions/015-gate.md has what else was tried.
 */
import { Session } from 'node:inspector';
import { resolve } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Position } from '../world/input.ts';
import { type Collected, type CollectRequest, ScenarioProblems } from './collect.ts';
import type { WorkerMessage } from './collect-worker.ts';
import { inputError } from './errors.ts';
import { placeOfError, placeOfWord } from './load-error.ts';

/** Seconds without a sign of life after which a thread is stuck. A search that goes on says so every 2 s. */
const STUCK_SECONDS = 10;
/** Seconds that loading of lastref itself may take in the new thread, on a machine that is busy. */
const START_SECONDS = 120;
/** Seconds to wait for the debugger to say where the thread stands. */
const ASK_SECONDS = 30;

interface WorkerInfo {
  readonly params: { readonly sessionId: string; readonly workerInfo: { readonly url: string } };
}
interface FromWorker {
  readonly params: { readonly sessionId: string; readonly message: string };
}
interface DebuggerMessage {
  readonly id?: number;
  readonly method?: string;
  readonly params?: { readonly callFrames?: readonly { readonly callFrameId: string }[] };
  readonly result?: { readonly result?: { readonly value?: unknown } };
}

const ENTRY = new URL('../../bin/collect-worker.js', import.meta.url);

const PAUSE = 1;
const STACK = 2;

/** The stack of a thread that does not answer, as its own errors would show it; undefined if even the debugger fails. */
async function stackOf(worker: Worker): Promise<string | undefined> {
  const session = new Session();
  session.connect();
  const attached: string[] = [];
  const answer = new Promise<string | undefined>((tell) => {
    const late = setTimeout(() => tell(undefined), ASK_SECONDS * 1000);
    const send = (sessionId: string, message: object): void =>
      session.post('NodeWorker.sendMessageToWorker', { sessionId, message: JSON.stringify(message) });
    session.on('NodeWorker.attachedToWorker', ({ params }: WorkerInfo) => {
      // Loader hooks and compilers have threads of their own, which may run just now.
      if (params.workerInfo.url !== ENTRY.href) return;
      attached.push(params.sessionId);
      send(params.sessionId, { id: 0, method: 'Debugger.enable' });
      send(params.sessionId, { id: PAUSE, method: 'Debugger.pause' });
    });
    session.on('NodeWorker.receivedMessageFromWorker', ({ params }: FromWorker) => {
      const message = JSON.parse(params.message) as DebuggerMessage;
      const callFrameId = message.params?.callFrames?.[0]?.callFrameId;
      if (message.method === 'Debugger.paused' && callFrameId !== undefined)
        send(params.sessionId, {
          id: STACK,
          method: 'Debugger.evaluateOnCallFrame',
          params: { callFrameId, expression: 'Error.stackTraceLimit = 1000, new Error().stack', returnByValue: true },
        });
      if (message.id !== STACK) return;
      clearTimeout(late);
      tell(String(message.result?.result?.value ?? ''));
    });
  });
  session.post('NodeWorker.enable', { waitForDebuggerOnStart: false });
  const stack = await answer;
  // A thread that the debugger holds cannot be ended.
  for (const sessionId of attached) session.post('NodeWorker.detach', { sessionId });
  session.disconnect();
  await worker.terminate();
  return stack;
}

interface Watched {
  readonly worker: Worker;
  readonly request: CollectRequest;
  /** What the thread said last, and when. */
  what: string | undefined;
  since: number;
}

async function stuckError({ worker, request, what }: Watched): Promise<Error> {
  const file = resolve(request.cwd, request.word);
  const stack = await stackOf(worker);
  const place = stack === undefined ? undefined : placeOfError({ stack }, file);
  // Deferred work that never rests loops in the engine; the least that can be said is where the file changes something.
  const where: Position = { file, ...(place ?? placeOfWord('changes', file)) };
  const during = what === 'loading' || what === undefined ? 'while it is loaded' : `in ${what}`;
  return inputError(
    'LR246',
    `does not come to an end ${during}: nothing moved for ${STUCK_SECONDS} s`,
    place === undefined ? 'the loop is not in this file itself, but in what it leads to' : 'this is where it stood',
    where,
  );
}

function endedEarly({ request, what }: Watched, error: unknown): Error {
  const where = { file: resolve(request.cwd, request.word) };
  if ((error as { readonly code?: string } | undefined)?.code === 'ERR_WORKER_OUT_OF_MEMORY')
    return inputError('LR246', `needs more memory than there is, in ${what ?? 'loading'}`, undefined, where);
  if (error !== undefined) return error instanceof Error ? error : new Error(String(error));
  const hint = 'a proposal is data: it must not end the process, nor wait for what never comes';
  const waits = placeOfWord('await', where.file);
  return inputError('LR242', 'ends before it has said what it proposes', hint, { ...where, ...(waits ?? { line: 1 }) });
}

/** Collects in another thread, until `stop`. Rejects with an InputError for what is the fault of the file. */
export function collectGuarded(
  request: CollectRequest,
  onProgress: (what: string) => void,
  stop: AbortSignal,
): Promise<Collected> {
  const worker = new Worker(ENTRY, { workerData: request });
  const watched: Watched = { worker, request, what: undefined, since: performance.now() };
  return new Promise<Collected>((done, fail) => {
    const end = (settle: () => void): void => {
      clearInterval(watch);
      worker.removeAllListeners();
      // Nobody waits for the thread: what it had to say was said.
      worker.on('error', () => undefined);
      void worker.terminate().then(settle);
    };
    const watch = setInterval(() => {
      const allowed = watched.what === undefined ? START_SECONDS : STUCK_SECONDS;
      if (performance.now() - watched.since < allowed * 1000) return;
      clearInterval(watch);
      worker.removeAllListeners();
      stuckError(watched).then(fail, fail);
    }, 500);
    worker.on('message', (message: WorkerMessage) => {
      watched.since = performance.now();
      if (message.type === 'at') {
        watched.what = message.what;
        onProgress(message.what);
      } else if (message.type === 'done') end(() => done(message.collected));
      else if (message.type === 'problems') end(() => fail(new ScenarioProblems(message.problems)));
      else {
        const { code, message: text, where, hint } = message.problem;
        end(() => fail(inputError(code, text, hint, where)));
      }
    });
    stop.addEventListener('abort', () => end(() => fail(new Error('stopped'))), { once: true });
    worker.on('error', (error) => end(() => fail(endedEarly(watched, error))));
    worker.on('exit', () => end(() => fail(endedEarly(watched, undefined))));
  });
}
