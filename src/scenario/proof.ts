/** Proofs: a path that the search found, run again from the initial state. Nothing is reported that did not fail again. */

import { successor } from '../explore/successor.ts';
import type { ModelDefinition } from '../modelling/model.ts';
import { type Retraced, retrace } from '../trace/retrace.ts';
import type { Machine } from '../world/machine.ts';
import type { Pattern } from './checks.ts';
import type { Run } from './expectations.ts';
import type { Counterexample } from './result.ts';

/** How a command line names what was run. */
export interface RunName extends Run {
  readonly file: string;
}

/** Quotes a word for a POSIX shell where that is needed. */
export const shellWord = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;

/** The command that replays a path. */
export function replayCommand({ file, semantics, grain }: RunName, path: readonly number[]): string {
  const words = ['--scenario', file, '--semantics', semantics, '--grain', grain, '--choices', path.join(',')];
  return `lastref replay ${words.map(shellWord).join(' ')}`;
}

/** Number of steps of the path that can be taken, up to the first that is not enabled. */
export function stepsEnabled(machine: Machine, path: readonly number[]): number {
  const now = Int32Array.from(machine.initial);
  const next = new Int32Array(machine.words);
  for (const [i, t] of path.entries()) {
    if (t >= machine.transitionCount || successor(machine, t, now, 0, next) < 0) return i;
    now.set(next);
  }
  return path.length;
}

/** Does a state show these results? */
export const matches = (results: Readonly<Record<string, string>>, pattern: Pattern): boolean =>
  Object.entries(pattern).every(([name, value]) => results[name] === value);

/** Makes counterexamples of paths. */
export interface Proofs {
  violation(label: string, path: readonly number[]): Counterexample;
  outcome(label: string, path: readonly number[], results: Pattern, why: string): Counterexample;
  deadlock(label: string, path: readonly number[]): Counterexample;
}

const NOT_REPLAYED: Counterexample = { why: '', initial: { places: {}, holders: {} }, steps: [], replay: '' };

/** For whoever wants nothing but verdicts: no path is replayed. */
export const UNPROVED: Proofs = {
  violation: () => NOT_REPLAYED,
  outcome: () => NOT_REPLAYED,
  deadlock: () => NOT_REPLAYED,
};

export class Prover implements Proofs {
  private readonly machine: Machine;
  private readonly model: ModelDefinition;
  private readonly name: RunName;

  constructor(machine: Machine, model: ModelDefinition, name: RunName) {
    this.machine = machine;
    this.model = model;
    this.name = name;
  }

  /** The path breaks the property or law with this label. */
  violation(label: string, path: readonly number[]): Counterexample {
    const retraced = this.again(path, label);
    const onlyFinal = this.machine.stateProperties.some((property) => property.label === label && property.onlyFinal);
    if (retraced.broken === undefined || (onlyFinal && !this.isFinal())) throw this.mistake(label, path);
    return {
      why: retraced.broken.why,
      initial: retraced.initial,
      steps: retraced.steps,
      replay: replayCommand(this.name, path),
    };
  }

  /** The path ends in a final state that shows the results. */
  outcome(label: string, path: readonly number[], results: Pattern, why: string): Counterexample {
    const { initial, steps } = this.again(path, label);
    const { machine } = this;
    const shown = machine.withoutStoring(() => machine.isFinal() && matches(machine.outcome(machine.now, 0), results));
    if (!shown) throw this.mistake(label, path);
    return { why, initial, steps, replay: replayCommand(this.name, path) };
  }

  /** The path ends where nobody can take a step, and not everybody has come to an end. */
  deadlock(label: string, path: readonly number[]): Counterexample {
    const { initial, steps } = this.again(path, label);
    const { machine } = this;
    const waiting = machine.parts.runners.filter((runner) => !runner.finished()).map(({ parts }) => parts.name);
    const state = Int32Array.from(machine.now.subarray(0, machine.words));
    const next = new Int32Array(machine.words);
    const stuck = machine.transitions.every((_, t) => successor(machine, t, state, 0, next) < 0);
    if (!stuck || machine.isFinalState(state, 0)) throw this.mistake(label, path);
    const who =
      waiting.length === 0
        ? 'deferred work waits'
        : `${waiting.join(' and ')} ${waiting.length === 1 ? 'waits' : 'wait'}`;
    return { why: `${who} for ever: nobody can take a step`, initial, steps, replay: replayCommand(this.name, path) };
  }

  private again(path: readonly number[], label: string): Retraced {
    if (stepsEnabled(this.machine, path) < path.length) throw this.mistake(label, path);
    return retrace(this.machine, path, label, this.model.describe);
  }

  private isFinal(): boolean {
    return this.machine.withoutStoring(() => this.machine.isFinal());
  }

  private mistake(label: string, path: readonly number[]): Error {
    return new Error(`LR920 "${label}" was found but is not there when replayed: ${replayCommand(this.name, path)}`);
  }
}
