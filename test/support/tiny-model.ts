/**
 * A tiny model for tests of what lies around models: processes with descriptors, programs, links on cgroups, deferred
 * frees, a command that may wait for ever and one that breaks a law. `linux-1` refuses a second link on a cgroup.
 */
import {
  array,
  type BoundHandle,
  chart,
  count,
  language,
  type ModelDefinition,
  object,
  propertyLanguage,
  ref,
  type View,
  type World,
} from '../../src/modelling/index.ts';

const objects = {
  process: object({
    chart: chart('process', { initial: 'running', states: { running: { on: { EXIT: 'gone' } }, gone: {} } }),
    fields: { table: array(ref('prog', 'link'), (sizes) => sizes['handles'] ?? 0) },
  }),
  prog: object({
    chart: chart('prog', { initial: 'none', states: { none: { on: { LOAD: 'loaded' } }, loaded: {} } }),
    fields: {},
  }),
  cgroup: object({
    chart: chart('cgroup', { initial: 'ONLINE', states: { ONLINE: { on: { RMDIR: 'OFFLINE' } }, OFFLINE: {} } }),
    fields: { links: count(8) },
  }),
  link: object({
    chart: chart('link', {
      initial: 'none',
      states: {
        none: { on: { ATTACH: 'ATTACHED' } },
        ATTACHED: { on: { DETACH: 'DEFUNCT', RELEASE: 'DYING' } },
        DEFUNCT: { on: { RELEASE: 'DYING' } },
        DYING: { on: { FREE: 'FREED' } },
        FREED: {},
      },
    }),
    fields: { cgroup: ref('cgroup'), refs: count(8) },
  }),
};

type Tiny = World<typeof objects>;
type Process = View<typeof objects, 'process'>;
type Link = View<typeof objects, 'link'>;

const { command, work } = language<Tiny, typeof objects, 'process'>();
const { property } = propertyLanguage<Tiny, typeof objects>();

const HANDLE = { shape: 'handle' } as const;
const CGROUP = { shape: 'object', kind: 'cgroup' } as const;

function leave(link: Link): void {
  if (link.cgroup === null) return;
  link.cgroup.links -= 1;
  link.cgroup = null;
}

function put(held: View<typeof objects, 'prog'> | Link | null): void {
  if (held === null || held.kind === 'prog') return;
  held.refs -= 1;
  if (held.refs > 0) return;
  leave(held);
  held.fire('RELEASE');
}

function install(actor: Process, as: number | null, held: View<typeof objects, 'prog'> | Link): void {
  if (held.kind === 'link') held.refs += 1;
  if (as === null) put(held);
  else actor.table.put(as, held);
}

function held(k: Tiny, actor: Process, handle: BoundHandle | null): View<typeof objects, 'prog'> | Link {
  const found = handle !== null && 'handle' in handle ? actor.table.at(handle.handle) : null;
  k.check('open descriptor', found !== null, 'EBADF');
  return found;
}

