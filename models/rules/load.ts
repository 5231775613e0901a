/**
 * What PROG_LOAD resolves besides the program: the function that it is for, and the maps that it uses.
 * Kernel: kernel/bpf/syscall.c bpf_prog_load; kernel/bpf/verifier.c bpf_check_attach_target, check_attach_btf_id. Facts link-core 4.1 #6, #7, 10.1.
 */
import type { BoundHandle, Hook, Kernel, Netdev, Process, Program } from '../kernel.ts';
import { mapsNamedBy } from '../templates.ts';
import { becomeOwner, checkCompatible, getMap, mapsOf } from './maps.ts';
import { findNetdev } from './netdev.ts';
import { getProgram } from './references.ts';
import { descriptor, isStdin } from './resolve.ts';
import { checkKernelFunction, checkTarget, functionOf } from './trampoline.ts';
import { driverHasXdp } from './xdp.ts';

/** Types that may name a program as their target. */
const WITH_TARGET = new Set(['ext', 'tracing']);
/** Attach types whose programs trace functions of the kernel or of programs. */
const OF_FUNCTIONS = new Set(['trace_fentry', 'trace_fexit', 'modify_return']);

/** A closed descriptor of the target is EINVAL, as one that is no program and no BTF (facts tr-008, tr-014; row obs-023). */
function targetProgram(k: Kernel, process: Process, handle: BoundHandle): Program {
  k.check('descriptor 0 is no target', !isStdin(handle), 'EINVAL');
  const target = descriptor(process, handle)?.target ?? null;
  if (!k.has('attach-btf-descriptor')) k.check('target descriptor is open', target !== null, 'EBADF');
  return target?.kind === 'program' ? target : k.fail('target descriptor is a program', 'EINVAL');
}

/** The function of a program that is loaded for one; null: it names a place of the kernel, or none. */
export function targetOfLoad(
  k: Kernel,
  program: Program,
  process: Process,
  handle: BoundHandle | null,
  func: string | null,
): Hook | null {
  const { type, expectedAttachType, attach } = program.template;
  if (handle !== null) {
    k.check('program type has targets', WITH_TARGET.has(type), 'EINVAL');
    if (type === 'ext') k.check('no expected attach type', expectedAttachType === null, 'EINVAL');
    const target = targetProgram(k, process, handle);
    k.check('attach type has targets', expectedAttachType !== 'trace_raw_tp', 'EINVAL');
    k.check('a function is named', func !== null, 'EINVAL');
    return checkTarget(k, program, functionOf(k, target, func), target);
  }
  k.check('an extension names a target', type !== 'ext', 'EINVAL');
  k.check('type has functions to attach to', attach?.kernelFunc === undefined || type === 'tracing', 'EINVAL');
  if (type === 'tracing') k.check('tracing programs say of what', expectedAttachType !== null, 'EINVAL');
  if (type === 'lsm' && expectedAttachType === 'lsm_mac') checkKernelFunction(k, program);
  if (expectedAttachType === 'lsm_cgroup') k.check('attach type is known', k.has('lsm-cgroup'), 'EINVAL');
  if (type === 'tracing' && OF_FUNCTIONS.has(expectedAttachType ?? '')) checkKernelFunction(k, program);
  if (expectedAttachType === 'trace_raw_tp') k.check('names a tracepoint', attach?.tp !== undefined, 'EINVAL');
  if (expectedAttachType === 'trace_iter') k.check('names an iterator', attach?.iter !== undefined, 'EINVAL');
  if (type === 'netfilter') {
    k.check('program type is known', k.has('netfilter-link'), 'EINVAL');
    k.check('expected attach type is netfilter', expectedAttachType === 'netfilter', 'EINVAL');
  }
  if (type === 'sk_lookup') k.check('expected attach type is sk_lookup', expectedAttachType === 'sk_lookup', 'EINVAL');
  return null;
}

/** A program that is bound to a device names one with XDP (kernel/bpf/offload.c bpf_prog_dev_bound_init; facts misc-020). */
export function checkDevice(k: Kernel, process: Process, program: Program, named: Netdev | null): void {
  if (!program.template.deviceBound) {
    k.check('no device without a flag', named === null, 'EINVAL');
    return;
  }
  k.check('flag is known', k.has('xdp-bound'), 'EINVAL');
  k.check('program type is bound to devices', program.template.type === 'xdp', 'EINVAL');
  const netdev = findNetdev(k, process, named, 'EINVAL');
  k.check('driver has XDP', driverHasXdp(k, netdev), 'EOPNOTSUPP');
}

export function holdTarget(k: Kernel, program: Program, target: Hook | null): void {
  if (target?.program == null) return;
  program.target = target;
  program.holdsTarget = 1;
  getProgram(k, target.program, `load-time target of ${program.name}`);
}

/** The instructions name a map by a descriptor of the process that loads (resolve_pseudo_ldimm64). */
function checkMap(k: Kernel, process: Process, name: string): void {
  const handle = k.handles.indexOf(name);
  const file = handle < 0 ? null : descriptor(process, { handle });
  k.check('map of the program is open', file !== null, 'EBADF');
  k.check('map of the program is a map', file?.target?.kind === 'map', 'EINVAL');
}

/** Are the maps there, and do its tail calls lead to programs of its type? */
export function checkMaps(k: Kernel, process: Process, program: Program): void {
  for (const name of mapsNamedBy(program.template)) checkMap(k, process, name);
  for (const map of mapsOf(k, program)) if (map.mapType === 'prog_array') checkCompatible(k, map, program);
}

/** Maps that it tail-calls through, of which it decides what may enter them if it is the first, and its storage. */
export function holdMaps(k: Kernel, program: Program): void {
  for (const map of mapsOf(k, program)) {
    if (map.mapType === 'prog_array') becomeOwner(map, program);
    getMap(k, map, `program ${program.name}`);
  }
}
