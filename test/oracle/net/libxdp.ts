/**
 * Rows libxdp-001 to libxdp-028: xdp-loader of xdp-tools 1.3.1 on 6.12.117, as the calls that it makes (facts net 10.1): dispatcher loaded,
 * components attached to it, links and programs pinned under a flock, dispatchers exchanged by netlink, old pins removed. Each
 * run is a process that ends; P0 looks. The tool's own lock with the number of its process lies on another file system, and is
 * left out; its exit codes are what the calls answered.
 */
import type { OracleRow, RowObjects, RowStep } from '../row.ts';
import { call, kill, unlink, wait } from '../steps.ts';
import { alive, DELETED, exit, fork, freed } from './helpers.ts';

const XDP_PASS = 2;
const NOEXIST = ['XDP_FLAGS_UPDATE_IF_NOEXIST'];
const STUBS = ['prog0', 'prog1', 'prog2'];

const OBJECTS: RowObjects = {
  progs: [
    ...['D1', 'D2', 'D3', 'D4'].map((name) => ({
      name,
      type: 'xdp',
      expectedAttachType: null,
      mainFunc: 'xdp_dispatcher',
      subprogs: STUBS.map((stub) => ({ name: stub, linkage: 'global', returns: XDP_PASS })),
    })),
    ...['A', 'B', 'B2', 'C'].map((name) => ({
      name,
      type: 'ext',
      expectedAttachType: null,
      mainFunc: name,
      ctxStruct: 'xdp_md',
      returns: XDP_PASS,
    })),
    { name: 'F', type: 'xdp', expectedAttachType: null, returns: XDP_PASS },
  ],
  netdevs: [
    { name: 'dev', kind: 'veth', peer: 'peer', netns: 'N0' },
    { name: 'peer', kind: 'veth', peerOf: 'dev', netns: 'N0' },
  ],
  netns: [{ name: 'ELSEWHERE' }],
};

type Steps = readonly RowStep[];
const flat = (...parts: readonly (RowStep | Steps)[]): Steps => parts.flat() as Steps;

/** What one run of the tool works with: a process, the dispatcher that it makes, and the one that it saw. */
interface Run {
  readonly by: string;
  readonly makes: string;
  readonly sees: string | null;
  /** Components that stand in the old dispatcher, and the new ones. */
  readonly kept: readonly string[];
  readonly added: readonly string[];
}
const run = (by: string, makes: string, sees: string | null, kept: readonly string[], ...added: readonly string[]) => ({
  by,
  makes,
  sees,
  kept,
  added,
});
const componentsOf = ({ kept, added }: Run): readonly string[] => [...kept, ...added];
const pinsOf = (dispatcher: string, i: number): readonly [link: string, prog: string] => [
  `xdp/${dispatcher}/prog${i}-link`,
  `xdp/${dispatcher}/prog${i}-prog`,
];
const linkOf = (component: string, dispatcher: string): string => `${component}-${dispatcher}`;

/** The loader reads what is there: the dispatcher by its id, programs of the components by their pins. */
function read({ by, sees, kept }: Run): Steps {
  if (sees === null) return [];
  return flat(
    call('xdp_query', { netdev: 'dev' }, by).gives({ prog: sees }),
    call('prog_get_fd_by_id', { progId: sees }, by).as(`${by} ${sees}`).ok(),
    kept.map((component, i) =>
      call('obj_get', { path: pinsOf(sees, i)[1] }, by)
        .as(`${by} ${component}`)
        .gives({ sameAs: component }),
    ),
  );
}

/** The new dispatcher, old components attached by name of their target, new ones loaded for theirs. */
function build({ by, makes, kept, added }: Run): Steps {
  return flat(
    call('prog_load', { prog: makes }, by).as(makes).ok(),
    kept.map((component, i) =>
      call('link_create', { prog: `${by} ${component}`, targetProg: makes, targetFunc: `prog${i}` }, by)
        .as(linkOf(component, makes))
        .ok(),
    ),
    added.flatMap((component, i) => [
      call('prog_load', { prog: component, targetProg: makes, targetFunc: `prog${kept.length + i}` }, by)
        .as(component)
        .ok(),
      call('link_create', { prog: component }, by).as(linkOf(component, makes)).ok(),
    ]),
  );
}

