/** BPF_LINK_UPDATE, with and without the old program, and BPF_LINK_DETACH. */
import { ref } from '../../src/modelling/index.ts';
import {
  type BoundHandle,
  type BpfMap,
  command,
  type Kernel,
  type Link,
  type Process,
  type Program,
} from '../kernel.ts';
import { linkTypeOf } from '../links/index.ts';
import { isGiven } from '../rules/anchor.ts';
import { ATTR, attrOf, checkAttr } from '../rules/attr.ts';
import { FLAG, has, only } from '../rules/flags.ts';
import { lockStep, underEachLock } from '../rules/locks.ts';
import { getMap, putMap, resolveMap } from '../rules/maps.ts';
import { getLink, getProgram, putLink, putProgram } from '../rules/references.ts';
import { resolveLink, resolveProgram } from '../rules/resolve.ts';

interface Registers {
  readonly link: Link | null;
  readonly next: Program | null;
  readonly old: Program | null;
  readonly nextMap: BpfMap | null;
  readonly oldMap: BpfMap | null;
}

interface MapCall {
  readonly args: {
    readonly structOpsMap: BoundHandle | null;
    readonly oldMap: BoundHandle | null;
    readonly prog: BoundHandle | null;
  };
  readonly frame: { link: Link | null; nextMap: BpfMap | null; oldMap: BpfMap | null };
  readonly actor: Process;
}

/** A link of struct_ops takes maps; the same field holds the descriptor of the new program of others. */
function resolveMaps(k: Kernel, { args, frame, actor }: MapCall, link: Link, comparing: boolean): void {
  const next = resolveMap(k, actor, args.structOpsMap ?? args.prog, 'new map');
  const old = comparing ? resolveMap(k, actor, args.oldMap, 'old map') : null;
  if (!comparing) k.check('old map only with REPLACE', !isGiven(args.oldMap), 'EINVAL');
  const why = `LINK_UPDATE of ${actor.name}`;
  getLink(k, link, why);
  getMap(k, next, why);
  if (old !== null) getMap(k, old, why);
  frame.link = link;
  frame.nextMap = next;
  frame.oldMap = old;
}

export const linkUpdate = command({
  op: 'link_update',
  name: 'BPF_LINK_UPDATE',
  cites:
    'kernel/bpf/syscall.c link_update; kernel/bpf/cgroup.c cgroup_bpf_replace, __cgroup_bpf_replace; facts cgroup 3, 5.6, I01–I25, J07–J11',
  args: {
    link: { shape: 'handle' },
    prog: { shape: 'handle', optional: true },
    oldProg: { shape: 'handle', optional: true },
    structOpsMap: { shape: 'handle', optional: true },
    oldMap: { shape: 'handle', optional: true },
    flags: { shape: 'flags', optional: true },
    attr: ATTR,
  },
  registers: { link: ref('link'), next: ref('program'), old: ref('program'), nextMap: ref('map'), oldMap: ref('map') },
  steps: {
    resolve(k: Kernel, { args, frame, actor }) {
      k.check('command is known', k.has('cgroup-link'), 'EINVAL');
      checkAttr(k, actor, args.attr);
      k.check('flags are known', only(args.flags, FLAG.BPF_F_REPLACE), 'EINVAL');
      const link = resolveLink(k, actor, args.link);
      const comparing = has(args.flags, FLAG.BPF_F_REPLACE);
      const { updateMap } = linkTypeOf(link);
      if (updateMap !== undefined) {
        resolveMaps(k, { args, frame, actor }, link, comparing);
        return lockStep('replace', linkTypeOf(link).lock);
      }
      const next = resolveProgram(k, actor, args.prog, 'new program');
      const old = comparing ? resolveProgram(k, actor, args.oldProg, 'old program') : null;
      if (!comparing) k.check('old program only with REPLACE', !isGiven(args.oldProg), 'EINVAL');
      const why = `LINK_UPDATE of ${actor.name}`;
      getLink(k, link, why);
      getProgram(k, next, why);
      if (old !== null) getProgram(k, old, why);
      frame.link = link;
      frame.next = next;
      frame.old = old;
      const type = linkTypeOf(link);
      k.check('links of the type can be updated', type.update !== null, 'EINVAL');
      type.compare?.(k, { link, next, old });
      return lockStep('replace', type.lock);
    },
    ...underEachLock('replace', (lock) => (k: Kernel, { frame }: { readonly frame: Registers }) => {
      const { link, next, old, nextMap, oldMap } = frame;
      if (link === null) return;
      k.tell({ type: 'lock', name: lock });
      const type = linkTypeOf(link);
      if (next !== null) type.update?.(k, { link, next, old });
      if (nextMap !== null) type.updateMap?.(k, link, nextMap, oldMap);
      return 'done' as const;
    }),
  },
  cleanup(k: Kernel, { frame, actor }) {
    const why = `LINK_UPDATE of ${actor.name}`;
    if (frame.old !== null) putProgram(k, frame.old, why);
    if (frame.next !== null) putProgram(k, frame.next, why);
    if (frame.nextMap !== null) putMap(k, frame.nextMap, why);
    if (frame.oldMap !== null) putMap(k, frame.oldMap, why);
    if (frame.link !== null) putLink(k, frame.link, why, actor);
  },
});

export const linkDetach = command({
  op: 'link_detach',
  name: 'BPF_LINK_DETACH',
  cites:
    'kernel/bpf/syscall.c link_detach; kernel/bpf/cgroup.c bpf_cgroup_link_detach; facts cgroup 3, 5.7, J01–J06; link-core 4.4',
  args: { link: { shape: 'handle' }, attr: ATTR },
  registers: { link: ref('link') },
  steps: {
    resolve(k: Kernel, { args, frame, actor }) {
      k.check('command is known', k.has('link-detach'), 'EINVAL');
      checkAttr(k, actor, args.attr);
      // With no byte of attr passed, link_fd reads as 0.
      const link = resolveLink(k, actor, attrOf(args.attr).size === 0 ? null : args.link);
      getLink(k, link, `LINK_DETACH of ${actor.name}`);
      frame.link = link;
      const type = linkTypeOf(link);
      k.check('links of the type can be detached', type.detach !== null, 'EOPNOTSUPP');
      return lockStep('detach', type.lock);
    },
    ...underEachLock('detach', () => (k: Kernel, { frame }: { readonly frame: Pick<Registers, 'link'> }) => {
      const { link } = frame;
      if (link === null || link.slot === null) return 'done' as const;
      linkTypeOf(link).detach?.(k, link);
      link.fire('DETACH');
      return 'done' as const;
    }),
  },
  cleanup(k: Kernel, { frame, actor }) {
    if (frame.link !== null) putLink(k, frame.link, `LINK_DETACH of ${actor.name}`, actor);
  },
});
