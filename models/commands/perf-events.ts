/** Perf events: opened, enabled, and the older attachment that belongs to their descriptor. */
import { command, type Kernel, type PerfEvent, type Process } from '../kernel.ts';
import { programOf } from '../rules/order.ts';
import { attachToEvent, openEvent } from '../rules/perf.ts';
import { getProgram, openFile } from '../rules/references.ts';
import { checkRoom, descriptor, type Handle, install, resolveProgram } from '../rules/resolve.ts';

const EVENT = { perfEvent: { shape: 'handle' } } as const;

function eventOf(k: Kernel, process: Process, handle: Handle | null): PerfEvent {
  const file = handle === null ? null : descriptor(process, handle);
  if (file === null) return k.fail('descriptor is open', 'EBADF');
  const { target } = file;
  return target?.kind === 'perf' ? target : k.fail('descriptor is a perf event', 'ENOTTY');
}

export const perfEventOpen = command({
  op: 'perf_event_open',
  name: 'perf_event_open(2)',
  cites: 'kernel/events/core.c perf_event_open; facts link-core 12.2, lt-038, lt-057',
  args: {
    event: { shape: 'word', words: ['cpu_clock', 'tracepoint', 'kprobe'] },
    tp: { shape: 'word', optional: true },
    func: { shape: 'word', optional: true },
    cpu: { shape: 'integer', optional: true },
    pid: { shape: 'integer', optional: true },
  },
  makes: ['perf', 'file'],
  names: 'perf',
  yieldsHandle: true,
  steps: {
    open(k: Kernel, { made, actor, as }) {
      checkRoom(k, actor);
      openEvent(k, made.perf);
      openFile(made.file, 'perf', made.perf).refs = 1;
      install(k, actor, made.file, as);
    },
  },
});

const enabling = <const Op extends string>(op: Op, name: string, enabled: 0 | 1) =>
  command({
    op,
    name,
    cites: 'kernel/events/core.c _perf_ioctl; facts link-core 12.2, lt-052, lt-053',
    args: EVENT,
    steps: {
      set(k: Kernel, { args, actor }) {
        eventOf(k, actor, args.perfEvent).enabled = enabled;
      },
    },
  });
export const perfEventEnable = enabling('perf_event_enable', 'PERF_EVENT_IOC_ENABLE', 1);
export const perfEventDisable = enabling('perf_event_disable', 'PERF_EVENT_IOC_DISABLE', 0);

export const perfEventSetBpf = command({
  op: 'perf_event_set_bpf',
  name: 'PERF_EVENT_IOC_SET_BPF',
  cites: 'kernel/events/core.c perf_event_set_bpf_prog; facts link-core 12.2, lt-038–044, mx-351–356',
  args: { ...EVENT, prog: { shape: 'handle' } },
  steps: {
    'attach [bpf_event_mutex]'(k: Kernel, { args, actor }) {
      const perf = eventOf(k, actor, args.perfEvent);
      const program = resolveProgram(k, actor, args.prog);
      attachToEvent(k, perf, program, program);
      getProgram(k, program, `perf event ${perf.name}`);
    },
  },
});

export const perfEventQuery = command({
  op: 'perf_event_query',
  name: 'PERF_EVENT_IOC_QUERY_BPF',
  cites: 'kernel/trace/bpf_trace.c perf_event_query_prog_array; facts link-core 12.2',
  args: { ...EVENT, capacity: { shape: 'integer', optional: true } },
  steps: {
    query(k: Kernel, { args, actor }) {
      const { slot, event } = eventOf(k, actor, args.perfEvent);
      k.check('event is a tracepoint', event === 'tracepoint', 'EINVAL');
      const all = slot === null ? [] : [...slot.entries].flatMap((entry) => programOf(entry)?.name ?? []);
      const room = args.capacity === 0 ? all.length : args.capacity;
      k.returns({ count: all.length, progs: all.slice(0, room) });
      k.check('room for all ids', room >= all.length, 'ENOSPC');
    },
  },
});
