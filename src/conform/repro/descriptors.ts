/** Descriptors of the acting process, and how others get at them, as C. */
import type { TraceStep } from '../../trace/format.ts';
import { type Checks, expected, number, simple, text } from './expect.ts';
import type { Operation, Writer, Written } from './writer.ts';

/** `sameAs`: the descriptor is one of that object. */
const sameAs = (w: Writer, variable: string): Checks => ({
  sameAs: (value) => [number(w, `id of ${String(value)}`, w.idOf(value), `id_of(${variable})`)],
});

/** A descriptor whose object is looked at may only be dropped afterwards: it gets a name if it has none. */
function nameFor({ expect, as }: TraceStep): string | undefined {
  // Asked again until it fails: what it yields before must not keep the object.
  if (expect['eventually'] === true && expect['errno'] !== undefined) return undefined;
  return as ?? (expect['sameAs'] === undefined ? undefined : 'looked_at');
}

/** One call that yields a descriptor. */
export function opens(w: Writer, step: TraceStep, call: string): Written {
  const { lines, variable } = w.yields(call, nameFor(step));
  return { lines, conditions: expected(w, step, variable, sameAs(w, variable)) };
}

function close(w: Writer, step: TraceStep): Written {
  w.only(step, 'handle');
  return simple(w, step, `result(close(${w.handle(step.args['handle'])}))`);
}

function dup2(w: Writer, step: TraceStep): Written {
  w.only(step, 'handle', 'over');
  return simple(w, step, `result(dup2(${w.handle(step.args['handle'])}, ${w.handle(step.args['over'])}))`);
}

function setCloexec(w: Writer, step: TraceStep): Written {
  w.only(step, 'handle', 'on');
  const flag = step.args['on'] === true ? 'FD_CLOEXEC' : '0';
  return simple(w, step, `result(fcntl(${w.handle(step.args['handle'])}, F_SETFD, ${flag}))`);
}

function getCloexec(w: Writer, step: TraceStep): Written {
  w.only(step, 'handle');
  const checks: Checks = {
    cloexec: (value) => [number(w, 'close-on-exec', value === true ? 1 : 0, '(got & FD_CLOEXEC) != 0')],
  };
  const lines = [`int got = result(fcntl(${w.handle(step.args['handle'])}, F_GETFD));`];
  return { lines, conditions: expected(w, step, 'got', checks) };
}

function closeRange(w: Writer, step: TraceStep): Written {
  w.only(step);
  return simple(w, step, 'result(syscall(436 /* close_range */, 3, OURS - 1, 0))');
}

function onHandle(section: string, call: string) {
  return (w: Writer, step: TraceStep): Written => {
    w.only(step, 'handle');
    w.need(section);
    return simple(w, step, `${call}(${w.handle(step.args['handle'])})`);
  };
}

function fill(call: string) {
  return (w: Writer, step: TraceStep): Written => {
    w.only(step);
    w.need(call);
    return simple(w, step, `${call}()`);
  };
}

function readLink(w: Writer, step: TraceStep): Written {
  w.only(step, 'handle');
  w.need('read_link');
  const checks: Checks = { target: (value) => [text('target', String(value), 'target')] };
  const lines = ['char target[256];', `int got = read_link(${w.handle(step.args['handle'])}, target);`];
  return { lines, conditions: expected(w, step, 'got', checks) };
}

/** Process and number of a descriptor that may be another process's. */
function ofProcess(w: Writer, { args }: TraceStep): string {
  const { from, handle } = args;
  if (typeof from !== 'string') return `getpid(), ${w.handle(handle)}`;
  return `shared->pid[${w.actor(from)}], ${w.handleOf(from, handle)}`;
}

function openProc(w: Writer, step: TraceStep): Written {
  w.only(step, 'handle', 'from');
  w.need('proc_of');
  const [pid, fd] = ofProcess(w, step).split(', ');
  return opens(w, step, `open_proc(${pid}, "fd", ${fd})`);
}

