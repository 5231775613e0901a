/** Several agents on the running kernel, which share nothing: while one waits, another works. */
import type { ConformKernel } from './line.ts';
import { type AgentProcess, startLive } from './live.ts';

export interface LiveKernels {
  readonly first: ConformKernel;
  readonly all: readonly ConformKernel[];
  readonly note: string | undefined;
  stop(): Promise<void>;
}

export type StartedKernels =
  | { readonly ok: true; readonly kernels: LiveKernels }
  | { readonly ok: false; readonly why: string };

export async function startKernels(number: number): Promise<StartedKernels> {
  const all: AgentProcess[] = [];
  let note: string | undefined;
  const stop = async (): Promise<void> => {
    await Promise.all(all.map((kernel) => kernel.stop()));
  };
  while (all.length < Math.max(1, number)) {
    const started = await startLive();
    if (!started.ok) {
      await stop();
      return started;
    }
    note ??= started.note;
    all.push(started.kernel);
  }
  return { ok: true, kernels: { first: all[0] as AgentProcess, all, note, stop } };
}
