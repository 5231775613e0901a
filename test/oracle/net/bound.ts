/** Rows misc-020 to misc-028: XDP programs that are bound to a device. */
import type { Json } from '../../../src/trace/format.ts';
import type { OracleRow, RowObjects, RowStep } from '../row.ts';
import { type Call, call } from '../steps.ts';
import { DELETED, netlink } from './helpers.ts';

type More = Readonly<Record<string, Json>>;
const SKB = 'XDP_FLAGS_SKB_MODE';

const xdp = (name: string, more: More = {}) => ({ name, type: 'xdp', expectedAttachType: 'xdp', returns: 2, ...more });
const OBJECTS: RowObjects = {
  progs: [xdp('P1'), ...['onA', 'onB'].map((name) => xdp(name, { progFlags: ['BPF_F_XDP_DEV_BOUND_ONLY'] }))],
  netdevs: [
    { name: 'B', kind: 'veth', peer: 'A', netns: 'N0' },
    { name: 'A', kind: 'veth', peerOf: 'B', netns: 'N0' },
    { name: 'C', kind: 'veth', peer: 'D', netns: 'N0' },
    { name: 'D', kind: 'veth', peerOf: 'C', netns: 'N0' },
  ],
};
const row = (id: string, ...steps: readonly RowStep[]): OracleRow => ({
  id,
  objects: OBJECTS,
  steps: [call('prog_load', { prog: 'P1' }).as('P1').ok(), ...steps],
});
const link = (prog: string, more: More = {}): Call =>
  call('link_create', { prog, netdev: 'B', attachType: 'xdp', ...more });
const update = (prog: string): Call => call('link_update', { link: 'L', prog });

const loadFor = (prog: string, netdev: string): RowStep => call('prog_load', { prog, netdev }).as(prog).ok();
const ON_A = loadFor('onA', 'A');
const ON_B = loadFor('onB', 'B');
export const rows: readonly OracleRow[] = [
  row('misc-020', ON_A),
  row('misc-021', ON_A, link('onA').fails('EINVAL')),
  row('misc-022', ON_A, netlink('onA').fails('EINVAL')),
  // Only what attaches compares the device, on this kernel.
  row('misc-023', ON_A, link('P1').as('L').ok(), update('onA').ok()),
  row('misc-024', ON_A, ON_B, link('onA').as('L').ok()),
  row('misc-025', ON_B, link('onB', { flags: [SKB] }).fails('EINVAL')),
  row(
    'misc-026',
    ON_B,
    link('P1', { flags: [SKB] })
      .as('L')
      .ok(),
    update('onB').ok(),
  ),
  row('misc-027', ON_B, link('onB').as('L').ok(), DELETED, update('P1').fails('ENOLINK')),
  row('misc-028', ON_B, DELETED, link('onB', { netdev: 'C' }).fails('EINVAL')),
];
