/**
 * Running a program with everything that takes part: its functions, extensions in their place, tracing programs around them, tail
 * calls. Kernel: kernel/bpf/trampoline.c, kernel/bpf/core.c bpf_tail_call, arch bpf_jit_comp. Facts link-core 10, 11, lt-003–034, tr-025–077.
 */
import type { Hook, Kernel, Program } from '../kernel.ts';
import { programOf } from './order.ts';
import { functionOf } from './trampoline.ts';

/** MAX_TAIL_CALL_CNT. An extension starts counting anew: that is how PA01 came about. */
const TAIL_CALLS = 33;
/** More than any bounded chain of this model can run: beyond it the run has no end. */
const LONGEST_RUN = 200;

export interface Run {
  /** Programs and functions in the order in which they ran: `tgt`, `tgt:sub`, `ext`. */
  readonly ran: readonly string[];
  /** The programs among them, each once. */
  readonly programs: readonly Program[];
  readonly retval: number;
}

/** Nothing but the program itself can run for it. */
const isAlone = ({ template: { subprogs, tailCalls, mainFunc } }: Program): boolean =>
  subprogs.length === 0 && tailCalls.length === 0 && mainFunc === null;

/** Programs of one kind at a function, in run order. */
function attachedAt(k: Kernel, hook: Hook | null, attachType: string): readonly Program[] {
  if (hook === null) return [];
  const slot = k.all.slot.find((candidate) => candidate.hook === hook && candidate.attachType === attachType);
  return slot === undefined ? [] : [...slot.entries].flatMap((entry) => programOf(entry) ?? []);
}

class Execution {
  readonly ran: string[] = [];
  readonly programs = new Set<Program>();
  private readonly k: Kernel;

  constructor(k: Kernel) {
    this.k = k;
  }

  program(program: Program, budget: number): number {
    if (program.phase === 'FREED' || program.phase === 'ABSENT')
      return this.k.broken('use-after-free', `program ${program.name} runs although its memory is gone`);
    const main = program.template.mainFunc;
    this.programs.add(program);
    const hook = main === null ? null : functionOf(this.k, program, main);
    return this.around(hook, () => this.body(program, budget));
  }

  /** An extension instead of the function, or tracing programs around it. */
  private around(hook: Hook | null, body: () => number): number {
    const [extension] = attachedAt(this.k, hook, 'ext');
    if (extension !== undefined) return this.program(extension, TAIL_CALLS);
    for (const entry of attachedAt(this.k, hook, 'trace_fentry')) this.program(entry, TAIL_CALLS);
    const value = body();
    for (const exit of attachedAt(this.k, hook, 'trace_fexit')) this.program(exit, TAIL_CALLS);
    return value;
  }

  private body(program: Program, budget: number): number {
    this.note(program.name);
    const { subprogs, mainFunc, returns, statesReturn, tailCalls } = program.template;
    let value = returns;
    for (const { name, returns: own } of subprogs) {
      if (name === mainFunc) continue;
      const result = this.around(functionOf(this.k, program, name), () => {
        this.note(`${program.name}:${name}`);
        return own ?? 0;
      });
      if (!statesReturn) value = result;
    }
    let left = budget;
    for (const { map, index } of tailCalls) {
      const array = this.k.all.map.find(({ name }) => name === map);
      if (array === undefined || index >= array.entries.length || left === 0) continue;
      const callee = array.entries.at(index);
      // The caller's frame is gone: what the callee returns is what the caller returns.
      if (callee !== null) return this.program(callee, left - 1);
      if (!this.k.has('tail-calls-that-happen')) left--;
    }
    return value;
  }

  private note(name: string): void {
    this.ran.push(name);
    if (this.ran.length > LONGEST_RUN) this.k.broken('unbounded-run', `${name} runs again and again, without an end`);
  }
}

export function execute(k: Kernel, program: Program): Run {
  if (isAlone(program)) return { ran: [program.name], programs: [program], retval: program.template.returns };
  const execution = new Execution(k);
  const retval = execution.program(program, TAIL_CALLS);
  return { ran: execution.ran, programs: [...execution.programs], retval };
}
