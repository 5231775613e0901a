/** The runner of one actor: takes the next step of its script, of a menu item, or of the command that interrupts it. */
import type { ModelDefinition } from '../modelling/model.ts';
import type { AnyView } from './any-view.ts';
import type { Coverage } from './coverage.ts';
import type { Grain, ItemInput } from './input.ts';
import type { AnyKernel, Running } from './kernel.ts';
import { BLOCKED, BoundSignal, ErrnoSignal } from './signals.ts';
import type { ItemUses } from './uses.ts';

/** A call without its static types. */
export interface AnyCall {
  readonly args: Readonly<Record<string, unknown>>;
  readonly frame: AnyView;
  readonly actor: AnyView | undefined;
  readonly made: Readonly<Record<string, AnyView>>;
  readonly as: number | null;
}

export interface BoundItem {
  readonly uses: ItemUses;
  readonly input: ItemInput;
  /** One per repetition. */
  readonly calls: readonly AnyCall[];
  /** Writes the result code: 1 success, 2 + index of the errno. */
  readonly remember: ((code: number) => void) | undefined;
  readonly clearRegisters: () => void;
}

/** Position of an actor, as fields of the state. */
export interface FrameView {
  /** Next item of the script. */
  item: number;
  /** 0 idle, else 1 + index of the item that runs. */
  running: number;
  /** Step that comes next inside the command. */
  step: number;
  /** Repetition of the running item. */
  repetition: number;
  /** Menu items used so far. */
  spent: number;
  readonly used: { at(i: number): number; put(i: number, value: number): void };
}

export interface RunnerParts {
  readonly model: ModelDefinition;
  readonly k: AnyKernel;
  readonly grain: Grain;
  readonly name: string;
  readonly actor: AnyView | undefined;
  readonly frame: FrameView;
  readonly script: readonly BoundItem[];
  readonly menu: readonly BoundItem[];
  readonly menuTimes: number | undefined;
  /** Commands that may interrupt the script, by operation. */
  readonly interrupts: ReadonlyMap<string, BoundItem>;
  readonly running: Running;
  readonly coverage: Coverage;
  readonly faults: FaultBudget | undefined;
}

/** How many allocations have failed so far, as part of the state, and how many may. */
export interface FaultBudget {
  readonly view: { spent: number };
  readonly most: number;
}

/** Allocations of one step that can be told to fail; a step that allocates more often is a bound. */
export const FAILING_ALLOCATIONS = 4;

/** Runs a step with its n-th allocation failing; not enabled where it does not allocate so often. */
export function withFailing(n: number, step: () => void, faults: FaultBudget | undefined, running: Running): void {
  if (faults === undefined || faults.view.spent >= faults.most) throw BLOCKED;
  faults.view.spent += 1;
  running.failing = n;
  try {
    step();
  } finally {
    running.failing = -1;
  }
  if (running.allocations <= n) throw BLOCKED;
  if (n === FAILING_ALLOCATIONS - 1 && running.allocations > FAILING_ALLOCATIONS)
    throw new BoundSignal(`${running.op} allocates more often than ${FAILING_ALLOCATIONS} times in one step`);
}

/** Longest command in steps; a command that runs longer loops. */
const STEPS_MAX = 200;

/** Name of what comes after the last step of a command, before user mode. */
export const RETURN_STEP = 'return to user mode';

export class Runner {
  readonly parts: RunnerParts;
  private readonly items: readonly BoundItem[];
  constructor(parts: RunnerParts) {
    this.parts = parts;
    this.items = [...parts.script, ...parts.menu, ...parts.interrupts.values()];
  }

  /** Next step of the running command, of an interrupt, or of the script. Throws BLOCKED if there is none. */
  next(): BoundItem {
    const { frame, script, actor, model, k } = this.parts;
    const running = frame.running;
    if (running > 0)
      return this.proceed(this.items[running - 1] as BoundItem, running - 1, frame.repetition, frame.step);
    const interrupt = actor === undefined ? null : model.interrupt(k as never, actor as never);
    if (interrupt !== null) {
      const item = this.parts.interrupts.get(interrupt);
      if (item === undefined) throw new Error(`LR907 no command ${interrupt} to interrupt with`);
      return this.proceed(item, this.items.indexOf(item), 0, 0);
    }
    const position = frame.item;
    const item = script[position];
    if (item === undefined || !this.ready()) throw BLOCKED;
    return this.proceed(item, position, 0, 0);
  }

  /** Starts an item of the menu. */
  choose(choice: number): BoundItem {
    const { frame, script, menu, menuTimes, actor, model, k } = this.parts;
    const item = menu[choice] as BoundItem;
    if (frame.running > 0 || !this.ready()) throw BLOCKED;
    if (actor !== undefined && model.interrupt(k as never, actor as never) !== null) throw BLOCKED;
    if (menuTimes !== undefined) {
      const spent = frame.spent;
      if (spent >= menuTimes) throw BLOCKED;
      frame.spent = spent + 1;
    }
    let repetition = 0;
    if (item.calls.length > 1) {
      repetition = frame.used.at(choice);
      if (repetition >= item.calls.length)
        throw new BoundSignal(`${this.parts.name} used ${item.input.op} more often than objects were set aside`);
      frame.used.put(choice, repetition + 1);
    }
    return this.proceed(item, script.length + choice, repetition, 0);
  }

