/** Every operation that has a form in C, on this kernel: as the model says, and noticed where an expectation is wrong. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { bpf } from '../../models/index.ts';
import { patiently, schedulesOf } from '../../src/conform/schedules/schedules.ts';
import { loadScenario } from '../../src/scenario/load.ts';
import type { TraceSource } from '../../src/trace/parse.ts';
import { ROOT } from '../support/repository.ts';
import { sourceOf } from '../support/traces.ts';
import { compiled, expectAllOk, leftovers, run } from './repro-support.ts';
import { describeLive, isKernel618 } from './support.ts';

const OK = { ok: true };
const P0 = (op: string, args: object, expected: object = OK, as?: string) => ({
  actor: 'P0',
  op,
  args,
  as,
  expect: expected,
});
const fire = (args: object, ran: readonly string[]) => ({
  actor: '-',
  op: 'fire',
  args,
  expect: { ran, verdict: 'allow' },
});
const tcxAt = { netdev: 'd', attachType: 'tcx_ingress' };

/** Lists, filters, XDP and hooks of namespaces, what is shown of them, and frames that pass them. */
const FRAMES = {
  id: 'frames',
  objects: {
    progs: [
      { name: 'x', type: 'xdp', expectedAttachType: 'xdp', returns: 2 },
      { name: 't', type: 'sched_cls', expectedAttachType: 'tcx_ingress', returns: -1 },
      { name: 'u', type: 'sched_cls', expectedAttachType: 'tcx_ingress', returns: -1 },
      { name: 'f', type: 'sched_cls', returns: 0 },
      { name: 's', type: 'sk_lookup', expectedAttachType: 'sk_lookup', returns: 1 },
      { name: 'dissect', type: 'flow_dissector', expectedAttachType: 'flow_dissector' },
    ],
    netdevs: [
      { name: 'd', kind: 'veth', peer: 'e' },
      { name: 'e', kind: 'veth' },
      { name: 'late', kind: 'veth', exists: false },
    ],
  },
  steps: [
    ...['x', 't', 'u', 'f', 's', 'dissect'].map((prog) => P0('prog_load', { prog }, OK, prog)),
    P0('link_create', { netdev: 'd', prog: 'x', attachType: 'xdp' }, OK, 'lx'),
    P0('link_info', { link: 'lx' }, { type: 'xdp', link: 'lx', prog: 'x', netdev: 'd' }),
    P0('xdp_query', { netdev: 'd' }, { prog: 'x', mode: 'drv', attached: 1 }),
    P0('link_create', { ...tcxAt, prog: 't' }, OK, 'lt'),
    P0('prog_attach', { ...tcxAt, prog: 'u', flags: ['BPF_F_BEFORE'] }),
    P0('query', tcxAt, { count: 2, progs: ['u', 't'], links: [null, 'lt'] }),
    P0('tc_hook_create', { netdev: 'd' }),
    P0('tc_hook_create', { netdev: 'd' }, { errno: 'EEXIST' }),
    P0('tc_filter_attach', { netdev: 'd', direction: 'ingress', prog: 'f' }, { handle: 1, priority: 49152, prog: 'f' }),
    P0('tc_filter_query', { netdev: 'd', direction: 'ingress' }, { count: 1, progs: ['f'], value: ['49152:1=f'] }),
    fire({ hook: 'rx', netdev: 'd' }, ['x', 'u', 't', 'f']),
    fire({ hook: 'rx', netdev: 'e' }, []),
    P0('link_detach', { link: 'lt' }),
    P0('link_info', { link: 'lt' }, { type: 'tcx', netdev: null }),
    fire({ hook: 'rx', netdev: 'd' }, ['x', 'u', 'f']),
    P0('netdev_add', { netdev: 'late' }),
    P0('netdev_exists', { netdev: 'late' }, { exists: true, value: 'up' }),
    P0('netdev_up', { netdev: 'late', down: true }),
    P0('netdev_exists', { netdev: 'late' }, { exists: true, value: 'down' }),
    P0('netdev_delete', { netdev: 'late' }),
    P0('netdev_exists', { netdev: 'late' }, { exists: false, value: null }),
    P0('link_create', { netns: 'N0', prog: 's', attachType: 'sk_lookup' }, OK, 'ls'),
    P0('link_info', { link: 'ls' }, { type: 'netns', netns: 'N0', attachType: 'sk_lookup' }),
    fire({ hook: 'sk_lookup', netns: 'N0' }, ['s']),
    P0('prog_attach', { prog: 'dissect', attachType: 'flow_dissector' }),
    fire({ hook: 'flow_dissector', netns: 'N0' }, ['dissect']),
  ],
};

