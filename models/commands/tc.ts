/** Classic tc: qdiscs at the ingress hook and cls_bpf filters, which belong to nobody. */
import { ref } from '../../src/modelling/index.ts';
import {
  command,
  type Filter,
  type Kernel,
  type Netdev,
  type Process,
  type Program,
  type Qdisc,
  type Slot,
} from '../kernel.ts';
import { findNetdev, isHere } from '../rules/netdev.ts';
import { notify } from '../rules/notify.ts';
import { rtnlAdmin } from '../rules/privileges.ts';
import {
  addFilter,
  automaticHandle,
  automaticPrio,
  CLSACT_EGRESS,
  CLSACT_INGRESS,
  deleteFilter,
  directionsOf,
  filtersOf,
  identify,
  prioOf,
  qdiscGet,
  qdiscInit,
  qdiscPut,
  removeFilter,
  ungraft,
} from '../rules/qdisc.ts';
import { getProgram } from '../rules/references.ts';
import { type Handle, resolveProgram } from '../rules/resolve.ts';

const DIRECTIONS = ['ingress', 'egress', 'ingress_qdisc'];
const NETDEV = { shape: 'object', kind: 'netdev' } as const;
const QDISC = { shape: 'word', words: ['clsact', 'ingress'], optional: true } as const;

/** The new qdisc is in its place before the old one, if there is one, goes. */
function graft(k: Kernel, netdev: Netdev, qdisc: Qdisc): void {
  const old = netdev.ingress;
  qdiscInit(k, netdev, qdisc);
  if (old !== null) notify(k, 'RTM_DELQDISC');
  notify(k, 'RTM_NEWQDISC');
  if (old !== null) ungraft(k, netdev, old);
}

export const tcHookCreate = command({
  op: 'tc_hook_create',
  name: 'RTM_NEWQDISC',
  cites:
    'net/sched/sch_api.c tc_modify_qdisc, qdisc_create, qdisc_graft; net/sched/sch_ingress.c; facts net 4, cls-003 to cls-007, priv-011; obs-049',
  args: { netdev: NETDEV, qdisc: QDISC, replace: { shape: 'boolean', optional: true } },
  makes: ['qdisc'],
  steps: {
    'create [rtnl_lock]'(k: Kernel, { args, made, actor }) {
      k.check('CAP_NET_ADMIN', rtnlAdmin(actor), 'EPERM');
      const netdev = findNetdev(k, actor, args.netdev);
      const old = netdev.ingress;
      k.check('no qdisc is there', old === null || args.replace, 'EEXIST');
      if (old?.type === made.qdisc.type) {
        notify(k, 'RTM_NEWQDISC');
        return 'done';
      }
      if (old !== null) k.check('no filter request is under way', old.refs === 1, 'EBUSY');
      k.allocates('the qdisc');
      // qdisc_refcount_dec_if_one: the old one is still found, and cannot be held any more (obs-049).
      netdev.replacing = old !== null;
      if (old !== null) return undefined;
      graft(k, netdev, made.qdisc);
      return 'done';
    },
    'replace [rtnl_lock]'(k: Kernel, { args: { netdev }, made }) {
      netdev.replacing = false;
      graft(k, netdev, made.qdisc);
    },
  },
});

export const tcHookDestroy = command({
  op: 'tc_hook_destroy',
  name: 'RTM_DELQDISC',
  cites: 'net/sched/sch_api.c tc_get_qdisc, qdisc_graft; facts net 4, cls-003, cls-046, cls-047',
  args: { netdev: NETDEV, qdisc: QDISC, direction: { shape: 'word', words: DIRECTIONS, optional: true } },
  steps: {
    'destroy [rtnl_lock]'(k: Kernel, { args, actor }) {
      k.check('CAP_NET_ADMIN', rtnlAdmin(actor), 'EPERM');
      const netdev = findNetdev(k, actor, args.netdev);
      const qdisc = netdev.ingress;
      if (args.direction !== null) {
        // The whole direction is flushed, the qdisc stays: RTM_DELTFILTER, which says EINVAL without a qdisc.
        const slot = slotIn(k, qdisc ?? k.fail('a qdisc is there', 'EINVAL'), args.direction);
        return flush(k, slot, filtersOf(slot));
      }
      // noop_qdisc in a queue that is there has another handle (seen on 6.18.44).
      if (qdisc === null) return k.fail('a qdisc is there', netdev.ingressQueue > 0 ? 'EINVAL' : 'ENOENT');
      k.check('qdisc is of this kind', qdisc.type === (args.qdisc ?? 'clsact'), 'EINVAL');
      // Since 84ad0af0bccd (6.5) a qdisc that somebody uses does not go.
      k.check('no filter request is under way', qdisc.refs === 1, 'EBUSY');
      notify(k, 'RTM_DELQDISC');
      ungraft(k, netdev, qdisc);
    },
  },
});

