/** Programs, ids, pins and descriptors, as C. */
import type { Json, TraceStep } from '../../trace/format.ts';
import { MAP_TYPES } from '../protocol/numbers.ts';
import { opens } from './descriptors.ts';
import { type Checks, expected, number, simple, text } from './expect.ts';
import type { Operation, Writer, Written } from './writer.ts';

function byId(w: Writer, step: TraceStep, command: string): Written {
  const { args } = step;
  w.only(step, 'progId', 'linkId', 'mapId', 'id', 'rawOpenFlags', 'attr');
  w.need('get_fd_by_id');
  const { progId, linkId, mapId, id } = args;
  const named = typeof progId === 'string' ? `shared->prog_id[${w.program(progId)}]` : undefined;
  const link = typeof linkId === 'string' ? `shared->link_id[${w.link(linkId)}]` : undefined;
  const map = typeof mapId === 'string' ? `shared->map_id[${w.map(mapId)}]` : undefined;
  const fields = w.fields({ id: named ?? link ?? map ?? String(id ?? 0), open_flags: w.flags(args['rawOpenFlags']) });
  const opened = opens(w, step, `bpf(${command}, &attr, sizeof(attr))`);
  return { ...opened, lines: [`struct get_fd_by_id attr = ${fields};`, ...opened.lines] };
}

const PATH_FD = 1 << 14;

/** The attr of OBJ_PIN and OBJ_GET. A path that is relative to path_fd stands as it is. */
function pathFields(w: Writer, { args }: TraceStep, bpfFd: string): string {
  const { path, flags, pathFd } = args;
  w.need('object_path');
  const isRelative = (w.flagBits(flags) & PATH_FD) !== 0 && !String(path).startsWith('/');
  if (isRelative) w.need('bpffs');
  return w.fields({
    pathname: `(uintptr_t)${isRelative ? JSON.stringify(path) : w.path(path)}`,
    bpf_fd: w.handle(args[bpfFd]),
    file_flags: w.flags(flags),
    path_fd: w.handle(pathFd),
  });
}

function objPin(w: Writer, step: TraceStep): Written {
  w.only(step, 'obj', 'path', 'flags', 'pathFd', 'attr');
  const fields = pathFields(w, step, 'obj');
  const lines = [`struct object_path attr = ${fields};`, 'int got = bpf(BPF_OBJ_PIN, &attr, sizeof(attr));'];
  return { lines, conditions: expected(w, step, 'got') };
}

function objGet(w: Writer, step: TraceStep): Written {
  w.only(step, 'path', 'flags', 'mapDef', 'pathFd', 'bpfFd', 'attr');
  const fields = pathFields(w, step, 'bpfFd');
  const opened = opens(w, step, 'bpf(BPF_OBJ_GET, &attr, sizeof(attr))');
  return { ...opened, lines: [`struct object_path attr = ${fields};`, ...opened.lines] };
}

/** Bytes of a value where the template does not say: a descriptor where entries are objects. */
const VALUE_SIZE: Readonly<Record<string, number>> = { prog_array: 4, sockmap: 4, sockhash: 4 };

function mapCreate(w: Writer, step: TraceStep): Written {
  w.only(step, 'map', 'attr');
  const template = (w.trace.objects.maps ?? []).find(({ name }) => name === step.args['map']);
  const type = String(template?.['type']);
  if (template === undefined || MAP_TYPES[type] === undefined)
    return w.no('LR421', `no C form for maps of type ${type}`);
  if (type === 'struct_ops') w.no('LR421', 'no C form for struct_ops: with it a kernel can be stopped');
  const isStorage = type === 'cgroup_storage';
  const keySize = isStorage ? (template['key'] === 'cgroup' ? 8 : 16) : Number(template['keySize'] ?? 4);
  const entries = isStorage ? 0 : Number(template['maxEntries'] ?? 1);
  w.need('map_create');
  const sizes = [keySize, Number(template['valueSize'] ?? VALUE_SIZE[type] ?? 8), entries].join(', ');
  const made = w.map(step.as ?? template.name);
  return opens(w, step, `map_create(BPF_MAP_TYPE_${type.toUpperCase()}, ${sizes}, ${made})`);
}

function mapLookup(w: Writer, step: TraceStep): Written {
  const { map, key } = step.args;
  w.only(step, 'map', 'key', 'attr');
  w.need('map_lookup');
  const { cgroup, attachType } = (typeof key === 'object' && key !== null ? key : {}) as Readonly<Record<string, Json>>;
  if (cgroup !== undefined) w.need('cgroups');
  const words =
    cgroup === undefined
      ? [String(Number(key ?? 0))]
      : [`shared->cgroup_id[${w.cgroup(cgroup)}]`, attachType === undefined ? '0' : w.attachType(attachType)];
  const checks: Checks = {
    value: (value) => [number(w, 'value', Number(value), 'value[0]')],
    prog(value) {
      w.need('names');
      return [text('program', String(value), 'names_of((uint32_t[]){ value[0] }, 1)')];
    },
  };
  const lines = [
    `uint64_t key[2] = { ${words.join(', ')} }, value[8] = { 0 };`,
    `int got = map_lookup(${w.handle(map)}, key, value);`,
  ];
  return { lines, conditions: expected(w, step, 'got', checks) };
}

