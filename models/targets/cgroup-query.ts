/** BPF_PROG_QUERY for cgroups: list and effective list. Kernel: kernel/bpf/cgroup.c __cgroup_bpf_query; facts cgroup 5.4, G01–G26. */
import type { Kernel, Slot } from '../kernel.ts';
import { revisionOf } from '../rules/attach.ts';
import { has, only, QUERY_FLAG } from '../rules/flags.ts';
import { programOf } from '../rules/order.ts';
import { checkAttachType } from '../rules/programs.ts';
import { resolveCgroup } from '../rules/resolve.ts';
import { slotOf } from '../rules/slots.ts';
import { asksForFlags, type ProgQuery } from './target-type.ts';

/** Flags that a query reports for a mode; PREORDER is nowhere reported (facts A49, D62). */
export const modeFlags = (mode: Slot['mode']): string[] =>
  mode === 'MULTI' ? ['BPF_F_ALLOW_MULTI'] : mode === 'OVERRIDE' ? ['BPF_F_ALLOW_OVERRIDE'] : [];

/** Programs of a slot by name, in list order. */
export const listed = (slot: Slot): string[] => [...slot.entries].map((entry) => programOf(entry)?.name ?? '?');

export function queryCgroup(k: Kernel, call: ProgQuery): void {
  const { args, actor } = call;
  k.check('flags are known', only(args.flags, QUERY_FLAG.BPF_F_QUERY_EFFECTIVE), 'EINVAL');
  const attachType = checkAttachType(k, args.attachType);
  const cgroup = resolveCgroup(k, actor, args.cgroup);
  const effective = has(args.flags, QUERY_FLAG.BPF_F_QUERY_EFFECTIVE);
  const withFlags = asksForFlags(call);
  if (effective && k.has('effective-without-flags'))
    k.check('no prog_attach_flags of an effective list', !withFlags, 'EINVAL');
  if (attachType === 'lsm_cgroup' && !args.noBuffers) k.check('prog_attach_flags for lsm_cgroup', withFlags, 'EINVAL');
  // The revision of several slots at once, which lsm_cgroup is to the kernel, is not told (row G07).
  answer(k, slotOf(k, cgroup, attachType), effective, attachType !== 'lsm_cgroup', args);
}

/** Everything that one query writes belongs together: it is read under one lock. */
function answer(
  k: Kernel,
  slot: Slot,
  effective: boolean,
  oneSlot: boolean,
  args: { readonly capacity: number; readonly noBuffers: boolean; readonly linkIds: boolean },
): void {
  const all = effective ? [...slot.effective].map(({ name }) => name) : listed(slot);
  const room = args.noBuffers ? 0 : args.capacity === 0 ? all.length : args.capacity;
  const progs = all.slice(0, room);
  const flags = effective && k.has('effective-without-flags') ? [] : modeFlags(slot.mode);
  k.returns({
    count: all.length,
    progs,
    attachFlags: flags,
    progAttachFlags: effective ? undefined : progs.map(() => flags),
    // A kernel without revisions leaves that member as it was.
    revision: effective || !oneSlot || !k.has('mprog') ? 0 : revisionOf(slot),
    links: [],
    linkIdsWritten: false,
  });
  k.check('room for all ids', args.noBuffers || room >= all.length, 'ENOSPC');
}
