/**
 * Links of netfilter hooks, which hold the namespace of their creator. Kernel: net/netfilter/nf_bpf_link.c bpf_nf_link_attach,
 * bpf_nf_link_release, bpf_nf_link_lops; net/netfilter/core.c nf_hook_entries_grow. Facts net 8, nf-001 to nf-031; link-core 3.4, 4.2, 12.6.
 */
import type { Kernel, Link, Program } from '../kernel.ts';
import { has, NETFILTER_FLAG, only } from '../rules/flags.ts';
import { getNetns, netnsOf, putNetns } from '../rules/netdev.ts';
import { askedOf, familyNamed, hookNamed, LINKED_FAMILIES, netfilterSlot } from '../rules/netfilter.ts';
import { checkProgramType } from '../rules/programs.ts';
import { insertAt, removeAt } from '../rules/trampoline.ts';
import type { LinkCreate, LinkType } from './link-type.ts';

/** NF_IP_PRI_FIRST, NF_IP_PRI_LAST: bridges and conntrack need them. */
const FIRST = -(2 ** 31);
const LAST = 2 ** 31 - 1;
/** NF_IP_PRI_CONNTRACK_DEFRAG: before it nothing is put together yet. */
const CONNTRACK_DEFRAG = -400;

function check(k: Kernel, { args }: LinkCreate, program: Program): void {
  checkProgramType(k, program, 'netfilter');
  k.check('flags are known', only(args.flags, 0), 'EINVAL');
  const family = familyNamed(args.pf);
  k.check('family is IPv4 or IPv6', (LINKED_FAMILIES as readonly (string | null)[]).includes(family), 'EAFNOSUPPORT');
  k.check('hook is one of the family', hookNamed(args.hooknum) !== null, 'EPROTO');
  const known = k.has('netfilter-defrag') ? NETFILTER_FLAG.BPF_F_NETFILTER_IP_DEFRAG : 0;
  k.check('netfilter flags are known', only(args.nfFlags, known), 'EOPNOTSUPP');
  k.check('priority is not the first or the last', args.priority !== FIRST && args.priority !== LAST, 'ERANGE');
  const defrag = has(args.nfFlags, NETFILTER_FLAG.BPF_F_NETFILTER_IP_DEFRAG);
  k.check('behind what puts fragments together', !defrag || args.priority > CONNTRACK_DEFRAG, 'ERANGE');
}

/** nf_register_net_hook, then the reference on the namespace, which the caller is in. */
function attach(k: Kernel, { args, frame, made, actor }: LinkCreate): void {
  const { program } = frame;
  const netns = netnsOf(k, actor);
  if (program === null || netns === null) return;
  const slot = netfilterSlot(k, netns, args.pf, args.hooknum);
  const position = k.rules.netfilterPosition(k, slot, args.priority);
  made.link.prog = program;
  insertAt(k, slot, position, made.link);
  made.link.slot = slot;
  made.link.fire('ATTACH');
  if (k.has('netfilter-holds-netns')) getNetns(k, netns, `link ${made.link.name}`);
}

/** `dead` is set once, by LINK_DETACH or by the last reference. */
function unregister(k: Kernel, link: Link): void {
  const netns = link.slot?.hook?.netns ?? null;
  if (netns === null) return;
  if (netns.phase === 'GONE')
    k.broken('use-after-free', `link ${link.name} unregisters its hook in ${netns.name}, whose memory is gone`);
  removeAt(k, link);
  if (k.has('netfilter-holds-netns')) putNetns(k, netns, `link ${link.name}`);
}

/** The kernel tells numbers; whoever asked by a name or a number reads the answer so. */
function inTheirWords({ asked }: Link): Readonly<Record<string, unknown>> {
  return Object.fromEntries(['pf', 'hooknum'].flatMap((name) => (asked[name] == null ? [] : [[name, asked[name]]])));
}

export const netfilterLink: LinkType = {
  name: 'netfilter',
  feature: 'netfilter-link',
  lock: 'nf_hook_mutex',
  attachTypes: { netfilter: 'netfilter' },
  create: { check, resolve: null, attach, primesFirst: true, settlesUnderLock: false },
  // There is an operation, and all that it does is to refuse (facts nf-018, nf-023).
  update: (k) => k.fail('netfilter links can be updated', 'EOPNOTSUPP'),
  detach: unregister,
  release: unregister,
  deallocDeferred: true,
  // In the words in which it was asked for.
  info: (link) => ({ ...askedOf(link), ...inTheirWords(link) }),
};
