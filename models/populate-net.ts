/** Devices, namespaces, qdiscs and filters of a scenario, and the slots of its devices. */
import type { Declarations, Instance, Use } from '../src/modelling/index.ts';
import { type DeclaredNetdev, type DeclaredNetns, FIRST_NETNS, type Refuse } from './declared.ts';
import { refTo } from './ref-to.ts';
import { MPROG_MAX } from './rules/mprog.ts';
import { CLSACT_EGRESS, CLSACT_INGRESS } from './rules/qdisc.ts';

const USUAL_MTU = 1500;
/** Hooks that a frame can pass on its way from one end of a pair to the other and on to a bridge, or a datagram over loopback, and two ends (rules/run-frame.ts). */
const MOST_STAGES = 12;

/** Kinds of devices, and whether their drivers implement XDP. */
const NATIVE_XDP: Readonly<Record<string, boolean>> = {
  /** A card whose driver implements XDP. */
  physical: true,
  loopback: false,
  veth: true,
  bridge: false,
  bond: true,
  netkit: false,
  dummy: false,
};

const kindOf = ({ kind }: DeclaredNetdev): string => kind ?? 'veth';
const peerOf = (device: DeclaredNetdev, all: readonly DeclaredNetdev[]): string | null =>
  device.peer ?? device.peerOf ?? all.find(({ peer }) => peer === device.name)?.name ?? null;

function netdevInstance(device: DeclaredNetdev, all: readonly DeclaredNetdev[], refuse: Refuse): Instance {
  const type = kindOf(device);
  const native = NATIVE_XDP[type];
  if (native === undefined)
    return refuse(
      `device "${device.name}" is of an unknown kind "${type}"`,
      `one of ${Object.keys(NATIVE_XDP).join(', ')}`,
    );
  const peer = peerOf(device, all);
  if (peer !== null && !all.some(({ name }) => name === peer))
    return refuse(`device "${device.name}" has an unknown peer "${peer}"`, 'declare it under objects.netdevs');
  return {
    name: device.name,
    constants: {
      type,
      native: device.native ?? native,
      peer: peer === null ? null : refTo('netdev', peer),
      primary: type === 'netkit' && device.peerOf === undefined && device.peer !== undefined,
      mtu: device.mtu ?? USUAL_MTU,
    },
  };
}

const attachTypeIn = ({ args }: Use): string => (typeof args['attachType'] === 'string' ? args['attachType'] : '');
const isXdp = (use: Use): boolean => use.command.op.startsWith('xdp_') || attachTypeIn(use) === 'xdp';

/** Which hooks of devices anything in the scenario speaks of. */
interface Spoken {
  readonly xdp: boolean;
  readonly attachTypes: ReadonlySet<string>;
}

function spokenOf(uses: readonly Use[]): Spoken {
  const types = uses.map(attachTypeIn).filter((type) => /^(tcx|netkit)_/.test(type));
  const qdiscs = uses.filter(({ command }) => command.makes.includes('qdisc'));
  // Qdiscs use the entries of tcx.
  if (qdiscs.length > 0) types.push('tcx_ingress');
  if (qdiscs.some(({ args }) => args['qdisc'] !== 'ingress')) types.push('tcx_egress');
  return { xdp: uses.some(isXdp), attachTypes: new Set(types) };
}

interface SlotConstants {
  readonly countsRevisions: boolean;
  readonly limit: number | undefined;
}

function deviceSlots(device: Instance, spoken: Spoken, { countsRevisions, limit }: SlotConstants): Instance[] {
  const slot = (name: string, own: Readonly<Record<string, unknown>>): Instance => ({
    name,
    constants: {
      cgroup: null,
      hook: null,
      netdev: refTo('netdev', device.name),
      qdisc: null,
      ancestors: [],
      subtree: [refTo('slot', name)],
      countsRevisions: false,
      limit: 1,
      ...own,
    },
  });
  const modes = device.constants?.['native'] === true ? ['native', 'generic'] : ['generic'];
  const xdp = spoken.xdp
    ? modes.map((xdpMode) => slot(`${device.name}:xdp ${xdpMode}`, { attachType: 'xdp', xdpMode }))
    : [];
  const lists = [...spoken.attachTypes]
    .filter((type) => !type.startsWith('netkit_') || device.constants?.['primary'] === true)
    .map((attachType) =>
      slot(`${device.name}:${attachType}`, { attachType, countsRevisions, limit: limit ?? MPROG_MAX }),
    );
  return [...xdp, ...lists];
}

