/** Events: something happens at a hook, and the programs of the array run. */
import { ref } from '../../src/modelling/index.ts';
import { type Cgroup, command, type Kernel, type Packet, type Process, type Program, type Slot } from '../kernel.ts';
import { CGROUP_ATTACH_TYPES } from '../rules/programs.ts';
import { descriptor, type Handle } from '../rules/resolve.ts';
import { conclude, runAll, runOne } from '../rules/run.ts';

const HOOKS = Object.keys(CGROUP_ATTACH_TYPES);
const EGRESS = 'cgroup_inet_egress';

/** An event outside every cgroup of the scenario runs nothing. */
const slotAt = (k: Kernel, cgroup: Cgroup | null, hook: string): Slot | null =>
  k.all.slot.find((slot) => slot.cgroup === cgroup && slot.attachType === hook) ?? null;

/** At the coarse grains one invocation is one step; at grain `lock` the actor's packet takes the array and runs it element by element. */
function take(k: Kernel, slot: Slot | null): Packet | null {
  const programs = slot === null ? [] : [...slot.effective];
  const packet = k.all.packet.find(({ owner }) => owner === k.step.actor) ?? null;
  if (packet === null) {
    runAll(k, programs);
    return null;
  }
  packet.running = true;
  packet.current = true;
  packet.slot = slot;
  for (const program of programs) packet.array.append(program);
  return packet;
}

/** Runs the next element; false when there is none. */
function runNext(k: Kernel, packet: Packet): boolean {
  if (packet.array.length === 0) return false;
  const program: Program = packet.array.at(0);
  packet.array.removeAt(0);
  packet.ran.append(program);
  runOne(k, program);
  return true;
}

/** End of the read-side section: programs that waited for this packet may be freed. */
function finish(k: Kernel, packet: Packet): void {
  conclude(k, [...packet.ran]);
  packet.running = false;
  packet.current = false;
  packet.slot = null;
  packet.ran.clear();
  for (const waiting of [...k.all.program, ...k.all.inode])
    if (waiting.readers.has(packet)) waiting.readers.delete(packet);
}

const steps = <A>(slot: (k: Kernel, args: A, actor: Process) => Slot | null) => ({
  'take the array'(
    k: Kernel,
    call: { readonly args: A; readonly frame: { packet: Packet | null }; readonly actor: Process },
  ) {
    const packet = take(k, slot(k, call.args, call.actor));
    call.frame.packet = packet;
    return packet === null ? ('done' as const) : undefined;
  },
  'run an element'(k: Kernel, { frame: { packet } }: { readonly frame: { packet: Packet | null } }) {
    return packet !== null && runNext(k, packet) ? ('again' as const) : undefined;
  },
  'end of the invocation'(k: Kernel, { frame: { packet } }: { readonly frame: { packet: Packet | null } }) {
    if (packet !== null) finish(k, packet);
  },
});

/** The socket `P1:s` of a `fire` step. */
function socketCgroup(k: Kernel, written: string): Cgroup | null {
  const socket = k.all.socket.find(({ name }) => name === written);
  return socket?.cgroup ?? k.fail('socket is open', 'EBADF');
}

export const fire = command({
  op: 'fire',
  name: 'an event at a hook',
  cites:
    'include/linux/bpf-cgroup.h BPF_CGROUP_RUN_PROG_*; kernel/bpf/cgroup.c __cgroup_bpf_run_filter_skb; facts cgroup 3 Packets, 9, P01–P20',
  args: {
    hook: { shape: 'word', words: HOOKS },
    cgroup: { shape: 'object', kind: 'cgroup', optional: true },
    actor: { shape: 'actor', optional: true },
    socket: { shape: 'word', optional: true },
    lsm: { shape: 'json', optional: true },
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
        readonly actor: number | null;
        readonly socket: string | null;
      },
    ) => {
      if (args.socket !== null) return slotAt(k, socketCgroup(k, args.socket), args.hook);
      if (args.actor !== null) return slotAt(k, k.all.process[args.actor]?.cgroup ?? null, args.hook);
      // A process that makes the event must be able to enter the cgroup.
      if (args.cgroup !== null) k.check('cgroup is alive', args.cgroup.phase === 'ONLINE', 'ENOENT');
      return slotAt(k, args.cgroup, args.hook);
    },
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
    return target?.kind === 'socket' ? slotAt(k, target.cgroup, EGRESS) : k.fail('descriptor is a socket', 'EBADF');
  }),
});
