/** Events: something happens at a hook, and the programs of the array run. */
import { ref } from '../../src/modelling/index.ts';
import {
  type Cgroup,
  command,
  type Kernel,
  type Netdev,
  type Netns,
  type Packet,
  type Process,
  type Slot,
} from '../kernel.ts';
import { membersAt } from '../maps/struct-ops.ts';
import { leaveReaders } from '../rules/dealloc.ts';
import { execute } from '../rules/execute.ts';
import { canBeEntered, firstNetns } from '../rules/netdev.ts';
import { inOrder } from '../rules/perf.ts';
import { CGROUP_ATTACH_TYPES } from '../rules/programs.ts';
import { descriptor, type Handle } from '../rules/resolve.ts';
import { conclude, endsChain, noteInside, runAll, runOne } from '../rules/run.ts';
import { concludeFrame, FRAME_HOOKS, type Frame, runFrame, runInStage, takeStage } from '../rules/run-frame.ts';

/** Events elsewhere than in a cgroup: what they are called, and the type of place where they happen. */
const ELSEWHERE = [
  'tracepoint',
  'perf_event',
  'lsm',
  'function',
  'probe',
  'flow_dissector',
  'sk_lookup',
  'tcp_congestion',
] as const;
const HOOKS = [...Object.keys(CGROUP_ATTACH_TYPES), ...ELSEWHERE, ...FRAME_HOOKS];
const EGRESS = 'cgroup_inet_egress';

/** An event outside every cgroup of the scenario runs nothing. */
const slotIn = (k: Kernel, cgroup: Cgroup | null, hook: string): readonly Slot[] =>
  k.all.slot.filter((slot) => slot.cgroup === cgroup && slot.attachType === hook);

/** Around a function, in this order; a modified return value keeps the rest of its kind from running. */
const AROUND = ['trace_fentry', 'modify_return', 'trace_fexit'];

/** Slots that an event runs: raw tracepoints and perf events, fentry before fexit; of perf events only those that are enabled. */
function slotsElsewhere(k: Kernel, hook: string, place: string | null): readonly Slot[] {
  const at = (types: readonly string[]): readonly Slot[] =>
    k.all.slot.filter(
      (slot) => slot.hook !== null && types.includes(slot.hook.type) && (place === null || slot.hook.place === place),
    );
  switch (hook) {
    case 'tracepoint':
      return at(['tracepoint', 'perf']).filter(
        ({ attachType, hook: at }) => attachType !== 'perf_event' || at?.flavour === 'tasks-trace',
      );
    case 'perf_event':
      return at(['perf']).filter((slot) =>
        k.all.perf.some((perf) => perf.slot === slot && perf.event === 'cpu_clock' && perf.enabled > 0),
      );
    case 'function': {
      const slots = at(['function', 'perf']).filter(({ hook: at }) => at?.type === 'function');
      return AROUND.flatMap((attachType) => slots.filter((slot) => slot.attachType === attachType));
    }
    case 'tcp_congestion': {
      const slots = at(['struct_ops']).filter((slot) => membersAt(k, slot).length > 0);
      k.check('algorithm is registered', slots.length > 0, 'ENOENT');
      return slots;
    }
    case 'flow_dissector':
    case 'sk_lookup':
      return at(['netns']).filter(({ attachType }) => attachType === hook);
    default:
      return at([hook]);
  }
}

const packetOf = (k: Kernel): Packet | null => k.all.packet.find(({ owner }) => owner === k.step.actor) ?? null;

/** At the coarse grains one invocation is one step; at grain `lock` the actor's packet takes the array and runs it element by element. */
function take(k: Kernel, slots: readonly Slot[]): Packet | null {
  const programs = inOrder(slots, (one) => (one.attachType === 'struct_ops' ? membersAt(k, one) : [...one.effective]));
  const slot = slots[0] ?? null;
  const packet = packetOf(k);
  if (packet === null) {
    runAll(k, slot, programs);
    return null;
  }
  packet.running = true;
  packet.current = true;
  packet.slot = slot;
  for (const program of programs) packet.array.append(program);
  if (byAddress(slots))
    for (const entry of slots.flatMap(({ entries }) => [...entries]))
      if (entry.kind === 'link') packet.links.append(entry);
  return packet;
}

/** Attach types whose arrays hold links, so that a program can ask for the cookie of its link (facts link-core 3.3 F3b). */
const BY_ADDRESS = new Set(['trace_raw_tp', 'trace_kprobe_multi', 'trace_uprobe_multi']);
const byAddress = (slots: readonly Slot[]): boolean =>
  slots.length > 0 && slots.every(({ attachType }) => BY_ADDRESS.has(attachType));
/** The same for a frame, which takes one array after the other. */
function takeNext(k: Kernel, frame: Frame): Packet | null {
  const packet = packetOf(k);
  if (packet === null) runFrame(k, frame);
  else takeStage(k, packet, frame);
  return packet;
}

/** Runs the next element; false when there is none. */
function runNext(k: Kernel, packet: Packet): boolean {
  if (packet.array.length === 0) return false;
  const program = packet.array.at(0);
  packet.array.removeAt(0);
  const before = [...packet.ran];
  packet.ran.append(program);
  const link = packet.links.length > 0 ? packet.links.at(0) : null;
  if (link !== null) packet.links.removeAt(0);
  if (link?.phase === 'GONE')
    k.broken(
      'use-after-free',
      `program ${program.name} asks for the cookie of link ${link.name}, whose memory is gone`,
    );
  runOne(k, program, packet.slot, before);
  noteInside(packet, program, execute(k, program).programs);
  return !endsChain(packet.slot, program);
}

