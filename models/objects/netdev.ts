/** Network namespaces and devices, qdiscs and their filters. Facts net 2, 3.6, 3.9, 4, 14. */
import { array, chart, choice, constant, count, fixed, flag, object, ref, set } from '../../src/modelling/index.ts';
import { oneWith } from './program.ts';

export const netnsChart = chart('netns', {
  initial: 'ABSENT',
  states: {
    ABSENT: { on: { UNSHARE: 'ALIVE' }, description: 'not made yet' },
    ALIVE: { on: { LAST_PUT: 'DYING' }, description: 'a name, a descriptor, a process or a netfilter link holds it' },
    DYING: { on: { PRE_EXIT: 'EXITING' }, description: 'nobody holds it; the worker has not come to it yet' },
    EXITING: { on: { EXIT: 'GONE' }, description: 'its own links are detached; its devices are still there' },
    GONE: { description: 'devices destroyed or moved back' },
  },
});

export const netns = object({
  chart: netnsChart,
  fields: {
    /** `ns.count`: its name, open descriptors, processes inside. The namespace that all actors start in is held by others. */
    refs: count((sizes) => sizes['netnsRefs'] ?? 0),
    /** It has a name, that of `ip netns`. */
    named: flag(),
  },
});

export const netdevChart = chart('netdev', {
  initial: 'ABSENT',
  states: {
    ABSENT: { on: { REGISTER: 'REGISTERED' }, description: 'not made yet' },
    REGISTERED: { on: { UNREGISTER: 'UNREGISTERING' }, description: 'found by its index' },
    UNREGISTERING: {
      on: { REFS_GONE: 'UNREGISTERED' },
      description: 'unlisted, everything attached is gone; waits for references',
    },
    UNREGISTERED: { on: { FREE: 'FREED' }, description: 'nobody refers to it; packets may still be under way' },
    FREED: { description: 'memory gone: nobody may touch it' },
  },
});

/** Modes of a bond, by their names in IFLA_BOND_MODE of ip-link(8). */
export const BOND_MODES = ['roundrobin', 'active_backup', 'broadcast', 'tlb'] as const;
export type BondMode = (typeof BOND_MODES)[number];

export const netdev = object({
  chart: netdevChart,
  fields: {
    /** Device references (dev_hold) of calls that are under way. */
    refs: count((sizes) => sizes['netdevRefs'] ?? 0),
    netns: ref('netns'),
    /** Set down; a device that is moved is set down. */
    down: flag(),
    /** The device that it is a port or slave of. */
    master: ref('netdev'),
    /** The qdisc at its ingress hook, clsact or ingress. */
    ingress: ref('qdisc'),
    /** That qdisc has lost its last reference and is being replaced. */
    replacing: flag(),
    /** It had a qdisc there: the queue stays, and what stands in it has no handle. */
    ingressQueue: count(oneWith('qdisc')),
    /** The mode of a bond: only some support native XDP. */
    bondMode: choice(...BOND_MODES),
    /** `veth`, `loopback`, `bridge`, `bond`, `netkit`, `dummy`. */
    type: constant<string>(),
    /** Its driver implements XDP (`ndo_bpf`). */
    native: constant<boolean>(),
    /** The other end of a veth or netkit pair; both go together. */
    peer: fixed('netdev'),
    /** Of a netkit pair: programs are managed through this end. */
    primary: constant<boolean>(),
    mtu: constant<number>(),
  },
});

export const qdiscChart = chart('qdisc', {
  initial: 'ABSENT',
  states: {
    ABSENT: { on: { INIT: 'GRAFTED' }, description: 'not made yet' },
    GRAFTED: { on: { UNGRAFT: 'UNGRAFTED' }, description: 'the device holds it' },
    UNGRAFTED: { on: { DESTROY: 'DESTROYED' }, description: 'off the device; destroyed with its last reference' },
    DESTROYED: { description: 'its filters are gone' },
  },
});

export const qdisc = object({
  chart: qdiscChart,
  fields: {
    /** `refcnt`: the device, and filter commands that found it before they took rtnl_lock. */
    refs: count((sizes) => sizes['qdiscRefs'] ?? 0),
    type: constant<'clsact' | 'ingress'>(),
    netdev: fixed('netdev'),
  },
});

export const filterChart = chart('filter', {
  initial: 'ABSENT',
  states: {
    ABSENT: { on: { ADD: 'ACTIVE' }, description: 'not added yet' },
    ACTIVE: { on: { DELETE: 'DELETED' }, description: 'in the list of its direction' },
    DELETED: { on: { FREE: 'GONE' }, description: 'out of the list; a worker puts its program' },
    GONE: { description: 'freed' },
  },
});

/** A cls_bpf filter in direct-action mode: an entry that belongs to nobody. */
export const filter = object({
  chart: filterChart,
  fields: {
    prog: ref('program'),
    /** Two bytes, the higher one first. */
    prio: array(count(255), 2),
    handle: count(255),
    /** Packets that were running when it was deleted; the grace period waits for them. */
    readers: set('packet'),
  },
});
