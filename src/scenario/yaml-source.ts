/** From YAML text to plain values that know where they stand. Whatever the text is, the answer is a value. */
import { Composer, type Document, isAlias, isMap, isScalar, isSeq, type Node, type Pair, Parser } from 'yaml';
import type { Position } from '../world/input.ts';
import { applyRewrites, type Rewrite, rewriteAt } from './operation-form.ts';
import { failure, Problems, problemAt, type Result } from './problem.ts';
import { deepest } from './yaml-depth.ts';

export type Path = readonly (string | number)[];

/** Values, and the places of keys and values by path. */
export interface YamlSource {
  readonly file: string;
  readonly value: unknown;
  /** Of the value at the path, or of the nearest one around it. */
  at(path: Path): Position;
  /** Of the key that the path ends with. */
  keyAt(path: Path): Position;
}

/** Characters of one scenario file; the largest of the suite has some 5000. */
const TEXT_MAX = 1 << 18;
/** The YAML composer is recursive. */
const DEPTH_MAX = 60;
/** Values after aliases are unfolded. */
const VALUES_MAX = 20_000;
/** Steps in operation form that one file may have. */
const REWRITES_MAX = 1000;

interface Places {
  readonly value: number;
  readonly key: number | undefined;
}

const keyOf = (path: Path): string => JSON.stringify(path);

class Unfolding {
  readonly places = new Map<string, Places>();
  private readonly document: Document;
  private readonly problem: (message: string, offset: number, code?: string) => void;
  private values = 0;
  private full = false;

  constructor(document: Document, problem: (message: string, offset: number, code?: string) => void) {
    this.document = document;
    this.problem = problem;
  }

  /** The plain value of a node; null where a problem was reported. */
  value(node: Node | null, path: Path, around: number, key?: number): unknown {
    const offset = node?.range?.[0] ?? key ?? around;
    this.places.set(keyOf(path), { value: offset, key });
    this.values++;
    if (this.full) return null;
    if (this.values > VALUES_MAX || path.length > DEPTH_MAX) {
      this.full = true;
      this.problem('this unfolds to too many values', offset, 'LR108');
      return null;
    }
    if (isAlias(node)) {
      const target = node.resolve(this.document);
      if (target !== undefined) return this.value(target, path, offset, key);
      this.problem(`there is no anchor "${node.source}" before this alias`, offset);
      return null;
    }
    if (isSeq(node)) return node.items.map((item, i) => this.value(item as Node | null, [...path, i], offset));
    if (isMap(node)) return this.map(node.items as Pair<Node, Node | null>[], path, offset);
    return isScalar(node) ? plain(node.value) : null;
  }

  private map(pairs: readonly Pair<Node, Node | null>[], path: Path, around: number): Record<string, unknown> {
    const value: Record<string, unknown> = {};
    for (const pair of pairs) {
      const key: Node | null = pair.key;
      const offset = key?.range?.[0] ?? around;
      const name = isScalar(key) ? (key.source ?? String(key.value)) : '';
      if (name === '' || name === '__proto__') this.problem('a key must be a word', offset);
      else if (Object.hasOwn(value, name)) this.problem(`the key "${name}" stands here a second time`, offset);
      else value[name] = this.value(pair.value, [...path, name], offset, offset);
    }
    return value;
  }
}

const plain = (value: unknown): unknown =>
  value === null || ['string', 'number', 'boolean'].includes(typeof value) ? value : String(value);

interface Composed {
  readonly documents: readonly Document[];
  readonly tooDeep: boolean;
}

function compose(text: string): Composed {
  const tokens = [...new Parser().parse(text)];
  if (deepest(tokens) > DEPTH_MAX * 2) return { documents: [], tooDeep: true };
  return {
    documents: [...new Composer({ prettyErrors: false, logLevel: 'error' }).compose(tokens, false, text.length)],
    tooDeep: false,
  };
}

