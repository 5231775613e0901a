/**
 * How deep YAML tokens are nested. The parser that makes them keeps its own stack, but what composes values of them is
 * recursive: text that is too deep would end the process, and no exception could be caught.
 */
import type { CST } from 'yaml';

type Inner = {
  readonly value?: unknown;
  readonly items?: readonly { readonly key?: unknown; readonly value?: unknown }[];
};

export function deepest(tokens: readonly CST.Token[]): number {
  let most = 0;
  const waiting = tokens.map((token): [unknown, number] => [token, 1]);
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const [token, depth] = next;
    if (typeof token !== 'object' || token === null) continue;
    if (depth > most) most = depth;
    const { value, items } = token as Inner;
    waiting.push([value, depth + 1]);
    for (const item of items ?? []) waiting.push([item.key, depth + 1], [item.value, depth + 1]);
  }
  return most;
}
