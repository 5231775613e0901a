/** Extensions, fentry, fexit, fmod_ret and LSM: tr-001 to tr-124 on 6.12, and their twins on 6.1. */
import type { OracleRow, RowObjects, RowStep } from '../row.ts';
import * as s from '../steps.ts';
import * as h from './helpers.ts';
import { testRun } from './prog-arrays.ts';

const func = (name: string, more: Readonly<Record<string, string | number>> = {}) => ({
  name,
  linkage: 'global',
  ...more,
});
const target = (name: string, more: s.ProgOptions = {}) =>
  s.prog(name, {
    type: 'xdp',
    expectedAttachType: null,
    returns: 0,
    mainFunc: 'main',
    subprogs: [func('sub1', { returns: 10 }), func('sub2', { returns: 20 })],
    ...more,
  });
const ext = (name: string, more: s.ProgOptions = {}) =>
  s.prog(name, { type: 'ext', expectedAttachType: null, mainFunc: name, ctxStruct: 'xdp_md', returns: 100, ...more });
const tracing = (name: string, expectedAttachType: string, more: s.ProgOptions = {}) =>
  s.prog(name, { type: 'tracing', expectedAttachType, mainFunc: name, ...more });
const onKernel = (name: string, type: string, kernelFunc: string) => tracing(name, type, { attach: { kernelFunc } });
const lsm = (name: string, expectedAttachType: string, hook: string) =>
  s.prog(name, { type: 'lsm', expectedAttachType, attach: { lsm: hook }, returns: 0 });

const MANY = Array.from({ length: 39 }, (_, i) => `F${i}`);
const FENTRY_TEST = 'bpf_fentry_test1';

const WORLD: RowObjects = {
  progs: [
    ...['T', 'T2', 'T3', 'T4'].map((name) => target(name)),
    target('bare', { btf: false }),
    target('stat', { subprogs: [{ name: 'sub1', linkage: 'static', returns: 10 }] }),
    target('cls', { type: 'sched_cls' }),
    target('odd', { subprogs: [func('sub1', { returns: 10, signature: '2 args' })] }),
    ...['E1', 'E2', 'E3', 'E4'].map((name) => ext(name)),
    ext('wrong', { expectedAttachType: 'sk_skb_stream_verdict' }),
    ext('two', { subprogs: [func('two', { signature: '2 args' })] }),
    ...['f1', 'f2', 'f3', 'n1', 'n2'].map((name) => tracing(name, 'trace_fentry')),
    tracing('nobtf', 'trace_fentry', { btf: false }),
    ...['K1', 'K2', 'K3'].map((name) => onKernel(name, 'trace_fentry', FENTRY_TEST)),
    ...['X1', 'X2', 'X3'].map((name) => onKernel(name, 'trace_fexit', FENTRY_TEST)),
    onKernel('denied', 'trace_fentry', 'migrate_disable'),
    onKernel('mod', 'modify_return', 'bpf_modify_return_test'),
    onKernel('nomod', 'modify_return', 'bpf_fentry_test2'),
    lsm('mac', 'lsm_mac', 'userns_create'),
    lsm('cg1', 'lsm_cgroup', 'socket_bind'),
    lsm('cg2', 'lsm_cgroup', 'socket_bind'),
    lsm('cg3', 'lsm_cgroup', 'socket_post_create'),
  ],
  maps: [{ name: 'M', type: 'prog_array', maxEntries: 1 }],
  cgroups: [{ name: 'c', parent: null, exists: true }],
};

const loadFor = (prog: string, targetProg: s.Handle, targetFunc?: string): s.Call =>
  s.call('prog_load', { prog, targetProg, ...(targetFunc === undefined ? {} : { targetFunc }) }).as(prog);
const link = (
  prog: string,
  more: Readonly<Record<string, string | number | readonly (string | number)[]>> = {},
): s.Call => s.call('link_create', { prog, ...more } as never);
const attach = (name: string, prog: string): RowStep => link(prog).as(name).ok();
const attachTo = (name: string, prog: string, targetProg: string, targetFunc = 'sub1'): RowStep =>
  link(prog, { targetProg, targetFunc }).as(name).ok();
