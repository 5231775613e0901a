/** net.mprog-matrix.json: initial state × operation × flags × relative object × expected revision, at tcx ingress. */
import { type Cell, cellsOf, expected } from '../matrix.ts';
import type { RowStep } from '../row.ts';
import { call } from '../steps.ts';

/** No process has such a descriptor, and no object such an id. */
const BAD = { fd: 99, id: 999_999 };
const MISMATCH = 77;
const FLAG_NAMES = ['REPLACE', 'BEFORE', 'AFTER', 'ID', 'LINK'];
const AT = { netdev: 'B', attachType: 'tcx_ingress' } as const;

interface State {
  readonly entries: readonly { readonly prog: string; readonly linked: boolean }[];
  readonly revision: number;
}

/** `[P0* P1] rev=3` */
function stateOf(text: string): State {
  const found = /^\[(.*)\] rev=(\d+)$/.exec(text);
  if (found === null) throw new Error(`not a state: ${text}`);
  const names = (found[1] ?? '').split(' ').filter((name) => name !== '');
  return {
    entries: names.map((name) => ({ prog: name.replace('*', ''), linked: name.endsWith('*') })),
    revision: Number(found[2]),
  };
}

const linkOf = (prog: string): string => `L${prog}`;
const PROGRAMS = ['P0', 'P1', 'P2', 'P5', 'P7', 'P8'];

const setupOf = ({ entries }: State): RowStep[] => [
  ...PROGRAMS.map((prog) => call('prog_load', { prog }).as(prog).ok()),
  ...entries.map(({ prog, linked }) =>
    linked
      ? call('link_create', { prog, ...AT })
          .as(linkOf(prog))
          .ok()
      : call('prog_attach', { prog, ...AT }).ok(),
  ),
];

function relativeOf(written: string, flags: readonly string[]): Record<string, string | number> | undefined {
  const byId = flags.includes('ID');
  if (written === 'none') return undefined;
  if (written === 'bad') return byId ? { id: BAD.id } : { prog: BAD.fd };
  const name = written.slice(written.lastIndexOf(' ') + 1);
  if (written.startsWith('prog')) return byId ? { progId: name } : { prog: name };
  return byId ? { linkId: linkOf(name) } : { link: linkOf(name) };
}

const look = ({ entries, revision }: State, made: (prog: string) => string): RowStep =>
  call('query', AT).gives({
    count: entries.length,
    progs: entries.map(({ prog }) => prog),
    links: entries.map(({ prog, linked }) => (linked ? made(prog) : null)),
    revision,
  });

export function mprogCells(): readonly Cell[] {
  return cellsOf('net.mprog-matrix').map((row, number): Cell => {
    const [before = '', op = '', prog, replace, flagText = '', relative = '', revision, result = '', after = ''] =
      row as string[];
    const flags = flagText === '0' ? [] : flagText.split('|');
    if (flags.some((flag) => !FLAG_NAMES.includes(flag))) throw new Error(`unknown flag in ${flagText}`);
    const state = stateOf(before);
    const args = {
      ...AT,
      flags: flags.map((flag) => `BPF_F_${flag}`),
      relative: relativeOf(relative, flags),
      expectedRevision: revision === 'none' ? undefined : revision === 'match' ? state.revision : MISMATCH,
    };
    const link = `new${number}`;
    const operation =
      op === 'PROG_ATTACH'
        ? call('prog_attach', { prog, ...args, replace: replace ?? undefined })
        : op === 'LINK_CREATE'
          ? call('link_create', { prog, ...args }).as(link)
          : call('prog_detach', { prog: op === 'PROG_DETACH' ? (prog ?? null) : null, ...args });
    return {
      shown: row.join(' | '),
      setup: setupOf(state),
      objects: {
        progs: PROGRAMS.map((name) => ({ name, type: 'sched_cls', expectedAttachType: null, returns: -1 })),
        netdevs: [
          { name: 'B', kind: 'veth', peer: 'A', netns: 'N0' },
          { name: 'A', kind: 'veth', peerOf: 'B', netns: 'N0' },
        ],
      },
      operation: operation.gives(expected(result)),
      fails: result !== 'OK',
      look: [
        look(after === 'unchanged' ? state : stateOf(after), (name) =>
          state.entries.some((entry) => entry.prog === name) ? linkOf(name) : link,
        ),
      ],
    };
  });
}
