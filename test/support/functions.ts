/** Functions of a source file and how long they are. */
import ts from 'typescript';
import type { RepositoryFile } from './repository.ts';

export interface FoundFunction {
  readonly line: number;
  readonly lines: number;
}

/** Callbacks of these are lists of tests, not functions that somebody has to follow. */
const SUITES = new Set(['describe', 'describeWithShared', 'context']);

export function parse({ path, text }: RepositoryFile): ts.SourceFile {
  return ts.createSourceFile(path, text, ts.ScriptTarget.ES2023, true);
}

export function visit(node: ts.Node, onNode: (node: ts.Node) => void): void {
  onNode(node);
  ts.forEachChild(node, (child) => visit(child, onNode));
}

/** Every function with a body, methods and arrows included; callbacks of suites left out. */
export function functionsOf(source: ts.SourceFile): readonly FoundFunction[] {
  const found: FoundFunction[] = [];
  visit(source, (node) => {
    if (!ts.isFunctionLike(node) || !('body' in node) || node.body === undefined || isSuite(node)) return;
    const first = lineOf(source, node.getStart(source));
    found.push({ line: first, lines: lineOf(source, node.end) - first + 1 });
  });
  return found;
}

export function lineOf(source: ts.SourceFile, position: number): number {
  return source.getLineAndCharacterOfPosition(position).line + 1;
}

function isSuite({ parent }: ts.Node): boolean {
  return ts.isCallExpression(parent) && ts.isIdentifier(parent.expression) && SUITES.has(parent.expression.text);
}