const open = (prog: string, tp?: string): s.Call =>
  s.call('raw_tp_open', { prog, ...(tp === undefined ? {} : { tp }) });
const runs = (prog: string, ...ran: readonly string[]): RowStep => testRun(prog).gives({ ran: [prog, ...ran] });
const insert = (prog: string): s.Call => s.call('map_update', { map: 'M', key: 0, value: { prog } });
const take = (): RowStep => s.call('map_delete', { map: 'M', key: 0 }).ok();

type Numbered = readonly [number: number, ...steps: s.StepList];
interface Group {
  readonly setup: s.StepList;
  readonly rows: readonly Numbered[];
}
/** Rows that continue each other. */
const chain = (setup: s.StepList, ...rows: readonly Numbered[]): Group => ({ setup, rows });
const alone = (number: number, ...steps: s.StepList): Group => chain(steps, [number]);

const T = s.load('T').ok();
const caps = (...given: readonly s.Capability[]): readonly RowStep[] => [T, s.fork('P1').ok(), s.setCaps('P1', given)];
const byP1 = loadFor('E1', 'T', 'sub1').by('P1');

const loads: readonly Group[] = [
  alone(1, T),
  alone(2, T, runs('T', 'T:sub1', 'T:sub2')),
  alone(3, s.load('E1').fails('EINVAL')),
  alone(4, T, loadFor('E1', 'T').fails('EINVAL')),
  alone(5, T, loadFor('E1', 'T', 'int').fails('EINVAL')),
  alone(6, T, loadFor('E1', 'T', 'no_such_function').fails('EINVAL')),
  alone(7, T, loadFor('wrong', 'T', 'sub1').fails('EINVAL')),
  alone(8, loadFor('E1', s.NOT_OPEN, 'sub1').fails('EINVAL')),
  alone(9, s.load('bare').ok(), loadFor('E1', 'bare', 'sub1').fails('EINVAL')),
  alone(10, T, loadFor('E1', 'T', 'sub1').ok()),
  alone(11, T, loadFor('two', 'T', 'sub1').fails('EINVAL')),
  alone(12, T, loadFor('E2', 'T', 'sub1').ok()),
  alone(13, s.load('stat').ok(), loadFor('E1', 'stat', 'sub1').fails('EINVAL')),
  alone(14, s.openFile('dev_null', 'null'), loadFor('E1', 'null', 'sub1').fails('EINVAL')),
  alone(15, caps('CAP_BPF', 'CAP_NET_ADMIN'), byP1.fails('EPERM')),
  alone(16, caps('CAP_BPF', 'CAP_PERFMON'), byP1.fails('EPERM')),
  alone(17, caps('CAP_BPF', 'CAP_NET_ADMIN', 'CAP_PERFMON'), byP1.ok()),
  alone(18, caps('CAP_SYS_ADMIN'), byP1.ok()),
];

