/**
 * Running: what one hook invocation does with the programs of an array, and what the process sees of it.
 * Kernel: include/linux/bpf-cgroup.h, kernel/bpf/cgroup.c bpf_prog_run_array_cg; kernel/bpf/trampoline.c. Facts cgroup 9, P01–P14, link-core 10, 12.
 */
import { errnoWithNumber, numberOfErrno } from '../errnos.ts';
import type { Kernel, Packet, Program, Slot } from '../kernel.ts';
import { execute } from './execute.ts';
import { countInStatistics } from './statistics.ts';
import { countInStorage } from './storage.ts';

const EPERM = numberOfErrno('EPERM');

/** The value that the chain shares: 0, or a positive error number. */
export function retvalAfter(k: Kernel, program: Program, retval: number): number {
  const { setRetval } = program.template;
  const returns = execute(k, program).retval;
  const set = setRetval === null ? retval : setRetval;
  // A program that returns 0 makes it -EPERM unless an error is set already; one that returns 1 changes nothing.
  return returns % 2 === 0 && set === 0 ? EPERM : set;
}

/** Attach types whose programs end the chain by what they return: a modified return value, a dropped packet. */
const ENDS: Readonly<Record<string, (returns: number) => boolean>> = {
  lsm_mac: (returns) => returns !== 0,
  modify_return: (returns) => returns !== 0,
};

/** Does this program keep those behind it from running? */
export const endsChain = (slot: Slot | null, program: Program): boolean =>
  slot !== null && ENDS[slot.attachType]?.(program.template.returns) === true;

/** Every program runs, in order; in some arrays up to the first that says no. */
export function runAll(k: Kernel, slot: Slot | null, programs: readonly Program[]): void {
  const last = programs.findIndex((program) => endsChain(slot, program));
  const ran = last < 0 ? programs : programs.slice(0, last + 1);
  for (const [place, program] of ran.entries()) runOne(k, program, slot, ran.slice(0, place));
  conclude(k, slot, ran);
}

/** What the process that made the event gets from the programs that ran: what is left in the shared value. */
export function conclude(k: Kernel, slot: Slot | null, programs: readonly Program[]): void {
  k.returns({ ran: programs.flatMap((program) => execute(k, program).ran) });
  if (slot !== null && slot.cgroup === null) {
    concludeElsewhere(k, slot, programs);
    return;
  }
  const retval = programs.reduce((value, program) => retvalAfter(k, program, value), 0);
  k.returns({ verdict: retval === 0 ? 'allow' : 'deny' });
  if (retval === 0) return;
  const errno = errnoWithNumber(retval) ?? k.exceeded(`a program that sets the error number ${retval}`);
  k.returns({ errno });
  k.sees(errno);
}

/** What the process that made the event sees of a no, where it is told. */
const DENIED: Readonly<Record<string, string>> = { lsm_mac: 'EPERM', sk_lookup: 'ECONNREFUSED' };
const SK_DROP = 0;

/** All programs of sk_lookup run; one that says no keeps the listening socket from being found (BPF_PROG_SK_LOOKUP_RUN_ARRAY; observed on 6.18.44). */
const drops = ({ attachType }: Slot, { template }: Program): boolean =>
  attachType === 'sk_lookup' && template.returns === SK_DROP;

function concludeElsewhere(k: Kernel, slot: Slot, programs: readonly Program[]): void {
  const denied = programs.some((program) => endsChain(slot, program) || drops(slot, program));
  k.returns({ verdict: denied ? 'deny' : 'allow' });
  const errno = DENIED[slot.attachType];
  if (!denied || errno === undefined) return;
  k.returns({ errno });
  k.sees(errno);
}

/** Extensions and tail-called programs that took part in the run of an element, each once. */
export function noteInside(packet: Packet, program: Program, programs: readonly Program[]): void {
  for (const other of programs) if (other !== program && packet.inside.indexOf(other) < 0) packet.inside.append(other);
}

/** One program of an array runs, after those in `before`. */
export function runOne(k: Kernel, program: Program, slot: Slot | null, before: readonly Program[]): void {
  if (program.phase === 'FREED' || program.phase === 'ABSENT')
    k.broken('use-after-free', `program ${program.name} runs although its memory is gone`);
  k.tell({ type: 'note', text: `runs ${program.name}` });
  countInStorage(k, slot, program, before);
  countInStatistics(k, program);
}