/** End of the read-side section: programs that waited for this packet may be freed. */
function finish(k: Kernel, packet: Packet, frame: Frame | null): void {
  if (frame === null) conclude(k, packet.slot, [...packet.ran]);
  else concludeFrame(k, packet, frame);
  packet.running = false;
  packet.current = false;
  packet.slot = null;
  packet.stage = 0;
  packet.array.clear();
  packet.ran.clear();
  packet.inside.clear();
  packet.links.clear();
  leaveReaders(k, packet);
}

interface EventCall<A> {
  readonly args: A;
  readonly frame: { packet: Packet | null };
  readonly actor: Process;
}

/** An event happens at slots, or is a frame on its way past the hooks of devices. */
const steps = <A>(
  slots: (k: Kernel, args: A, actor: Process) => readonly Slot[],
  frameOf: (k: Kernel, args: A) => Frame | null = () => null,
) => ({
  'take the array'(k: Kernel, call: EventCall<A>) {
    const frame = frameOf(k, call.args);
    // A process that makes the event must be able to enter the namespace.
    if (frame !== null && 'netns' in frame) k.check('namespace can be entered', canBeEntered(k, frame.netns), 'ENOENT');
    const packet = frame === null ? take(k, slots(k, call.args, call.actor)) : takeNext(k, frame);
    call.frame.packet = packet;
    return packet === null ? ('done' as const) : undefined;
  },
  'run an element'(k: Kernel, { args, frame: { packet } }: EventCall<A>) {
    if (packet === null) return undefined;
    const frame = frameOf(k, args);
    if (frame !== null) return runInStage(k, packet, frame);
    return runNext(k, packet) ? ('again' as const) : undefined;
  },
  'end of the invocation'(k: Kernel, { args, frame: { packet } }: EventCall<A>) {
    if (packet !== null) finish(k, packet, frameOf(k, args));
  },
});

const isElsewhere = (hook: string): boolean => (ELSEWHERE as readonly string[]).includes(hook);
const placeOf = (place: unknown): string | null => (typeof place === 'string' ? place : null);

/** The socket `P1:s` of a `fire` step. */
function socketCgroup(k: Kernel, written: string): Cgroup | null {
  const socket = k.all.socket.find(({ name }) => name === written);
  return socket?.cgroup ?? k.fail('socket is open', 'EBADF');
}

interface Event {
  readonly netdev: Netdev | null;
  readonly netns: Netns | null;
  readonly hook: string;
}

/** A datagram goes round the loopback device of a namespace; a packet over loopback needs no name of a device. */
function frameOfEvent(k: Kernel, { netdev, netns, hook }: Event): Frame | null {
  if (hook === 'netfilter') {
    const where = netns ?? firstNetns(k);
    return where === null ? null : { netns: where };
  }
  const device = hook === 'loop' ? (netdev ?? k.all.netdev.find(({ type }) => type === 'loopback') ?? null) : netdev;
  return device === null ? null : { netdev: device, hook };
}

export const fire = command({
  op: 'fire',
  name: 'an event at a hook',
  cites:
    'include/linux/bpf-cgroup.h BPF_CGROUP_RUN_PROG_*; kernel/bpf/cgroup.c __cgroup_bpf_run_filter_skb; net/core/dev.c __netif_receive_skb_core; facts cgroup 3 Packets, 9, P01–P20, link-core 12, ho-043–048, net 5.6, 8, run-001 to run-024',
  args: {
    hook: { shape: 'word', words: HOOKS },
    cgroup: { shape: 'object', kind: 'cgroup', optional: true },
    netdev: { shape: 'object', kind: 'netdev', optional: true },
    actor: { shape: 'actor', optional: true },
    socket: { shape: 'word', optional: true },
    lsm: { shape: 'json', optional: true },
    netns: { shape: 'object', kind: 'netns', optional: true },
    tp: { shape: 'word', optional: true },
    name: { shape: 'json', optional: true },
    device: { shape: 'json', optional: true },
    access: { shape: 'json', optional: true },
  },
  registers: { packet: ref('packet') },
  steps: steps(
    (
      k: Kernel,
      args: {
        readonly hook: string;
        readonly cgroup: Cgroup | null;
        readonly netdev: Netdev | null;
        readonly actor: number | null;
        readonly socket: string | null;
        readonly netns: Netns | null;
        readonly tp: string | null;
        readonly lsm: unknown;
        readonly name: unknown;
      },
    ) => {
      if (isElsewhere(args.hook))
        return slotsElsewhere(k, args.hook, placeOf(args.tp ?? args.lsm ?? args.netns?.name ?? args.name));
      if (args.socket !== null) return slotIn(k, socketCgroup(k, args.socket), args.hook);
      if (args.actor !== null) return slotIn(k, k.all.process[args.actor]?.cgroup ?? null, args.hook);
      // A process that makes the event must be able to enter the cgroup.
      if (args.cgroup !== null) k.check('cgroup is alive', args.cgroup.phase === 'ONLINE', 'ENOENT');
      return slotIn(k, args.cgroup, args.hook);
    },
    frameOfEvent,
  ),
});

export const send = command({
  op: 'send',
  name: 'sendto(2)',
  cites: 'include/linux/bpf-cgroup.h BPF_CGROUP_RUN_PROG_INET_EGRESS; kernel/bpf/cgroup.c; facts cgroup 9, L01–L13',
  args: { socket: { shape: 'handle' } },
  registers: { packet: ref('packet') },
  steps: steps((k: Kernel, args: { readonly socket: Handle | null }, actor) => {
    const target = args.socket === null ? null : (descriptor(actor, args.socket)?.target ?? null);
    return target?.kind === 'socket' ? slotIn(k, target.cgroup, EGRESS) : k.fail('descriptor is a socket', 'EBADF');
  }),
});
