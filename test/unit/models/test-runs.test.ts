/** Test runs and statistics: which types of programs have them, as 6.18.44 answers, and what they run. */
import { expect } from 'chai';
import type { Expectation } from '../../../src/trace/format.ts';
import { expectAgreement, type ShortStep } from '../../support/semantics.ts';

const OK: Expectation = { ok: true };
const NONE = { input: 'none' };

const agrees = (progs: readonly object[], steps: readonly ShortStep[], name?: string): void =>
  expectAgreement({ progs }, steps, name);

const load = (prog: string): ShortStep => ['prog_load', { prog }, OK, prog];
const run = (prog: string, expected: Expectation, more: object = {}): ShortStep => [
  'prog_test_run',
  { prog, ...more },
  expected,
];

describe('BPF_PROG_TEST_RUN', () => {
  const laws: readonly (readonly [type: string, attachType: string | null, packet: Expectation, none: Expectation])[] =
    [
      ['socket_filter', null, { retval: 1 }, { errno: 'EINVAL' }],
      ['sched_cls', null, { retval: 1 }, { errno: 'EINVAL' }],
      ['xdp', 'xdp', { retval: 1 }, { errno: 'EINVAL' }],
      ['xdp', 'xdp_devmap', { errno: 'EINVAL' }, { errno: 'EINVAL' }],
      ['xdp', 'xdp_cpumap', { errno: 'EINVAL' }, { errno: 'EINVAL' }],
      ['cgroup_skb', 'cgroup_inet_egress', { retval: 1 }, { errno: 'EINVAL' }],
      ['flow_dissector', 'flow_dissector', { retval: 1 }, { errno: 'EINVAL' }],
      ['raw_tracepoint', null, { errno: 'EINVAL' }, { retval: 1 }],
      ['sk_lookup', 'sk_lookup', { errno: 'EINVAL' }, { errno: 'EINVAL' }],
      ...['cgroup_sock', 'sk_msg', 'kprobe', 'perf_event', 'cgroup_device'].map(
        (type) => [type, null, { errno: 'ENOTSUPP' }, { errno: 'ENOTSUPP' }] as const,
      ),
    ];
  for (const [type, expectedAttachType, packet, none] of laws)
    it(`of ${expectedAttachType ?? type} says ${JSON.stringify(packet)} with a packet and ${JSON.stringify(none)} without`, () =>
      agrees(
        [{ name: 'p', type, expectedAttachType, returns: 1 }],
        [load('p'), run('p', packet), run('p', none, NONE)],
      ));

  it('calls the functions that belong to how the program attaches, and no others', () =>
    agrees(
      [
        { name: 'in', type: 'tracing', expectedAttachType: 'trace_fentry', attach: { kernelFunc: 'bpf_fentry_test1' } },
        { name: 'out', type: 'tracing', expectedAttachType: 'trace_fexit', attach: { kernelFunc: 'bpf_fentry_test1' } },
        {
          name: 'modify',
          type: 'tracing',
          expectedAttachType: 'modify_return',
          returns: 0,
          attach: { kernelFunc: 'bpf_modify_return_test' },
        },
      ],
      [
        ...['in', 'out', 'modify'].map(load),
        ...['in', 'out', 'modify'].map((prog): ShortStep => ['raw_tp_open', { prog, tp: null }, OK, `l_${prog}`]),
        run('in', { ran: ['in', 'out'], retval: 0 }, NONE),
        run('out', { ran: ['in', 'out'], retval: 0 }, NONE),
        run('modify', { ran: ['modify'] }, NONE),
      ],
    ));
});

const COUNTED = [{ name: 'p', type: 'raw_tracepoint', expectedAttachType: null, returns: 0 }];
const event: ShortStep = ['fire', { hook: 'tracepoint', tp: 'sys_enter' }, { ran: ['p'] }];
const runs = (runCountMin: number): ShortStep => ['prog_info', { prog: 'p' }, { runCountMin }];

describe('statistics of programs', () => {
  it('count runs while somebody holds a descriptor of BPF_ENABLE_STATS', () => {
    const steps: readonly ShortStep[] = [
      load('p'),
      ['raw_tp_open', { prog: 'p', tp: 'sys_enter' }, OK, 'l'],
      event,
      ['enable_stats', {}, OK, 's'],
      event,
      ['close', { handle: 's' }],
      event,
    ];
    agrees(COUNTED, [...steps, runs(1)]);
    expect(() => agrees(COUNTED, [...steps, runs(2)])).to.throw('runCountMin');
  });

  it('are of one kind, for whoever has CAP_SYS_ADMIN', () => {
    agrees(COUNTED, [
      ['enable_stats', { type: 1 }, { errno: 'EINVAL' }],
      ['fork', {}, OK, 'user'],
      ['set_caps', { caps: ['CAP_BPF'] }, OK, undefined, 'user'],
      ['enable_stats', {}, { errno: 'EPERM' }, undefined, 'user'],
    ]);
    agrees(COUNTED, [['enable_stats', {}, { errno: 'EINVAL' }]], 'linux-5.7');
  });
});