const complaints = ({ errors, warnings }: Document) => [...errors, ...warnings].sort((a, b) => a.pos[0] - b.pos[0]);

/** Composes; where a step in operation form is what the parser stumbles over, writes it out and composes again. */
function composeWithOperations(text: string): Composed & { readonly rewrites: readonly Rewrite[] } {
  let rewrites: readonly Rewrite[] = [];
  for (;;) {
    const rewritten = applyRewrites(text, rewrites);
    const composed = compose(rewritten.text);
    const first = composed.documents.flatMap(complaints)[0];
    const more = first === undefined ? undefined : rewriteAt(text, rewritten.original(first.pos[0]));
    const known = rewrites.some(({ from }) => from === more?.from);
    if (more === undefined || known || rewrites.length >= REWRITES_MAX) return { ...composed, rewrites };
    rewrites = [...rewrites, more].sort((a, b) => a.from - b.from);
  }
}

/** Line and column of an offset. */
function locator(text: string, file: string): (offset: number) => Position {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return (offset) => {
    let line = 0;
    for (let high = starts.length; high - line > 1; ) {
      const middle = (line + high) >> 1;
      if ((starts[middle] as number) <= offset) line = middle;
      else high = middle;
    }
    return { file, line: line + 1, column: offset - (starts[line] as number) + 1 };
  };
}

/** A step in operation form is only read where it stands alone in its line. */
function quotingHint(text: string, offset: number): string | undefined {
  const start = text.lastIndexOf('\n', offset - 1) + 1;
  const line = text.slice(start, text.indexOf('\n', offset) < 0 ? undefined : text.indexOf('\n', offset));
  return /[\w'"] +\{/.test(line) ? 'in a list in brackets write { operation: { argument: value } }' : undefined;
}

/** Reads YAML. Problems: LR101 malformed, LR102 empty, LR103 several documents, LR108 too large. Never throws. */
export function readYaml(text: string, file: string): Result<YamlSource> {
  const locate = locator(text, file);
  const refuse = (code: string, message: string, offset: number, hint?: string) =>
    failure([problemAt(code, message, locate(offset), hint)]);
  if (text.length > TEXT_MAX) return refuse('LR108', `the file has more than ${TEXT_MAX} characters`, 0);
  const { documents, tooDeep, rewrites } = composeWithOperations(text);
  if (tooDeep) return refuse('LR108', `values are nested more than ${DEPTH_MAX} deep`, 0);
  const { original } = applyRewrites(text, rewrites);
  const problems = new Problems(file);
  const complain = (message: string, offset: number, code = 'LR101'): void =>
    problems.add(code, message, locate(original(offset)));
  const [document, second] = documents;
  if (document === undefined)
    return refuse('LR102', 'the file is empty', 0, '`lastref init` writes a scenario to start from');
  // One mistake makes the parser stumble again and again: the first complaint is the one that helps.
  const [first] = documents.flatMap(complaints);
  if (first !== undefined)
    return refuse('LR101', first.message, original(first.pos[0]), quotingHint(text, original(first.pos[0])));
  if (second !== undefined)
    return refuse(
      'LR103',
      'a second YAML document begins here',
      original(second.range?.[0] ?? 0),
      'one file is one scenario',
    );
  const unfolding = new Unfolding(document, complain);
  const value = unfolding.value(document.contents, [], 0);
  if (value === null && problems.list.length === 0)
    return refuse('LR102', 'the file is empty', 0, '`lastref init` writes a scenario to start from');
  const place = (path: Path): Places => {
    for (let n = path.length; n >= 0; n--) {
      const found = unfolding.places.get(keyOf(path.slice(0, n)));
      if (found !== undefined) return found;
    }
    return { value: 0, key: undefined };
  };
  const position = (offset: number): Position => locate(original(offset));
  return problems.result({
    file,
    value,
    at: (path) => position(place(path).value),
    keyAt: (path) => position(place(path).key ?? place(path).value),
  });
}
