/** The C functions that reproducers are made of: sections of library.c, taken as they are needed. */
import { readFileSync } from 'node:fs';

interface Section {
  readonly name: string;
  readonly needs: readonly string[];
  readonly headers: readonly string[];
  readonly text: string;
}

/** Sections in the order of the file, which is the order in which C wants them. */
function sections(): readonly Section[] {
  const [, ...parts] = readFileSync(new URL('./library.c', import.meta.url), 'utf8').split(/^\/\/: /m);
  return parts.map((part) => {
    const end = part.indexOf('\n');
    const [name = '', ...words] = part.slice(0, end).split(' ');
    return {
      name,
      needs: words.filter((word) => !word.startsWith('<')),
      headers: words.filter((word) => word.startsWith('<')),
      text: part.slice(end + 1).trim(),
    };
  });
}

export interface Picked {
  readonly headers: readonly string[];
  /** Texts by section, in order. */
  readonly texts: readonly string[];
}

/** The named sections with all that they need. */
export function pick(names: Iterable<string>): Picked {
  const all = sections();
  const wanted = new Set<string>();
  const want = (name: string): void => {
    if (wanted.has(name)) return;
    wanted.add(name);
    const section = all.find((each) => each.name === name);
    if (section === undefined) throw new Error(`LR932 library.c has no section ${name}`);
    section.needs.forEach(want);
  };
  for (const name of names) want(name);
  const picked = all.filter(({ name }) => wanted.has(name));
  return {
    headers: [...new Set(picked.flatMap(({ headers }) => headers))].sort(),
    texts: picked.map(({ text }) => text),
  };
}
