/**
 * Running: what one hook invocation does with the programs of an array, and what the process sees of it.
 * Kernel: include/linux/bpf-cgroup.h, kernel/bpf/cgroup.c bpf_prog_run_array_cg. Facts cgroup 9, P01–P14.
 */
import type { Kernel, Program } from '../kernel.ts';

const EPERM = 1;
/** Names of the error numbers that programs of the facts set by bpf_set_retval. */
const ERROR_NAMES: Readonly<Record<number, string>> = {
  1: 'EPERM',
  13: 'EACCES',
  61: 'ENODATA',
  95: 'EOPNOTSUPP',
  111: 'ECONNREFUSED',
};

/** The value that the chain shares: 0, or a positive error number. */
export function retvalAfter(program: Program, retval: number): number {
  const { setRetval, returns } = program.template;
  const set = setRetval === null ? retval : setRetval;
  // A program that returns 0 makes it -EPERM unless an error is set already; one that returns 1 changes nothing.
  return returns % 2 === 0 && set === 0 ? EPERM : set;
}

/** Every program runs, in order, without a short circuit. */
export function runAll(k: Kernel, programs: readonly Program[]): void {
  for (const program of programs) runOne(k, program);
  conclude(k, programs);
}

/** What the process that made the event gets from the programs that ran: what is left in the shared value. */
export function conclude(k: Kernel, programs: readonly Program[]): void {
  const retval = programs.reduce((value, program) => retvalAfter(program, value), 0);
  const ran = programs.map(({ name }) => name);
  k.returns({ ran, verdict: retval === 0 ? 'allow' : 'deny' });
  if (retval === 0) return;
  const errno = ERROR_NAMES[retval] ?? 'EPERM';
  k.returns({ errno });
  k.sees(errno);
}

export function runOne(k: Kernel, program: Program): void {
  if (program.phase === 'FREED' || program.phase === 'ABSENT')
    k.broken('use-after-free', `program ${program.name} runs although its memory is gone`);
  k.tell({ type: 'note', text: `runs ${program.name}` });
}
