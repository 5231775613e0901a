/**
 * Operation form: `- admin: prog_attach { cgroup: web, prog: fw1 }`, as people write steps down. It is not YAML (a plain
 * scalar may not hold `: `), so where the YAML parser stumbles over such a line, the loader writes it out as
 * `- admin: {prog_attach: { cgroup: web, prog: fw1 }}` and reads again. Text that is YAML is never touched.
 */

/** Offsets in the original text: where `{` is put, where `:`, and where `}`. */
export interface Rewrite {
  readonly from: number;
  readonly colon: number;
  readonly to: number;
}

export interface Rewritten {
  readonly text: string;
  /** Offset in the original text of an offset in the rewritten one. */
  readonly original: (offset: number) => number;
}

/** `- actor: op {`, `- op {`, or `actor: op {` at the start of a line. */
const OPERATION = /^(\s*(?:- +)*(?:(?:[\w.-]+|"[^"\n]*"|'[^'\n]*') *: +)?)([A-Za-z_]\w*) +\{/;

/** The rewrite for the line at `offset`, if a step in operation form stands there and its braces match. */
export function rewriteAt(text: string, offset: number): Rewrite | undefined {
  const start = text.lastIndexOf('\n', Math.max(0, offset - 1)) + 1;
  const match = OPERATION.exec(
    text.slice(start, text.indexOf('\n', start) < 0 ? undefined : text.indexOf('\n', start)),
  );
  if (match === null) return undefined;
  const [all, before = '', op = ''] = match;
  const to = closingBrace(text, start + all.length - 1);
  if (to < 0 || before.trim() === '') return undefined;
  const from = start + before.length;
  return { from, colon: from + op.length, to: to + 1 };
}

/** Offset of the brace that closes the one at `open`, or -1. */
function closingBrace(text: string, open: number): number {
  let depth = 0;
  let quote = '';
  for (let at = open; at < text.length; at++) {
    const c = text[at] as string;
    if (quote !== '') {
      if (c === '\\' && quote === '"') at++;
      else if (c === quote) quote = '';
    } else if ((c === '"' || c === "'") && /[\s,:{[]/.test(text[at - 1] as string)) quote = c;
    else if (c === '#' && /\s/.test(text[at - 1] as string)) at = lineEnd(text, at);
    else if (c === '{' || c === '[') depth++;
    else if (c === '}' || c === ']') depth--;
    if (depth === 0) return at;
  }
  return -1;
}

function lineEnd(text: string, at: number): number {
  const end = text.indexOf('\n', at);
  return end < 0 ? text.length : end;
}

/** Puts the characters in, in the order of their offsets. */
export function applyRewrites(text: string, rewrites: readonly Rewrite[]): Rewritten {
  const inserted = rewrites
    .flatMap(({ from, colon, to }) => [
      { at: from, what: '{' },
      { at: colon, what: ':' },
      { at: to, what: '}' },
    ])
    .sort((a, b) => a.at - b.at);
  let result = '';
  let done = 0;
  for (const { at, what } of inserted) {
    result += text.slice(done, at) + what;
    done = at;
  }
  return {
    text: result + text.slice(done),
    original(offset) {
      let shift = 0;
      for (const { at } of inserted) if (at + shift < offset) shift++;
      return offset - shift;
    },
  };
}
