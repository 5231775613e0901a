/** What the operations of a reproducer are written with: names, arguments and flags as C, and a clear no. */
import type { Json, ProgTemplate, TraceFile, TraceStep } from '../../trace/format.ts';
import { InputError, type Position } from '../../world/input.ts';
import { attachTypeNumber } from '../protocol/numbers.ts';
import { Devices } from './devices.ts';
import { LATER_FLAGS, laterAttachType, laterLinkType } from './later.ts';
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
  /** Who takes the step, if not the actor that the trace names. */
  readonly actor?: string;
}

/** How one operation becomes C. Throws NoReproducer. */
export type Operation = (w: Writer, step: TraceStep) => Written;

/** Commands that make an object, by the kind of object that they make. */
const MAKES: Readonly<Record<string, 'program' | 'link' | 'map'>> = {
  prog_load: 'program',
  link_create: 'link',
  raw_tp_open: 'link',
  map_create: 'map',
};

/** Characters of an initializer that stands on one line. */
const LINE_MAX = 90;

/** Steps in which programs run. */
const RUNS = new Set(['fire', 'send', 'iter_read', 'prog_test_run']);

/** BPF_PROG_TYPE_NETFILTER, which 6.4 brought. */
const NETFILTER = 32;

/** Steps after which numbers of descriptors must be known to more than one process or image. */
const SHARES_TABLES = new Set(['clone_files', 'execve', 'pidfd_getfd']);

export class Writer {
  readonly trace: TraceFile;
  readonly names: Names;
  /** Values of the named flags. */
  readonly flagValues: Readonly<Record<string, number>>;
  /** Sections of the library that are needed. */
  readonly needs = new Set<string>();
  /** Constants that an older header may not have. */
  readonly later = new Map<string, number>();
  /** Descriptors that some step has filled already. */
  private readonly filled = new Set<string>();
  /** Programs note that they ran. */
  get logs(): boolean {
    return this.trace.steps.some(({ op }) => RUNS.has(op));
  }

  progType(name: string): string {
    const word = `BPF_PROG_TYPE_${name.toUpperCase()}`;
    if (name === 'netfilter') this.later.set(word, NETFILTER);
    return word;
  }

  /** The kernel may be unable to do what the trace wants: that is no failure. */
  get skips(): boolean {
    return ['cannot', 'unless_unsupported', 'place', 'perf_tracepoint', 'perf_kprobe'].some((section) =>
      this.needs.has(section),
    );
  }

