/**
 * Code made from decision trees: the questions that are asked often, as nested branches on local variables.
 *
 * What is asked rarely is left to the interpreter, which takes over at the slot of the tree where the code ends. So the
 * code stays small enough for V8 to optimise, and it never goes stale: trees only grow where a child is unknown, and
 * there the code hands over to the interpreter, which sees the tree as it is by then.
 */
import { maskOf, shiftOf, wordOf } from '../world/decision-tree.ts';
import { type ExploredMachine, LEAF_NO } from './machine-contract.ts';

/** Nodes turned into code. More gain little, because the rest is asked rarely, and cost compile time. */
const NODES_MAX = 1000;
/** Nodes in one function. V8 does not optimise functions of more than 60 KB of bytecode; a node takes about 40 bytes. */
const NODES_PER_FUNCTION = 150;

/** Appends the leaves that some of the transitions end at to `leaves`, from position n on; returns the next position. */
export type Chunk = (states: Int32Array, base: number, leaves: Int32Array, n: number) => number;

/** Goes on with the tree of transition t at a slot. Roots have the slots -1 (transition 0), -2 and so on. */
export type Interpret = (t: number, slot: number, states: Int32Array, base: number, n: number) => number;

export const slotOfRoot = (t: number): number => -1 - t;

/** Bits that a state must have for a walk to come to a place of the tree. */
type Clues = ReadonlyMap<number, number>;

class ChunkWriter {
  /** One state for each place where the code ends. */
  readonly examples: Int32Array[] = [];
  size = 0;
  private readonly nodes: Int32Array;
  private readonly words: number;
  private readonly hot: ReadonlySet<number>;
  private readonly lines: string[] = [];
  private readonly wordsRead = new Set<number>();

  constructor(nodes: Int32Array, words: number, hot: ReadonlySet<number>) {
    this.nodes = nodes;
    this.words = words;
    this.hot = hot;
  }

  /** Adds the tree of transition t, which starts with `child`. */
  add(t: number, child: number): void {
    this.branch(t, child, String(slotOfRoot(t)), new Map());
  }

  text(): string {
    const loads = [...this.wordsRead].map((w) => `const w${w} = states[base + ${w}];`);
    return ['function (states, base, leaves, n) {', ...loads, 'let v = 0;', ...this.lines, 'return n; }'].join('\n');
  }

  private branch(t: number, child: number, slot: string, clues: Clues): void {
    if (child > 0 && this.hot.has(child)) {
      this.question(t, child, clues);
      return;
    }
    if (child >= 0) this.lines.push(`n = interpret(${t}, ${slot}, states, base, n);`);
    else if (child !== -LEAF_NO) this.lines.push(`leaves[n] = ${-child}; n = n + 1 | 0;`);
    this.exemplify(clues);
  }

  private question(t: number, node: number, clues: Clues): void {
    const asked = this.nodes[node] as number;
    const [word, mask, shift] = [wordOf(asked), maskOf(asked), shiftOf(asked)];
    this.size++;
    this.wordsRead.add(word);
    const child = (value: number): number => this.nodes[node + 1 + value] as number;
    const answer = (value: number): Clues => new Map(clues).set(word, (clues.get(word) ?? 0) | (value << shift));
    if (mask === 1) {
      this.lines.push(`if ((w${word} & ${1 << shift}) !== 0) {`);
      this.branch(t, child(1), String(node + 2), answer(1));
      this.lines.push('} else {');
      this.branch(t, child(0), String(node + 1), answer(0));
      this.lines.push('}');
      return;
    }
    this.lines.push(`switch (v = w${word} >>> ${shift} & ${mask}) {`);
    let left = -1;
    for (let value = 0; value <= mask; value++) {
      const next = child(value);
      if (next < 0 || this.hot.has(next)) {
        this.lines.push(`case ${value}:`);
        this.branch(t, next, '', answer(value));
        this.lines.push('break;');
      } else left = value;
    }
    if (left >= 0) {
      this.lines.push(`default: n = interpret(${t}, ${node + 1} + v, states, base, n);`);
      this.exemplify(answer(left));
    }
    this.lines.push('}');
  }

  private exemplify(clues: Clues): void {
    const example = new Int32Array(this.words);
    for (const [word, bits] of clues) example[word] = bits;
    this.examples.push(example);
  }
}

/** The nodes worth code: those asked most often. A parent is asked as often as its child or more, and was made before. */
function hottest(heat: ReadonlyMap<number, number>): Set<number> {
  const order = [...heat].sort(([a, x], [b, y]) => y - x || a - b);
  return new Set(order.slice(0, NODES_MAX).map(([node]) => node));
}

/**
 * Takes every branch of the code once. V8 optimises for what it has seen, and throws the optimised code away when
 * something else comes; without this it does so again and again, for each rare branch, and the code is slower than the
 * interpreter.
 */
function rehearse(chunks: readonly Chunk[], writers: readonly ChunkWriter[], transitions: number): void {
  const leaves = new Int32Array(transitions);
  chunks.forEach((chunk, c) => {
    for (const example of (writers[c] as ChunkWriter).examples) chunk(example, 0, leaves, 0);
  });
}

/** Functions that together cover all transitions, in order. `heat` says how often each node is asked. */
export function compileTrees(
  machine: ExploredMachine,
  heat: ReadonlyMap<number, number>,
  interpret: Interpret,
): readonly Chunk[] {
  const { trees, transitionCount, words } = machine;
  const hot = hottest(heat);
  const writers: ChunkWriter[] = [];
  for (let t = 0; t < transitionCount; t++) {
    if (t === 0 || (writers.at(-1) as ChunkWriter).size >= NODES_PER_FUNCTION)
      writers.push(new ChunkWriter(trees.nodes, words, hot));
    writers.at(-1)?.add(t, trees.roots[t] as number);
  }
  let rehearsing = true;
  const handOver: Interpret = (t, slot, states, base, n) => (rehearsing ? n : interpret(t, slot, states, base, n));
  // Source text is the only way to make branches; it is built from numbers alone.
  const chunks = new Function('interpret', `return [${writers.map((writer) => writer.text()).join(',\n')}];`)(
    handOver,
  ) as Chunk[];
  // Twice: V8 takes no notes during the first calls of a function.
  rehearse(chunks, writers, transitionCount);
  rehearse(chunks, writers, transitionCount);
  rehearsing = false;
  return chunks;
}