const EGRESS = { attachType: 'cgroup_inet_egress', cgroup: 'c' };

/** Functions, tail calls, tracepoints, probes and iterators, and who runs when. */
const TRACED = {
  id: 'traced',
  objects: {
    progs: [
      { name: 'r', type: 'raw_tracepoint', attach: { tp: 'sys_enter' } },
      { name: 'u', type: 'kprobe', expectedAttachType: 'trace_uprobe_multi' },
      {
        name: 'f',
        type: 'cgroup_skb',
        expectedAttachType: 'cgroup_inet_egress',
        subprogs: [{ name: 'one', returns: 1 }],
      },
      {
        name: 't',
        type: 'cgroup_skb',
        expectedAttachType: 'cgroup_inet_egress',
        tailCall: { map: 'jumps', index: 1 },
        returns: 1,
      },
      { name: 'end', type: 'cgroup_skb', expectedAttachType: 'cgroup_inet_egress', returns: 1 },
      {
        name: 'i',
        type: 'tracing',
        expectedAttachType: 'trace_iter',
        attach: { iter: 'bpf_map' },
        iterOutput: 'hello',
      },
      { name: 'run', type: 'sched_cls', returns: 7 },
    ],
    maps: [{ name: 'jumps', type: 'prog_array', maxEntries: 2 }],
    cgroups: [{ name: 'c', parent: null }],
  },
  steps: [
    P0('map_create', { map: 'jumps' }, OK, 'jumps'),
    ...['r', 'u', 'f', 't', 'end', 'i', 'run'].map((prog) => P0('prog_load', { prog }, OK, prog)),
    P0('raw_tp_open', { prog: 'r', tp: 'sys_enter' }, OK, 'lr'),
    fire({ hook: 'tracepoint', tp: 'sys_enter' }, ['r']),
    P0('link_detach', { link: 'lr' }, { errno: 'EOPNOTSUPP' }),
    P0('close', { handle: 'lr' }),
    { ...fire({ hook: 'tracepoint', tp: 'sys_enter' }, []), expect: { ran: [], eventually: true } },
    P0('link_create', { prog: 'u', syms: ['malloc'], attachType: 'trace_uprobe_multi' }, OK, 'lu'),
    fire({ hook: 'probe', name: 'malloc' }, ['u']),
    P0('prog_attach', { ...EGRESS, prog: 'f', flags: ['multi'] }),
    P0('prog_attach', { ...EGRESS, prog: 't', flags: ['multi'] }),
    fire({ hook: 'cgroup_inet_egress', cgroup: 'c' }, ['f', 'f:one', 't']),
    P0('map_update', { map: 'jumps', key: 1, value: { prog: 'end' } }),
    P0('map_lookup', { map: 'jumps', key: 1 }, { prog: 'end' }),
    fire({ hook: 'cgroup_inet_egress', cgroup: 'c' }, ['f', 'f:one', 't', 'end']),
    P0('map_delete', { map: 'jumps', key: 1 }),
    fire({ hook: 'cgroup_inet_egress', cgroup: 'c' }, ['f', 'f:one', 't']),
    P0('link_create', { prog: 'i', attachType: 'trace_iter' }, OK, 'li'),
    P0('iter_create', { link: 'li' }, OK, 'it'),
    P0('iter_read', { iter: 'it' }, { ran: ['i'], textContains: 'hello' }),
    P0('prog_test_run', { prog: 'run' }, { retval: 7, ran: ['run'] }),
  ],
};