/** A qdisc has a slot of its own for each direction, whatever stood there before. */
function qdiscSlots(qdisc: string, use: Use, most: number): Instance[] {
  const directions = use.args['qdisc'] === 'ingress' ? [CLSACT_INGRESS] : [CLSACT_INGRESS, CLSACT_EGRESS];
  return directions.map((attachType) => {
    const name = `${qdisc}:${attachType}`;
    return {
      name,
      constants: {
        cgroup: null,
        hook: null,
        netdev: refTo('netdev', String(use.args['netdev'])),
        qdisc: refTo('qdisc', qdisc),
        attachType,
        ancestors: [],
        subtree: [refTo('slot', name)],
        countsRevisions: false,
        limit: most,
      },
    };
  });
}

export interface NetPopulation {
  readonly instances: Readonly<Record<'netdev' | 'netns' | 'qdisc', readonly Instance[]>>;
  readonly slots: readonly Instance[];
  readonly limits: Readonly<Record<string, number>>;
}

/** A bond gives its program to its ports, and sets them up and down: no rule says so here. */
function refusePortsOfBonds(uses: readonly Use[], netdevs: readonly DeclaredNetdev[], refuse: Refuse): void {
  const bonds = new Set(netdevs.filter((device) => kindOf(device) === 'bond').map(({ name }) => name));
  const port = uses.find(({ command, args }) => command.op === 'netdev_enslave' && bonds.has(String(args['master'])));
  if (port !== undefined)
    refuse(
      `"${String(port.args['netdev'])}" becomes a port of a bond, and ports of bonds are not modelled`,
      'a bridge takes ports',
    );
}

/** Nothing at all where no device and no namespace is declared. */
export function netInstances(
  declarations: Declarations,
  made: Readonly<Record<string, readonly Instance[]>>,
  countsRevisions: boolean,
  refuse: Refuse,
): NetPopulation {
  const { objects, uses, actors } = declarations;
  const netdevs = (objects['netdevs'] ?? []) as readonly DeclaredNetdev[];
  const declared = (objects['netns'] ?? []) as readonly DeclaredNetns[];
  const netfilter = uses.filter(({ args }) => args['attachType'] === 'netfilter').length;
  const speaks = netdevs.length + declared.length + netfilter > 0;
  const inside = netdevs.flatMap(({ netns }) => netns ?? []);
  const names = speaks ? [...new Set([FIRST_NETNS, ...declared.map(({ name }) => name), ...inside])] : [];
  refusePortsOfBonds(uses, netdevs, refuse);
  const devices = netdevs.map((device) => netdevInstance(device, netdevs, refuse));
  const spoken = spokenOf(uses);
  const filters = made['filter']?.length ?? 0;
  const qdiscs = uses.filter(({ command }) => command.makes.includes('qdisc'));
  const files = uses.filter(({ command }) => command.op === 'open_netns').length;
  return {
    instances: {
      netdev: devices,
      netns: names.map((name) => ({ name })),
      qdisc: qdiscs.map((use) => ({
        name: use.made['qdisc'] ?? '',
        constants: { type: use.args['qdisc'] ?? 'clsact', netdev: refTo('netdev', String(use.args['netdev'])) },
      })),
    },
    slots: [
      ...devices.flatMap((device) =>
        deviceSlots(device, spoken, { countsRevisions, limit: declarations.limits['entries'] }),
      ),
      ...qdiscs.flatMap((use) => qdiscSlots(use.made['qdisc'] ?? '', use, filters + 1)),
    ],
    limits: {
      netdevRefs: devices.length === 0 ? 0 : actors.length,
      netnsRefs: names.length === 0 ? 0 : actors.length + files + netfilter + 2,
      qdiscRefs: actors.length + 1,
      slotUsers: Math.min(2, qdiscs.length),
      stages: devices.length + netfilter === 0 ? 0 : MOST_STAGES,
    },
  };
}
