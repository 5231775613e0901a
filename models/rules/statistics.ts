/** Statistics of programs: counted while anybody has a descriptor of BPF_ENABLE_STATS. Kernel: kernel/bpf/syscall.c bpf_enable_stats; include/linux/filter.h bpf_prog_run. */
import type { Kernel, Program } from '../kernel.ts';

const areOn = (k: Kernel): boolean => k.all.file.some(({ type, refs }) => type === 'stats' && refs > 0);

/** `prog->stats->cnt` counts runs at a hook; functions and tail calls are no runs of their own. */
export function countInStatistics(k: Kernel, program: Program): void {
  if (areOn(k)) program.runs += 1;
}