const attaches: readonly Group[] = [
  chain(
    [T],
    [19, loadFor('E1', 'T', 'sub1').ok()],
    [20, link('E1', { targetProg: 'T' }).fails('EINVAL')],
    [21, link('E1', { targetFunc: 'sub1' }).fails('EINVAL')],
    [22, link('E1', { targetProg: s.NOT_OPEN, targetFunc: 'sub1' }).fails('EBADF')],
    [23, open('E1', 'sys_enter').fails('EINVAL')],
    [24, open('E1').as('L').ok()],
    [25, runs('T', 'E1', 'T:sub2')],
    [26, s.linkInfo('L').gives({ type: 'tracing', prog: 'E1', targetProg: 'T' })],
    [27, open('E1').fails('EINVAL')],
    [28, link('E1').fails('EINVAL')],
    [29, link('E1', { targetProg: 'T', targetFunc: 'sub1' }).fails('EBUSY')],
    [30, loadFor('E2', 'T', 'sub1').ok()],
    [31, link('E2').fails('EBUSY')],
    [32, s.linkUpdate('L', 'E2').fails('EINVAL')],
    [33, s.linkDetach('L').fails('EOPNOTSUPP')],
    [34, open('E2').fails('EBUSY')],
    [35, s.close('L').ok(), runs('T', 'T:sub1', 'T:sub2')],
    [36, attach('L2', 'E2')],
    [37, runs('T', 'E2', 'T:sub2')],
    [38, s.close('L2').ok(), link('E1').fails('EINVAL')],
    [39, attachTo('L3', 'E1', 'T')],
    [40, runs('T', 'E1', 'T:sub2'), s.close('L3').ok()],
    [41, link('E1', { attachType: 5, targetProg: 'T', targetFunc: 'sub1' }).as('L4').ok(), s.close('L4').ok()],
    [
      42,
      link('E1', { flags: [1], targetProg: 'T', targetFunc: 'sub1' })
        .as('L5')
        .ok(),
    ],
    [43, s.load('T2').ok(), attachTo('L6', 'E1', 'T2')],
    [44, runs('T', 'E1', 'T:sub2'), runs('T2', 'E1', 'T2:sub2')],
    [45, s.close('L5').ok(), runs('T', 'T:sub1', 'T:sub2'), runs('T2', 'E1', 'T2:sub2')],
    [46, s.load('cls').ok(), link('E1', { targetProg: 'cls', targetFunc: 'sub1' }).fails('EINVAL')],
    [47, s.load('odd').ok(), link('E1', { targetProg: 'odd', targetFunc: 'sub1' }).fails('EINVAL')],
    [48, link('E1', { targetProg: 'T', targetFunc: 'sub2' }).as('L7').ok()],
    [49, attachTo('L8', 'E2', 'T'), runs('T', 'E2', 'E1')],
    [50, loadFor('E3', 'T', 'main').ok()],
    [51, attach('L9', 'E3')],
    [52, testRun('T').gives({ ran: ['E3'] })],
  ),
];

const lifetimes: readonly Group[] = [
  chain(
    [T, loadFor('E1', 'T', 'sub1').ok(), s.close('T').ok()],
    [53, s.exists('T')],
    [54, s.close('E1').ok(), s.gone('T')],
  ),
  chain(
    [T, loadFor('E1', 'T', 'sub1').ok(), attach('L', 'E1'), s.close('T').ok()],
    [55, s.exists('T')],
    [56, s.close('L').ok(), h.goneNow('T')],
    [57, link('E1').fails('EINVAL')],
  ),
  chain(
    [s.loads('T3', 'T4', 'cls'), loadFor('E1', 'T3', 'sub1').ok()],
    [58, link('E1', { targetProg: 'cls', targetFunc: 'sub1' }).fails('EINVAL')],
    [59, attachTo('L', 'E1', 'T4')],
    [60, s.close('T3').ok(), h.goneNow('T3')],
    [61, s.close('E1').ok(), runs('T4', 'E1', 'T4:sub2')],
    [62, s.close('L').ok(), runs('T4', 'T4:sub1', 'T4:sub2')],
  ),
  chain(
    [T, loadFor('E1', 'T', 'sub1').ok(), attach('L', 'E1'), s.pin('L', 'l').ok(), s.close('L').ok()],
    [63, runs('T', 'E1', 'T:sub2')],
    [64, s.unlink('l').ok(), testRun('T').eventually({ ran: ['T', 'T:sub1', 'T:sub2'] })],
  ),
];

