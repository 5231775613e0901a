/** The C functions that reproducers are made of: sections of the files in library/, taken as they are needed. */
import { readFileSync } from 'node:fs';

/** In the order in which C wants them: what is used stands before what uses it. */
const FILES = [
  'base',
  'cgroups',
  'files',
  'programs',
  'maps',
  'attachments',
  'tracing',
  'descriptors',
  'processes',
  'network',
  'events',
  'frames',
  'main',
] as const;

interface Section {
  readonly name: string;
  readonly needs: readonly string[];
  readonly headers: readonly string[];
  /** Variables that an image which a process executes has to find again. */
  readonly kept: readonly string[];
  readonly text: string;
}

function sectionsOf(file: string): readonly Section[] {
  const [, ...parts] = readFileSync(new URL(`./library/${file}.c`, import.meta.url), 'utf8').split(/^\/\/: /m);
  return parts.map((part) => {
    const end = part.indexOf('\n');
    const [name = '', ...words] = part.slice(0, end).split(' ');
    return {
      name,
      needs: words.filter((word) => !/^[<=]/.test(word)),
      headers: words.filter((word) => word.startsWith('<')),
      kept: words.filter((word) => word.startsWith('=')).map((word) => word.slice(1)),
      text: part.slice(end + 1).trim(),
    };
  });
}

export interface Picked {
  readonly headers: readonly string[];
  /** Texts by section, in order. */
  readonly texts: readonly string[];
  readonly kept: readonly string[];
  readonly names: ReadonlySet<string>;
}

/** The named sections with all that they need. */
export function pick(names: Iterable<string>): Picked {
  const all = FILES.flatMap(sectionsOf);
  const wanted = new Set<string>();
  const want = (name: string): void => {
    if (wanted.has(name)) return;
    wanted.add(name);
    const section = all.find((each) => each.name === name);
    if (section === undefined) throw new Error(`LR932 the library of reproducers has no section ${name}`);
    section.needs.forEach(want);
  };
  for (const name of names) want(name);
  const picked = all.filter(({ name }) => wanted.has(name));
  return {
    headers: [...new Set(picked.flatMap(({ headers }) => headers))].sort(),
    texts: picked.map(({ text }) => text),
    kept: picked.flatMap(({ kept }) => kept),
    names: wanted,
  };
}
