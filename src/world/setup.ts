/** Setup: steps that run alone, before the first state, with all deferred work done. What fails there is an error of the scenario. */
import type { ModelDefinition } from '../modelling/model.ts';
import type { Coverage } from './coverage.ts';
import { InputError } from './input.ts';
import type { AnyKernel, Running } from './kernel.ts';
import type { Machine } from './machine.ts';
import { type BoundItem, type FrameView, Runner } from './runner.ts';
import { BlockedSignal, BoundSignal, LawSignal } from './signals.ts';
import type { ItemUses } from './uses.ts';

export interface SetupParts {
  readonly model: ModelDefinition;
  readonly k: AnyKernel;
  readonly running: Running;
  readonly coverage: Coverage;
  readonly items: readonly BoundItem[];
}

/** A frame that nothing remembers: setup has no interleavings. */
const freshFrame = (): FrameView => ({
  item: 0,
  running: 0,
  step: 0,
  repetition: 0,
  spent: 0,
  used: { at: () => 0, put: () => undefined },
});

/** Throws InputError LR230 where a step fails, LR231 where it cannot end. */
export function runSetup(machine: Machine, parts: SetupParts): void {
  for (const item of parts.items) {
    parts.running.errno = null;
    parts.running.seen = null;
    guarded(item.uses, () => runnerOf(item, parts).next());
    if (parts.running.errno !== null)
      throw new InputError(
        'LR230',
        `setup: ${item.uses.item.op} fails with ${parts.running.errno}`,
        item.uses.item.where,
        'setup steps must succeed under every semantics the scenario names',
      );
    guarded(item.uses, () => machine.drain());
  }
}

function runnerOf(item: BoundItem, { model, k, running, coverage }: SetupParts): Runner {
  return new Runner({
    model,
    k,
    grain: 'command',
    name: item.uses.actor,
    actor: item.calls[0]?.actor,
    frame: freshFrame(),
    script: [item],
    menu: [],
    menuTimes: undefined,
    interrupts: new Map(),
    running,
    coverage,
    faults: undefined,
  });
}

/** Ends of setup other than an errno: nobody but the author can mend them either. */
function guarded(uses: ItemUses, run: () => unknown): void {
  const refuse = (why: string): never => {
    throw new InputError(
      'LR231',
      `setup: ${uses.item.op} ${why}`,
      uses.item.where,
      'setup runs alone, before every actor',
    );
  };
  try {
    run();
  } catch (signal) {
    if (signal instanceof BlockedSignal) refuse('waits for ever');
    if (signal instanceof LawSignal) refuse(`breaks the law ${signal.law}: ${signal.why}`);
    if (signal instanceof BoundSignal) refuse(`reaches a bound: ${signal.what}`);
    throw signal;
  }
}
