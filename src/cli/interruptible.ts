/** Ctrl-C while a search runs: it is one long synchronous call, so no listener would get its turn. */
import { createContext, Script } from 'node:vm';

export type Interruptible<T> = { readonly done: true; readonly value: T } | { readonly done: false };

const context = createContext({ run: () => undefined as unknown });
const script = new Script('run()');

/**
 * Runs it; on SIGINT it is abandoned where it stands. Node watches for the signal on a thread of its own while a script
 * of node:vm runs. What the function worked on must not be used after an interrupt.
 */
export function interruptible<T>(run: () => T): Interruptible<T> {
  context['run'] = run;
  try {
    return { done: true, value: script.runInContext(context, { breakOnSigint: true }) as T };
  } catch (error) {
    if ((error as { readonly code?: string } | null)?.code === 'ERR_SCRIPT_EXECUTION_INTERRUPTED')
      return { done: false };
    throw error;
  }
}