/** A schedule of a scenario, and the operation of it whose expectation is made wrong. */
const FORMS: readonly (readonly [scenario: string, op: string])[] = [
  ['arrays/what-an-entry-refuses', 'map_update'],
  ['descriptors/execve', 'set_cloexec'],
  ['descriptors/io-uring-keeps-a-file', 'io_uring_register'],
  ['descriptors/pidfd-getfd', 'pidfd_getfd'],
  ['descriptors/shared-table', 'clone_files'],
  ['errno/by-id-and-info', 'list_ids'],
  ['errno/byte-after-the-last-field', 'link_update'],
  ['errno/byte-beyond-the-known', 'prog_load'],
  ['errno/detach-and-query', 'cgroup_stat'],
  ['errno/no-descriptor-left', 'open_file'],
  ['pins/busy-file-system', 'umount_bpffs'],
  ['pins/directories', 'create_file'],
  ['pins/directory-of-root', 'chmod'],
  ['pins/mounts', 'open_dir'],
  ['pins/private-mount', 'mount_bpffs'],
  ['pins/what-obj-pin-and-obj-get-refuse', 'obj_get'],
  ['netdev/from-tc-to-tcx', 'tc_filter_detach'],
  ['netdev/moved-away', 'netdev_move'],
  ['netdev/namespace-dies-late', 'netns_delete'],
  ['netfilter/drop-hides-what-is-behind', 'link_create'],
  ['netns/what-is-refused', 'open_netns'],
  ['sockmap/compare-and-swap', 'link_update'],
  ['tc/qdisc-deleted-by-another', 'tc_hook_destroy'],
  ['tcx/detached-by-position', 'prog_detach'],
  ['tcx/full-list', 'prog_attach'],
  ['tracing/an-open-iterator-keeps-its-program', 'iter_create'],
  ['tracing/perf-event-by-ioctl-or-by-link', 'perf_event_set_bpf'],
  ['tracing/raw-tracepoint-while-another-scans', 'raw_tp_open'],
  ['tracing/uprobes-while-another-scans', 'link_create'],
  ['xdp/compare-and-exchange', 'xdp_set'],
];

/** A schedule of a scenario that has this operation, as a reproducer takes it. */
function scheduleWith(scenario: string, op: string): TraceSource {
  const file = join(ROOT, `scenarios/${scenario}.yaml`);
  const loaded = loadScenario(readFileSync(file, 'utf8'), file, bpf);
  if (!loaded.ok) throw new Error(loaded.problems[0]?.message);
  const schedules = schedulesOf(loaded.value, bpf, 'linux-6.18', { most: 20, sample: 20, seed: '1' });
  if (!schedules.ok) throw new Error(schedules.problems[0]?.message);
  const source = schedules.value.traces.find(({ trace }) => trace.steps.some((step) => step.op === op));
  if (source === undefined) throw new Error(`${scenario} has no schedule with ${op}`);
  return { ...source, trace: { ...source.trace, steps: patiently(source.trace.steps) } };
}

/** What some kernels refuse to everybody, or were built without. */
const CANNOT_EVERYWHERE = [
  'freplace/crash-falls-back-to-the-placeholder',
  'tracing/fentry-while-another-scans',
  'link-types/kprobe-multi-and-every-command',
];

describeLive('every form in C', () => {
  afterEach(() => expect(leftovers()).to.deep.equal([]));

  it('runs functions, tail calls, tracepoints, probes and iterators', () => {
    expectAllOk(sourceOf(TRACED, 'traced.json'));
  });

  for (const scenario of CANNOT_EVERYWHERE)
    it(`is not taken where a kernel cannot: ${scenario}`, () => {
      const source = scheduleWith(scenario, 'link_create');
      const { status, stdout } = run(
        compiled({ ...source, trace: { ...source.trace, id: scenario.replaceAll('/', '-') } }),
      );
      expect(stdout).to.not.match(/^not ok/m);
      expect(stdout.match(/^ok /gm), stdout).to.have.length(source.trace.steps.length);
      expect(status).to.equal(/# SKIP this kernel (?:refuses|was built without) /.test(stdout) ? 4 : 0);
    });

  it('passes frames by lists, filters and XDP, and shows what is attached to devices', () => {
    expectAllOk(sourceOf(FRAMES, 'frames.json'));
  });

  for (const [scenario, op] of FORMS)
    it(`is as the model says in ${scenario}, and notices a wrong expectation of ${op}`, function () {
      if (!isKernel618) this.skip();
      const source = scheduleWith(scenario, op);
      const planted = source.trace.steps.findLastIndex((step) => step.op === op);
      const steps = source.trace.steps.map((step, i) =>
        i === planted ? { ...step, expect: { errno: 'EDOM' } } : step,
      );
      const trace = { ...source.trace, id: scenario.replaceAll('/', '-'), steps };
      const { status, stdout } = run(compiled({ ...source, trace }));
      const wrong = stdout.match(/^not ok \d+/gm);
      expect(wrong, stdout).to.deep.equal([`not ok ${planted + 1}`]);
      expect(stdout).to.contain('result: expected EDOM, got ');
      expect(stdout.match(/^ok /gm)).to.have.length(steps.length - 1);
      expect(status).to.equal(1);
    });
});
