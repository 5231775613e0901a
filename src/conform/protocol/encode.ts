/** From steps of a trace to requests. What the agent does not do is said here, before anything runs. */
import type { CgroupDecl, Json, TraceFile, TraceStep } from '../../trace/format.ts';
import { loadFlags, NET_ENCODERS, NET_HANDLES, NET_OPERATIONS, netSetup } from './encode-net.ts';
import { mapArgs, programArgs, TRACE_ENCODERS, TRACE_HANDLES, TRACE_OPERATIONS } from './encode-trace.ts';
import { type Args, attachType, type Encoders, type Flags, flagsOf, handle, NotRunnable } from './encode-words.ts';
import type { Request } from './line.ts';
import { PROG_TYPES } from './numbers.ts';

function cgroup(value: Json): string {
  if (typeof value === 'object' && value !== null) return `@${String((value as { handle?: Json }).handle)}`;
  return handle(value);
}

function relative(value: Json): Args {
  const [[kind, name] = ['', null]] = Object.entries(value as Record<string, Json>);
  if (kind === 'id') return { relativeId: `#${String(name)}` };
  if (kind === 'progId') return { relativeId: String(name), relativeKind: 'p' };
  if (kind === 'linkId') return { relativeId: String(name), relativeKind: 'l' };
  return { relative: handle(name) };
}

/** `attr` and `info`: `tail`, `beyond`, or a size. */
function shape(value: Json): string | number {
  const { size, beyond, tail } = value as { size?: number; beyond?: boolean; tail?: boolean };
  if (size !== undefined) return size;
  return beyond === true ? 'beyond' : tail === true ? 'tail' : 'none';
}

/** How each argument is sent; arguments that are not here are sent as they are. */
const ENCODERS: Encoders = {
  ...NET_ENCODERS,
  ...TRACE_ENCODERS,
  flags: (value, flags) => ({ flags: flagsOf(value, flags) }),
  rawAttachFlags: (value, flags) => ({ rawAttachFlags: flagsOf(value, flags) }),
  rawOpenFlags: (value, flags) => ({ rawOpenFlags: flagsOf(value, flags) }),
  attachType: (value) => ({ attachType: attachType(value) }),
  cgroup: (value) => ({ cgroup: cgroup(value) }),
  relative,
  attr: (value) => ({ attr: shape(value) }),
  info: (value) => ({ info: shape(value) }),
  caps: (value) => ({ caps: (value as readonly string[]).join(',') || 'none' }),
  key: (value): Args => {
    if (typeof value !== 'object' || value === null) return { key: String(value) };
    const { cgroup: of, attachType: type } = value as { cgroup?: string; attachType?: string };
    return { keyCgroup: String(of), keyAttachType: type === undefined ? 0 : attachType(type) };
  },
};

const HANDLES = new Set([
  ...'prog link map obj handle replace oldProg over socket ring fd bpfFd pathFd storage'.split(' '),
  ...NET_HANDLES,
  ...TRACE_HANDLES,
]);
/** Arguments that are not for the kernel. */
const IGNORED = new Set(['expectBusy', 'mapDef', 'ms']);

function argsOf(step: TraceStep, flags: Flags): Args {
  const args: Args = {};
  for (const [key, value] of Object.entries(step.args)) {
    if (value === null || value === undefined || IGNORED.has(key)) continue;
    // Absent and false mean the same, but for the one argument that is a choice.
    if (value === false && key !== 'on') continue;
    const encode = ENCODERS[key];
    if (encode !== undefined) Object.assign(args, encode(value, flags));
    else args[key] = HANDLES.has(key) ? handle(value) : String(value);
  }
  return args;
}

function loadArgs(step: TraceStep, { objects }: TraceFile, flags: Flags): Args {
  const template = (objects.progs ?? []).find(({ name }) => name === step.args['prog']);
  if (template === undefined) throw new NotRunnable(`no program template "${String(step.args['prog'])}"`);
  const type = PROG_TYPES[template.type];
  if (type === undefined) throw new NotRunnable(`programs of type ${template.type}`);
  if (template['redirectMap'] !== undefined) throw new NotRunnable('programs with redirectMap');
  const { expectedAttachType: expected, setRetval } = template;
  return {
    ...argsOf({ ...step, args: { ...step.args, prog: null } }, flags),
    prog: String(step.args['prog']),
    type,
    ...programArgs(template),
    ...loadFlags(template),
    ...(typeof expected === 'string' ? { expectedAttachType: attachType(expected) } : {}),
    ...(typeof setRetval === 'number' ? { setRetval } : {}),
    ...(typeof template['cgroupStorage'] === 'string' ? { storage: template['cgroupStorage'] } : {}),
  };
}

