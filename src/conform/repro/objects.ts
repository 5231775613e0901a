/** Programs, ids, pins and descriptors, as C. */
import type { Json, TraceStep } from '../../trace/format.ts';
import { MAP_TYPES, PROG_TYPES } from '../numbers.ts';
import { type Checks, expected, number } from './expect.ts';
import type { Writer, Written } from './writer.ts';

/** What a template of a program may say for there to be a C form. */
const TEMPLATE = new Set(['name', 'type', 'expectedAttachType', 'returns', 'setRetval', 'cgroupStorage']);

function progLoad(w: Writer, step: TraceStep): Written {
  const { args, as } = step;
  w.only(step, 'prog');
  const template = (w.trace.objects.progs ?? []).find(({ name }) => name === args['prog']);
  if (template === undefined) return w.no('LR421', `there is no program template "${String(args['prog'])}"`);
  if (PROG_TYPES[template.type] === undefined) w.no('LR421', `no C form for programs of type ${template.type}`);
  for (const [member, value] of Object.entries(template))
    if (!TEMPLATE.has(member) && value !== undefined && value !== null)
      w.no('LR421', `no C form for programs with ${member}`);
  const { setRetval, cgroupStorage } = template as { setRetval?: number | null; cgroupStorage?: string | null };
  const more = typeof setRetval === 'number' || typeof cgroupStorage === 'string';
  const logs = w.trace.steps.some(({ op }) => op === 'fire' || op === 'send');
  w.need(more ? 'load_more' : logs ? 'load_logging' : 'load_quiet');
  const type = template.expectedAttachType ?? null;
  const call = [
    `BPF_PROG_TYPE_${template.type.toUpperCase()}`,
    type === null ? '0' : w.attachType(type),
    w.program(as ?? template.name),
    String(template.returns ?? 1),
    ...(more
      ? [
          String(typeof setRetval === 'number'),
          String(-(setRetval ?? 0)),
          typeof cgroupStorage === 'string' ? w.handle(cgroupStorage) : '-1',
        ]
      : []),
  ];
  const { lines, variable } = w.yields(`prog_load${more ? '_more' : ''}(${call.join(', ')})`, as);
  return { lines, conditions: expected(w, step, variable) };
}

/** `sameAs`: the descriptor is one of that object. */
function sameAs(w: Writer, variable: string): Checks {
  return {
    sameAs(value) {
      w.need('id_of');
      const isLink = w.trace.steps.some(({ op, as }) => op === 'link_create' && as === value);
      const id = isLink ? `shared->link_id[${w.link(value)}]` : `shared->prog_id[${w.program(value)}]`;
      return [number(w, `id of ${String(value)}`, id, `id_of(${variable})`)];
    },
  };
}

function byId(w: Writer, step: TraceStep, command: string): Written {
  const { args } = step;
  w.only(step, 'progId', 'linkId', 'id', 'rawOpenFlags');
  w.need('get_fd_by_id');
  const { progId, linkId, id } = args;
  const named = typeof progId === 'string' ? `shared->prog_id[${w.program(progId)}]` : undefined;
  const link = typeof linkId === 'string' ? `shared->link_id[${w.link(linkId)}]` : undefined;
  const fields = w.fields({ id: named ?? link ?? String(id ?? 0), open_flags: w.flags(args['rawOpenFlags']) });
  const { lines, variable } = yieldsChecked(w, step, `bpf(${command}, &attr, sizeof(attr))`);
  return {
    lines: [`struct get_fd_by_id attr = ${fields};`, ...lines],
    conditions: expected(w, step, variable, sameAs(w, variable)),
  };
}

/** A descriptor whose object is looked at may only be dropped afterwards: it gets a name if it has none. */
function yieldsChecked(w: Writer, step: TraceStep, call: string): ReturnType<Writer['yields']> {
  const { sameAs: looked, eventually, errno } = step.expect;
  // Asked again until it fails: what it yields before must not keep the object.
  if (eventually === true && errno !== undefined) return w.yields(call, undefined);
  return w.yields(call, step.as ?? (looked === undefined ? undefined : 'looked_at'));
}

function objPin(w: Writer, step: TraceStep): Written {
  const { args } = step;
  w.only(step, 'obj', 'path', 'flags');
  w.need('object_path');
  const fields = w.fields({
    pathname: `(uintptr_t)${w.path(args['path'])}`,
    bpf_fd: w.handle(args['obj']),
    file_flags: w.flags(args['flags']),
  });
  const lines = [`struct object_path attr = ${fields};`, 'int got = bpf(BPF_OBJ_PIN, &attr, sizeof(attr));'];
  return { lines, conditions: expected(w, step, 'got') };
}

function objGet(w: Writer, step: TraceStep): Written {
  const { args } = step;
  w.only(step, 'path', 'flags', 'mapDef');
  w.need('object_path');
  const fields = w.fields({ pathname: `(uintptr_t)${w.path(args['path'])}`, file_flags: w.flags(args['flags']) });
  const { lines, variable } = yieldsChecked(w, step, 'bpf(BPF_OBJ_GET, &attr, sizeof(attr))');
  return {
    lines: [`struct object_path attr = ${fields};`, ...lines],
    conditions: expected(w, step, variable, sameAs(w, variable)),
  };
}

function close(w: Writer, step: TraceStep): Written {
  w.only(step, 'handle');
  const { handle } = step.args;
  if (typeof handle === 'number') return simple(w, step, `result(close(${handle}))`);
  w.need('close');
  return simple(w, step, `close_fd(&${w.handle(handle)})`);
}