const FENTRY = { attachType: 'trace_fentry' } as const;
const mixes: readonly Group[] = [
  chain(
    [T, loadFor('E1', 'T', 'sub1').ok()],
    [65, loadFor('f1', 'T', 'sub1').ok()],
    [66, link('f1', FENTRY).as('F').ok()],
    [67, runs('T', 'f1', 'T:sub1', 'T:sub2')],
    [68, link('E1').fails('EBUSY')],
    [69, loadFor('f2', 'T', 'sub2').ok(), link('f2', FENTRY).as('F2').ok()],
    [70, s.close('F').ok(), attach('L', 'E1')],
    [71, link('f1', FENTRY).fails('EINVAL')],
    [72, loadFor('f3', 'T', 'sub1').ok()],
    [73, link('f3', FENTRY).fails('EBUSY')],
    [74, loadFor('n1', 'E1', 'E1').ok()],
    [75, link('n1', FENTRY).as('N').ok()],
    [76, testRun('T').gives({ ran: ['T', 'n1', 'E1', 'f2', 'T:sub2'] })],
    [77, s.close('N').ok(), testRun('T').gives({ ran: ['T', 'E1', 'f2', 'T:sub2'] })],
    [78, loadFor('E2', 'E1', 'E1').fails('EINVAL')],
    [79, loadFor('nobtf', 'T', 'sub2').ok(), loadFor('E2', 'nobtf', 'nobtf').fails('EINVAL')],
    [80, s.load('K1').ok()],
    [81, loadFor('n2', 'K1', 'K1').ok()],
  ),
];
const nested: readonly Group[] = [
  alone(82, s.load('K1').ok(), loadFor('n2', 'K1', 'K1').ok(), loadFor('f1', 'n2', 'n2').fails('EINVAL')),
  alone(83, T, loadFor('f1', 'T', 'sub1').ok(), loadFor('E2', 'f1', 'f1').fails('EINVAL')),
];

const arrays: readonly Group[] = [
  chain(
    [
      T,
      s.call('map_create', { map: 'M' }).as('M').ok(),
      loadFor('E1', 'T', 'sub1').ok(),
      loadFor('E2', 'T', 'sub2').ok(),
    ],
    [84, insert('T').ok()],
    [85, link('E1').fails('EBUSY')],
    [86, take(), attach('L', 'E1')],
    [87, insert('T').fails('EBUSY')],
    [88, insert('E2').fails('EINVAL')],
    [89, attach('L2', 'E2'), runs('T', 'E1', 'E2')],
    // `is_extended` is one flag, which the first detach clears.
    [90, s.close('L2').ok(), insert('T').ok(), runs('T', 'E1', 'T:sub2')],
    [91, take(), s.close('L').ok(), insert('T').ok()],
  ),
];

const kernelFunctions = (first: number, names: readonly [string, string, string], attachType: string): Group => {
  const [one, two, three] = names;
  const order = (...ran: readonly string[]): RowStep => testRun(one).gives({ ran });
  const on = (name: string, prog: string): RowStep => link(prog, { attachType }).as(name).ok();
  return chain(
    [s.loads(one, two, three)],
    [first, on('L1', one), on('L2', two), on('L3', three), order(three, two, one)],
    [first + 1, s.close('L2').ok(), order(three, one)],
    [first + 2, on('L4', two), order(two, three, one)],
    [first + 3, link(two, { attachType }).fails('EBUSY')],
    [first + 4, s.linkUpdate('L1', two).fails('EINVAL')],
    [first + 5, s.linkDetach('L1').fails('EOPNOTSUPP')],
  );
};

const functions: readonly Group[] = [
  kernelFunctions(92, ['K1', 'K2', 'K3'], 'trace_fentry'),
  kernelFunctions(98, ['X1', 'X2', 'X3'], 'trace_fexit'),
  alone(104, s.load('K1').ok(), link('K1', { attachType: 'trace_fexit' }).fails('EINVAL')),
  alone(105, s.load('K1').ok(), T, link('K1', { ...FENTRY, targetProg: 'T', targetFunc: 'sub1' }).fails('EINVAL')),
  chain(
    [s.load('K1').ok()],
    [106, open('K1').as('L').ok()],
    [107, s.close('K1').ok(), s.close('L').ok(), h.goneNow('K1')],
  ),
  alone(109, s.load('denied').fails('EINVAL')),
  chain([], [110, s.load('mod').ok()], [111, link('mod', { attachType: 'modify_return' }).as('L').ok()]),
  alone(112, s.load('nomod').fails('EINVAL')),
];

