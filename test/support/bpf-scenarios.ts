/** Small scenarios of the real models, for laws that must hold of any of them. */
import { bpf } from '../../models/index.ts';
import { bindScenario } from '../../src/scenario/bind-scenario.ts';
import { type CheckOptions, checkScenario } from '../../src/scenario/check.ts';
import { loadScenario } from '../../src/scenario/load.ts';
import { problemText, type Result } from '../../src/scenario/problem.ts';
import type { CheckResult } from '../../src/scenario/result.ts';
import type { Scenario } from '../../src/scenario/scenario.ts';
import type { Grain } from '../../src/world/input.ts';
import type { Machine } from '../../src/world/machine.ts';

export const SEMANTICS = 'linux-6.18';

const WEB = `objects:
  cgroups: { web: {} }
  programs: { fw1: cgroup_skb/egress, fw2: cgroup_skb/egress, count: cgroup_skb/egress }
`;

export const SCENARIOS = {
  'last close': `title: a link goes with its last descriptor
${WEB}setup:
  - alice: link_create { cgroup: web, prog: fw1, as: l }
actors:
  alice: [ close: l ]
check: [ auto-detach-on-last-close, no-orphan, ref-balance, quiescent-no-leak ]
`,
  'close without memory': `title: the last close of a link finds no memory
${WEB}faults: { allocation: 1 }
setup:
  - alice: link_create { cgroup: web, prog: fw1, as: l }
actors:
  alice: [ close: l ]
check: [ no-orphan, ref-balance, quiescent-no-leak, effective-order ]
`,
  'two holders': `title: two holders of one link, one of them may be killed
${WEB}setup:
  - alice: link_create { cgroup: web, prog: fw1, as: l }
  - alice: fork { as: bob }
actors:
  alice: [ link_update: { link: l, prog: fw2 }, exit ]
  bob: [ link_detach: { link: l } ]
  chaos: { may: [ kill: bob ], times: 1 }
check:
  - execution-guarantee: { link: l, on: web }
  - ref-balance
  - listed-id-is-alive
  - unbroken-by: { link: l, adversary: bob }
`,
  'create against rmdir': `title: a link is created while its cgroup is removed
${WEB}actors:
  alice: [ link_create: { cgroup: web, prog: fw1, as: l, result: r } ]
  chaos: [ rmdir: web ]
check:
  - defunct-after-cgroup-death
  - listed-id-is-settled
  - ref-balance
  - exists: { alice.r: ENOENT }
`,
  'attach against rmdir': `title: a program is attached while its cgroup is removed
${WEB}actors:
  alice: [ prog_attach: { cgroup: web, prog: fw1, flags: [multi], result: r }, exit ]
  chaos: [ rmdir: web ]
check:
  - no-orphan
  - quiescent-no-leak
  - cleanup-not-delayed: { cgroup: web }
  - exists: { alice.r: ok }
`,
  'detach and attach': `title: one manager detaches and attaches, another one replaces
${WEB}setup:
  - alice: prog_attach { cgroup: web, prog: fw1, flags: [multi] }
  - admin: prog_attach { cgroup: web, prog: count, flags: [multi] }
actors:
  alice: [ prog_detach: { cgroup: web, prog: fw1 }, prog_attach: { cgroup: web, prog: fw2, flags: [multi] } ]
  bob: [ prog_attach: { cgroup: web, prog: fw2, replace: fw1, flags: [multi, replace], result: r } ]
roles: { firewall: [fw1, fw2] }
check:
  - no-gap: { role: firewall, on: web }
  - no-double-run: { role: firewall, on: web }
  - order-preserved: { on: web, roles: [[fw1, fw2], [count]] }
  - exists: { bob.r: ENOENT }
`,
  'pin and unpin': `title: a pinned link outlives its loader until the pin goes
${WEB}setup:
  - alice: link_create { cgroup: web, prog: fw1, as: l }
actors:
  alice: [ obj_pin: { obj: l, path: fw }, exit ]
  bob: { may: [ unlink: fw, obj_get: { path: fw, as: key, result: got } ], times: 2 }
check:
  - pinned-survives-exit
  - auto-detach-on-last-close
  - listed-id-is-alive
  - ref-balance
`,
  'update under traffic': `title: a program is replaced and freed while packets run
${WEB}setup:
  - alice: link_create { cgroup: web, prog: fw1, as: l }
  - alice: close { handle: fw1 }
  - admin: prog_attach { cgroup: web, prog: count, flags: [multi] }
actors:
  alice: [ link_update: { link: l, prog: fw2 } ]
  traffic: { may: [ fire: { cgroup: web } ], times: 2 }
roles: { firewall: [fw1, fw2] }
check:
  - no-gap: { role: firewall, on: web }
  - no-use-after-free
  - ref-balance
`,
  'dying tree': `title: a socket keeps a removed child, and the child its parent
objects:
  cgroups: { web: {}, web/api: {} }
  programs: { fw: cgroup_skb/egress }
setup:
  - admin: prog_attach { cgroup: web, prog: fw, flags: [multi] }
  - server: join { cgroup: web/api }
  - server: open_socket { as: s }
  - server: join { cgroup: outside }
actors:
  server: [ send: s, close: s ]
  chaos: { may: [ rmdir: web/api, rmdir: web ] , times: 3 }
check:
  - child-released-first
  - no-use-after-free
  - ref-balance
  - removable
`,
  'close during update': `title: one thread closes the last descriptor while another one updates the link
${WEB}setup:
  - main: link_create { cgroup: web, prog: fw1, as: l }
  - main: dup { handle: fw2, as: next }
  - main: clone_files { as: thread }
actors:
  main: [ close: l ]
  thread: [ link_update: { link: l, prog: next, result: r } ]
check:
  - auto-detach-on-last-close
  - no-orphan
  - ref-balance
  - exists: { thread.r: EBADF }
`,
  'private bpffs': `title: a pin goes with the mount namespace of its process
${WEB}actors:
  alice:
    - mount_bpffs: { mount: own, private: true }
    - link_create: { cgroup: web, prog: fw1, as: l }
    - obj_pin: { obj: l, path: ../own/fw }
    - exit
check: [ pinned-survives-exit, no-orphan, ref-balance, quiescent-no-leak ]
`,
  'link in a message': `title: a link in flight is held by the message
${WEB}setup:
  - alice: socketpair { as: s, peer: t }
  - alice: fork { as: bob }
actors:
  alice: [ link_create: { cgroup: web, prog: fw1, as: l }, send_msg: { socket: s, handle: l }, exit ]
  bob: [ recv_msg: { socket: t, as: got } ]
  chaos: { may: [ kill: alice ], times: 1 }
check: [ no-orphan, ref-balance, quiescent-no-leak ]
`,
  'device goes': `title: a device is deleted under a link, a program and a qdisc
objects:
  netdevs: { bond0: bond }
  programs: { x: xdp, t: sched_cls/ingress }
setup: [ alice: { netdev_up: { netdev: bond0, down: true } } ]
actors:
  alice:
    - tc_hook_create: { netdev: bond0 }
    - prog_attach: { netdev: bond0, prog: t }
    - prog_detach: { netdev: bond0, prog: t }
    - link_create: { netdev: bond0, prog: t, as: l }
    - xdp_set: { netdev: bond0, prog: x }
    - bond_mode: { netdev: bond0, mode: active_backup }
    - close: l
  chaos: [ netdev_delete: { netdev: bond0 } ]
check: [ no-use-after-free, ref-balance, owner-only, quiescent-no-leak ]
`,
} as const;

export type ScenarioName = keyof typeof SCENARIOS;
export const NAMES = Object.keys(SCENARIOS) as readonly ScenarioName[];

function value<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(result.problems.map(problemText).join('\n'));
  return result.value;
}

export const loaded = (text: string): Scenario => value(loadScenario(text, 'small.yaml', bpf));

export const checkText = (text: string, options: CheckOptions = {}, semantics = SEMANTICS): CheckResult =>
  value(checkScenario(loaded(text), bpf, semantics, options));

export const machineOf = (text: string, grain: Grain, semantics = SEMANTICS): Machine =>
  value(bindScenario(loaded(text), bpf, semantics, grain)).machine;
