/**
 * State checks: which properties are broken in a state that was found.
 *
 * The predicate of a property asks for certain bits of the state, and its decision tree knows which. If it held in the
 * parent and the transition changed none of these bits, it holds again. Which predicates need a look follows from the
 * few bits that changed, for all of them at once.
 */
import type { ExploredMachine } from './machine-contract.ts';

/** Predicates in one integer of a set. */
const PER_GROUP = 32;

export interface StateCheck {
  readonly index: number;
  readonly label: string;
}

export class StateChecks {
  private readonly machine: ExploredMachine;
  private open: readonly StateCheck[];
  /** The set of predicates that ask for a bit: `askers[(word * 32 + bit) * groups + group]`. */
  private askers = new Int32Array(0);
  private groups = 0;
  /** The set of predicates that need a look. */
  private suspects = new Int32Array(0);
  private version = -1;

  constructor(machine: ExploredMachine, checks: readonly StateCheck[]) {
    this.machine = machine;
    this.open = checks;
  }

  /** The checks that the first state does not pass. They are not looked at again. */
  first(states: Int32Array, offset: number): readonly StateCheck[] {
    return this.close(this.open.filter(({ index }) => !this.machine.predicate(index, states, offset)));
  }

  /** The same for a state that was reached from the one at `parent`, which had passed those that are still open. */
  next(states: Int32Array, offset: number, parent: number): readonly StateCheck[] {
    if (this.machine.trees.askedVersion !== this.version) this.tabulate();
    const { suspects, groups, open } = this;
    if (!this.suspect(states, offset, parent)) return NONE;
    let broken = NONE;
    for (let g = 0; g < groups; g++) {
      let left = suspects[g] as number;
      while (left !== 0) {
        const check = open[g * PER_GROUP + 31 - Math.clz32(left & -left)] as StateCheck;
        left &= left - 1;
        if (!this.machine.predicate(check.index, states, offset)) broken = [...broken, check];
      }
    }
    return this.close(broken);
  }

  /** Fills `suspects`; false if there are none. */
  private suspect(states: Int32Array, offset: number, parent: number): boolean {
    const { askers, suspects, groups, machine } = this;
    let any = 0;
    suspects.fill(0);
    for (let w = 0; w < machine.words; w++) {
      let changed = (states[offset + w] as number) ^ (states[parent + w] as number);
      while (changed !== 0) {
        const bit = 31 - Math.clz32(changed & -changed);
        changed &= changed - 1;
        const at = ((w << 5) | bit) * groups;
        for (let g = 0; g < groups; g++) {
          const set = askers[at + g] as number;
          suspects[g] = (suspects[g] as number) | set;
          any |= set;
        }
      }
    }
    return any !== 0;
  }

  private close(broken: readonly StateCheck[]): readonly StateCheck[] {
    if (broken.length === 0) return broken;
    this.open = this.open.filter((check) => !broken.includes(check));
    this.version = -1;
    return broken;
  }

  private tabulate(): void {
    const { machine, open } = this;
    const { words, trees } = machine;
    this.version = trees.askedVersion;
    this.groups = Math.ceil(open.length / PER_GROUP);
    this.suspects = new Int32Array(this.groups);
    this.askers = new Int32Array(words * 32 * this.groups);
    open.forEach(({ index }, p) => {
      const tree = machine.predicateTree(index);
      for (let w = 0; w < words; w++)
        for (let bits = trees.asked[tree * words + w] as number; bits !== 0; bits &= bits - 1) {
          const at = ((w << 5) + 31 - Math.clz32(bits & -bits)) * this.groups + Math.floor(p / PER_GROUP);
          this.askers[at] = (this.askers[at] as number) | (1 << (p % PER_GROUP));
        }
    });
  }
}

const NONE: readonly StateCheck[] = [];