function fdinfo(w: Writer, step: TraceStep): Written {
  w.only(step, 'handle', 'from');
  w.need('fdinfo');
  const checks: Checks = {
    linkType: (value) => [text('link_type', String(value), 'info.type')],
    link(value) {
      w.need('link_name');
      return [text('link', String(value), 'link_name(info.link_id)')];
    },
    prog(value) {
      w.need('names');
      return [text('program', String(value), 'names_of(&info.prog_id, 1)')];
    },
    cgroup(value) {
      w.need('cgroup_name');
      return [text('cgroup', value === null ? 'none' : String(value), 'cgroup_name(info.cgroup_id)')];
    },
  };
  const lines = ['struct fdinfo info = { 0 };', `int got = fdinfo(${ofProcess(w, step)}, &info);`];
  return { lines, conditions: expected(w, step, 'got', checks) };
}

function pidfdGetfd(w: Writer, step: TraceStep): Written {
  const { from, handle } = step.args;
  w.only(step, 'from', 'handle');
  w.need('pidfd_getfd');
  return opens(w, step, `copy_from(shared->pid[${w.actor(from)}], ${w.handleOf(String(from), handle)})`);
}

const FILES: Readonly<Record<string, string>> = {
  regular: 'result(memfd_create("regular", MFD_CLOEXEC))',
  dev_null: 'result(open("/dev/null", O_RDWR | O_CLOEXEC))',
  cgroup_file: 'result(open(cgroup_path(-1, "/cgroup.procs"), O_RDONLY | O_CLOEXEC))',
  cgroup1_dir: 'open_version_1(false)',
  cgroup1_removed_dir: 'open_version_1(true)',
  btf: 'kernel_btf()',
  mnt_ns: 'result(open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC))',
};
const FILE_SECTIONS: Readonly<Record<string, string>> = {
  cgroup_file: 'cgroups',
  cgroup1_dir: 'version_1',
  cgroup1_removed_dir: 'version_1',
  btf: 'kernel_btf',
};

function openFile(w: Writer, step: TraceStep): Written {
  w.only(step, 'kind');
  const kind = String(step.args['kind']);
  const call = FILES[kind];
  if (call === undefined) return w.no('LR421', `no C form for a file of kind ${kind}`);
  const section = FILE_SECTIONS[kind];
  if (section !== undefined) w.need(section);
  return opens(w, step, call);
}

function ringSetup(w: Writer, step: TraceStep): Written {
  w.only(step);
  w.need('ring_setup');
  return opens(w, step, 'ring_setup()');
}

function ringRegister(w: Writer, step: TraceStep): Written {
  const { ring, handle } = step.args;
  w.only(step, 'ring', 'handle');
  w.need(handle === null ? 'ring_unregister' : 'ring_register');
  if (handle === null) return simple(w, step, `ring_unregister(${w.handle(ring)})`);
  return simple(w, step, `ring_register(${w.handle(ring)}, ${w.handle(handle)})`);
}

export const DESCRIPTORS: Readonly<Record<string, Operation>> = {
  close,
  dup(w, step) {
    w.only(step, 'handle');
    return opens(w, step, `result(dup(${w.handle(step.args['handle'])}))`);
  },
  dup2,
  set_cloexec: setCloexec,
  get_cloexec: getCloexec,
  close_range: closeRange,
  epoll_add: onHandle('epoll', 'epoll_add'),
  read_fd: onHandle('read_one', 'read_one'),
  write_fd: onHandle('write_one', 'write_one'),
  mmap_fd: onHandle('map_page', 'map_page'),
  fill_fds: fill('fill'),
  free_fds: fill('free_fillers'),
  readlink_fd: readLink,
  open_proc_fd: openProc,
  fdinfo,
  pidfd_getfd: pidfdGetfd,
  open_file: openFile,
  io_uring_setup: ringSetup,
  io_uring_register: ringRegister,
};