const locked = (by: string, steps: Steps): Steps =>
  flat(
    call('open_dir', { path: 'xdp' }, by).as(`${by} lock`).ok(),
    call('flock', { handle: `${by} lock` }, by).ok(),
    steps,
    call('close', { handle: `${by} lock` }, by).ok(),
  );

/** A directory of the new dispatcher, and two pins for each component; `done` of them where the loader dies in between. */
function pinSteps({ by, makes, kept, added }: Run): Steps {
  return flat(
    call('pin_mkdir', { path: `xdp/${makes}` }, by).ok(),
    [...kept, ...added].flatMap((component, i) => {
      const [link, prog] = pinsOf(makes, i);
      const held = kept.includes(component) ? `${by} ${component}` : component;
      return [
        call('obj_pin', { obj: linkOf(component, makes), path: link }, by).ok(),
        call('obj_pin', { obj: held, path: prog }, by).ok(),
      ];
    }),
  );
}
const pins = (of: Run): Steps => locked(of.by, pinSteps(of));

const exchange = ({ by, makes, sees }: Run) =>
  sees === null
    ? call('xdp_set', { netdev: 'dev', prog: makes, flags: NOEXIST }, by)
    : call('xdp_set', { netdev: 'dev', prog: makes, oldProg: `${by} ${sees}` }, by);

/** Everything of one directory; the order is that of its slots. */
const unpinSteps = (by: string, dispatcher: string, count: number): Steps =>
  flat(
    Array.from({ length: count }, (_, i) =>
      pinsOf(dispatcher, i).map((path) => ({ ...unlink(path).ok(), actor: by })),
    ).flat(),
    call('pin_rmdir', { path: `xdp/${dispatcher}` }, by).ok(),
  );
const unpin = (by: string, dispatcher: string, count: number): Steps => locked(by, unpinSteps(by, dispatcher, count));

/** A whole run of `xdp-loader load`. */
const loaded = (of: Run): Steps =>
  flat(
    fork(of.by),
    read(of),
    build(of),
    pins(of),
    exchange(of).ok(),
    of.sees === null ? [] : unpin(of.by, of.sees, of.kept.length),
    exit(of.by),
  );
const dies = (by: string): Steps => [kill(by).ok(), wait(by).ok()];

const MKDIR = call('pin_mkdir', { path: 'xdp' }).ok();
const attached = (prog: string | null): RowStep =>
  call('xdp_query', { netdev: 'dev' }).gives({ prog, mode: prog === null ? 'none' : 'drv' });
const there = (path: string): RowStep => call('stat', { path }).ok();
const notThere = (path: string): RowStep => call('stat', { path }).fails('ENOENT');
/** The whole directory of a dispatcher with so many components. */
const whole = (dispatcher: string, count: number): Steps =>
  flat(
    there(`xdp/${dispatcher}`),
    Array.from({ length: count }, (_, i) => pinsOf(dispatcher, i).map(there)).flat(),
    pinsOf(dispatcher, count).map(notThere),
  );

const row = (id: string, ...parts: readonly (RowStep | Steps)[]): OracleRow => ({
  id,
  objects: OBJECTS,
  semantics: 'linux-6.12',
  steps: flat(MKDIR, ...parts),
});

const FIRST = run('first', 'D1', null, [], 'A');
const SECOND = run('second', 'D2', 'D1', ['A'], 'B');
const ONE = loaded(FIRST);
const TWO = flat(ONE, loaded(SECOND));
/** Anybody takes the program off. */
const OFF = call('xdp_set', { netdev: 'dev', prog: null }).ok();
const AGAIN = loaded({ ...run('third', 'D3', null, []), added: ['C'] });
const STALE = flat(TWO, OFF, AGAIN);
/** Directories whose dispatcher is not on the device of their number. */
const clean = (by: string, ...stale: readonly (readonly [dispatcher: string, count: number])[]): Steps =>
  flat(fork(by), ...stale.map(([dispatcher, count]) => unpin(by, dispatcher, count)), exit(by));
const FOREIGN = flat(
  call('prog_load', { prog: 'F' }).as('F').ok(),
  call('xdp_set', { netdev: 'dev', prog: 'F', flags: NOEXIST }).ok(),
);

