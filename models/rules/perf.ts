/**
 * Perf events: one program each, by ioctl or by a link; tracepoint events share the array of their tracepoint.
 * Kernel: kernel/events/core.c perf_event_set_bpf_prog, perf_event_free_bpf_prog; kernel/trace/bpf_trace.c perf_event_attach_bpf_prog. Facts link-core 12.2.
 */
import type { Kernel, Link, PerfEvent, Program, Slot } from '../kernel.ts';
import { programOf } from './order.ts';
import { putProgram } from './references.ts';
import { insertAt } from './trampoline.ts';

/** BPF_TRACE_MAX_PROGS. */
export const TRACE_MAX_PROGS = 64;
/** Program type that each kind of event takes. */
const TAKES: Readonly<Record<string, string>> = { tracepoint: 'tracepoint', kprobe: 'kprobe', cpu_clock: 'perf_event' };

const slotOf = (k: Kernel, perf: PerfEvent): Slot => perf.slot ?? k.broken('slot', `${perf.name} has no slot`);

/** Raw tracepoints at the same place. */
const rawSlot = (k: Kernel, slot: Slot | null): Slot | undefined =>
  k.all.slot.find(({ attachType, hook }) => attachType === 'trace_raw_tp' && hook?.place === slot?.hook?.place);

const isOpen = (k: Kernel, perf: PerfEvent): boolean =>
  k.all.file.some(({ target, refs }) => target === perf && refs > 0);

/**
 * The perf probe joins the probes of a tracepoint with the first event there, and leaves with the last one, whatever programs
 * they have (kernel/trace/trace_event_perf.c perf_trace_event_reg).
 */
export function openEvent(k: Kernel, perf: PerfEvent): void {
  const { slot } = perf;
  const others = k.all.perf.some((other) => other !== perf && other.slot === slot && isOpen(k, other));
  if (slot?.hook != null && !others) slot.hook.behind = rawSlot(k, slot)?.entries.length ?? 0;
}

/** A raw tracepoint goes: the perf probe moves up if it stands behind it. */
export function leaveBefore(k: Kernel, link: Link): void {
  const raw = link.slot;
  if (raw === null) return;
  const index = raw.entries.indexOf(link);
  for (const hook of k.all.hook)
    if (hook.type === 'perf' && hook.place === raw.hook?.place && index < hook.behind) hook.behind -= 1;
}

/** Programs of several slots in the order in which they run: events of a tracepoint stand among its raw tracepoints. */
export function inOrder(slots: readonly Slot[], programsOf: (slot: Slot) => readonly Program[]): readonly Program[] {
  const raw = slots.find(({ attachType }) => attachType === 'trace_raw_tp');
  const events = slots.find(({ attachType, hook }) => attachType === 'perf_event' && hook?.place === raw?.hook?.place);
  if (raw === undefined || events?.hook == null) return slots.flatMap(programsOf);
  const probes = programsOf(raw);
  const rest = slots.filter((slot) => slot !== raw && slot !== events);
  const { behind } = events.hook;
  return [...probes.slice(0, behind), ...programsOf(events), ...probes.slice(behind), ...rest.flatMap(programsOf)];
}

/** Checks in the kernel's order, then the attachment (facts lt-054, mx-349–356). */
export function attachToEvent(k: Kernel, perf: PerfEvent, entry: Program | Link, program: Program): void {
  const slot = slotOf(k, perf);
  const fits = program.template.type === TAKES[perf.event];
  // perf_event_set_bpf_handler looks at the event first, perf_event_set_bpf_prog at the type.
  if (perf.event === 'cpu_clock') k.check('event has no program', perf.entry === null, 'EEXIST');
  k.check('program type fits the event', fits, 'EINVAL');
  k.check('event has no program', perf.entry === null, 'EEXIST');
  k.check('not attached twice', ![...slot.entries].some((other) => programOf(other) === program), 'EEXIST');
  k.check('room in the array', slot.entries.length < TRACE_MAX_PROGS, 'E2BIG');
  perf.entry = entry;
  if (entry.kind === 'link') entry.slot = slot;
  insertAt(k, slot, slot.entries.length, entry);
}

/** Takes the program of an event off; who holds it puts it. */
export function detachFromEvent(k: Kernel, perf: PerfEvent): void {
  const { entry } = perf;
  if (entry === null) return;
  perf.entry = null;
  k.rules.removeEntry(k, slotOf(k, perf), entry);
  if (entry.kind === 'link') entry.slot = null;
}

/** The event that a link is attached to. */
export const eventOf = (k: Kernel, link: Link): PerfEvent | null =>
  k.all.perf.find(({ entry }) => entry === link) ?? null;

/** The last descriptor of an event is gone: an attachment by ioctl goes with it (facts lt-042, lt-043). */
export function releaseEvent(k: Kernel, perf: PerfEvent): void {
  const { entry } = perf;
  perf.enabled = 0;
  detachFromEvent(k, perf);
  if (entry?.kind === 'program') putProgram(k, entry, `perf event ${perf.name}`);
}
