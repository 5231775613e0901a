/** Tracepoints, perf events, iterators, test runs and small commands, as C. */
import type { Json, TraceStep } from '../../trace/format.ts';
import { opens } from './descriptors.ts';
import { eventChecks } from './event-checks.ts';
import { type Checks, expected, joined, number, simple, text } from './expect.ts';
import type { Operation, Writer, Written } from './writer.ts';

const quotedOrNull = (value: Json | undefined): string =>
  value === undefined || value === null ? 'NULL' : JSON.stringify(value);

function rawTpOpen(w: Writer, step: TraceStep): Written {
  const { prog, tp } = step.args;
  w.only(step, 'prog', 'tp', 'attr');
  w.need('raw_tp_open');
  const link = step.as === undefined ? 'LINKS' : w.link(step.as);
  return opens(w, step, `raw_tp_open(${quotedOrNull(tp)}, ${w.handle(prog)}, ${link})`);
}

/** pid and cpu: all processes on the first processor, unless the trace says otherwise. */
function where(w: Writer, { args }: TraceStep): string {
  const { pid, cpu } = args;
  const process = pid === undefined || pid === null ? '-1' : `shared->pid[${w.actor(`P${String(pid)}`)}]`;
  return `${process}, ${String(cpu ?? (process === '-1' ? 0 : -1))}`;
}

function perfEventOpen(w: Writer, step: TraceStep): Written {
  const { event, tp, func } = step.args;
  w.only(step, 'event', 'tp', 'func', 'cpu', 'pid');
  if (event === 'cpu_clock') {
    w.need('cpu_clock');
    return opens(w, step, `open_cpu_clock(${where(w, step)})`);
  }
  if (event === 'tracepoint') {
    w.need('perf_tracepoint');
    const folder = tp === 'sys_enter' || tp === 'sys_exit' ? 'raw_syscalls' : 'sched';
    return opens(w, step, `open_tracepoint("${folder}/${String(tp)}", ${where(w, step)})`);
  }
  if (event !== 'kprobe') return w.no('LR421', `no C form for events of the kind ${String(event)}`);
  w.need('perf_kprobe');
  return opens(w, step, `open_kprobe(${quotedOrNull(func)}, ${where(w, step)})`);
}

function perfIoctl(request: string): Operation {
  return (w, step) => {
    const { perfEvent, prog } = step.args;
    w.only(step, 'perfEvent', 'prog');
    w.need('perf_ioctl');
    return simple(w, step, `perf_ioctl(${w.handle(perfEvent)}, ${request}, ${w.handle(prog)})`);
  };
}

const ROOM = 64;

function perfQuery(w: Writer, step: TraceStep): Written {
  const { perfEvent, capacity } = step.args;
  w.only(step, 'perfEvent', 'capacity');
  w.need('perf_query');
  const room = typeof capacity === 'number' && capacity > 0 && capacity < ROOM ? capacity : ROOM;
  const checks: Checks = {
    count: (value) => [number(w, 'count', Number(value), 'event_ids[1]')],
    progs(value) {
      w.need('names');
      const shown = `event_ids[1] < ${room} ? event_ids[1] : ${room}`;
      return [text('programs', joined(value), `names_of(event_ids + 2, ${shown})`)];
    },
  };
  const lines = [`int got = perf_query(${w.handle(perfEvent)}, ${room});`];
  return { lines, conditions: expected(w, step, 'got', checks) };
}

function iterCreate(w: Writer, step: TraceStep): Written {
  w.only(step, 'link', 'flags', 'attr');
  w.need('iter_create');
  return opens(w, step, `iter_create(${w.handle(step.args['link'])}, ${w.flags(step.args['flags'])})`);
}

