/** `lastref repro`: a trace as one C file that runs on a real kernel and needs nothing but a compiler. */
import { NOBODY } from '../../trace/check.ts';
import type { TraceStep } from '../../trace/format.ts';
import type { TraceSource } from '../../trace/parse.ts';
import { ATTACHING } from './attach.ts';
import { DESCRIPTORS } from './descriptors.ts';
import { FILES } from './files.ts';
import { type Picked, pick } from './library.ts';
import { cgroupPath, Names } from './names.ts';
import { NETWORK } from './network.ts';
import { OBJECTS } from './objects.ts';
import { preparation } from './prepare.ts';
import { PROCESSES } from './processes.ts';
import { PROGRAMS } from './programs.ts';
import { quoted, say } from './say.ts';
import { stateAfter } from './state.ts';
import { TRACING } from './tracing.ts';
import { type Body, type Operation, Writer, type Written } from './writer.ts';

export { NoReproducer } from './writer.ts';

const OPERATIONS: Readonly<Record<string, Operation>> = {
  ...ATTACHING,
  ...DESCRIPTORS,
  ...FILES,
  ...NETWORK,
  ...OBJECTS,
  ...PROCESSES,
  ...PROGRAMS,
  ...TRACING,
};

/** Numbers of devices begin here, in library/network.c as well. */
const FIRST_DEVICE = 100;

/** What kernels with cgroup links take in any case. */
const ATTR_SIZE = 120;

/** Functions and the row of one step. */
interface Emitted {
  readonly functions: string;
  readonly row: string;
}

const functionText = (name: string, { lines, conditions }: Body): string => {
  const checked = conditions.length === 0 ? 'true' : conditions.join(' &&\n\t       ');
  const end = lines.at(-1) === '_exit(0);' ? [] : [`return ${checked};`];
  return `static bool ${name}(void)\n{\n${[...lines, ...end].map((line) => `\t${line}\n`).join('')}}`;
};

function write(w: Writer, step: TraceStep): Written {
  const operation = Object.hasOwn(OPERATIONS, step.op) ? OPERATIONS[step.op] : undefined;
  return operation === undefined ? w.no('LR420', `no C form for the operation ${step.op}`) : operation(w, step);
}

/** Sizes of attr, and the byte in it that is not zero: behind the fields of short commands, or beyond what kernels know. */
function withOddAttr({ args }: TraceStep, written: Written): Written {
  const { attr } = args;
  if (attr === undefined || attr === null) return written;
  const { size, beyond, tail } = attr as { size?: number; beyond?: boolean; tail?: boolean };
  const [total, byte] = beyond === true ? [4096, 4095] : [size ?? ATTR_SIZE, tail === true ? ATTR_SIZE - 8 : 0];
  return { ...written, lines: ['odd.given = true;', `odd.size = ${total};`, `odd.byte = ${byte};`, ...written.lines] };
}

function emitStep(w: Writer, step: TraceStep, index: number): Emitted {
  w.at(index);
  const said = say(step);
  const written = write(w, step);
  const state = stateAfter(w, w.trace.steps, index);
  const { receiver, actor = step.actor } = written;
  const name = `step_${index + 1}`;
  const parts: readonly (readonly [string, Body | undefined])[] = [
    [name, withOddAttr(step, written)],
    [`${name}_receive`, receiver?.body],
    [`${name}_see`, state],
  ];
  const functions = parts.flatMap(([as, body]) => (body === undefined ? [] : [functionText(as, body)])).join('\n\n');
  const fields = [
    `.actor = ${actor === NOBODY || step.op === 'sleep' ? '-1' : w.actor(actor)}`,
    `.run = ${name}`,
    ...(receiver === undefined
      ? []
      : [`.receiver = ${receiver.actor === NOBODY ? '-1' : w.actor(receiver.actor)}`, `.receive = ${name}_receive`]),
    ...(state === undefined ? [] : [`.see = ${name}_see`]),
    ...(step.expect['eventually'] === true ? ['.eventually = true'] : []),
    ...(step.op === 'exit' ? ['.ends = true'] : []),
  ];
  const row = `\t{ ${fields.join(', ')},\n\t  .says = ${quoted(said)} },`;
  return { functions: `/* ${index + 1}. ${said} */\n${functions}`, row };
}

