/** Entries of maps, as 6.18.44 answers: arrays, hashes, devices, processors, cgroup storage, struct_ops values. */
import type { Expectation } from '../../../src/trace/format.ts';
import { expectAgreement, type ShortStep } from '../../support/semantics.ts';

const OK: Expectation = { ok: true };
const no = (errno: string): Expectation => ({ errno });
const EGRESS = { attachType: 'cgroup_inet_egress' };

const OBJECTS = {
  progs: [
    { name: 'x', type: 'xdp', expectedAttachType: 'xdp' },
    { name: 'd', type: 'xdp', expectedAttachType: 'xdp_devmap' },
    { name: 'c', type: 'xdp', expectedAttachType: 'xdp_cpumap' },
    { name: 'count', type: 'cgroup_skb', expectedAttachType: 'cgroup_inet_egress', cgroupStorage: 'each' },
    { name: 'other', type: 'cgroup_skb', expectedAttachType: 'cgroup_inet_ingress', cgroupStorage: 'shared' },
    { name: 'both', type: 'cgroup_skb', expectedAttachType: 'cgroup_inet_egress', cgroupStorage: 'shared' },
    { name: 'init', type: 'struct_ops', attach: { structOps: 'tcp_congestion_ops', member: 'init' } },
    { name: 'init2', type: 'struct_ops', attach: { structOps: 'tcp_congestion_ops', member: 'init' } },
  ],
  maps: [
    { name: 'array', type: 'array', keySize: 4, valueSize: 8, maxEntries: 2 },
    { name: 'hash', type: 'hash', keySize: 4, valueSize: 8, maxEntries: 2 },
    { name: 'devices', type: 'devmap', keySize: 4, valueSize: 8, maxEntries: 2 },
    { name: 'processors', type: 'cpumap', keySize: 4, valueSize: 8, maxEntries: 2 },
    { name: 'each', type: 'cgroup_storage', key: 'cgroup+attachType', valueSize: 8 },
    { name: 'shared', type: 'cgroup_storage', key: 'cgroup', valueSize: 8 },
    { name: 'cc', type: 'struct_ops', linkFlag: true },
    { name: 'cc2', type: 'struct_ops', linkFlag: true },
  ],
  cgroups: [
    { name: 'web', parent: null },
    { name: 'api', parent: 'web' },
  ],
  netdevs: [
    { name: 'v0', kind: 'veth', peer: 'v1', netns: 'N0' },
    { name: 'v1', kind: 'veth', peerOf: 'v0', netns: 'N0' },
  ],
  netns: [{ name: 'N0' }],
};

const agrees = (...steps: readonly ShortStep[]): void => expectAgreement(OBJECTS, steps);

const load = (prog: string): ShortStep => ['prog_load', { prog }, OK, prog];
const make = (map: string): ShortStep => ['map_create', { map }, OK, map];
const update = (map: string, key: number, value: unknown, expected = OK, flags = 0): ShortStep => [
  'map_update',
  { map, key, value, ...(flags === 0 ? {} : { flags: [flags] }) },
  expected,
];
const lookup = (map: string, key: unknown, expected: Expectation): ShortStep => ['map_lookup', { map, key }, expected];
const remove = (map: string, key: number, expected = OK): ShortStep => ['map_delete', { map, key }, expected];
const [NOEXIST, EXIST, UNKNOWN] = [1, 2, 3];

describe('an array', () => {
  it('has every element from the start, and none beyond its end', () =>
    agrees(
      make('array'),
      lookup('array', 1, { value: 0 }),
      update('array', 1, 7),
      lookup('array', 1, { value: 7 }),
      lookup('array', 2, no('ENOENT')),
      update('array', 2, 7, no('E2BIG')),
      update('array', 2, 7, no('E2BIG'), NOEXIST),
      update('array', 0, 7, no('EEXIST'), NOEXIST),
      update('array', 0, 7, OK, EXIST),
      update('array', 2, 7, no('EINVAL'), UNKNOWN),
      remove('array', 0, no('EINVAL')),
    ));
});

describe('a hash', () => {
  it('has the elements that were written, as many as there is room for', () =>
    agrees(
      make('hash'),
      update('hash', 0, 7, no('ENOENT'), EXIST),
      update('hash', 0, 7),
      update('hash', 0, 7, no('EEXIST'), NOEXIST),
      update('hash', 9, 8, OK, NOEXIST),
      update('hash', 10, 7, no('E2BIG')),
      update('hash', 10, 7, no('ENOENT'), EXIST),
      update('hash', 10, 7, no('EINVAL'), UNKNOWN),
      lookup('hash', 9, { value: 8 }),
      remove('hash', 10, no('ENOENT')),
      remove('hash', 0),
      lookup('hash', 0, no('ENOENT')),
      update('hash', 10, 7),
    ));
});