const life: readonly OracleRow[] = [
  row('libxdp-001', ONE, attached('D1')),
  row('libxdp-002', ONE, notThere('xdp/D2'), whole('D1', 1)),
  row(
    'libxdp-003',
    ONE,
    call('obj_get', { path: 'xdp/D1/prog0-link' }).as('found').ok(),
    call('link_info', { link: 'found' }).gives({ type: 'tracing', prog: 'A', targetProg: 'D1' }),
  ),
  row('libxdp-004', TWO, attached('D2')),
  row('libxdp-005', TWO, notThere('xdp/D1'), whole('D2', 2)),
  row('libxdp-006', TWO, freed('D1')),
  row('libxdp-007', TWO, OFF, whole('D2', 2), attached(null)),
  row('libxdp-008', TWO, OFF, alive('D2')),
  row('libxdp-009', STALE, whole('D2', 2), whole('D3', 1), attached('D3')),
  row('libxdp-010', STALE, clean('cleaner', ['D2', 2]), notThere('xdp/D2'), attached('D3'), whole('D3', 1)),
  row(
    'libxdp-011',
    ONE,
    fork('cleaner'),
    call('enter_netns', { netns: 'ELSEWHERE' }, 'cleaner').ok(),
    call('netdev_exists', { netdev: 'dev' }, 'cleaner').gives({ exists: false }),
    unpin('cleaner', 'D1', 1),
    exit('cleaner'),
    notThere('xdp/D1'),
    call('link_get_fd_by_id', { linkId: linkOf('A', 'D1') }).eventually({ errno: 'ENOENT' }),
    attached('D1'),
  ),
];

const loader = (of: Run): Steps => flat(fork(of.by), build(of), pins(of));
const foreign: readonly OracleRow[] = [
  row('libxdp-012', FOREIGN, loader(FIRST), exchange(FIRST).fails('EBUSY'), attached('F')),
  row('libxdp-013', FOREIGN, OFF, attached(null)),
  ...(['libxdp-014', 'libxdp-015'] as const).map((id) =>
    row(
      id,
      call('prog_load', { prog: 'F' }).as('F').ok(),
      call('link_create', { prog: 'F', netdev: 'dev', attachType: 'xdp' }).as('L').ok(),
      id === 'libxdp-014'
        ? [...loader(FIRST), exchange(FIRST).fails('EBUSY')]
        : call('xdp_set', { netdev: 'dev', prog: null }).fails('EBUSY'),
      attached('F'),
    ),
  ),
  row('libxdp-016', ONE, { ...DELETED, args: { netdev: 'dev' } }, whole('D1', 1), alive('D1')),
];

/** The second loader up to the moment in which it is killed. */
const until = (...parts: readonly (RowStep | Steps)[]): Steps =>
  flat(ONE, fork('second'), read(SECOND), build(SECOND), ...parts, dies('second'));
const half = (steps: Steps, done: number): Steps =>
  flat(
    call('open_dir', { path: 'xdp' }, 'second').as('second lock').ok(),
    call('flock', { handle: 'second lock' }, 'second').ok(),
    steps.slice(0, done),
  );
/** The directory itself, and the first of four pins. */
const IN_PINS = until(half(pinSteps(SECOND), 2));
const BEFORE_ATTACH = until(pins(SECOND));
const BEFORE_UNPIN = until(pins(SECOND), exchange(SECOND).ok());
const IN_UNPIN = until(pins(SECOND), exchange(SECOND).ok(), half(unpinSteps('second', 'D1', 1), 1));

/** `xdp-loader clean`, then `load B`, when the device runs D1 with A: two components, five files. */
const repeated = flat(
  loaded({ ...run('again', 'D3', 'D1', ['A']), added: ['B2'] }),
  notThere('xdp/D1'),
  notThere('xdp/D2'),
  whole('D3', 2),
);
/** The same when it runs D2 with A and B: three components, seven files. */
const third = flat(
  loaded({ ...run('again', 'D3', 'D2', ['A', 'B']), added: ['B2'] }),
  notThere('xdp/D1'),
  notThere('xdp/D2'),
  whole('D3', 3),
);
const unlinkBy = (path: string): RowStep => ({ ...unlink(path).ok(), actor: 'cleaner' });
/** What is left of a directory goes, file by file. */
const cleaned = (dispatcher: string, ...files: readonly string[]): Steps =>
  flat(
    fork('cleaner'),
    locked(
      'cleaner',
      flat(
        files.map((file) => unlinkBy(`xdp/${dispatcher}/${file}`)),
        call('pin_rmdir', { path: `xdp/${dispatcher}` }, 'cleaner').ok(),
      ),
    ),
    exit('cleaner'),
  );