/** Names that messages show, if any function does. */
function nameTable(array: string, texts: string, values: readonly string[]): readonly string[] {
  if (!new RegExp(`\\b${array}\\b`).test(texts)) return [];
  const shown = values.length === 0 ? ['""'] : values.map(quoted);
  return [`static const char *const ${array}[] = { ${shown.join(', ')} };`];
}

/** Descriptors as variables, or as a table that lies in shared memory. */
function descriptorTable({ names, tables }: Writer): readonly string[] {
  const all = names.all('descriptor').map((name) => names.of('descriptor', name));
  if (tables) return ['', `struct table {\n\tint ${['unused', ...all].join(', ')};\n};`];
  if (all.length === 0) return [];
  return [
    '',
    '/* Descriptors: every process has a table, and so numbers, of its own. */',
    `static int ${all.map((name) => `${name} = -1`).join(', ')};`,
  ];
}

function declarations(w: Writer, texts: string): string {
  const { names, trace } = w;
  return [
    names.enumeration('actor', 'ACTORS'),
    names.enumeration('program', 'PROGRAMS'),
    names.enumeration('link', 'LINKS'),
    names.enumeration('map', 'MAPS'),
    names.enumeration('cgroup', 'CGROUPS'),
    ...(w.devices.names.length === 0 ? [] : [names.enumeration('device', 'DEVICES_END', FIRST_DEVICE)]),
    `enum { STEPS = ${trace.steps.length} };`,
    ...nameTable('program_names', texts, names.all('program')),
    ...nameTable('link_names', texts, names.all('link')),
    ...nameTable('device_names', texts, w.devices.names),
    ...nameTable('netns_names', texts, w.devices.namespaces),
    ...(/\bNAMESPACES\b/.test(texts) ? [`enum { NAMESPACES = ${w.devices.namespaces.length} };`] : []),
    ...nameTable('cgroup_names', texts, names.all('cgroup')),
    ...nameTable(
      'cgroup_paths',
      texts,
      names.all('cgroup').map((name) => cgroupPath(name, trace)),
    ),
    ...descriptorTable(w),
  ].join('\n');
}

const comment = (lines: readonly string[]): string =>
  `/*\n${lines.map((line) => ` * ${line.replaceAll('*/', '* /')}`.trimEnd()).join('\n')}\n */`;

/** Whose answers the trace expects: a kernel's that is right may differ. */
function speaker({ trace, file }: TraceSource, semantics: string | undefined): string {
  if (semantics !== undefined) return `${semantics} (the semantics of lastref with that name)`;
  if (trace.liveKernel !== undefined) return `Linux ${trace.liveKernel}, as recorded in ${file}`;
  return trace.kernelMin === undefined ? file : `Linux ${trace.kernelMin} and later, as ${file} says`;
}

function headline(source: TraceSource, speaksFor: string): string {
  const { trace, file } = source;
  const about = [trace.source, trace.notes].flatMap((text) => (text === undefined ? [] : text.split('\n')));
  return comment([
    `${trace.id}: a trace of BPF attachments, to be held against a real kernel.`,
    ...about,
    '',
    `What every step must return is what it returns on ${speaksFor}.`,
    `Written by: lastref repro ${file} --format c`,
    'Run: cc -o repro THIS.c && sudo ./repro',
    'Every process of the trace is a process here, and steps are taken one after the other. All is done in a cgroup',
    'subtree and a bpffs of its own. Exit: 0 as the trace says, 1 not, 4 cannot run here.',
  ]);
}

/** Constants that an older header lacks. */
const guards = (w: Writer): string =>
  [...w.later].map(([name, value]) => `#ifndef ${name}\n#define ${name} ${value}\n#endif`).join('\n');

