/**
 * Random walks: seeded, so that the same seed is the same run on every machine. They can show that something is violated,
 * and never that it holds. What they find is shortened afterwards.
 */
import seedrandom from 'seedrandom';
import { type Budget, bounded } from '../budget.ts';
import type { Exploration, Finding, Outcome, Progress } from '../explore.ts';
import type { ExploredMachine } from '../machine-contract.ts';
import { shorten } from '../shorten.ts';
import { successor } from '../successor.ts';

export interface RandomOptions {
  readonly seed: string;
  readonly walks: number;
  /** Steps of one walk at most. */
  readonly depth: number;
  readonly budget: Budget;
  /** Collect the outcomes of final states. */
  readonly outcomes: boolean;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

export const DEFAULT_WALKS = 1000;
export const DEFAULT_DEPTH = 200;
const PROGRESS_SECONDS = 2;

class Walker {
  readonly findings = new Map<string, Finding>();
  readonly bounds = new Set<string>();
  readonly outcomes = new Map<string, { results: Outcome['results']; states: number; path: readonly number[] }>();
  /** States looked at, each as often as it was met. */
  states = 0;
  transitions = 0;
  longest = 0;
  finalStates = 0;
  deadlocks = 0;
  deadlock: readonly number[] | undefined;
  private readonly machine: ExploredMachine;
  private readonly options: RandomOptions;
  private readonly random: seedrandom.PRNG;
  private readonly now: Int32Array;
  private readonly next: readonly Int32Array[];
  private readonly enabled: Int32Array;
  private path: number[] = [];

  constructor(machine: ExploredMachine, options: RandomOptions) {
    this.machine = machine;
    this.options = options;
    this.random = seedrandom(options.seed);
    this.now = new Int32Array(machine.words);
    this.next = Array.from({ length: machine.transitionCount }, () => new Int32Array(machine.words));
    this.enabled = new Int32Array(machine.transitionCount);
  }

  walk(): void {
    const { machine, options, now, next, enabled } = this;
    now.set(machine.initial);
    this.path = [];
    this.inspect();
    while (this.path.length < options.depth) {
      const choices = this.expand();
      this.transitions += choices;
      if (choices === 0) {
        this.stuck();
        return;
      }
      const t = enabled[Math.floor(this.random() * choices)] as number;
      now.set(next[t] as Int32Array);
      this.path.push(t);
      this.inspect();
    }
  }

  /** Finds the enabled transitions; what one of them breaks counts although the walk may go elsewhere. */
  private expand(): number {
    const { machine, now, next, enabled } = this;
    let choices = 0;
    for (let t = 0; t < machine.transitionCount; t++) {
      const report = successor(machine, t, now, 0, next[t] as Int32Array);
      if (report < 0) continue;
      enabled[choices++] = t;
      if (report > 0) this.report(report - 1, t);
    }
    return choices;
  }

  private report(index: number, t: number): void {
    for (const { kind, label, why } of this.machine.reports[index] ?? [])
      if (kind === 'bound') this.bounds.add(why);
      else this.find({ label, kind, why, path: [...this.path, t] });
  }

  private find(finding: Finding): void {
    const known = this.findings.get(finding.label);
    if (known === undefined || finding.path.length < known.path.length) this.findings.set(finding.label, finding);
  }

  private inspect(): void {
    const { machine, now, path } = this;
    this.states++;
    this.longest = Math.max(this.longest, path.length);
    const final = machine.isFinalState(now, 0);
    for (const { index, label, onlyFinal } of machine.stateProperties) {
      if ((onlyFinal && !final) || machine.predicate(index, now, 0)) continue;
      this.find({ label, kind: 'property', why: undefined, path: [...path] });
    }
    if (final) this.finish();
  }

  private finish(): void {
    this.finalStates++;
    if (!this.options.outcomes) return;
    const results = this.machine.outcome(this.now, 0);
    const key = JSON.stringify(results);
    const known = this.outcomes.get(key);
    if (known === undefined) this.outcomes.set(key, { results, states: 1, path: [...this.path] });
    else known.states++;
  }

  private stuck(): void {
    if (this.machine.isFinalState(this.now, 0)) return;
    this.deadlocks++;
    if (this.deadlock === undefined || this.path.length < this.deadlock.length) this.deadlock = [...this.path];
  }
}

/** Walks at random. `bounds` is never empty: walks prove nothing. States are counted as often as they are met. */
export function randomWalks(machine: ExploredMachine, options: RandomOptions): Exploration {
  const { walks, depth, budget, onProgress } = options;
  const started = performance.now();
  const elapsed = (): number => (performance.now() - started) / 1000;
  const walker = new Walker(machine, options);
  walker.bounds.add(`random walk: ${walks} walks of depth ${depth}`);
  let shown = 0;
  for (let walk = 0; walk < walks; walk++) {
    const seconds = elapsed();
    const bound = bounded(budget, walker.states, 0, seconds);
    if (bound !== undefined) {
      walker.bounds.add(bound);
      break;
    }
    if (onProgress !== undefined && seconds - shown >= PROGRESS_SECONDS) {
      shown = seconds;
      onProgress({
        states: walker.states,
        transitions: walker.transitions,
        waiting: walks - walk,
        depth: walker.longest,
        seconds,
      });
    }
    walker.walk();
  }
  return {
    strategy: 'random',
    states: walker.states,
    transitions: walker.transitions,
    depth: walker.longest,
    seconds: elapsed(),
    bytes: 0,
    findings: shorten(machine, [...walker.findings.values()]),
    bounds: [...walker.bounds],
    outcomes: [...walker.outcomes.values()],
    finalStates: walker.finalStates,
    deadlocks: walker.deadlocks,
    deadlock: walker.deadlock,
  };
}