/** tcf_chain_flush after tfilter_notify_chain: one message for each priority. */
function flush(k: Kernel, slot: Slot, gone: readonly Filter[]): void {
  for (const _ of new Set(gone.map(prioOf))) notify(k, 'RTM_DELTFILTER');
  for (const filter of gone) removeFilter(k, slot, filter);
}

const BLOCKS: Readonly<Record<string, string>> = { ingress: CLSACT_INGRESS, egress: CLSACT_EGRESS };

/**
 * The filters that a parent stands for: an ingress qdisc has one block, whatever is written; clsact has two, and none of its
 * own (ingress_tcf_block, clsact_tcf_block; observed on 6.18.44).
 */
function blockOf(k: Kernel, qdisc: Qdisc, direction: string): Slot | null {
  const attachType = qdisc.type === 'ingress' ? CLSACT_INGRESS : BLOCKS[direction];
  return directionsOf(k, qdisc).find((candidate) => candidate.attachType === attachType) ?? null;
}

const slotIn = (k: Kernel, qdisc: Qdisc, direction: string): Slot =>
  blockOf(k, qdisc, direction) ?? k.fail('qdisc has this direction', 'EINVAL');

const FILTER_ARGS = {
  netdev: NETDEV,
  direction: { shape: 'word', words: DIRECTIONS },
  handle: { shape: 'integer', optional: true },
  priority: { shape: 'integer', optional: true },
} as const;

/** __tcf_qdisc_find: a reference on the qdisc, before rtnl_lock is taken. */
function findQdisc(k: Kernel, actor: Process, netdev: Parameters<typeof findNetdev>[2], why: string): Qdisc {
  const found = findNetdev(k, actor, netdev);
  const qdisc = found.ingress;
  if (qdisc === null || found.replacing) return k.fail('a qdisc is there', 'EINVAL');
  qdiscGet(k, qdisc, why);
  return qdisc;
}

interface Wanted {
  readonly handle: number;
  readonly priority: number;
  readonly kind: string | null;
  readonly protocol: string | null;
  readonly replaceExisting: boolean;
  readonly change: boolean;
}

/** What stands where the new filter is to go, after the checks of tc_new_tfilter (facts net 4, items 2 and 3). */
function standing(k: Kernel, slot: Slot, wanted: Wanted): Filter | null {
  const { handle, priority, change } = wanted;
  const siblings = filtersOf(slot).filter((filter) => priority !== 0 && prioOf(filter) === priority);
  k.check('the priority exists', !change || siblings.length > 0, 'ENOENT');
  if (siblings.length > 0) {
    k.check('the priority has this kind', wanted.kind === null || wanted.kind === 'bpf', 'EINVAL');
    k.check('the priority has this protocol', wanted.protocol === null || wanted.protocol === 'all', 'EINVAL');
  }
  const found = siblings.find((filter) => handle !== 0 && filter.handle === handle) ?? null;
  k.check('the handle exists', !change || found !== null, 'ENOENT');
  k.check('the handle is free', found === null || change || wanted.replaceExisting, 'EEXIST');
  return found;
}

/** cls_bpf_prog_from_efd. */
function classifier(k: Kernel, actor: Process, handle: Handle | null): Program {
  if (handle === null) return k.fail('a program is given', 'EINVAL');
  const program = resolveProgram(k, actor, handle);
  k.check('program is a classifier', program.template.type === 'sched_cls', 'EINVAL');
  return program;
}

export const tcFilterAttach = command({
  op: 'tc_filter_attach',
  name: 'RTM_NEWTFILTER',
  cites:
    'net/sched/cls_api.c tc_new_tfilter, tcf_auto_prio; net/sched/cls_bpf.c cls_bpf_change; facts net 4, cls-001 to cls-029',
  args: {
    ...FILTER_ARGS,
    prog: { shape: 'handle', optional: true },
    replaceExisting: { shape: 'boolean', optional: true, says: 'NLM_F_CREATE without NLM_F_EXCL' },
    change: { shape: 'boolean', optional: true, says: 'neither NLM_F_CREATE nor NLM_F_EXCL' },
    kind: { shape: 'word', optional: true, says: 'TCA_KIND, bpf by default' },
    protocol: { shape: 'word', optional: true, says: 'protocol, all by default' },
  },
  registers: { qdisc: ref('qdisc') },
  makes: ['filter'],
  steps: {
    'find the qdisc'(k: Kernel, { args, frame, actor }) {
      k.check('CAP_NET_ADMIN', rtnlAdmin(actor), 'EPERM');
      k.check('a change names a priority', !args.change || args.priority !== 0, 'ENOENT');
      frame.qdisc = findQdisc(k, actor, args.netdev, `RTM_NEWTFILTER of ${actor.name}`);
    },
    'change [rtnl_lock]'(k: Kernel, { args, frame, made, actor }) {
      if (frame.qdisc === null) return;
      const slot = slotIn(k, frame.qdisc, args.direction);
      const found = standing(k, slot, args);
      const program = classifier(k, actor, args.prog);
      k.allocates('the filter');
      const prio = args.priority === 0 ? automaticPrio(slot) : args.priority;
      const handle = args.handle === 0 ? automaticHandle(slot, prio) : args.handle;
      getProgram(k, program, `filter ${made.filter.name}`);
      made.filter.prog = program;
      made.filter.fire('ADD');
      identify(made.filter, prio, handle);
      if (found === null) addFilter(k, slot, made.filter);
      else {
        slot.entries.replace(slot.entries.indexOf(found), made.filter);
        k.rules.updateEffective(k, slot);
        deleteFilter(k, found);
      }
      notify(k, 'RTM_NEWTFILTER');
      k.returns({ handle, priority: prio, prog: program.name });
    },
  },
  cleanup(k: Kernel, { frame, actor }) {
    if (frame.qdisc !== null) qdiscPut(k, frame.qdisc, `RTM_NEWTFILTER of ${actor.name}`);
  },
});

