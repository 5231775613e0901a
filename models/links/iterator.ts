/**
 * Links of iterators: nothing runs until somebody opens the link and reads. Kernel: kernel/bpf/bpf_iter.c bpf_iter_link_attach,
 * bpf_iter_link_replace. Facts link-core 4.2, 4.3, 12.4.
 */
import type { Kernel, Link, Program } from '../kernel.ts';
import { only } from '../rules/flags.ts';
import { getUser, putUser, resolveMap, WALKABLE } from '../rules/maps.ts';
import { getProgram, putProgram } from '../rules/references.ts';
import { insertAt, placeOf, removeAt, slotAt } from '../rules/trampoline.ts';
import type { LinkCreate, LinkType, LinkUpdate } from './link-type.ts';

/** Iterators that walk one map, which the caller names. */
const OF_MAPS = new Set(['bpf_map_elem', 'bpf_sk_storage_map', 'sockmap']);

function check(k: Kernel, { args, actor }: LinkCreate, program: Program): void {
  k.check('program type fits attach type', program.template.type === 'tracing', 'EINVAL');
  k.check('attach type is the expected one', args.attachType === program.template.expectedAttachType, 'EINVAL');
  k.check('no target and no flags', args.cgroup === null && only(args.flags, 0), 'EINVAL');
  k.check(
    'iter_info and its length go together',
    (args.iter as { noPointer?: boolean } | null)?.noPointer !== true,
    'EINVAL',
  );
  if (!walksMap(program)) return;
  if (args.map === null) k.fail('the iterator names a map', 'EBADF');
  const map = resolveMap(k, actor, args.map);
  if (program.template.attach?.iter === 'bpf_map_elem')
    k.check('elements of the map can be walked', WALKABLE.has(map.mapType), 'EINVAL');
}

/** A map is the target of some iterators only (bpf_iter_attach_map); others do not look at one. */
const walksMap = (program: Program): boolean => OF_MAPS.has(program.template.attach?.iter ?? '');

function attach(k: Kernel, call: LinkCreate): void {
  const { frame, made, args, actor } = call;
  const { program } = frame;
  if (program === null) return;
  const map = args.map === null || !walksMap(program) ? null : resolveMap(k, actor, args.map);
  const hook =
    map === null
      ? placeOf(k, program)
      : k.all.hook.find((candidate) => candidate.type === 'iterator' && candidate.map === map);
  if (hook === undefined) k.broken('hook', `no place for ${program.name}`);
  if (map !== null) getUser(k, map, `link ${made.link.name}`);
  const slot = slotAt(k, hook, 'trace_iter');
  made.link.prog = program;
  insertAt(k, slot, slot.entries.length, made.link);
  made.link.slot = slot;
  made.link.fire('ATTACH');
}

/** An iterator that is open goes on with the program that it started with (facts lt-092). */
function update(k: Kernel, { link, next, old }: LinkUpdate): void {
  const { prog, slot } = link;
  if (prog === null || slot === null) k.broken('link', `iterator link ${link.name} is defunct`);
  k.check('old program is the current one', old === null || old === prog, 'EPERM');
  const same =
    next.template.type === prog.template.type &&
    next.template.expectedAttachType === prog.template.expectedAttachType &&
    next.template.attach?.iter === prog.template.attach?.iter;
  k.check('program is for the same iterator', same, 'EINVAL');
  getProgram(k, next, `link ${link.name}`);
  link.prog = next;
  k.rules.updateEffective(k, slot);
  putProgram(k, prog, `link ${link.name}`);
}

function release(k: Kernel, link: Link): void {
  const map = link.slot?.hook?.map ?? null;
  removeAt(k, link);
  if (map !== null) putUser(k, map, `link ${link.name}`);
}

export const iteratorLink: LinkType = {
  name: 'iter',
  lock: 'link_mutex',
  attachTypes: { trace_iter: 'tracing' },
  create: { check, resolve: null, attach, primesFirst: true, settlesUnderLock: false },
  update,
  detach: null,
  release,
  info: (link) => ({
    name: link.prog?.template.attach?.iter ?? null,
    map: link.slot?.hook?.map?.name ?? null,
  }),
};
