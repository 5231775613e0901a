/** Maps as far as programs and cgroup storage need them; io_uring and other holders of files; unknown commands. */
import { command, type Kernel } from '../kernel.ts';
import { linkTypeOf } from '../links/index.ts';
import { ATTR, checkAttr, checkMayCall } from '../rules/attr.ts';
import { only } from '../rules/flags.ts';
import { getMap, getUser, mapsOf, resolveMap } from '../rules/maps.ts';
import { programOf } from '../rules/order.ts';
import { bpfCapable, capable } from '../rules/privileges.ts';
import { getFile, openFile, putFile } from '../rules/references.ts';
import { checkRoom, descriptor, install, resolveProgram } from '../rules/resolve.ts';

export const mapCreate = command({
  op: 'map_create',
  name: 'BPF_MAP_CREATE',
  cites:
    'kernel/bpf/syscall.c map_create, kernel/bpf/bpf_struct_ops.c bpf_struct_ops_map_alloc_check; facts link-core 12.7, 13, pin-090',
  args: { map: { shape: 'word' }, attr: ATTR },
  makes: ['map', 'file'],
  names: 'map',
  yieldsHandle: true,
  steps: {
    create(k: Kernel, { args, made, actor, as }) {
      checkAttr(k, actor, args.attr);
      k.check('may use BPF', bpfCapable(actor), 'EPERM');
      if (made.map.byLink) k.check('BPF_F_LINK is known', k.has('struct-ops-link'), 'EINVAL');
      checkRoom(k, actor);
      made.map.created = true;
      getUser(k, made.map, `descriptor of ${actor.name}`);
      openFile(made.file, 'map', made.map).refs = 1;
      install(k, actor, made.file, as);
    },
  },
});

export const mapGetFdById = command({
  op: 'map_get_fd_by_id',
  name: 'BPF_MAP_GET_FD_BY_ID',
  cites: 'kernel/bpf/syscall.c bpf_map_get_fd_by_id; facts link-core 4.5, pin-081',
  args: {
    mapId: { shape: 'object', kind: 'map', optional: true },
    id: { shape: 'integer', optional: true },
    rawOpenFlags: { shape: 'json', optional: true },
    attr: ATTR,
  },
  makes: ['file'],
  yieldsHandle: true,
  steps: {
    get(k: Kernel, { args, made, actor, as }) {
      checkAttr(k, actor, args.attr);
      k.check('CAP_SYS_ADMIN', capable(actor, 'CAP_SYS_ADMIN'), 'EPERM');
      const map = args.mapId;
      if (map === null || map.refs === 0) return k.fail('map exists', 'ENOENT');
      checkRoom(k, actor);
      // Users may come back: the map is one again (facts lt-023, lt-026).
      getUser(k, map, `descriptor of ${actor.name}`);
      openFile(made.file, 'map', map).refs = 1;
      if (args.rawOpenFlags !== null) made.file.readOnly = 1;
      install(k, actor, made.file, as);
    },
  },
});

export const progBindMap = command({
  op: 'prog_bind_map',
  name: 'BPF_PROG_BIND_MAP',
  cites: 'kernel/bpf/syscall.c bpf_prog_bind_map; facts link-core 4.10, pin-092, mx-390–397',
  args: { prog: { shape: 'handle' }, map: { shape: 'handle' }, flags: { shape: 'flags', optional: true } },
  steps: {
    bind(k: Kernel, { args, actor }) {
      checkMayCall(k, actor);
      k.check('flags are known', only(args.flags, 0), 'EINVAL');
      const program = resolveProgram(k, actor, args.prog);
      const map = resolveMap(k, actor, args.map);
      // A second time changes nothing, nor does a map that the program uses by itself (facts mx-391).
      if (program.bound.indexOf(map) >= 0 || mapsOf(k, program).includes(map)) return;
      program.bound.append(map);
      getMap(k, map, `program ${program.name}`);
    },
  },
});

/** `sched/sched_switch` is the event sched_switch of the group sched: the kernel tells the name alone (trace_event_name). */
const eventName = (place: string | undefined): string | undefined => place?.slice(place.lastIndexOf('/') + 1);

export const taskFdQuery = command({
  op: 'task_fd_query',
  name: 'BPF_TASK_FD_QUERY',
  cites: 'kernel/bpf/syscall.c bpf_task_fd_query; facts link-core 4.10, pin-093',
  args: { fd: { shape: 'handle' } },
  steps: {
    query(k: Kernel, { args, actor }) {
      checkMayCall(k, actor);
      k.check('CAP_SYS_ADMIN', capable(actor, 'CAP_SYS_ADMIN'), 'EPERM');
      const file = args.fd === null ? null : descriptor(actor, args.fd);
      if (file === null) return k.fail('descriptor is open', 'EBADF');
      const { target } = file;
      if (target?.kind === 'link' && linkTypeOf(target).name === 'raw_tracepoint')
        return k.returns({ prog: target.prog?.name, fdType: 'raw_tracepoint', name: target.slot?.hook?.place });
      if (target?.kind !== 'perf') return k.fail('a raw tracepoint link or a perf event', 'ENOTSUPP');
      // kernel/trace/bpf_trace.c bpf_get_perf_event_info
      const { entry } = target;
      if (entry === null) return k.fail('event has a program', 'ENOENT');
      k.check('program is not one of samples', target.event !== 'cpu_clock', 'EOPNOTSUPP');
      k.returns({ prog: programOf(entry)?.name, fdType: target.event, name: eventName(target.slot?.hook?.place) });
    },
  },
});

export const unknownCommand = command({
  op: 'unknown_command',
  name: 'bpf(2) with a number that no kernel knows',
  cites: 'kernel/bpf/syscall.c __sys_bpf; facts link-core 4, mx-290',
  args: { cmd: { shape: 'integer' } },
  steps: {
    call(k: Kernel, { actor }) {
      checkMayCall(k, actor);
      k.fail('command is known', 'EINVAL');
    },
  },
});

export const ioUringSetup = command({
  op: 'io_uring_setup',
  name: 'io_uring_setup(2)',
  cites: 'io_uring/io_uring.c; include/linux/io_uring_types.h; facts link-core 9.1, pr-040',
  args: {},
  makes: ['ring', 'file'],
  yieldsHandle: true,
  steps: {
    setup(k: Kernel, { made, actor, as }) {
      checkRoom(k, actor);
      openFile(made.file, 'ring', made.ring).refs = 1;
      install(k, actor, made.file, as);
    },
  },
});

export const ioUringRegister = command({
  op: 'io_uring_register',
  name: 'io_uring_register(2)',
  cites: 'io_uring/rsrc.c; include/linux/io_uring_types.h; facts link-core 9.1, pr-041–043',
  args: { ring: { shape: 'handle' }, handle: { shape: 'handle' } },
  steps: {
    register(k: Kernel, { args, actor }) {
      const target = args.ring === null ? null : (descriptor(actor, args.ring)?.target ?? null);
      if (target?.kind !== 'ring') return k.fail('descriptor is a ring', 'EBADF');
      const old = target.registered;
      if (args.handle === null) {
        if (old === null) return k.fail('a file is registered', 'ENXIO');
        target.registered = null;
        putFile(k, old, `ring ${target.name}`, actor);
        return;
      }
      k.check('no file is registered yet', old === null, 'EBUSY');
      const file = descriptor(actor, args.handle);
      if (file === null) return k.fail('descriptor is open', 'EBADF');
      getFile(k, file, `ring ${target.name}`);
      target.registered = file;
    },
  },
});
