/** BPF_PROG_TEST_RUN: one run of a program, with everything that takes part in it. */
import { command, type Kernel, type Program } from '../kernel.ts';
import type { Template } from '../objects/program.ts';
import { ATTR, checkAttr } from '../rules/attr.ts';
import { execute, type Run } from '../rules/execute.ts';
import { programOf } from '../rules/order.ts';
import { resolveProgram } from '../rules/resolve.ts';
import { endsChain } from '../rules/run.ts';
import { countInStatistics } from '../rules/statistics.ts';

/** What a test run of a type of programs needs (the test_run of its bpf_prog_ops); types that are not here have none. */
const RUNS: Readonly<Record<string, 'packet' | 'context' | 'functions' | 'socket'>> = {
  socket_filter: 'packet',
  sched_cls: 'packet',
  sched_act: 'packet',
  xdp: 'packet',
  cgroup_skb: 'packet',
  lwt_in: 'packet',
  lwt_out: 'packet',
  lwt_xmit: 'packet',
  flow_dissector: 'packet',
  netfilter: 'packet',
  raw_tracepoint: 'context',
  tracing: 'functions',
  sk_lookup: 'socket',
};

const FENTRY_TESTS = /^bpf_fentry_test\d/;
const MODIFY_RETURN_TESTS = /^bpf_modify_return_test/;
/** Functions that the kernel calls for a tracing program, by how it attaches (net/bpf/test_run.c bpf_prog_test_run_tracing). */
const TEST_FUNCTIONS: Readonly<Record<string, RegExp>> = {
  trace_fentry: FENTRY_TESTS,
  trace_fexit: FENTRY_TESTS,
  modify_return: MODIFY_RETURN_TESTS,
};
const AROUND = ['trace_fentry', 'modify_return', 'trace_fexit'] as const;
/** Programs of an XDP map are run by it alone. */
const OF_MAPS = new Set(['xdp_devmap', 'xdp_cpumap']);
/** The run uses 32 bits: -1 is shown as 4294967295. */
const TWO_32 = 2 ** 32;

function runCounted(k: Kernel, program: Program): Run {
  countInStatistics(k, program);
  return execute(k, program);
}

/** Everything at these functions: fentry, then modify_return up to the first that says no, then fexit. */
function runFunctions(k: Kernel, functions: RegExp): readonly string[] {
  return k.all.hook
    .filter(({ type, place }) => type === 'function' && functions.test(place))
    .flatMap((hook) =>
      AROUND.flatMap((attachType) => {
        const slot = k.all.slot.find((candidate) => candidate.hook === hook && candidate.attachType === attachType);
        const programs = slot === undefined ? [] : [...slot.entries].flatMap((entry) => programOf(entry) ?? []);
        const last = programs.findIndex((program) => endsChain(slot ?? null, program));
        return (last < 0 ? programs : programs.slice(0, last + 1)).flatMap((program) => runCounted(k, program).ran);
      }),
    );
}

/** 0, or how often the functions that may be modified changed their argument and what they returned: how many there are, releases differ in. */
function runTracing(k: Kernel, { template: { expectedAttachType } }: Program): void {
  const functions = TEST_FUNCTIONS[expectedAttachType ?? ''];
  if (functions === undefined) k.fail('attach type has test functions', 'EFAULT');
  k.returns({ ran: runFunctions(k, functions), ...(functions === FENTRY_TESTS ? { retval: 0, rawRetval: 0 } : {}) });
}

function checkInput(k: Kernel, { type, expectedAttachType }: Template, input: unknown): void {
  const needs = RUNS[type];
  k.check('programs of this type can be run for a test', needs !== undefined, 'ENOTSUPP');
  const packet = input !== 'none';
  if (needs === 'packet') k.check('there is a packet', packet, 'EINVAL');
  if (needs === 'context') k.check('there is no packet', !packet, 'EINVAL');
  // The vocabulary has no way to give the context of a lookup.
  if (needs === 'socket') k.fail('there is a context', 'EINVAL');
  k.check('program runs by itself', !OF_MAPS.has(expectedAttachType ?? ''), 'EINVAL');
}

export const progTestRun = command({
  op: 'prog_test_run',
  name: 'BPF_PROG_TEST_RUN',
  cites:
    'kernel/bpf/syscall.c bpf_prog_test_run; net/bpf/test_run.c bpf_prog_test_run_skb, bpf_prog_test_run_tracing, bpf_prog_test_run_raw_tp; docs/observations.md obs-007; facts link-core 10, 11, lt-003–034',
  args: { prog: { shape: 'handle' }, input: { shape: 'json', optional: true }, attr: ATTR },
  steps: {
    run(k: Kernel, { args, actor }) {
      checkAttr(k, actor, args.attr);
      const program = resolveProgram(k, actor, args.prog);
      checkInput(k, program.template, args.input);
      if (RUNS[program.template.type] === 'functions') {
        runTracing(k, program);
        return;
      }
      const { ran, retval } = runCounted(k, program);
      k.returns({ ran, retval, rawRetval: retval < 0 ? retval + TWO_32 : retval });
    },
  },
});