  /** The numbers of descriptors lie in shared memory. */
  readonly tables: boolean;
  readonly devices: Devices;
  /** The step that is written. */
  index = 0;
  private readonly positions: readonly Position[];

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
    this.devices = new Devices(this, trace.objects);
    for (const name of this.devices.names) names.of('device', name);
    this.tables = trace.steps.some(({ op, args }) => SHARES_TABLES.has(op) || typeof args['from'] === 'string');
  }

  at(index: number): void {
    this.index = index;
  }

  /** The steps before this one. */
  get before(): readonly TraceStep[] {
    return this.trace.steps.slice(0, this.index);
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

  map(name: Json | undefined): string {
    return this.names.of('map', String(name));
  }

  /** Where the id of an object stands. */
  idOf(name: Json | undefined): string {
    const made = this.trace.steps.find(
      ({ op, as, args }) => MAKES[op] !== undefined && (as ?? args['prog'] ?? args['map']) === name,
    );
    const kind = MAKES[made?.op ?? 'prog_load'] ?? 'program';
    this.need('id_of');
    const array = { program: 'prog_id', link: 'link_id', map: 'map_id' }[kind];
    return `shared->${array}[${this.names.of(kind, String(name))}]`;
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
    return this.descriptor(String(value), 'own->');
  }

  private descriptor(name: string, table: string): string {
    return (this.tables ? table : '') + this.names.of('descriptor', name);
  }

  /** A handle of another process. */
  handleOf(actor: string, value: Json | undefined): string {
    if (typeof value !== 'string') return this.handle(value);
    return this.descriptor(value, `shared->tables[shared->table_of[${this.actor(actor)}]].`);
  }

  attachType(value: Json | undefined): string {
    // Extensions have none.
    if (value === undefined || value === null || value === '') return '0';
    if (typeof value === 'number') return String(value);
    const word = String(value);
    const name = `BPF_${word.toUpperCase()}`;
    const later = laterAttachType(word);
    if (later !== undefined) this.later.set(name, later);
    if (attachTypeNumber(word) === undefined) this.no('LR421', `no C form for the attach type ${word}`);
    return name;
  }

  linkType(value: Json | undefined): string {
    const word = String(value);
    const name = `BPF_LINK_TYPE_${word.toUpperCase()}`;
    const later = laterLinkType(word);
    if (later !== undefined) this.later.set(name, later);
    return name;
  }

  /** What a list of flags amounts to. */
  flagBits(value: Json | undefined): number {
    const list = Array.isArray(value) ? (value as readonly Json[]) : [value ?? 0];
    return list.reduce<number>(
      (sum, flag) => sum | (typeof flag === 'number' ? flag : (this.flagValues[String(flag)] ?? 0)),
      0,
    );
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
    if (LATER_FLAGS.test(name)) this.later.set(name, number);
    return name;
  }

  /** Fields of an attr; those that are 0 are left out. */
  fields(fields: Readonly<Record<string, string>>): string {
    const given = Object.entries(fields).filter(([, value]) => value !== '0');
    const words = given.map(([name, value]) => `.${name} = ${value}`);
    if (words.length === 0) return '{ 0 }';
    const line = words.join(', ');
    return line.length < LINE_MAX ? `{ ${line} }` : `{\n${words.map((word) => `\t\t${word},\n`).join('')}\t}`;
  }

  /** Only these arguments have a C form. */
  only({ op, args }: TraceStep, ...known: readonly string[]): void {
    for (const [name, value] of Object.entries(args))
      if (name === 'attr') this.need('odd_attr');
      else if (!known.includes(name) && value !== null && value !== false)
        this.no('LR421', `no C form for the argument "${name}" of ${op}`);
  }

  path(value: Json | undefined): string {
    const path = String(value);
    this.need('bpffs');
    if (path.startsWith('fd:')) {
      this.need('proc_fd');
      return `proc_fd(${this.handle(path.slice('fd:'.length))})`;
    }
    // Everything lies below one directory of ours: nothing outside it can be named.
    const inside = path.startsWith('/') ? `..${path}` : path;
    const [, rest] = /^\.\.\/(?!bpffs(?:\/|$))(.+)$/.exec(inside) ?? [null, inside];
    if (/^\/(?!elsewhere\/)/.test(path) || /(?:^|\/)\.\.(?:\/|$)/.test(rest ?? ''))
      this.no('LR421', `no C form for the path ${path}: it leads out of the mounts of the trace`);
    return JSON.stringify(inside);
  }

  /** The template of the program behind a handle, as far as its name tells. */
  templateOf(handle: Json | undefined): ProgTemplate | undefined {
    const loaded = this.trace.steps.find(({ op, as }) => op === 'prog_load' && as === handle);
    const name = loaded?.args['prog'] ?? handle;
    return (this.trace.objects.progs ?? []).find((template) => template.name === name);
  }

  /** A call that yields a descriptor, as statements; afterwards `variable` says what the kernel said. */
  yields(call: string, as: string | undefined): { readonly lines: readonly string[]; readonly variable: string } {
    if (as === undefined) {
      this.need('drop');
      return { lines: [`int got = drop(${call});`], variable: 'got' };
    }
    const fd = this.handle(as);
    const again = this.filled.has(fd);
    this.filled.add(fd);
    // A failure leaves the descriptor that has the name alone.
    if (again) return { lines: [`int got = ${call};`, 'if (got >= 0)', `\t${fd} = got;`], variable: 'got' };
    return { lines: [`${fd} = ${call};`], variable: fd };
  }
}