const MAC = { attachType: 'lsm_mac' } as const;
const CGROUP = { cgroup: 'c', attachType: 'lsm_cgroup' } as const;
const security: readonly Group[] = [
  chain(
    [],
    [113, s.load('mac').ok()],
    [114, link('mac', MAC).as('L').ok()],
    [115, link('mac', MAC).fails('EBUSY')],
    [116, s.linkDetach('L').fails('EOPNOTSUPP')],
    [117, s.linkUpdate('L', 'mac').fails('EINVAL')],
    [118, s.close('L').ok(), link('mac', MAC).as('L2').ok()],
  ),
  chain(
    [],
    [119, s.load('cg1').ok()],
    [120, link('cg1', CGROUP).as('C').ok()],
    [121, s.linkInfo('C').gives({ type: 'cgroup' })],
    [122, s.load('cg2').ok(), s.linkUpdate('C', 'cg2').ok()],
    [123, s.load('cg3').ok(), s.linkUpdate('C', 'cg3').fails('ENOENT')],
    [124, s.linkDetach('C').ok()],
  ),
];

/** 38 programs fit on one function. */
const MANY_WORLD: RowObjects = { progs: MANY.map((name) => onKernel(name, 'trace_fentry', FENTRY_TEST)) };
const full: readonly RowStep[] = [
  ...s.loads(...MANY),
  ...MANY.slice(0, -1).map((name) => link(name, FENTRY).as(`L${name}`).ok()),
  link(MANY.at(-1) as string, FENTRY).fails('E2BIG'),
];

const groups = [...loads, ...attaches, ...lifetimes, ...mixes, ...nested, ...arrays, ...functions, ...security];

const ref = (number: number, suffix: string): string => `tr-${String(number).padStart(3, '0')}${suffix}`;
const on = (
  suffix: string,
  semantics: string,
  numbered: (number: number) => number | undefined,
): readonly OracleRow[] => {
  const rows = groups.flatMap(({ setup, rows: numberedRows }) => {
    const ids = numberedRows.map(([number, ...steps]) => [ref(number, suffix), ...steps] as const);
    return s.chain(WORLD, setup, ids);
  });
  return [...rows, s.row(ref(108, suffix), MANY_WORLD, full)].flatMap((row) => {
    const number = numbered(Number(row.id.slice(3, 6)));
    if (number === undefined || 'notExecutable' in row) return [];
    return [{ ...row, id: ref(number, suffix), semantics }];
  });
};

/** 6.1 has no third level of tracing, and so one row less: its numbers are one lower from there on. */
const THIRD_LEVEL = 82;
const NOT_6_1: readonly number[] = [81, 110, 111];
const onSixOne = (number: number): number | undefined =>
  number === THIRD_LEVEL || NOT_6_1.includes(number) ? undefined : number > THIRD_LEVEL ? number - 1 : number;

const NO_FMOD_RET = 'why 6.1.192 refuses fmod_ret of its own test function is in no fact: it may be its configuration';

export const rows: readonly OracleRow[] = [
  ...on('@6.12', 'linux-6.12', (number) => number),
  ...on('@6.1', 'linux-6.1', onSixOne),
  {
    ...s.row('tr-081@6.1', WORLD, s.load('K1').ok(), loadFor('n2', 'K1', 'K1').fails('EINVAL')),
    semantics: 'linux-6.1',
  },
  { id: 'tr-109@6.1', notExecutable: NO_FMOD_RET },
  { id: 'tr-110@6.1', notExecutable: NO_FMOD_RET },
  s.row('tr-001', WORLD, T),
  { id: 'tr-002', notExecutable: 'the build of the observed kernel refuses this program type to everybody' },
];