const commands = {
  prog_load: command({
    op: 'prog_load',
    name: 'BPF_PROG_LOAD',
    cites: 'test',
    args: { prog: { shape: 'word' } },
    makes: ['prog'],
    names: 'prog',
    yieldsHandle: true,
    steps: {
      load(_k: Tiny, { actor, made, as }) {
        made.prog.fire('LOAD');
        install(actor, as, made.prog);
      },
    },
  }),
  prog_get_fd_by_id: command({
    op: 'prog_get_fd_by_id',
    name: 'BPF_PROG_GET_FD_BY_ID',
    cites: 'test',
    args: { progId: { shape: 'object', kind: 'prog' } },
    yieldsHandle: true,
    steps: {
      get(k: Tiny, { args, actor, as }) {
        k.check('loaded', args.progId.phase === 'loaded', 'ENOENT');
        install(actor, as, args.progId);
      },
    },
  }),
  link_create: command({
    op: 'link_create',
    name: 'BPF_LINK_CREATE',
    cites: 'test',
    args: {
      prog: HANDLE,
      cgroup: CGROUP,
      flags: { shape: 'flags', optional: true },
      cookie: { shape: 'integer', optional: true },
    },
    makes: ['link'],
    names: 'link',
    yieldsHandle: true,
    steps: {
      prime(k: Tiny, { args, actor }) {
        k.check('a program', held(k, actor, args.prog).kind === 'prog', 'EINVAL');
      },
      attach(k: Tiny, { args, actor, made, as }) {
        k.check('online', args.cgroup.phase === 'ONLINE', 'ENOENT');
        k.check('one alone', k.has('multi') || args.flags === 1 || args.cgroup.links === 0, 'EEXIST');
        made.link.fire('ATTACH');
        made.link.cgroup = args.cgroup;
        args.cgroup.links += 1;
        install(actor, as, made.link);
      },
    },
  }),
  close: command({
    op: 'close',
    name: 'close(2)',
    cites: 'test',
    args: { handle: HANDLE },
    steps: {
      close(k: Tiny, { args, actor }) {
        const found = held(k, actor, args.handle);
        if (args.handle !== null && 'handle' in args.handle) actor.table.put(args.handle.handle, null);
        put(found);
      },
    },
  }),
  link_detach: command({
    op: 'link_detach',
    name: 'BPF_LINK_DETACH',
    cites: 'test',
    args: { link: HANDLE },
    steps: {
      detach(k: Tiny, { args, actor }) {
        const link = held(k, actor, args.link);
        if (link.kind === 'prog') return k.fail('a link', 'EINVAL');
        leave(link);
        if (link.phase === 'ATTACHED') link.fire('DETACH');
      },
    },
  }),
  exit: command({
    op: 'exit',
    name: 'exit(2)',
    cites: 'test',
    args: {},
    steps: {
      exit(_k: Tiny, { actor }) {
        actor.fire('EXIT');
        for (let i = 0; i < actor.table.length; i++) {
          put(actor.table.at(i));
          actor.table.put(i, null);
        }
      },
    },
  }),
  kill: command({
    op: 'kill',
    name: 'kill(2)',
    cites: 'test',
    args: { target: { shape: 'actor' } },
    steps: {
      kill(k: Tiny, { args }) {
        const target = k.all.process[args.target] as Process;
        k.check('running', target.phase === 'running', 'ESRCH');
        target.fire('EXIT');
      },
    },
  }),
  rmdir: command({
    op: 'rmdir',
    name: 'rmdir(2)',
    cites: 'test',
    args: { cgroup: CGROUP },
    steps: {
      rmdir(k: Tiny, { args }) {
        k.check('online', args.cgroup.phase === 'ONLINE', 'ENOENT');
        args.cgroup.fire('RMDIR');
        for (const link of k.all.link)
          if (link.cgroup === args.cgroup) {
            leave(link);
            link.fire('DETACH');
          }
      },
    },
  }),
  wait_gone: command({
    op: 'wait_gone',
    name: 'wait',
    cites: 'test',
    args: { cgroup: CGROUP },
    steps: {
      wait(k: Tiny, { args }) {
        k.when(args.cgroup.phase === 'OFFLINE');
      },
    },
  }),
  crash: command({
    op: 'crash',
    name: 'crash',
    cites: 'test',
    args: {},
    steps: {
      crash(k: Tiny) {
        k.broken('use-after-free', 'a freed link is used');
      },
    },
  }),
};

