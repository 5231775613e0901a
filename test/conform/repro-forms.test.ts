/** Every operation that has a form in C, on this kernel: as the model says, and noticed where an expectation is wrong. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { bpf } from '../../models/index.ts';
import { patiently, schedulesOf } from '../../src/conform/schedules.ts';
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

/** A schedule of a scenario, and the operation of it whose expectation is made wrong. */
const FORMS: readonly (readonly [scenario: string, op: string])[] = [
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
  ['netns/what-is-refused', 'open_netns'],
  ['tc/qdisc-deleted-by-another', 'tc_hook_destroy'],
  ['tcx/detached-by-position', 'prog_detach'],
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

describeLive('every form in C', () => {
  afterEach(() => expect(leftovers()).to.deep.equal([]));

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