/** An event through a socket that an actor holds, or one that an actor makes, is that actor's to do. */
function fireRequest(step: TraceStep, args: Args): Request {
  const socket = step.args['socket'];
  const by = step.args['actor'];
  if (typeof by === 'string') return { actor: by, op: 'fire', args: { hook: String(step.args['hook']) } };
  if (typeof socket !== 'string') return { actor: '-', op: 'fire', args };
  const [owner = '', name = ''] = socket.split(':');
  if (step.args['hook'] !== 'cgroup_inet_egress') throw new NotRunnable('packets that an open socket receives');
  return { actor: owner, op: 'send', args: { socket: name } };
}

/** Operations that the agent knows beside those of processes. */
const OPERATIONS = new Set([
  ...NET_OPERATIONS,
  ...TRACE_OPERATIONS,
  ...(
    'prog_load map_create map_lookup prog_attach prog_detach query link_create link_update link_detach link_info ' +
    'prog_info map_info prog_get_fd_by_id link_get_fd_by_id map_get_fd_by_id list_ids obj_pin obj_get iter_create ' +
    'prog_bind_map task_fd_query unknown_command close dup dup2 set_cloexec get_cloexec close_range readlink_fd ' +
    'open_proc_fd fdinfo epoll_add read_fd write_fd mmap_fd fill_fds free_fds socketpair send_msg recv_msg send_fd ' +
    'pidfd_getfd open_socket send open_file fork exit kill wait clone_files execve set_caps join mkdir rmdir ' +
    'open_cgroup cgroup_stat unlink rename hardlink symlink chmod open_pin open_dir pin_mkdir pin_rmdir create_file ' +
    'stat flock mount_bpffs umount_bpffs io_uring_setup io_uring_register fire'
  ).split(' '),
]);

/** Throws NotRunnable. */
export function stepRequest(step: TraceStep, trace: TraceFile, flags: Flags): Request {
  const { actor, op, as } = step;
  if (!OPERATIONS.has(op)) throw new NotRunnable(`the operation ${op}`);
  if (op === 'prog_load') return { actor, op, as, args: loadArgs(step, trace, flags) };
  if (op === 'map_create') return { actor, op, as, args: mapArgs(step, trace) };
  const args = argsOf(step, flags);
  if (op === 'fire') return fireRequest(step, args);
  if (op === 'fork' || op === 'clone_files') return { actor, op, args: { child: as ?? 'unnamed' } };
  if (op === 'send_fd') return { actor, op, args: { ...args, name: String(step.args['as'] ?? step.args['handle']) } };
  return { actor, op, as, args };
}

/** Such events are one for all agents of a kernel. */
const opensTracepoint = ({ op, args: { event } }: TraceStep): boolean =>
  op === 'perf_event_open' && event === 'tracepoint';

/** What a trace needs before its first step: its process, its cgroups, parents first, and its namespaces and devices. */
export function setupRequests(trace: TraceFile): readonly Request[] {
  const declared = trace.objects.cgroups ?? [];
  const depth = (decl: CgroupDecl): number => {
    const parent = declared.find(({ name }) => name === decl.parent);
    return parent === undefined ? 0 : 1 + depth(parent);
  };
  const ordered = [...declared].sort((a, b) => depth(a) - depth(b));
  const net = netSetup(trace);
  const shared: Args = trace.steps.some(opensTracepoint) ? { tracepoints: 1 } : {};
  return [
    { actor: '-', op: 'begin', args: { actor: 'P0', ...(net.length === 0 ? {} : { net: 1 }), ...shared } },
    ...ordered.map(({ name, parent, exists }): Request => {
      const args: Args = { name };
      if (parent !== null) args['parent'] = parent;
      if (exists === false) args['later'] = 1;
      return { actor: '-', op: 'declare', args };
    }),
    ...net,
  ];
}
