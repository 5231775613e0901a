/** What can be looked at: info by descriptor, ids, fdinfo. */
import { command, type Kernel, type Link, type OpenFile, type Process } from '../kernel.ts';
import { linkTypeOf } from '../links/index.ts';
import { ATTR, checkAttr, checkMayCall } from '../rules/attr.ts';
import { capable } from '../rules/privileges.ts';
import { descriptor, type Handle } from '../rules/resolve.ts';

const INFO = { info: { shape: 'json', optional: true }, attr: ATTR } as const;

/** The info buffer: 0 bytes are legal and write nothing; a non-zero byte beyond what is known is not. */
interface InfoBuffer {
  readonly size?: number;
  readonly beyond?: boolean;
}

/** Not EBADF but EBADFD (77), as this command alone says (facts link-core 4.6, mx-308). */
function objectOf(k: Kernel, process: Process, handle: Handle | null, info: unknown): OpenFile {
  const file = handle === null || 'number' in handle ? null : descriptor(process, handle);
  if (handle !== null && 'number' in handle && handle.number === 0)
    return k.fail('descriptor is a BPF object', 'EINVAL');
  if (file === null) return k.fail('descriptor is open', 'EBADFD');
  k.check('info is not longer than known', (info as InfoBuffer | null)?.beyond !== true, 'E2BIG');
  return file;
}

const writes = (info: unknown): boolean => (info as InfoBuffer | null)?.size !== 0;

/** What LINK info says: the anchor is 0 once the link is defunct (facts cgroup 10, J05, K09). */
export function linkInfoOf(k: Kernel, link: Link): Readonly<Record<string, unknown>> {
  const type = linkTypeOf(link);
  return {
    type: type.name,
    link: link.name,
    prog: link.prog?.name ?? null,
    attachType: link.attachType,
    ...type.info(link, k),
  };
}

export const linkInfo = command({
  op: 'link_info',
  name: 'BPF_OBJ_GET_INFO_BY_FD',
  cites: 'kernel/bpf/syscall.c bpf_link_get_info_by_fd; facts link-core 4.6, cgroup H14, J05, K09',
  args: { link: { shape: 'handle' }, ...INFO },
  steps: {
    read(k: Kernel, { args, actor }) {
      checkAttr(k, actor, args.attr);
      const { target } = objectOf(k, actor, args.link, args.info);
      if (target?.kind === 'program') return k.returns({ type: target.template.type, prog: target.name });
      if (target?.kind === 'map') return k.returns({ type: target.mapType, map: target.name });
      if (target?.kind !== 'link') return k.fail('descriptor is a BPF object', 'EINVAL');
      k.check('info of links is known', k.has('link-ids'), 'EINVAL');
      if (writes(args.info)) k.returns(linkInfoOf(k, target));
    },
  },
});

export const progInfo = command({
  op: 'prog_info',
  name: 'BPF_OBJ_GET_INFO_BY_FD',
  cites: 'kernel/bpf/syscall.c bpf_prog_get_info_by_fd; facts link-core 4.6',
  args: { prog: { shape: 'handle' }, ...INFO },
  steps: {
    read(k: Kernel, { args, actor }) {
      checkAttr(k, actor, args.attr);
      const { target } = objectOf(k, actor, args.prog, args.info);
      if (target?.kind !== 'program') return k.fail('descriptor is a BPF object', 'EINVAL');
      if (writes(args.info)) k.returns({ type: target.template.type, prog: target.name, runCountMin: target.runs });
    },
  },
});

export const mapInfo = command({
  op: 'map_info',
  name: 'BPF_OBJ_GET_INFO_BY_FD',
  cites: 'kernel/bpf/syscall.c bpf_map_get_info_by_fd; facts link-core 4.6',
  args: { map: { shape: 'handle' }, ...INFO },
  steps: {
    read(k: Kernel, { args, actor }) {
      checkAttr(k, actor, args.attr);
      const { target } = objectOf(k, actor, args.map, args.info);
      if (target?.kind !== 'map') return k.fail('descriptor is a BPF object', 'EINVAL');
      if (writes(args.info)) k.returns({ type: target.mapType, map: target.name });
    },
  },
});

const INT_MAX = 2147483647;
/** Phases in which the id of a link stands in the table: primed links and links without a reference included. */
export const LISTED_LINK = new Set(['PRIMED', 'ATTACHED', 'DEFUNCT', 'ZERO', 'DEFUNCT_ZERO']);

export const listIds = command({
  op: 'list_ids',
  name: 'BPF_*_GET_NEXT_ID',
  cites: 'kernel/bpf/syscall.c bpf_obj_get_next_id; facts link-core 4.5, J13, mx-321–323',
  args: { kind: { shape: 'word', words: ['prog', 'map', 'link'] }, start: { shape: 'integer', optional: true } },
  steps: {
    walk(k: Kernel, { args, actor }) {
      checkMayCall(k, actor);
      if (args.kind === 'link') k.check('command is known', k.has('link-ids'), 'EINVAL');
      k.check('start_id is in range', args.start < INT_MAX, 'EINVAL');
      k.check('CAP_SYS_ADMIN', capable(actor, 'CAP_SYS_ADMIN'), 'EPERM');
      const ids =
        args.kind === 'link'
          ? k.all.link.filter((link) => LISTED_LINK.has(link.phase)).map(({ name }) => name)
          : args.kind === 'prog'
            ? k.all.program.filter((program) => program.phase === 'LOADED').map(({ name }) => name)
            : k.all.map.filter((map) => map.refs > 0).map(({ name }) => name);
      // Ids of the models are names; a start behind every id finds nothing.
      k.check('an id is larger than start_id', args.start === 0 || args.start < INT_MAX - 1, 'ENOENT');
      k.returns({ ids });
    },
  },
});

/** As fdinfo names the type of a link, where that is not the name of BPF_LINK_TYPE_* (include/linux/bpf_types.h). */
const FDINFO_NAMES: Readonly<Record<string, string>> = { perf_event: 'perf' };

export const fdinfo = command({
  op: 'fdinfo',
  name: '/proc/PID/fdinfo/N',
  cites: 'kernel/bpf/syscall.c bpf_link_show_fdinfo; facts cgroup J15, link-core pr-039',
  args: { handle: { shape: 'handle' }, from: { shape: 'actor', optional: true } },
  steps: {
    read(k: Kernel, { args, actor }) {
      const owner = args.from === null ? actor : k.all.process[args.from];
      const target =
        args.handle === null || owner === undefined ? null : (descriptor(owner, args.handle)?.target ?? null);
      if (target?.kind !== 'link') return k.fail('descriptor is a link', 'ENOENT');
      const { name } = linkTypeOf(target);
      k.returns({ ...linkInfoOf(k, target), linkType: FDINFO_NAMES[name] ?? name });
    },
  },
});
