/** net.xdp-matrix.json: device × initial state × operation, with the state afterwards. */
import { type Cell, cellsOf, expected } from '../matrix.ts';
import type { RowStep } from '../row.ts';
import { call } from '../steps.ts';

const PROGRAMS = ['P0', 'P1', 'P2'];
const BAD_FD = 99;
const NONE_FD = -1;
const FLAGS: Readonly<Record<string, string>> = {
  NOEXIST: 'XDP_FLAGS_UPDATE_IF_NOEXIST',
  SKB: 'XDP_FLAGS_SKB_MODE',
  DRV: 'XDP_FLAGS_DRV_MODE',
  HW: 'XDP_FLAGS_HW_MODE',
  REPLACE: 'XDP_FLAGS_REPLACE',
};

const flagsOf = (text: string): string[] =>
  text === '0' ? [] : text.split('|').map((word) => FLAGS[word] ?? `unknown ${word}`);
const descriptor = (text: string): string | number => (text === 'bad' ? BAD_FD : text === '-1' ? NONE_FD : text);

const set = (prog: string | null, flags: readonly string[] = []): RowStep =>
  call('xdp_set', { netdev: 'B', prog, flags }).ok();
const link = (prog: string, flags: readonly string[] = []): RowStep =>
  call('link_create', { netdev: 'B', attachType: 'xdp', prog, flags }).as('L').ok();
const SKB = ['XDP_FLAGS_SKB_MODE'];

/** How each state of the table is reached. */
const STATES: Readonly<Record<string, readonly RowStep[]>> = {
  empty: [],
  'netlink P0 native': [set('P0')],
  'netlink P0 generic': [set('P0', SKB)],
  'link L(P0) native': [link('P0')],
  'link L(P0) generic': [link('P0', SKB)],
  'link L(P0) defunct': [link('P0'), call('link_detach', { link: 'L' }).ok()],
  'link L(P0) defunct, netlink P1': [link('P0'), call('link_detach', { link: 'L' }).ok(), set('P1')],
};

function operationOf(text: string, made: string, result: string): RowStep {
  const netlink = /^netlink fd=(\S+) flags=(\S+) expected=(\S+)$/.exec(text);
  if (netlink !== null) {
    const [, fd = '', flags = '', wanted = ''] = netlink;
    return call('xdp_set', {
      netdev: 'B',
      prog: descriptor(fd),
      flags: flagsOf(flags),
      ...(wanted === 'absent' ? { noExpectedFd: true } : { expectedFd: descriptor(wanted) }),
    }).gives(expected(result));
  }
  const create = /^LINK_CREATE prog=(\S+) flags=(\S+)$/.exec(text);
  if (create !== null)
    return call('link_create', { netdev: 'B', attachType: 'xdp', prog: create[1], flags: flagsOf(create[2] ?? '') })
      .as(made)
      .gives(expected(result));
  const update = /^LINK_UPDATE L new=(\S+)(?: REPLACE old=(\S+))?$/.exec(text);
  if (update !== null)
    return call('link_update', {
      link: 'L',
      prog: update[1],
      ...(update[2] === undefined ? {} : { oldProg: update[2], flags: ['BPF_F_REPLACE'] }),
    }).gives(expected(result));
  if (text === 'LINK_DETACH L') return call('link_detach', { link: 'L' }).gives(expected(result));
  if (text === 'close(L)') return call('close', { handle: 'L' }).gives(expected(result));
  throw new Error(`not an operation: ${text}`);
}

/** `native=P0 generic=- links=L(P0,on) N(P1,off)` */
function looks(text: string, made: string): RowStep[] {
  const found = /^native=(\S+) generic=(\S+) links=(.*)$/.exec(text);
  if (found === null) throw new Error(`not a state: ${text}`);
  const [, native = '', generic = '', links = ''] = found;
  const shown = (mode: string, prog: string): RowStep =>
    call('xdp_query', { netdev: 'B', mode }).gives({ prog: prog === '-' ? null : prog });
  const infos = [...links.matchAll(/(\w+)\((\w+),(on|off)\)/g)].map(([, name, prog = '', on]) =>
    call('link_info', { link: name === 'L' ? 'L' : made }).gives({ prog, netdev: on === 'on' ? 'B' : null }),
  );
  return [shown('drv', native), shown('skb', generic), ...infos];
}

export function xdpCells(): readonly Cell[] {
  return cellsOf('net.xdp-matrix').map((row, number): Cell => {
    const [device = '', before = '', operation = '', result = '', after = ''] = row as string[];
    const setup = STATES[before];
    if (setup === undefined) throw new Error(`not a state: ${before}`);
    const made = `new${number}`;
    return {
      shown: row.join(' | '),
      setup: [...PROGRAMS.map((prog) => call('prog_load', { prog }).as(prog).ok()), ...setup],
      objects: {
        progs: PROGRAMS.map((name) => ({ name, type: 'xdp', expectedAttachType: 'xdp', returns: 2 })),
        netdevs:
          device === 'veth'
            ? [
                { name: 'B', kind: 'veth', peer: 'A', netns: 'N0' },
                { name: 'A', kind: 'veth', peerOf: 'B', netns: 'N0' },
              ]
            : [{ name: 'B', kind: 'bridge', netns: 'N0' }],
      },
      operation: operationOf(operation, made, result),
      fails: result !== 'OK',
      look: looks(after, made),
    };
  });
}