export const tcFilterDetach = command({
  op: 'tc_filter_detach',
  name: 'RTM_DELTFILTER',
  cites:
    'net/sched/cls_api.c tc_del_tfilter; net/sched/cls_bpf.c cls_bpf_delete; facts net 4, cls-002, cls-030 to cls-038',
  args: { ...FILTER_ARGS, kind: { shape: 'word', optional: true, says: 'TCA_KIND; a flush has none' } },
  registers: { qdisc: ref('qdisc') },
  steps: {
    'find the qdisc'(k: Kernel, { args, frame, actor }) {
      k.check('CAP_NET_ADMIN', rtnlAdmin(actor), 'EPERM');
      const all = args.priority === 0;
      k.check('a flush names nothing', !all || (args.handle === 0 && args.kind === null), 'ENOENT');
      frame.qdisc = findQdisc(k, actor, args.netdev, `RTM_DELTFILTER of ${actor.name}`);
    },
    'delete [rtnl_lock]'(k: Kernel, { args, frame }) {
      if (frame.qdisc === null) return;
      const slot = slotIn(k, frame.qdisc, args.direction);
      const all = args.priority === 0;
      const gone = filtersOf(slot).filter(
        (filter) => all || (prioOf(filter) === args.priority && (args.handle === 0 || filter.handle === args.handle)),
      );
      k.check('the filter exists', all || gone.length > 0, 'ENOENT');
      flush(k, slot, gone);
    },
  },
  cleanup(k: Kernel, { frame, actor }) {
    if (frame.qdisc !== null) qdiscPut(k, frame.qdisc, `RTM_DELTFILTER of ${actor.name}`);
  },
});

/** Filters as `prio:handle=prog`, in the order in which they run. */
const written = (filter: Filter): string => `${prioOf(filter)}:${filter.handle}=${filter.prog?.name ?? '?'}`;

/** tc_dump_tfilter: where there is no device, no qdisc or no such direction, there is nothing, and no error. */
function dump(
  k: Kernel,
  actor: Process,
  { netdev, direction }: { readonly netdev: Netdev; readonly direction: string },
): void {
  const here = isHere(k, actor, netdev) ? netdev.ingress : null;
  const slot = here === null ? null : blockOf(k, here, direction);
  const filters = slot === null ? [] : filtersOf(slot);
  k.returns({
    count: filters.length,
    progs: filters.map(({ prog }) => prog?.name ?? '?'),
    value: filters.map(written),
  });
}

export const tcFilterQuery = command({
  op: 'tc_filter_query',
  name: 'RTM_GETTFILTER',
  cites: 'net/sched/cls_api.c tc_get_tfilter, tc_dump_tfilter; facts net 4, cls-012 to cls-026',
  args: FILTER_ARGS,
  steps: {
    'read [rtnl_lock]'(k: Kernel, { args, actor }) {
      if (args.priority === 0) return dump(k, actor, args);
      const qdisc = findNetdev(k, actor, args.netdev).ingress;
      if (qdisc === null) return k.fail('a qdisc is there', 'EINVAL');
      const filters = filtersOf(slotIn(k, qdisc, args.direction));
      // The chain comes with its first filter and goes with its last (seen on 6.18.44).
      k.check('the chain is there', filters.length > 0, 'EINVAL');
      // cls_bpf_get compares handles, and no filter has 0.
      const found = filters.find((filter) => prioOf(filter) === args.priority && filter.handle === args.handle);
      if (found === undefined) return k.fail('the filter exists', 'ENOENT');
      k.returns({ handle: found.handle, priority: prioOf(found), prog: found.prog?.name ?? null });
    },
  },
});
