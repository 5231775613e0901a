/** Links at tcx. Kernel: kernel/bpf/tcx.c tcx_link_attach, tcx_link_lops. Facts net 5.2, 5.4, 5.5, 14. */
import type { Kernel, Link } from '../kernel.ts';
import { mprogUpdate } from '../rules/mprog.ts';
import { findNetdev } from '../rules/netdev.ts';
import { checkProgramType } from '../rules/programs.ts';
import { slotOf } from '../rules/slots.ts';
import type { LinkCreate, LinkType, LinkUpdate } from './link-type.ts';
import { primeLink } from './prime.ts';

const TCX_ATTACH_TYPES = { tcx_ingress: 'sched_cls', tcx_egress: 'sched_cls' } as const;

/** A new link in a list: everything from the device to the descriptor in one rtnl section. */
export function attachMprogLink(k: Kernel, call: LinkCreate, slot: ReturnType<typeof slotOf>): void {
  const { args, frame, made, actor } = call;
  const { program } = frame;
  if (program === null) return;
  primeLink(k, call);
  made.link.prog = program;
  k.rules.mprogAttach(k, {
    slot,
    actor,
    entry: made.link,
    program,
    flags: args.flags,
    replaced: null,
    relative: args.relative,
    expectedRevision: args.expectedRevision,
  });
  made.link.slot = slot;
  made.link.fire('ATTACH');
}

/** tcx_link_update: a defunct link, then the old program; the same program changes nothing. */
export function updateMprogLink(k: Kernel, { link, next, old }: LinkUpdate): void {
  k.check('link is attached', link.slot !== null, 'ENOLINK');
  if (old !== null) k.check('old program is the current one', old === link.prog, 'EPERM');
  mprogUpdate(k, link, next);
}

export const tcxLink: LinkType = {
  name: 'tcx',
  feature: 'tcx',
  lock: 'rtnl_lock',
  attachTypes: TCX_ATTACH_TYPES,
  create: {
    check: (k, _call, program) => checkProgramType(k, program, 'sched_cls'),
    resolve: null,
    attach: (k, call) =>
      attachMprogLink(k, call, slotOf(k, findNetdev(k, call.actor, call.args.netdev), String(call.args.attachType))),
    primesFirst: false,
    settlesUnderLock: true,
  },
  update: updateMprogLink,
  detach: (k: Kernel, link: Link) => k.rules.detachFromDevice(k, link),
  release: (k: Kernel, link: Link) => k.rules.detachFromDevice(k, link),
  info: (link) => ({ netdev: link.slot?.netdev?.name ?? null }),
};
