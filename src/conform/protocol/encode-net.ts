/** Network devices and namespaces of a trace: what is made before its first step, and how its operations are sent. */
import {
  familyNamed,
  hookNamed,
  NETFILTER_HOOKS,
  PROTOCOL_FAMILIES,
  type Written,
} from '../../../models/rules/netfilter.ts';
import type { Json, ProgTemplate, TraceFile } from '../../trace/format.ts';
import { type Args, type Encoders, flagsOf, handle, NotRunnable } from './encode-words.ts';
import type { Request } from './line.ts';
import { attachTypeNumber } from './numbers.ts';

export const NET_OPERATIONS: readonly string[] = (
  'netdev_add netdev_delete netdev_move netdev_up netdev_exists netdev_enslave bond_mode netns_add netns_delete ' +
  'enter_netns open_netns xdp_set xdp_query tc_hook_create tc_hook_destroy tc_filter_attach tc_filter_detach tc_filter_query'
).split(' ');

export const NET_HANDLES: readonly string[] = ['expectedFd'];

/** A namespace is named, or is what a descriptor stands for. */
function netns(value: Json): string {
  if (typeof value === 'object' && value !== null) return `@${String((value as { handle?: Json }).handle)}`;
  return handle(value);
}

/** A number, or the word for one. */
function numbered(value: Json, words: Readonly<Record<string, number>>): number {
  const number = typeof value === 'number' ? value : words[String(value)];
  if (number === undefined) throw new NotRunnable(`the word ${String(value)}`);
  return number;
}

const HOOK_NUMBERS: Readonly<Record<string, number>> = Object.fromEntries(
  NETFILTER_HOOKS.map((name, number) => [name, number]),
);

export const NET_ENCODERS: Encoders = {
  pf: (value) => ({ pf: numbered(familyNamed(value as Written) ?? value, PROTOCOL_FAMILIES) }),
  hooknum: (value) => ({ hooknum: numbered(hookNamed(value as Written) ?? value, HOOK_NUMBERS) }),
  nfFlags: (value, flags) => ({ nfFlags: flagsOf(value, flags) }),
  netns: (value) => ({ netns: netns(value) }),
};

/** Flags of BPF_PROG_LOAD that programs for devices have. */
const LOAD_FLAGS: Readonly<Record<string, number>> = { BPF_F_XDP_HAS_FRAGS: 32, BPF_F_XDP_DEV_BOUND_ONLY: 64 };

export function loadFlags({ progFlags }: ProgTemplate): Args {
  return progFlags === undefined ? {} : { progFlags: flagsOf(progFlags, LOAD_FLAGS) };
}

/** Kinds of devices that the agent makes; whether their drivers have native XDP is the kernel's to say. */
const NATIVE: Readonly<Record<string, boolean>> = {
  loopback: false,
  veth: true,
  // What has no driver here is played by one end of a veth pair whose other end the trace does not know.
  physical: true,
  bridge: false,
  bond: true,
  netkit: false,
  dummy: false,
};
/** The namespace that all actors start in. */
const FIRST = 'N0';

interface Device {
  readonly name: string;
  readonly kind: string;
  readonly peer: string | undefined;
  readonly later: boolean;
  readonly netns: string;
  readonly mtu: number | undefined;
}

const text = (value: Json | undefined): string | undefined => (typeof value === 'string' ? value : undefined);

function deviceOf(declared: NonNullable<TraceFile['objects']['netdevs']>[number]): Device {
  const { name, mtu } = declared;
  const kind = text(declared['kind']) ?? 'veth';
  const native = NATIVE[kind];
  if (native === undefined) throw new NotRunnable(`devices of kind ${kind}`);
  if (declared['native'] !== undefined && declared['native'] !== native)
    throw new NotRunnable(`a ${kind} ${native ? 'without' : 'with'} native XDP`);
  return {
    name,
    kind,
    peer: text(declared['peer']) ?? text(declared['peerOf']),
    later: declared['exists'] === false,
    netns: text(declared['netns']) ?? FIRST,
    mtu: typeof mtu === 'number' ? mtu : undefined,
  };
}

/** A card goes back to where it came from when its namespace ends; what plays it here does not. */
function checkCards(devices: readonly Device[], { steps }: TraceFile): void {
  const dies = steps.some(({ op }) => op === 'netns_delete');
  const moves = steps.some(({ op }) => op === 'netdev_move') || devices.some(({ netns: at }) => at !== FIRST);
  if (dies && moves && devices.some(({ kind }) => kind === 'physical'))
    throw new NotRunnable('a card whose namespace ends');
}

/** One request for each pair, from the end that names the other; the other end's place and size come along. */
function deviceRequests(devices: readonly Device[]): readonly Request[] {
  const named = devices.map((device) => ({
    ...device,
    peer: device.peer ?? devices.find(({ peer }) => peer === device.name)?.name,
  }));
  const place = (device: string): number => named.findIndex(({ name }) => name === device);
  const isFirst = ({ name, peer }: Device): boolean =>
    peer === undefined || place(peer) < 0 || place(name) < place(peer);
  return named.filter(isFirst).map(({ name, kind, peer, later, netns: at, mtu }): Request => {
    const other = named.find((device) => device.name === peer);
    const args: Args = { name, kind, netns: at };
    if (other !== undefined) Object.assign(args, { peer: other.name, peerNetns: other.netns });
    if (mtu !== undefined) args['mtu'] = mtu;
    if (other?.mtu !== undefined) args['peerMtu'] = other.mtu;
    if (later) args['later'] = 1;
    return { actor: '-', op: 'declare_netdev', args };
  });
}

/** Nothing where the trace declares no device and no namespace. */
export function netSetup(trace: TraceFile): readonly Request[] {
  const { netdevs = [], netns: spaces = [] } = trace.objects;
  if (netdevs.length + spaces.length === 0) return [];
  const devices = netdevs.map(deviceOf);
  checkCards(devices, trace);
  const declared = new Map(spaces.map(({ name, exists }) => [name, exists === false]));
  for (const { netns: at } of devices) if (!declared.has(at)) declared.set(at, false);
  declared.set(FIRST, false);
  return [
    ...[...declared].map(
      ([name, later]): Request => ({
        actor: '-',
        op: 'declare_netns',
        args: { name, ...(later ? { later: 1 } : {}) },
      }),
    ),
    ...deviceRequests(devices),
  ];
}

const LISTS = /^(tcx|netkit)_/;
const HOOKS = new Set(['flow_dissector', 'sk_lookup']);

/** What is looked at after each step beside cgroups: lists of devices, hooks of namespaces, filters of qdiscs. */
export function netObservation({ steps, objects }: TraceFile): Readonly<Record<string, string | number>> {
  if ((objects.netdevs ?? []).length + (objects.netns ?? []).length === 0) return {};
  const named = steps.flatMap(({ args: { attachType } }) => (typeof attachType === 'string' ? [attachType] : []));
  const numbers = (words: readonly string[]): string =>
    [...new Set(words)].map((word) => attachTypeNumber(word) ?? 0).join(',');
  const lists = numbers(named.filter((word) => LISTS.test(word)));
  const hooks = numbers(named.filter((word) => HOOKS.has(word)));
  const filters = steps.some(({ op }) => op.startsWith('tc_'));
  return { ...(lists === '' ? {} : { lists }), ...(hooks === '' ? {} : { hooks }), ...(filters ? { filters: 1 } : {}) };
}
