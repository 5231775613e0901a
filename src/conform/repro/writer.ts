/** What the operations of a reproducer are written with: names, arguments and flags as C, and a clear no. */
import type { Json, TraceFile, TraceStep } from '../../trace/format.ts';
import { InputError, type Position } from '../../world/input.ts';
import { ATTACH_TYPES } from '../numbers.ts';
import type { Names } from './names.ts';

/** The trace has no C form. */
export class NoReproducer extends InputError {}

/** One function of the C file. */
export interface Body {
  /** Statements before the return, without indentation. */
  readonly lines: readonly string[];
  /** Conditions that must all hold. */
  readonly conditions: readonly string[];
}

export interface Written extends Body {
  /** A second half that another process does. */
  readonly receiver?: { readonly actor: string; readonly body: Body };
}

export class Writer {
  readonly trace: TraceFile;
  readonly names: Names;
  /** Values of the named flags. */
  readonly flagValues: Readonly<Record<string, number>>;
  /** Sections of the library that are needed. */
  readonly needs = new Set<string>();
  /** Flags that an older header may not have. */
  readonly flagsUsed = new Set<string>();
  /** Descriptors that some step has filled already. */
  private readonly filled = new Set<string>();
  private readonly positions: readonly Position[];
  private index = 0;

  constructor(
    trace: TraceFile,
    names: Names,
    flagValues: Readonly<Record<string, number>>,
    positions: readonly Position[],
  ) {
    this.trace = trace;
    this.names = names;
    this.flagValues = flagValues;
    this.positions = positions;
  }

  at(index: number): void {
    this.index = index;
  }

  no(code: 'LR420' | 'LR421', message: string): never {
    throw new NoReproducer(
      code,
      message,
      this.positions[this.index],
      'lastref conform runs more than a C file can show',
    );
  }

  need(...sections: readonly string[]): void {
    for (const section of sections) this.needs.add(section);
  }

  program(name: Json | undefined): string {
    return this.names.of('program', String(name));
  }

  link(name: Json | undefined): string {
    return this.names.of('link', String(name));
  }

  /** -1 is a cgroup above everything of the trace. */
  cgroup(name: Json | undefined): string {
    return name === 'outside' ? '-1' : this.names.of('cgroup', String(name));
  }

  actor(name: Json | undefined): string {
    return this.names.of('actor', String(name));
  }

  /** A handle argument: a number stands for itself, nothing for 0. */
  handle(value: Json | undefined): string {
    if (value === undefined || value === null) return '0';
    if (typeof value === 'number') return String(value);
    return this.names.of('descriptor', String(value));
  }

  attachType(value: Json | undefined): string {
    if (typeof value === 'number') return String(value);
    if (typeof value !== 'string' || !ATTACH_TYPES.includes(value))
      this.no('LR421', `no C form for the attach type ${String(value)}`);
    return `BPF_${String(value).toUpperCase()}`;
  }

  flags(value: Json | undefined): string {
    if (value === undefined || value === null) return '0';
    const list = Array.isArray(value) ? (value as readonly Json[]) : [value as Json];
    return list.map((flag) => (typeof flag === 'number' ? String(flag) : this.flag(String(flag)))).join(' | ') || '0';
  }

  /** `multi` → `BPF_F_ALLOW_MULTI` */
  private flag(word: string): string {
    const number = this.flagValues[word];
    if (number === undefined) this.no('LR421', `no C form for the flag ${word}`);
    const name = Object.keys(this.flagValues).find(
      (each) => /^[A-Z]/.test(each) && this.flagValues[each] === number && each.endsWith(word.toUpperCase()),
    );
    if (name === undefined) return String(number);
    this.flagsUsed.add(name);
    return name;
  }

  /** Fields of an attr; those that are 0 are left out. */
  fields(fields: Readonly<Record<string, string>>): string {
    const given = Object.entries(fields).filter(([, value]) => value !== '0');
    return given.length === 0 ? '{ 0 }' : `{ ${given.map(([name, value]) => `.${name} = ${value}`).join(', ')} }`;
  }

  /** Only these arguments have a C form. */
  only({ op, args }: TraceStep, ...known: readonly string[]): void {
    for (const [name, value] of Object.entries(args))
      if (!known.includes(name) && value !== null && value !== false)
        this.no('LR421', `no C form for the argument "${name}" of ${op}`);
  }

  path(value: Json | undefined): string {
    const path = String(value);
    if (path.startsWith('/') || path.startsWith('..') || path.startsWith('fd:'))
      this.no('LR421', `no C form for the path ${path}: only the bpffs of the trace is there`);
    this.need('bpffs');
    return JSON.stringify(path);
  }

  /** A call that yields a descriptor, as statements; afterwards `variable` says what the kernel said. */
  yields(call: string, as: string | undefined): { readonly lines: readonly string[]; readonly variable: string } {
    if (as === undefined) {
      this.need('drop');
      return { lines: [`int got = drop(${call});`], variable: 'got' };
    }
    const fd = this.names.of('descriptor', as);
    const again = this.filled.has(fd);
    this.filled.add(fd);
    // A failure leaves the descriptor that has the name alone.
    if (again) return { lines: [`int got = ${call};`, 'if (got >= 0)', `\t${fd} = got;`], variable: 'got' };
    return { lines: [`${fd} = ${call};`], variable: fd };
  }
}