describe('a devmap', () => {
  it('takes programs that were loaded for it, beside a device that is there', () =>
    agrees(
      make('devices'),
      ...['x', 'd', 'c'].map(load),
      update('devices', 0, { netdev: 'v0', prog: 'd' }),
      lookup('devices', 0, { netdev: 'v0', prog: 'd' }),
      update('devices', 1, { netdev: 'v0', prog: 'x' }, no('EINVAL')),
      update('devices', 1, { netdev: 'v0', prog: 'c' }, no('EINVAL')),
      update('devices', 2, { netdev: 'v0', prog: 'd' }, no('E2BIG')),
      update('devices', 1, { prog: 'd' }, no('EINVAL')),
      update('devices', 1, { netdev: 'v0', prog: 'd' }, no('EEXIST'), NOEXIST),
      remove('devices', 1),
      remove('devices', 2, no('EINVAL')),
    ));

  it('holds the programs of its entries until they or their device go', () =>
    agrees(
      make('devices'),
      load('d'),
      update('devices', 0, { netdev: 'v0', prog: 'd' }),
      ['close', { handle: 'd' }],
      ['prog_get_fd_by_id', { progId: 'd' }, OK],
      ['netdev_delete', { netdev: 'v0' }],
      lookup('devices', 0, no('ENOENT')),
      ['prog_get_fd_by_id', { progId: 'd' }, { errno: 'ENOENT', eventually: true }],
    ));
});

describe('a cpumap', () => {
  it('says ENOMEM of every program that was not loaded for it', () =>
    agrees(
      make('processors'),
      ...['x', 'c'].map(load),
      update('processors', 0, { qsize: 192, prog: 'c' }),
      lookup('processors', 0, { value: 192, prog: 'c' }),
      update('processors', 0, { qsize: 192, prog: 'x' }, no('ENOMEM')),
      update('processors', 0, { qsize: 20_000, prog: 'c' }, no('EOVERFLOW')),
      update('processors', 2, { qsize: 192 }, no('E2BIG')),
      update('processors', 0, { qsize: 0, prog: 'c' }),
      lookup('processors', 0, no('ENOENT')),
      remove('processors', 0),
    ));
});

const attach = (prog: string, cgroup: string, attachType = EGRESS.attachType): ShortStep => [
  'prog_attach',
  { prog, cgroup, attachType, flags: ['BPF_F_ALLOW_MULTI'] },
];
const packet = (cgroup: string, ran: readonly string[], hook = EGRESS.attachType): ShortStep => [
  'fire',
  { hook, cgroup },
  { ran },
];

describe('cgroup storage', () => {
  it('counts a run where the program is attached, and not where the event is', () =>
    agrees(
      make('each'),
      load('count'),
      attach('count', 'web'),
      lookup('each', { cgroup: 'web', ...EGRESS }, { value: 0 }),
      packet('api', ['count']),
      lookup('each', { cgroup: 'web', ...EGRESS }, { value: 1 }),
      lookup('each', { cgroup: 'api', ...EGRESS }, no('ENOENT')),
      attach('count', 'api'),
      packet('api', ['count', 'count']),
      lookup('each', { cgroup: 'web', ...EGRESS }, { value: 2 }),
      lookup('each', { cgroup: 'api', ...EGRESS }, { value: 1 }),
    ));

  it('is one for all attach types of a cgroup where the key says so', () =>
    agrees(
      make('shared'),
      load('both'),
      load('other'),
      attach('both', 'web'),
      attach('other', 'web', 'cgroup_inet_ingress'),
      packet('web', ['both']),
      packet('web', ['other'], 'cgroup_inet_ingress'),
      lookup('shared', { cgroup: 'web' }, { value: 2 }),
    ));
});

describe('a struct_ops value', () => {
  const fill = (map: string, member: string): ShortStep => update(map, 0, { name: 'ca_x', members: { init: member } });
  const connect = (expected: Expectation): ShortStep => ['fire', { hook: 'tcp_congestion', name: 'ca_x' }, expected];

  it('runs its members under its name, and after LINK_UPDATE those of the next', () =>
    agrees(
      ...['init', 'init2'].map(load),
      ...['cc', 'cc2'].map(make),
      fill('cc', 'init'),
      fill('cc2', 'init2'),
      connect(no('ENOENT')),
      ['link_create', { structOpsMap: 'cc', attachType: 'struct_ops' }, OK, 'l'],
      connect({ ran: ['init'] }),
      ['link_update', { link: 'l', structOpsMap: 'cc2' }],
      connect({ ran: ['init2'] }),
      ['close', { handle: 'l' }],
      connect(no('ENOENT')),
    ));

  it('holds its members, and takes no other programs', () =>
    agrees(
      load('init'),
      load('x'),
      ...['cc', 'cc2'].map(make),
      update('cc2', 0, { name: 'ca_y', members: { init: 'x' } }, no('EINVAL')),
      fill('cc', 'init'),
      ['close', { handle: 'init' }],
      ['prog_get_fd_by_id', { progId: 'init' }, OK],
      ['close', { handle: 'cc' }],
      ['prog_get_fd_by_id', { progId: 'init' }, { errno: 'ENOENT', eventually: true }],
    ));
});
