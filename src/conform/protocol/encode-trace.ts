/** Tracing, extensions, maps with entries and perf events of a trace: how their programs are built and their operations sent. */
import type { Json, ProgTemplate, TraceFile, TraceStep } from '../../trace/format.ts';
import { type Args, type Encoders, handle, NotRunnable } from './encode-words.ts';
import { MAP_TYPES } from './numbers.ts';

export const TRACE_OPERATIONS: readonly string[] = (
  'raw_tp_open perf_event_open perf_event_enable perf_event_disable perf_event_set_bpf perf_event_query iter_read ' +
  'prog_test_run enable_stats map_update map_delete map_freeze'
).split(' ');

export const TRACE_HANDLES: readonly string[] = ['perfEvent', 'structOpsMap', 'oldMap', 'targetProg', 'iter'];

const isObject = (value: Json): value is { readonly [key: string]: Json } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The members that the agent can make happen once for a connection. */
const ONCE = new Set(['init']);

function opsMembers(members: Json): Args {
  const named = isObject(members) ? Object.entries(members) : [];
  const other = named.find(([name]) => !ONCE.has(name));
  if (other !== undefined) throw new NotRunnable(`a struct_ops member ${other[0]}, which no event runs just once`);
  return named.length === 0 ? {} : { opsMembers: named.map(([name, prog]) => `${name}:${handle(prog)}`).join(',') };
}

/** An entry of a map: a program, also beside a device or a queue, the name that a struct_ops map registers, or a number. */
function entry(value: Json): Args {
  if (!isObject(value)) return { value: String(value) };
  const { prog, name, netdev, qsize, number, members = {} } = value;
  const beside = netdev ?? qsize ?? number;
  if (prog !== undefined || beside !== undefined)
    return {
      ...(prog === undefined ? {} : { valueProg: handle(prog) }),
      ...(netdev === undefined ? {} : { netdev: String(netdev) }),
      ...(qsize === undefined && number === undefined ? {} : { value: String(qsize ?? number) }),
    };
  if (name !== undefined) return { opsName: String(name), ...opsMembers(members) };
  throw new NotRunnable(`entries such as ${JSON.stringify(value)}`);
}

/** A number that no process ever has. */
const NO_PROCESS = 0x7fff_ffff;

/** What a multi probe asks for besides its functions; for other links bytes that they do not use. */
function probe(value: Json): Args {
  if (!isObject(value)) return { addrs: 1 };
  const { path, flags, pid } = value;
  return {
    ...(path === undefined ? {} : { probePath: String(path) }),
    ...(flags === undefined ? {} : { probeFlags: String(flags) }),
    ...(pid === undefined ? {} : { probePid: Number(pid) < 0 ? NO_PROCESS : Number(pid) }),
  };
}

export const TRACE_ENCODERS: Encoders = {
  addrs: probe,
  value: entry,
  syms: (value) => ({ syms: (value as readonly string[]).join(',') }),
  iter: (value): Args => (isObject(value) ? { iterNoPointer: 1 } : { iter: handle(value) }),
  // What only a program reads changes nothing of what is attached.
  cookie: () => ({}),
  input: (value): Args => (value === 'none' ? { noPacket: 1 } : {}),
};

interface Called {
  readonly name: string;
  readonly linkage?: string;
  readonly returns?: number;
  readonly signature?: string;
}

const listOf = <T>(value: unknown): readonly T[] =>
  value === undefined || value === null ? [] : ((Array.isArray(value) ? value : [value]) as readonly T[]);

/** `int f(context *, int)`, as the templates write it. */
const TWO = '2 args';

function functionArgs({ subprogs, mainFunc, ctxStruct, btf }: ProgTemplate): Args {
  const all = listOf<Called>(subprogs);
  const called = all.filter(({ name }) => name !== mainFunc);
  const strange = all.find(({ signature }) => signature !== undefined && signature !== TWO);
  if (strange !== undefined) throw new NotRunnable(`functions with the prototype "${strange.signature}"`);
  const args: Args = {};
  if (called.length > 0)
    args['functions'] = called
      .map(({ name, linkage, signature, returns }) =>
        [name, linkage === 'static' ? 1 : 0, signature === TWO ? 1 : 0, returns ?? 0].join(':'),
      )
      .join(',');
  if (typeof mainFunc === 'string') args['mainFunc'] = mainFunc;
  if (typeof ctxStruct === 'string') args['ctxStruct'] = ctxStruct;
  if (all.some(({ name, signature }) => name === mainFunc && signature === TWO)) args['mainTwo'] = 1;
  if (btf === false) args['noBtf'] = 1;
  return args;
}

/** What the verifier lets programs of these kinds return is not what the templates say by default. */
function returnsOf({ type, expectedAttachType, returns }: ProgTemplate): number {
  if (type === 'lsm' && expectedAttachType === 'lsm_mac') return returns === 0 ? 0 : -1;
  if (type === 'tracing' && expectedAttachType !== 'modify_return') return 0;
  return returns ?? 1;
}

/** How the program of a template is built, beyond what every program has. */
export function programArgs(template: ProgTemplate): Args {
  const args: Args = { typeName: template.expectedAttachType ?? template.type, ...functionArgs(template) };
  const isSaid = template.returns !== undefined || args['functions'] === undefined;
  if (isSaid) args['returns'] = returnsOf(template);
  const calls = listOf<{ readonly map: string; readonly index: number }>(template['tailCall']);
  if (calls.length > 0) args['tailCalls'] = calls.map(({ map, index }) => `${map}:${index}`).join(',');
  for (const [place, name] of Object.entries((template['attach'] ?? {}) as Record<string, string>)) args[place] = name;
  if (template['changesPacket'] === true) args['changesPacket'] = 1;
  if (typeof template['iterOutput'] === 'string') args['iterOutput'] = template['iterOutput'];
  return args;
}

/** Bytes of a value where the template does not say: a descriptor where entries are objects. */
const VALUE_SIZE: Readonly<Record<string, number>> = { prog_array: 4, sockmap: 4, sockhash: 4 };

export function mapArgs(step: TraceStep, { objects }: TraceFile): Args {
  const template = (objects.maps ?? []).find(({ name }) => name === step.args['map']);
  const kind = String(template?.['type']);
  const type = MAP_TYPES[kind];
  if (template === undefined || type === undefined) throw new NotRunnable(`maps of type ${kind}`);
  const storage = kind === 'cgroup_storage';
  const keySize = storage ? (template['key'] === 'cgroup' ? 8 : 16) : Number(template['keySize'] ?? 4);
  return {
    map: template.name,
    type,
    keySize,
    valueSize: Number(template['valueSize'] ?? VALUE_SIZE[kind] ?? 8),
    maxEntries: storage ? 0 : Number(template['maxEntries'] ?? 1),
    ...(template['linkFlag'] === true ? { linkFlag: 1 } : {}),
  };
}