/** Sections of which every reproducer has one or the other. */
function variants(w: Writer): readonly string[] {
  const executes = w.needs.has('execve');
  return [
    ...(w.needs.has('odd_attr') ? [] : ['bpf']),
    executes ? 'memory_file' : 'memory',
    ...(w.skips ? ['skip_rest'] : []),
    w.tables ? 'start_with_table' : 'start',
  ];
}

/** What stands at the places that the library leaves open, by their names. */
function placeholders(
  w: Writer,
  { kept, names }: Picked,
  prepare: readonly string[],
  clean: readonly string[],
): Readonly<Record<string, readonly string[]>> {
  const executes = w.needs.has('execve');
  return {
    PREPARE: prepare,
    CLEAN: clean,
    KEPT: kept.map((name) => `{ &${name}, sizeof(${name}) },`),
    SHARED: [
      ...(w.tables
        ? ['struct table tables[ACTORS + 1];', 'int table_of[ACTORS + 1]; /* whose table an actor uses */']
        : []),
      ...(names.has('netns') ? ['uint32_t netns_inode[NAMESPACES];'] : []),
      ...(w.skips ? ['char cannot[128]; /* why this kernel cannot take the step */'] : []),
      ...(executes ? ['unsigned char kept[65536];'] : []),
    ],
    UNABLE: w.skips ? ["if (!good && shared->cannot[0] != '\\0')", '\treturn skip_rest(i, passed);'] : [],
    GO_ON: executes ? ['if (argc == 3)', '\tgo_on(argv[1], argv[2]);'] : [],
  };
}

const ARGUMENTS = 'ARGUMENTS';

/** A line that consists of a name gives way to what stands for it. */
function filled(text: string, fills: Readonly<Record<string, readonly string[]>>): string {
  const lines = text.replaceAll(/^(\t+)([A-Z_]+)\n/gm, (line, tabs: string, name: string) => {
    const stands = fills[name];
    return stands === undefined ? line : stands.map((each) => `${tabs}${each}\n`).join('');
  });
  const { GO_ON = [] } = fills;
  return lines.replace(ARGUMENTS, GO_ON.length > 0 ? 'int argc, char **argv' : 'void');
}

/**
 * The C file of a trace. `semantics` is what its expectations come from, if that is a model and not a file. Throws
 * NoReproducer where the trace has no C form.
 */
export function reproducer(
  source: TraceSource,
  flagValues: Readonly<Record<string, number>>,
  semantics?: string,
): string {
  const speaksFor = speaker(source, semantics);
  const { trace } = source;
  const w = new Writer(trace, new Names(trace), flagValues, source.steps);
  const steps = trace.steps.map((step, index) => emitStep(w, step, index));
  w.at(0);
  const prepare = preparation(w);
  const clean = [
    ...(prepare.some((line) => line.includes('mount_bpffs')) ? ['remove_bpffs();'] : []),
    ...(prepare.some((line) => line.includes('make_root')) ? ['remove_cgroups();'] : []),
  ];
  const picked = pick(['base', 'main', ...variants(w), ...w.needs]);
  const { headers } = picked;
  const fills = placeholders(w, picked, prepare, clean);
  const texts = picked.texts.map((text) => filled(text, fills));
  const main = texts.at(-1) ?? '';
  const functions = steps.map((step) => step.functions);
  const used = [...texts, ...functions].join('\n');
  return `${[
    headline(source, speaksFor),
    ['#define _GNU_SOURCE', ...headers.map((header) => `#include ${header}`)].join('\n'),
    guards(w),
    declarations(w, used),
    `static const char speaks_for[] = ${quoted(speaksFor)};`,
    ...texts.slice(0, -1),
    ...functions,
    `static const struct step steps[STEPS] = {\n${steps.map(({ row }) => row).join('\n')}\n};`,
    main,
  ]
    .filter((part) => part !== '')
    .join('\n\n')}\n`;
}
