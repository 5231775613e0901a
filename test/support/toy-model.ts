/**
 * A model that is small enough to see through, with everything that a replay must cope with: deferred work, killed
 * processes, events that nobody makes, and waiting. It uses words of the vocabulary; it claims nothing about kernels.
 */
import {
  flag,
  language,
  list,
  type ModelDefinition,
  object,
  ref,
  set,
  type Use,
  type View,
  type World,
} from '../../src/modelling/index.ts';

const objects = {
  process: object({ fields: { running: flag(), killed: flag(), zombie: flag() } }),
  prog: object({ fields: { loaded: flag(), freed: flag(), holders: set('process') } }),
  cgroup: object({ fields: { removed: flag(), attached: list(ref('prog'), (sizes) => sizes['prog'] ?? 0) } }),
};

type Toy = World<typeof objects>;
type Of<K extends keyof typeof objects> = View<typeof objects, K>;

const { command, work } = language<Toy, typeof objects, 'process'>();

const PROG = { shape: 'object', kind: 'prog' } as const;
const CGROUP = { shape: 'object', kind: 'cgroup' } as const;
const common = { cites: 'nothing: a toy' };

const isAttached = (k: Toy, prog: Of<'prog'>): boolean =>
  k.all.cgroup.some(({ attached }) => attached.indexOf(prog) >= 0);
const namesOf = (progs: Iterable<Of<'prog'>>): string[] => [...progs].map(({ name }) => name);

function end(k: Toy, process: Of<'process'>): void {
  process.running = false;
  process.zombie = true;
  for (const prog of k.all.prog) prog.holders.delete(process);
}

const commands = {
  prog_load: command({
    op: 'prog_load',
    name: 'BPF_PROG_LOAD',
    ...common,
    args: { prog: { shape: 'word' } },
    makes: ['prog'],
    names: 'prog',
    yieldsHandle: true,
    steps: {
      load(_k: Toy, { made, actor }) {
        made.prog.loaded = true;
        made.prog.holders.add(actor);
      },
    },
  }),
  prog_attach: command({
    op: 'prog_attach',
    name: 'BPF_PROG_ATTACH',
    ...common,
    args: { prog: PROG, cgroup: CGROUP },
    steps: {
      attach(k: Toy, { args: { prog, cgroup }, actor }) {
        k.check('held', prog.holders.has(actor), 'EBADF');
        k.check('live', !cgroup.removed, 'ENOENT');
        cgroup.attached.append(prog);
      },
    },
  }),
  query: command({
    op: 'query',
    name: 'BPF_PROG_QUERY',
    ...common,
    args: { cgroup: CGROUP },
    steps: {
      query(k: Toy, { args: { cgroup } }) {
        k.returns({ progs: namesOf(cgroup.attached), count: cgroup.attached.length });
      },
    },
  }),
  close: command({
    op: 'close',
    name: 'close(2)',
    ...common,
    args: { handle: PROG },
    steps: {
      close(k: Toy, { args: { handle }, actor }) {
        k.check('held', handle.holders.has(actor), 'EBADF');
        handle.holders.delete(actor);
      },
    },
  }),
  prog_get_fd_by_id: command({
    op: 'prog_get_fd_by_id',
    name: 'BPF_PROG_GET_FD_BY_ID',
    ...common,
    args: { progId: PROG },
    steps: {
      get(k: Toy, { args: { progId } }) {
        k.check('known', progId.loaded && !progId.freed, 'ENOENT');
      },
    },
  }),
  rmdir: command({
    op: 'rmdir',
    name: 'rmdir(2)',
    ...common,
    args: { cgroup: CGROUP },
    steps: {
      remove(k: Toy, { args: { cgroup } }) {
        k.check('there', !cgroup.removed, 'ENOENT');
        cgroup.removed = true;
      },
    },
  }),
  fork: command({
    op: 'fork',
    name: 'fork(2)',
    ...common,
    args: {},
    makes: ['process'],
    names: 'process',
    steps: {
      fork(_k: Toy, { made }) {
        made.process.running = true;
      },
    },
  }),
  kill: command({
    op: 'kill',
    name: 'kill(2)',
    ...common,
    args: { target: { shape: 'actor' } },
    steps: {
      kill(k: Toy, { args: { target } }) {
        (k.all.process[target] as Of<'process'>).killed = true;
      },
    },
  }),
  wait: command({
    op: 'wait',
    name: 'waitpid(2)',
    ...common,
    args: { target: { shape: 'actor' } },
    steps: {
      wait(k: Toy, { args: { target } }) {
        k.when(k.all.process[target]?.zombie);
      },
    },
  }),
  exit: command({
    op: 'exit',
    name: 'exit(2)',
    ...common,
    args: {},
    steps: {
      exit(k: Toy, { actor }) {
        end(k, actor);
      },
    },
  }),
  fire: command({
    op: 'fire',
    name: 'an event',
    ...common,
    args: { cgroup: CGROUP, hook: { shape: 'word' } },
    steps: {
      fire(k: Toy, { args: { cgroup } }) {
        k.returns({ ran: namesOf(cgroup.attached), verdict: 'allow' });
      },
    },
  }),
};

const works = [
  work({
    name: 'free',
    ...common,
    on: 'prog',
    ready: (k, prog) => prog.loaded && !prog.freed && prog.holders.empty && !isAttached(k, prog),
    run: (_k, prog) => {
      prog.freed = true;
    },
  }),
  work({
    name: 'release',
    ...common,
    on: 'cgroup',
    ready: (_k, cgroup) => cgroup.removed && cgroup.attached.length > 0,
    run: (_k, cgroup) => cgroup.attached.clear(),
  }),
];

const madeBy = (uses: readonly Use[], kind: string) =>
  uses.flatMap(({ made }) => (made[kind] === undefined ? [] : [{ name: made[kind] }]));

export const toy: ModelDefinition = {
  name: 'toy',
  objects,
  actorKind: 'process',
  commands,
  works,
  properties: {},
  flags: {},
  errnos: ['EBADF', 'ENOENT'],
  rules: {},
  semantics: { plain: { name: 'plain', says: 'the only one', features: new Set(), changes: {} } },
  defaultSemantics: 'plain',
  populate: ({ objects: declared, uses }) => ({
    instances: {
      process: [{ name: 'P0' }, ...madeBy(uses, 'process')],
      prog: madeBy(uses, 'prog'),
      cgroup: ((declared['cgroups'] ?? []) as readonly { name: string }[]).map(({ name }) => ({ name })),
    },
    limits: {},
  }),
  start: (k: Toy) => {
    (k.all.process[0] as Of<'process'>).running = true;
  },
  ready: (_k: Toy, process: Of<'process'>) => process.running,
  interrupt: (_k: Toy, process: Of<'process'>) => (process.killed && process.running ? 'exit' : null),
  interruptOps: ['exit'],
  over: (_k: Toy, process: Of<'process'>) => process.zombie,
  describe: () => ({ places: {}, holders: {} }),
  recordedState: (k: Toy) => ({
    cgroups: Object.fromEntries(
      k.all.cgroup.map(({ name, removed, attached }) => [
        name,
        removed
          ? { errno: 'ENOENT' }
          : { list: namesOf(attached), effective: namesOf(attached), mode: [], revision: 1 },
      ]),
    ),
    links: {},
  }),
};