function iterRead(w: Writer, step: TraceStep): Written {
  const { iter, path } = step.args;
  w.only(step, 'iter', 'path');
  w.need('iter_read');
  const isPath = path !== undefined && path !== null;
  const checks: Checks = {
    ...eventChecks(w),
    textContains: (value) => {
      if (value === null) return [text('text', '', 'text')];
      w.need('expect_number');
      return [number(w, `text contains ${String(value)}`, 1, `strstr(text, ${JSON.stringify(String(value))}) != NULL`)];
    },
  };
  const opened = `int iterator = ours(result(open(${isPath ? w.path(path) : '""'}, O_RDONLY | O_CLOEXEC)));`;
  const lines = [
    'char text[128] = "";',
    ...(isPath
      ? [opened, 'int got = iterator < 0 ? iterator : iter_read(iterator, text);', 'close(iterator);']
      : [`int got = iter_read(${w.handle(iter)}, text);`]),
  ];
  return { lines, conditions: expected(w, step, 'got', checks) };
}

const TAKES_PACKETS = new Set(['socket_filter', 'sched_cls', 'xdp', 'cgroup_skb']);

function testRun(w: Writer, step: TraceStep): Written {
  const { prog, input } = step.args;
  w.only(step, 'prog', 'input', 'attr');
  w.need('test_run');
  const onFrame = input !== 'none' && TAKES_PACKETS.has(w.templateOf(prog)?.type ?? 'sched_cls');
  const checks: Checks = {
    ...eventChecks(w),
    retval: (value) => [number(w, 'retval', Number(value), '(int32_t)retval')],
    rawRetval: (value) => [number(w, 'retval', Number(value), 'retval')],
  };
  const lines = ['uint32_t retval;', `int got = test_run(${w.handle(prog)}, ${onFrame}, &retval);`];
  return { lines, conditions: expected(w, step, 'got', checks) };
}

function taskFdQuery(w: Writer, step: TraceStep): Written {
  w.only(step, 'fd', 'attr');
  const lines = [
    'char name[64];',
    'struct { uint32_t pid, fd, flags, buf_len; uint64_t buf; uint32_t prog_id, fd_type; uint64_t probe[2]; } attr = {',
    `\tgetpid(), ${w.handle(step.args['fd'])}, 0, sizeof(name), (uintptr_t)name, 0, 0, { 0, 0 } };`,
    'int got = bpf(BPF_TASK_FD_QUERY, &attr, sizeof(attr));',
  ];
  const checks: Checks = {
    prog(value) {
      w.need('names');
      return [text('program', String(value), 'names_of(&attr.prog_id, 1)')];
    },
    name: (value) => [text('name', String(value), 'name')],
    fdType: (value) => [number(w, 'fd_type', `BPF_FD_TYPE_${String(value).toUpperCase()}`, 'attr.fd_type')],
  };
  return { lines, conditions: expected(w, step, 'got', checks) };
}

function enableStats(w: Writer, step: TraceStep): Written {
  w.only(step, 'attr');
  const opened = opens(w, step, 'bpf(BPF_ENABLE_STATS, &attr, sizeof(attr))');
  return { ...opened, lines: ['uint32_t attr = BPF_STATS_RUN_TIME;', ...opened.lines] };
}

function lock(w: Writer, step: TraceStep): Written {
  const { handle, unlock, nonblock } = step.args;
  w.only(step, 'handle', 'unlock', 'nonblock');
  w.need('flock');
  const how = unlock === true ? 'LOCK_UN' : nonblock === true ? 'LOCK_EX | LOCK_NB' : 'LOCK_EX';
  return simple(w, step, `lock(${w.handle(handle)}, ${how})`);
}

export const TRACING: Readonly<Record<string, Operation>> = {
  raw_tp_open: rawTpOpen,
  perf_event_open: perfEventOpen,
  perf_event_enable: perfIoctl('PERF_EVENT_IOC_ENABLE'),
  perf_event_disable: perfIoctl('PERF_EVENT_IOC_DISABLE'),
  perf_event_set_bpf: perfIoctl('PERF_EVENT_IOC_SET_BPF'),
  perf_event_query: perfQuery,
  iter_create: iterCreate,
  iter_read: iterRead,
  prog_test_run: testRun,
  task_fd_query: taskFdQuery,
  enable_stats: enableStats,
  flock: lock,
};