const properties = {
  'few-links': property({
    name: 'few-links',
    kind: 'always',
    statement: 'a cgroup has at most so many links',
    claims: ['C6'],
    explanation: 'every link_create adds one',
    params: { on: CGROUP, most: { shape: 'integer', optional: true } },
    check(k, { on, most }) {
      if (k.all.link.some(({ phase }) => phase !== 'none')) k.subject();
      return on.links <= most || `${on.name} has ${on.links} links`;
    },
  }),
  'loaded-at-end': property({
    name: 'loaded-at-end',
    kind: 'finally',
    statement: 'all programs of a role are loaded in the end',
    claims: [],
    explanation: 'programs stay',
    params: { role: { shape: 'list', of: { shape: 'object', kind: 'prog' } } },
    check(k, { role }) {
      k.subject();
      return role.every(({ phase }) => phase === 'loaded') || 'a program is not loaded';
    },
  }),
  'nothing-left': property({
    name: 'nothing-left',
    kind: 'finally',
    statement: 'no link is attached in the end',
    claims: ['C2'],
    explanation: 'somebody holds it',
    params: {},
    check(k) {
      k.subject();
      return k.all.link.every(({ phase }) => phase !== 'ATTACHED') || 'a link is attached';
    },
  }),
  'no-new-links': property({
    name: 'no-new-links',
    kind: 'step',
    statement: 'no step attaches a link',
    claims: [],
    explanation: 'link_create does',
    params: {},
    check(k) {
      k.subject();
      return (
        k.all.link.every((link, i) => link.phase !== 'ATTACHED' || k.before.link[i]?.phase === 'ATTACHED') ||
        'a link appears'
      );
    },
  }),
};

const named = (names: Iterable<string>): { name: string }[] => [...names].map((name) => ({ name }));
const listed = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : []);

export const tiny: ModelDefinition = {
  name: 'tiny',
  objects,
  actorKind: 'process',
  commands,
  works: [
    work({
      name: 'link_free',
      cites: 'test',
      on: 'link',
      ready: (_k, link) => link.phase === 'DYING',
      run: (_k, link) => link.fire('FREE'),
    }),
  ],
  properties,
  flags: { BPF_F_MULTI: 1 },
  errnos: ['EBADF', 'EEXIST', 'EINVAL', 'ENOENT', 'ESRCH'],
  rules: {},
  semantics: {
    'linux-1': { name: 'linux-1', says: 'one link', features: new Set(), changes: {} },
    'linux-2': { name: 'linux-2', says: 'many links', features: new Set(['multi']), changes: {} },
  },
  defaultSemantics: 'linux-2',
  populate({ objects: declared, actors, uses, limits, handles }, refuse) {
    const made = (kind: string): { name: string }[] => named(new Set(uses.flatMap((use) => use.made[kind] ?? [])));
    const links = made('link');
    if (links.length > (limits['links'] ?? 8))
      refuse(`${links.length} links are more than the limit`, 'raise limits.links');
    return {
      instances: {
        process: named(actors),
        prog: made('prog'),
        cgroup: named(new Set(listed(declared['cgroups']))),
        link: links,
      },
      limits: { handles: handles.size },
    };
  },
  start: () => undefined,
  ready: (_k, actor) => (actor as Process).phase === 'running',
  interrupt: () => null,
  interruptOps: [],
  over: (_k, actor) => (actor as Process).phase === 'gone',
  describe: (k) => ({
    places: Object.fromEntries((k as Tiny).all.cgroup.map(({ name, links }) => [`links of ${name}`, String(links)])),
    holders: {},
  }),
  shorthand: {
    objects(declared, refuse) {
      for (const key of Object.keys(declared))
        if (!['programs', 'cgroups'].includes(key)) refuse(`there are no objects of kind "${key}"`);
      return { progs: listed(declared['programs']), cgroups: listed(declared['cgroups']) };
    },
    args: (op, args) => (op === 'link_create' ? { cookie: 0, ...args } : args),
    provide: (name, first) =>
      first
        ? { op: 'prog_load', args: { prog: name }, as: name }
        : { op: 'prog_get_fd_by_id', args: { progId: name }, as: name },
    provided: (declared) => listed(declared['progs']),
    leave: 'exit',
  },
};
