/** BPF_PROG_TEST_RUN: one run of a program, with everything that takes part in it. */
import { command, type Kernel, type Program } from '../kernel.ts';
import { ATTR, checkAttr } from '../rules/attr.ts';
import { execute } from '../rules/execute.ts';
import { programOf } from '../rules/order.ts';
import { resolveProgram } from '../rules/resolve.ts';
import { endsChain } from '../rules/run.ts';

/** Functions that the kernel calls once for a test run of a tracing program (net/bpf/test_run.c bpf_prog_test_run_tracing). */
const TEST_FUNCTIONS = /^bpf_(fentry_test|modify_return_test)/;
const AROUND = ['trace_fentry', 'modify_return', 'trace_fexit'] as const;
/** The run uses 32 bits: -1 is shown as 4294967295. */
const TWO_32 = 2 ** 32;

/** Everything on the kernel's test functions: fentry, then modify_return up to the first that says no, then fexit. */
function runTestFunctions(k: Kernel): readonly string[] {
  return k.all.hook
    .filter(({ type, place }) => type === 'function' && TEST_FUNCTIONS.test(place))
    .flatMap((hook) =>
      AROUND.flatMap((attachType) => {
        const slot = k.all.slot.find((candidate) => candidate.hook === hook && candidate.attachType === attachType);
        const programs = slot === undefined ? [] : [...slot.entries].flatMap((entry) => programOf(entry) ?? []);
        const last = programs.findIndex((program) => endsChain(slot ?? null, program));
        return (last < 0 ? programs : programs.slice(0, last + 1)).flatMap((program) => execute(k, program).ran);
      }),
    );
}

const isTracing = ({ template: { type } }: Program): boolean => type === 'tracing' || type === 'lsm';

export const progTestRun = command({
  op: 'prog_test_run',
  name: 'BPF_PROG_TEST_RUN',
  cites: 'net/bpf/test_run.c bpf_prog_test_run_skb, bpf_prog_test_run_tracing; facts link-core 10, 11, lt-003–034',
  args: { prog: { shape: 'handle' }, input: { shape: 'json', optional: true }, attr: ATTR },
  steps: {
    run(k: Kernel, { args, actor }) {
      checkAttr(k, actor, args.attr);
      const program = resolveProgram(k, actor, args.prog);
      if (isTracing(program)) return k.returns({ ran: runTestFunctions(k), retval: 0 });
      const { ran, retval } = execute(k, program);
      k.returns({ ran, retval, rawRetval: retval < 0 ? retval + TWO_32 : retval });
    },
  },
});
