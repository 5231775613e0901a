/**
 * Rows ext-001 to ext-034: extensions of an XDP dispatcher, seen on 6.12.117 and 6.1.192 alike. A row's setup is what succeeded before
 * it. The stub that the packets of a row are decided by is the last that its dispatcher calls.
 */
import type { Json } from '../../../src/trace/format.ts';
import type { OracleRow, RowObjects, RowStep } from '../row.ts';
import { type Call, call } from '../steps.ts';
import { alive, close, DELETED, freed, story } from './helpers.ts';

type More = Readonly<Record<string, Json>>;
const XDP_DROP = 1;
const XDP_PASS = 2;

const stub = (name: string) => ({ name, linkage: 'global', returns: XDP_PASS });
const dispatcher = (name: string, stubs: readonly string[]) => ({
  name,
  type: 'xdp',
  expectedAttachType: null,
  mainFunc: 'main',
  subprogs: stubs.map(stub),
});
const ext = (name: string, more: More = {}) => ({
  name,
  type: 'ext',
  expectedAttachType: null,
  mainFunc: name,
  ctxStruct: 'xdp_md',
  returns: XDP_DROP,
  ...more,
});
const OBJECTS: RowObjects = {
  progs: [
    dispatcher('D1', ['prog1', 'prog0']),
    dispatcher('D2', ['prog0', 'prog1']),
    dispatcher('D3', ['prog0', 'prog1']),
    ...['E1', 'E2', 'E3', 'E4'].map((name) => ext(name)),
    ext('odd', { subprogs: [{ name: 'odd', linkage: 'global', signature: '2 args' }] }),
  ],
  netdevs: [
    { name: 'B', kind: 'veth', peer: 'A', netns: 'N0' },
    { name: 'A', kind: 'veth', peerOf: 'B', netns: 'N0' },
  ],
};

const load = (prog: string): RowStep => call('prog_load', { prog }).as(prog).ok();
const loadFor = (prog: string, targetProg: string, targetFunc = 'prog0'): Call =>
  call('prog_load', { prog, targetProg, targetFunc }).as(prog);
const link = (prog: string, more: More = {}): Call => call('link_create', { prog, ...more });
const to = (targetProg: string, targetFunc: string): More => ({ targetProg, targetFunc });
const packet = (verdict: 'allow' | 'dropped'): RowStep =>
  call('fire', { hook: 'rx', netdev: 'B' }, '-').gives({ verdict });
const info = (handle: string, expect: More): RowStep => call('link_info', { link: handle }).gives(expect);
const ROOT = call('link_create', { prog: 'D1', netdev: 'B', attachType: 'xdp' }).as('XL').ok();

const told = story(
  OBJECTS,
  [load('D1'), load('D2'), ROOT],
  [
    ['ext-001', packet('allow')],
    ['ext-002', loadFor('E1', 'D1').ok()],
    ['ext-003', loadFor('odd', 'D1').fails('EINVAL')],
    ['ext-004', call('prog_load', { prog: 'E2' }).fails('EINVAL')],
    ['ext-005', link('E1', { targetProg: 'D1' }).fails('EINVAL')],
    ['ext-006', link('E1', { targetFunc: 'prog0' }).fails('EINVAL')],
    ['ext-007', link('E1').as('L').ok()],
    ['ext-008', packet('dropped')],
    ['ext-009', info('L', { type: 'tracing', prog: 'E1', targetProg: 'D1' })],
    ['ext-010', loadFor('E2', 'D1').ok()],
    ['ext-011', link('E2').fails('EBUSY')],
    ['ext-012', link('E1').fails('EINVAL')],
    ['ext-013', link('E1', to('D1', 'prog0')).fails('EBUSY')],
    ['ext-014', link('E1', to('D1', 'prog1')).ok()],
    ['ext-015', call('link_update', { link: 'L', prog: 'E2' }).fails('EINVAL')],
    ['ext-016', call('link_detach', { link: 'L' }).fails('EOPNOTSUPP')],
    ['ext-017', loadFor('E3', 'E1', 'E1').fails('EINVAL')],
    [null, close('L')],
    ['ext-018', packet('allow')],
    ['ext-019', link('E1').fails('EINVAL')],
    ['ext-020', link('E1', to('D1', 'prog0')).as('L1').ok()],
    ['ext-021', link('E1', to('D2', 'prog1')).as('L22').ok()],
    ['ext-022', packet('dropped')],
    ['ext-023', call('link_update', { link: 'XL', prog: 'D2', flags: ['BPF_F_REPLACE'], oldProg: 'D1' }).ok()],
    ['ext-024', packet('dropped')],
    [null, close('D1')],
    ['ext-025', alive('D1')],
    [null, close('L1')],
    ['ext-026', alive('D1')],
    [null, close('E2')],
    ['ext-027', freed('D1')],
    [null, close('D2')],
    [null, DELETED],
    [null, info('XL', { netdev: null })],
    ['ext-032', info('L22', { targetProg: 'D2' })],
    [null, close('XL')],
    ['ext-033', alive('D2')],
    [null, close('L22')],
    ['ext-034', freed('D2')],
  ],
);

const loadTime = story(
  OBJECTS,
  [load('D3'), loadFor('E3', 'D3').ok(), close('D3')],
  [
    ['ext-028', alive('D3')],
    ['ext-029', link('E3').as('L3').ok()],
    [null, close('L3')],
    ['ext-030', freed('D3')],
  ],
);
const opened = story(
  OBJECTS,
  [load('D3'), loadFor('E4', 'D3').ok()],
  [['ext-031', call('raw_tp_open', { prog: 'E4' }).as('L4').ok()]],
);

export const rows: readonly OracleRow[] = [...told, ...loadTime, ...opened].map((row) => ({
  ...row,
  semantics: 'linux-6.12',
}));
