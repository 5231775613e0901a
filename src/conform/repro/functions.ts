/** BTF of the functions of a program, and the ids that it gives them: other programs name functions by them. */
import type { Json, ProgTemplate } from '../../trace/format.ts';
import { quoted } from './say.ts';
import type { Writer } from './writer.ts';

/** A function of a program. The first of them is the main function. */
export interface Called {
  readonly name: string;
  readonly isStatic: boolean;
  /** `int f(context *, int)` instead of `int f(context *)`. */
  readonly isLong: boolean;
  readonly returns: number;
}

interface Declared {
  readonly name: string;
  readonly linkage?: string;
  readonly returns?: number;
  readonly signature?: string;
}

export const listOf = <T>(value: unknown): readonly T[] =>
  value === undefined || value === null ? [] : ((Array.isArray(value) ? value : [value]) as readonly T[]);

const LONG = '2 args';

export function functionsOf(w: Writer, { subprogs, mainFunc, returns }: ProgTemplate): readonly Called[] {
  const declared = listOf<Declared>(subprogs);
  for (const { signature } of declared)
    if (signature !== undefined && signature !== LONG)
      w.no('LR421', `no C form for functions with the prototype "${signature}"`);
  const main = typeof mainFunc === 'string' ? mainFunc : 'main_function';
  const called = declared.filter(({ name }) => name !== mainFunc);
  const isLong = declared.some(({ name, signature }) => name === mainFunc && signature === LONG);
  return [
    { name: main, isStatic: false, isLong, returns: returns ?? 1 },
    ...called.map(
      (each): Called => ({
        name: each.name,
        isStatic: each.linkage === 'static',
        isLong: each.signature === LONG,
        returns: each.returns ?? 0,
      }),
    ),
  ];
}

/** Does the program have BTF? Extensions need it, and those whose functions somebody may extend. */
export const isDescribed = (template: ProgTemplate): boolean =>
  template['btf'] !== false &&
  (listOf(template['subprogs']).length > 0 || template.type === 'ext' || typeof template['mainFunc'] === 'string');

/** What functions get: the context of the program, or of the program that they extend. Null: a pointer to 64 bits. */
export function contextOf(w: Writer, template: ProgTemplate, target: Json | undefined): string | null {
  if (typeof template['ctxStruct'] === 'string') return template['ctxStruct'];
  const type = template.type === 'ext' ? (w.templateOf(target)?.type ?? 'sched_cls') : template.type;
  if (type === 'tracing' || type === 'lsm') return null;
  return type === 'xdp' ? 'xdp_md' : '__sk_buff';
}

/** Types come in this order: int, what the context points to, the pointer, the prototypes, the functions. */
const FIRST_FUNCTION = 6;
/** An id that no type has: a function that is not there. */
const NOT_THERE = 100_000;
/** The first type of all our programs, for what has no BTF: the kernel has something else to say then. */
const FIRST_TYPE = 1;

/** The id of a function in the BTF of the program behind a handle. */
export function functionId(w: Writer, handle: Json | undefined, name: string): string {
  const template = w.templateOf(handle);
  if (template === undefined || !isDescribed(template) || name === 'int') return String(FIRST_TYPE);
  const index = functionsOf(w, template).findIndex((each) => each.name === name);
  return index < 0 ? String(NOT_THERE) : `${FIRST_FUNCTION + index} /* ${name} in the BTF of ${String(handle)} */`;
}

export const btfIds = (functions: readonly Called[]): readonly number[] => functions.map((_, i) => FIRST_FUNCTION + i);

const KIND = { int: 1, pointer: 2, struct: 4, function: 12, prototype: 13 } as const;

/** Statements that make `btf`, a descriptor. */
export function btfLines(context: string | null, functions: readonly Called[]): readonly string[] {
  const strings: string[] = [''];
  const text = (word: string): number => {
    const at = strings.indexOf(word);
    if (at < 0) strings.push(word);
    const place = at < 0 ? strings.length - 1 : at;
    return strings.slice(0, place).reduce((sum, each) => sum + each.length + 1, 0);
  };
  const info = (kind: keyof typeof KIND, members = 0): string =>
    `${KIND[kind]} << 24${members === 0 ? '' : ` | ${members}`}`;
  const pointed =
    context === null
      ? `${text('unsigned long long')}, ${info('int')}, 8, 64, /* [2] unsigned long long */`
      : `${text(context)}, ${info('struct')}, 0, /* [2] struct ${context} */`;
  const rows = [
    `${text('int')}, ${info('int')}, 4, 1 << 24 | 32, /* [1] int */`,
    pointed,
    `0, ${info('pointer')}, 2, /* [3] pointer to it */`,
    `0, ${info('prototype', 1)}, 1, ${text('ctx')}, 3, /* [4] int (ctx) */`,
    `0, ${info('prototype', 2)}, 1, ${text('ctx')}, 3, ${text('more')}, 1, /* [5] int (ctx, int) */`,
    ...functions.map(
      ({ name, isStatic, isLong }, i) =>
        `${text(name)}, ${info('function')} | ${isStatic ? 0 : 1}, ${isLong ? 5 : 4}, /* [${FIRST_FUNCTION + i}] ${isStatic ? 'static' : 'global'} ${name} */`,
    ),
  ];
  return [
    'static const uint32_t types[] = {',
    ...rows.map((row) => `\t${row}`),
    '};',
    `static const char strings[] = ${strings.map((each) => quoted(each)).join(' "\\0" ')};`,
    'int btf = load_btf(types, sizeof(types), strings, sizeof(strings));',
  ];
}
