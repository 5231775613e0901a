/** XDP links. Kernel: net/core/dev.c bpf_xdp_link_attach, bpf_xdp_link_lops. Facts net 3.4 to 3.6. */
import type { Kernel, Link, Netdev } from '../kernel.ts';
import { only } from '../rules/flags.ts';
import { findNetdev } from '../rules/netdev.ts';
import { checkProgramType } from '../rules/programs.ts';
import { oneMode, XDP_MODES, xdpReplace } from '../rules/xdp.ts';
import type { LinkCreate, LinkType, LinkUpdate } from './link-type.ts';
import { primeLink } from './prime.ts';

/** Checks in the order of facts net 3.4: the device, then flags, then the slot. */
function attach(k: Kernel, call: LinkCreate): void {
  attachTo(k, call, findNetdev(k, call.actor, call.args.netdev, 'EINVAL'));
}

/** The same when the device is found. */
export function attachTo(k: Kernel, call: LinkCreate, netdev: Netdev): void {
  const { args, frame, made } = call;
  if (frame.program === null) return;
  primeLink(k, call);
  made.link.prog = frame.program;
  k.check('only mode flags', only(args.flags, XDP_MODES), 'EINVAL');
  k.check('at most one mode', oneMode(args.flags), 'EINVAL');
  k.rules.xdpAttach(k, { netdev, entry: made.link, flags: args.flags, expected: null });
  made.link.fire('ATTACH');
}

/** bpf_xdp_link_update: a defunct link, then the old program, then the new one's type (facts net 3.5). */
function update(k: Kernel, { link, next, old }: LinkUpdate): void {
  const { slot, prog } = link;
  k.check('link is attached', slot !== null && prog !== null, 'ENOLINK');
  if (old !== null) k.check('old program is the current one', old === prog, 'EPERM');
  const same =
    next.template.type === prog.template.type && next.template.expectedAttachType === prog.template.expectedAttachType;
  k.check('program and expected attach type are the same', same, 'EINVAL');
  xdpReplace(k, link, next);
}

export const xdpLink: LinkType = {
  name: 'xdp',
  feature: 'xdp-link',
  lock: 'rtnl_lock',
  attachTypes: { xdp: 'xdp' },
  create: {
    check: (k, _call, program) => checkProgramType(k, program, 'xdp'),
    resolve: null,
    attach,
    primesFirst: false,
    settlesUnderLock: false,
  },
  update,
  detach: (k: Kernel, link: Link) => k.rules.detachFromDevice(k, link),
  release: (k: Kernel, link: Link) => k.rules.detachFromDevice(k, link),
  info: (link) => ({ netdev: link.slot?.netdev?.name ?? null }),
};