/** One call whose result is all there is to see. */
export const simple = (w: Writer, step: TraceStep, call: string): Written => ({
  lines: [`int got = ${call};`],
  conditions: expected(w, step, 'got'),
});

function onPath(call: (path: string) => string) {
  return (w: Writer, step: TraceStep): Written => {
    w.only(step, 'path');
    return simple(w, step, `result(${call(w.path(step.args['path']))})`);
  };
}

function rename(w: Writer, step: TraceStep): Written {
  const { args } = step;
  w.only(step, 'path', 'to', 'flags');
  const [from, to, flags] = [w.path(args['path']), w.path(args['to']), w.flags(args['flags'])];
  const call = flags === '0' ? `rename(${from}, ${to})` : `renameat2(AT_FDCWD, ${from}, AT_FDCWD, ${to}, ${flags})`;
  return simple(w, step, `result(${call})`);
}

const twoPaths =
  (call: string) =>
  (w: Writer, step: TraceStep): Written => {
    w.only(step, 'path', 'to');
    return simple(w, step, `result(${call}(${w.path(step.args['path'])}, ${w.path(step.args['to'])}))`);
  };

function dup(w: Writer, step: TraceStep): Written {
  w.only(step, 'handle');
  const { lines, variable } = w.yields(`result(dup(${w.handle(step.args['handle'])}))`, step.as);
  return { lines, conditions: expected(w, step, variable) };
}

function mapCreate(w: Writer, step: TraceStep): Written {
  w.only(step, 'map');
  const template = (w.trace.objects.maps ?? []).find(({ name }) => name === step.args['map']);
  const type = String(template?.['type']);
  if (template === undefined || MAP_TYPES[type] === undefined)
    return w.no('LR421', `no C form for maps of type ${type}`);
  const isStorage = type === 'cgroup_storage';
  const keySize = isStorage ? (template['key'] === 'cgroup' ? 8 : 16) : Number(template['keySize'] ?? 4);
  const entries = isStorage ? 0 : Number(template['maxEntries'] ?? 1);
  w.need('map_create');
  const sizes = [keySize, Number(template['valueSize'] ?? 8), entries].join(', ');
  const { lines, variable } = w.yields(`map_create(BPF_MAP_TYPE_${type.toUpperCase()}, ${sizes})`, step.as);
  return { lines, conditions: expected(w, step, variable) };
}

function mapLookup(w: Writer, step: TraceStep): Written {
  const { map, key } = step.args;
  w.only(step, 'map', 'key');
  w.need('map_lookup');
  const { cgroup, attachType } = (typeof key === 'object' && key !== null ? key : {}) as Readonly<Record<string, Json>>;
  if (cgroup !== undefined) w.need('cgroups');
  const words =
    cgroup === undefined
      ? [String(Number(key ?? 0))]
      : [`shared->cgroup_id[${w.cgroup(cgroup)}]`, attachType === undefined ? '0' : w.attachType(attachType)];
  const checks: Checks = { value: (value) => [number(w, 'value', Number(value), 'value[0]')] };
  const lines = [
    `uint64_t key[2] = { ${words.join(', ')} }, value[8] = { 0 };`,
    `int got = map_lookup(${w.handle(map)}, key, value);`,
  ];
  return { lines, conditions: expected(w, step, 'got', checks) };
}

function openPin(w: Writer, step: TraceStep): Written {
  w.only(step, 'path', 'oPath');
  const flags = step.args['oPath'] === true ? 'O_PATH' : 'O_RDONLY';
  const { lines, variable } = w.yields(`result(open(${w.path(step.args['path'])}, ${flags} | O_CLOEXEC))`, step.as);
  return { lines, conditions: expected(w, step, variable) };
}

function chmod(w: Writer, step: TraceStep): Written {
  w.only(step, 'path', 'mode');
  const mode = String(step.args['mode']);
  if (!/^0?[0-7]{3,4}$/.test(mode)) w.no('LR421', `no C form for the mode ${mode}`);
  return simple(w, step, `result(chmod(${w.path(step.args['path'])}, ${mode.startsWith('0') ? mode : `0${mode}`}))`);
}

function stat(w: Writer, step: TraceStep): Written {
  w.only(step, 'path');
  w.need('stat_path');
  const checks: Checks = {
    mode: (value) => [number(w, 'mode', String(value), 'info.st_mode')],
    nlink: (value) => [number(w, 'nlink', Number(value), 'info.st_nlink')],
  };
  const lines = ['struct stat info = { 0 };', `int got = stat_path(${w.path(step.args['path'])}, &info);`];
  return { lines, conditions: expected(w, step, 'got', checks) };
}

export const OBJECTS: Readonly<Record<string, (w: Writer, step: TraceStep) => Written>> = {
  prog_load: progLoad,
  prog_get_fd_by_id: (w, step) => byId(w, step, 'BPF_PROG_GET_FD_BY_ID'),
  link_get_fd_by_id: (w, step) => byId(w, step, 'BPF_LINK_GET_FD_BY_ID'),
  obj_pin: objPin,
  obj_get: objGet,
  unlink: onPath((path) => `unlink(${path})`),
  pin_mkdir: onPath((path) => `mkdir(${path}, 0755)`),
  pin_rmdir: onPath((path) => `rmdir(${path})`),
  rename,
  hardlink: twoPaths('link'),
  symlink: twoPaths('symlink'),
  open_pin: openPin,
  chmod,
  stat,
  map_create: mapCreate,
  map_lookup: mapLookup,
  close,
  dup,
};