  /** Runs a step with its n-th allocation failing; not enabled where the step does not allocate so often. */
  failing(n: number, step: () => void): void {
    const { faults, running } = this.parts;
    withFailing(n, step, faults, running);
  }

  /** No step of this actor is under way and its script is at an end (or the actor is). */
  finished(): boolean {
    const { frame, script, actor, model, k } = this.parts;
    if (frame.running > 0) return false;
    if (actor !== undefined && model.over(k as never, actor as never)) return true;
    if (actor !== undefined && model.interrupt(k as never, actor as never) !== null) return false;
    return frame.item >= script.length;
  }

  /** The command that is between two steps, with the objects that its registers refer to. */
  underWay():
    | { readonly op: string; readonly registers: readonly AnyView[]; readonly made: AnyCall['made'] }
    | undefined {
    const { frame } = this.parts;
    const running = frame.running;
    const item = running > 0 ? this.items[running - 1] : undefined;
    if (item === undefined) return undefined;
    const call = item.calls[frame.repetition] as AnyCall;
    const { command } = item.uses;
    // On the way back to user mode the command is over, and has let go of what its registers name.
    if (frame.step >= command.stepNames.length) return undefined;
    const registers = Object.entries(command.registers).flatMap(([name, field]) =>
      field.type === 'ref' ? ((call.frame[name] as AnyView | null) ?? []) : [],
    );
    return { op: command.op, registers, made: call.made };
  }

  /** The command that runs has its result; only the return to user mode is left. */
  returning(): boolean {
    const { frame } = this.parts;
    const running = frame.running;
    const item = running > 0 ? this.items[running - 1] : undefined;
    return item !== undefined && frame.step >= item.uses.command.stepNames.length;
  }

  /** The item that would run next, for labels. */
  current(): BoundItem | undefined {
    const { frame, script } = this.parts;
    return frame.running > 0 ? this.items[frame.running - 1] : script[frame.item];
  }

  private ready(): boolean {
    const { actor, model, k } = this.parts;
    return actor === undefined || model.ready(k as never, actor as never);
  }

  private proceed(item: BoundItem, index: number, repetition: number, from: number): BoundItem {
    const { grain, frame, running, coverage } = this.parts;
    const call = item.calls[repetition] as AnyCall;
    const { command } = item.uses;
    running.actor = this.parts.name;
    running.op = command.op;
    running.continued = from > 0;
    let step = from;
    for (let n = 0; ; n++) {
      if (n > STEPS_MAX) throw new Error(`LR908 ${command.op} does not end`);
      const next = this.step(item, call, step);
      coverage.commands.add(command.op);
      if (next < 0) break;
      step = next;
      if (grain === 'lock') {
        frame.running = index + 1;
        frame.repetition = repetition;
        frame.step = step;
        return item;
      }
    }
    this.end(item, index);
    return item;
  }

  /** Runs one step; the index of the one that follows, or -1. */
  private step(item: BoundItem, call: AnyCall, step: number): number {
    const { k, running, model, actor } = this.parts;
    const { command } = item.uses;
    if (step === command.stepNames.length) {
      running.stepName = RETURN_STEP;
      model.tail?.run(k as never, actor as never);
      return this.tail(step);
    }
    const name = command.stepNames[step] as string;
    running.stepName = name;
    try {
      const next = command.steps[name]?.(k as never, call as never);
      if (next === 'again') return step;
      const following =
        next === undefined
          ? step + 1
          : next === 'done'
            ? command.stepNames.length
            : command.stepNames.indexOf(next as string);
      if (following < command.stepNames.length) return following;
      command.cleanup?.(k as never, call as never, false);
    } catch (signal) {
      if (!(signal instanceof ErrnoSignal)) throw signal;
      running.errno = signal.errno;
      (k as unknown as { tell(h: object): void }).tell({ type: 'check', name: signal.check, errno: signal.errno });
      command.cleanup?.(k as never, call as never, true);
    }
    this.conclude(item);
    return this.tail(command.stepNames.length);
  }

  /** The step that empties what is left to do before user mode, or -1 if there is nothing. */
  private tail(step: number): number {
    const { k, model, actor } = this.parts;
    return actor !== undefined && model.tail?.pending(k as never, actor as never) === true ? step : -1;
  }

  /** The command has its result. */
  private conclude(item: BoundItem): void {
    const { model, running, coverage } = this.parts;
    coverage.results.add(`${running.op} ${running.errno ?? 'ok'}`);
    const result = running.errno ?? running.seen;
    item.remember?.(result === null ? 1 : 2 + model.errnos.indexOf(result));
  }

  private end(item: BoundItem, index: number): void {
    const { frame, script } = this.parts;
    item.clearRegisters();
    frame.running = 0;
    frame.repetition = 0;
    frame.step = 0;
    if (index < script.length) frame.item = index + 1;
  }
}
