/** Mutants that no scenario can tell from the original, each with the reason: a YAML list of reasons with the mutants they cover. */
import { isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml';
import { failure, type Problem, problemAt, type Result, success } from '../../scenario/problem.ts';
import type { Position } from '../../world/input.ts';
import type { Mutant } from './mutant.ts';

export interface Equivalence {
  /** Name of a mutant; `*` stands for anything. */
  readonly pattern: string;
  readonly reason: string;
  readonly where: Position;
}

const HINT = 'a list of { reason: sentence, mutants: [names] }; a name may hold * for anything';

/** LR520 for what is no list of reasons with mutants. */
export function parseEquivalents(text: string, file: string): Result<readonly Equivalence[]> {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const at = (node: unknown): Position => {
    const { line, col } = lines.linePos((node as Node | null)?.range?.[0] ?? 0);
    return { file, line, column: col };
  };
  const wrong = (what: string, node: unknown): Problem => problemAt('LR520', what, at(node), HINT);
  const [error] = document.errors;
  if (error !== undefined)
    return failure([
      problemAt('LR520', error.message.split('\n')[0] ?? '', { file, line: lines.linePos(error.pos[0]).line }),
    ]);
  if (!isSeq(document.contents)) return failure([wrong('this is no list', document.contents)]);
  const found: Equivalence[] = [];
  for (const entry of document.contents.items) {
    if (!isMap(entry)) return failure([wrong('this is no reason with mutants', entry)]);
    const reason: unknown = entry.get('reason');
    const mutants: unknown = entry.get('mutants', true);
    if (typeof reason !== 'string' || reason.trim() === '') return failure([wrong('the reason is missing', entry)]);
    if (!isSeq(mutants) || mutants.items.length === 0) return failure([wrong('the mutants are missing', entry)]);
    for (const item of mutants.items) {
      if (!isScalar(item) || typeof item.value !== 'string')
        return failure([wrong('this is no name of a mutant', item)]);
      found.push({ pattern: item.value, reason: reason.trim(), where: at(item) });
    }
  }
  return success(found);
}

const escaped = (text: string): string => text.replace(/[.+?^${}()|[\]\\]/g, '\\$&');
const expressionOf = (pattern: string): RegExp => new RegExp(`^${pattern.split('*').map(escaped).join('.*')}$`);

/** Entries with the mutants that each covers; a mutant belongs to the first that names it. */
export class Equivalents {
  private readonly entries: readonly { readonly entry: Equivalence; readonly expression: RegExp }[];

  constructor(entries: readonly Equivalence[]) {
    this.entries = entries.map((entry) => ({ entry, expression: expressionOf(entry.pattern) }));
  }

  get size(): number {
    return this.entries.length;
  }

  of({ name }: Mutant): Equivalence | undefined {
    return this.entries.find(({ expression }) => expression.test(name))?.entry;
  }

  /** LR521: entries that name no mutant. */
  unused(mutants: readonly Mutant[]): readonly Problem[] {
    return this.entries
      .filter(({ expression }) => !mutants.some(({ name }) => expression.test(name)))
      .map(({ entry: { pattern, where } }) => problemAt('LR521', `no mutant is named "${pattern}"`, where));
  }
}

/** LR522: a run tells the mutant from the original, so it is not equivalent. */
export const refuted = ({ where }: Equivalence, { name }: Mutant, scenario: string): Problem =>
  problemAt('LR522', `"${name}" is not equivalent: ${scenario} tells it from the original`, where);