function mapUpdate(w: Writer, step: TraceStep): Written {
  const { map, key, value, flags } = step.args;
  w.only(step, 'map', 'key', 'value', 'flags', 'attr');
  w.need('map_update');
  const { prog } = (typeof value === 'object' && value !== null ? value : {}) as Readonly<Record<string, Json>>;
  if (typeof value !== 'number' && prog === undefined)
    w.no('LR421', 'no C form for a value of a map that is no program');
  const what = prog === undefined ? String(value) : w.handle(prog);
  return simple(w, step, `map_update(${[w.handle(map), Number(key ?? 0), what, w.flags(flags)].join(', ')})`);
}

function mapDelete(w: Writer, step: TraceStep): Written {
  const { map, key } = step.args;
  w.only(step, 'map', 'key', 'attr');
  w.need('map_delete');
  return simple(w, step, `map_delete(${w.handle(map)}, ${Number(key ?? 0)})`);
}

const NEXT_ID: Readonly<Record<string, string>> = {
  prog: 'BPF_PROG_GET_NEXT_ID',
  map: 'BPF_MAP_GET_NEXT_ID',
  link: 'BPF_LINK_GET_NEXT_ID',
};

function listIds(w: Writer, step: TraceStep): Written {
  const { kind, start } = step.args;
  w.only(step, 'kind', 'start');
  const command = NEXT_ID[String(kind)] ?? w.no('LR421', `no C form for ids of kind ${String(kind)}`);
  w.need('list_ids');
  const each = (names: Json, there: number): readonly string[] => {
    w.need('lists');
    return (names as readonly string[]).map((name) => number(w, `${name} is listed`, there, `lists(${w.idOf(name)})`));
  };
  const checks: Checks = { includes: (names) => each(names, 1), excludes: (names) => each(names, 0) };
  const lines = [`int got = list_ids(${command}, ${Number(start ?? 0)});`];
  return { lines, conditions: expected(w, step, 'got', checks) };
}

function objectInfo(w: Writer, step: TraceStep, what: 'prog' | 'map'): Written {
  w.only(step, what, 'info', 'attr');
  const sized = sizedInfo(w, step, what);
  if (sized !== undefined) return sized;
  w.need('object_info');
  const checks: Checks = {
    type: (value) => [number(w, 'type', `BPF_${what.toUpperCase()}_TYPE_${String(value).toUpperCase()}`, 'info[0]')],
    runCountMin(value) {
      if (value === 0) return [];
      w.need('run_count');
      return [
        number(w, `runs, at least ${String(value)}`, 1, `run_count(${w.handle(step.args[what])}) >= ${Number(value)}`),
      ];
    },
    [what](value) {
      w.need('expect_number');
      return [number(w, `id of ${String(value)}`, w.idOf(value), 'info[1]')];
    },
  };
  const lines = ['uint32_t info[2];', `int got = object_info(${w.handle(step.args[what])}, info);`];
  return { lines, conditions: expected(w, step, 'got', checks) };
}

/** An info of a size of the trace's own. */
export function sizedInfo(w: Writer, step: TraceStep, what: string): Written | undefined {
  const { info } = step.args;
  if (info === undefined || info === null) return undefined;
  const { size, beyond } = info as { size?: number; beyond?: boolean };
  w.need('sized_info');
  const shape = beyond === true ? '4096, 4092' : `${size ?? 0}, 0`;
  return simple(w, step, `sized_info(${w.handle(step.args[what])}, ${shape})`);
}

function mapFreeze(w: Writer, step: TraceStep): Written {
  w.only(step, 'map', 'attr');
  const lines = [
    `uint32_t attr[1] = { ${w.handle(step.args['map'])} };`,
    'int got = bpf(BPF_MAP_FREEZE, attr, sizeof(attr));',
  ];
  return { lines, conditions: expected(w, step, 'got') };
}

function bindMap(w: Writer, step: TraceStep): Written {
  const { prog, map, flags } = step.args;
  w.only(step, 'prog', 'map', 'flags');
  const fields = [w.handle(prog), w.handle(map), w.flags(flags)].join(', ');
  const lines = [
    `struct { uint32_t prog_fd, map_fd, flags; } attr = { ${fields} };`,
    'int got = bpf(BPF_PROG_BIND_MAP, &attr, sizeof(attr));',
  ];
  return { lines, conditions: expected(w, step, 'got') };
}

function unknownCommand(w: Writer, step: TraceStep): Written {
  const command = Number(step.args['cmd']);
  w.only(step, 'cmd');
  if (!(command >= 64)) w.no('LR421', `no C form for the command ${command}: kernels may know it`);
  const lines = ['uint32_t attr[16] = { 0 };', `int got = bpf(${command}, attr, sizeof(attr));`];
  return { lines, conditions: expected(w, step, 'got') };
}

export const OBJECTS: Readonly<Record<string, Operation>> = {
  prog_get_fd_by_id: (w, step) => byId(w, step, 'BPF_PROG_GET_FD_BY_ID'),
  link_get_fd_by_id: (w, step) => byId(w, step, 'BPF_LINK_GET_FD_BY_ID'),
  map_get_fd_by_id: (w, step) => byId(w, step, 'BPF_MAP_GET_FD_BY_ID'),
  list_ids: listIds,
  prog_info: (w, step) => objectInfo(w, step, 'prog'),
  map_info: (w, step) => objectInfo(w, step, 'map'),
  obj_pin: objPin,
  obj_get: objGet,
  map_create: mapCreate,
  map_lookup: mapLookup,
  map_update: mapUpdate,
  map_delete: mapDelete,
  map_freeze: mapFreeze,
  prog_bind_map: bindMap,
  unknown_command: unknownCommand,
};