const crashes: readonly OracleRow[] = [
  row(
    'libxdp-017',
    IN_PINS,
    attached('D1'),
    whole('D1', 1),
    there('xdp/D2/prog0-link'),
    notThere('xdp/D2/prog0-prog'),
    notThere('xdp/D2/prog1-link'),
  ),
  row('libxdp-018', IN_PINS, cleaned('D2', 'prog0-link'), repeated),
  row('libxdp-019', BEFORE_ATTACH, attached('D1'), whole('D1', 1), whole('D2', 2)),
  row('libxdp-020', BEFORE_ATTACH, cleaned('D2', 'prog0-link', 'prog0-prog', 'prog1-link', 'prog1-prog'), repeated),
  row('libxdp-021', BEFORE_UNPIN, attached('D2'), whole('D1', 1), whole('D2', 2)),
  row('libxdp-022', BEFORE_UNPIN, cleaned('D1', 'prog0-link', 'prog0-prog'), third),
  row(
    'libxdp-023',
    IN_UNPIN,
    attached('D2'),
    whole('D2', 2),
    notThere('xdp/D1/prog0-link'),
    there('xdp/D1/prog0-prog'),
  ),
  row('libxdp-024', IN_UNPIN, cleaned('D1', 'prog0-prog'), third),
];

/** A loader that meets something else at the exchange takes its own pins away again. */
const withdraw = (of: Run): Steps => unpin(of.by, of.makes, componentsOf(of).length);
const MERGED = run('other', 'D4', 'D2', ['A', 'B'], 'C');
const LATE = run('other', 'D3', 'D1', ['A']);
const meetings: readonly OracleRow[] = [
  row(
    'libxdp-025',
    loader(FIRST),
    FOREIGN,
    exchange(FIRST).fails('EBUSY'),
    withdraw(FIRST),
    exit('first'),
    notThere('xdp/D1'),
    attached('F'),
  ),
  row(
    'libxdp-026',
    ONE,
    fork('second'),
    read(SECOND),
    build(SECOND),
    pins(SECOND),
    call('prog_load', { prog: 'F' }).as('F').ok(),
    call('xdp_set', { netdev: 'dev', prog: 'F' }).ok(),
    exchange(SECOND).fails('EEXIST'),
    withdraw(SECOND),
    call('xdp_query', { netdev: 'dev' }, 'second').gives({ prog: 'F' }),
    exit('second'),
    notThere('xdp/D2'),
    whole('D1', 1),
    attached('F'),
  ),
  row(
    'libxdp-027',
    ONE,
    fork('second'),
    read(SECOND),
    build(SECOND),
    pins(SECOND),
    OFF,
    exchange(SECOND).fails('EEXIST'),
    withdraw(SECOND),
    exit('second'),
    loaded(run('again', 'D3', null, [], 'B2')),
    whole('D1', 1),
    whole('D3', 1),
    attached('D3'),
  ),
  row(
    'libxdp-028',
    ONE,
    fork('second'),
    fork('other'),
    read(SECOND),
    read(LATE),
    build(SECOND),
    build(LATE),
    pins(SECOND),
    exchange(SECOND).ok(),
    unpin('second', 'D1', 1),
    exit('second'),
    exchange(LATE).fails('EEXIST'),
    // The other begins anew, and finds both programs.
    [read, build, pins].flatMap((part) => part(MERGED)),
    exchange(MERGED).ok(),
    unpin('other', 'D2', 2),
    exit('other'),
    notThere('xdp/D1'),
    notThere('xdp/D2'),
    whole('D4', 3),
    attached('D4'),
  ),
];

export const rows: readonly OracleRow[] = [...life, ...foreign, ...crashes, ...meetings];
