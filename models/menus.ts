/**
 * Menu worlds: small worlds in which one or two processes may do anything of a kind, in any order. They are scenarios that
 * nobody had to write, so that what two kernels differ in is found although no scenario speaks of it. Every flag and every
 * optional argument of the commands is used at least once, alone and in pairs.
 */
import type { MenuWorld } from '../src/modelling/index.ts';
import { hookMenus } from './menus-hooks.ts';

type Item = Readonly<Record<string, unknown>> | string;

const PROGRAMS = { a: 'cgroup_skb/egress', b: 'cgroup_skb/egress' } as const;
const TREE = { web: {}, 'web/api': {} } as const;
/** What no kernel may break in any order. */
const CHECK = ['ref-balance', 'no-use-after-free', 'effective-order', 'atomic-failure'];

const ATTACH_FLAGS = ['override', 'multi', 'replace', 'preorder', 'before', 'after', 'id', 'link'];

/** No flag, one flag, two flags. */
const upToTwo: readonly (readonly string[])[] = [
  [],
  ...ATTACH_FLAGS.map((flag) => [flag]),
  ...ATTACH_FLAGS.flatMap((first, i) => ATTACH_FLAGS.slice(i + 1).map((second) => [first, second])),
];

const attach = (prog: string, cgroup: string, flags: readonly string[], more: object = {}): Item => ({
  prog_attach: { prog, cgroup, flags, ...more },
});

const QUERIES: readonly Item[] = [
  { query: { cgroup: 'web' } },
  { query: { cgroup: 'web/api', flags: ['effective'] } },
  { query: { cgroup: 'web', progAttachFlags: true } },
  { query: { cgroup: 'web', linkIds: true } },
  { query: { cgroup: 'web', attachType: 'lsm_cgroup', progAttachFlags: true } },
  { query: { cgroup: 'web', flags: ['effective'], progAttachFlags: true } },
];

const EVENTS: readonly Item[] = [{ fire: { cgroup: 'web' } }, { fire: { cgroup: 'web/api' } }];

const legacy: MenuWorld = {
  name: 'attach',
  says: 'PROG_ATTACH with every pair of flags, PROG_DETACH, queries and events on two cgroups',
  scenario: {
    title: 'anything that a manager can do with PROG_ATTACH and PROG_DETACH',
    objects: { cgroups: TREE, programs: PROGRAMS },
    actors: {
      root: {
        may: [
          ...upToTwo.map((flags) => attach('a', 'web', flags)),
          ...[[], ['override'], ['multi'], ['multi', 'preorder'], ['multi', 'before']].flatMap((flags) => [
            attach('b', 'web', flags),
            attach('b', 'web/api', flags),
          ]),
          attach('b', 'web', ['multi', 'replace'], { replace: 'a' }),
          attach('b', 'web', ['multi'], { expectedRevision: 1 }),
          attach('b', 'web', ['multi', 'before'], { relative: { prog: 'a' } }),
          attach('b', 'web', ['multi', 'after', 'id'], { relative: { progId: 'a' } }),
          { prog_detach: { prog: 'a', cgroup: 'web' } },
          { prog_detach: { prog: 'b', cgroup: 'web/api' } },
          { prog_detach: { prog: null, cgroup: 'web', attachType: 'cgroup_inet_egress' } },
          { prog_detach: { prog: 'a', cgroup: 'web', expectedRevision: 1 } },
          ...QUERIES,
          ...EVENTS,
        ],
        times: 3,
      },
    },
    check: CHECK,
  },
};

const creation: MenuWorld = {
  name: 'link-create',
  says: 'LINK_CREATE with every flag and anchor beside an attached program',
  scenario: {
    title: 'anything that LINK_CREATE can be asked for',
    objects: { cgroups: { web: {} }, programs: PROGRAMS },
    actors: {
      root: {
        may: [
          ...[[], ...ATTACH_FLAGS.map((flag) => [flag])].map((flags, i) => ({
            link_create: { prog: 'a', cgroup: 'web', flags, as: `l${i}` },
          })),
          { link_create: { prog: 'b', cgroup: 'web', expectedRevision: 1, as: 'm' } },
          { link_create: { prog: 'b', cgroup: 'web', addrs: [1], as: 'o' } },
          { link_create: { prog: 'b', cgroup: 'web', flags: ['before', 'link'], relative: { link: 'l0' }, as: 'n' } },
          attach('b', 'web', []),
          attach('b', 'web', ['multi']),
          { list_ids: { kind: 'link' } },
          { list_ids: { kind: 'prog' } },
        ],
        times: 2,
      },
    },
    check: CHECK,
  },
};

const links: MenuWorld = {
  name: 'links',
  says: 'everything that can be done with two links, one of them PREORDER, and with programs beside and instead of theirs',
  scenario: {
    title: 'anything that the holder of a link can do',
    objects: {
      cgroups: TREE,
      progs: [
        ...['a', 'b'].map((name) => ({ name, type: 'cgroup_skb', expectedAttachType: 'cgroup_inet_egress' })),
        { name: 's', type: 'cgroup_skb', expectedAttachType: 'cgroup_inet_egress', cgroupStorage: 'kept', load: false },
        { name: 'dev', type: 'cgroup_device', expectedAttachType: null },
      ],
      maps: [{ name: 'kept', type: 'cgroup_storage' }],
    },
    setup: [
      { root: { map_create: { map: 'kept', as: 'kept' } } },
      { root: { prog_load: { prog: 's', as: 's' } } },
      { root: { link_create: { prog: 'a', cgroup: 'web', as: 'l' } } },
    ],
    actors: {
      root: {
        may: [
          { link_create: { prog: 'b', cgroup: 'web', flags: ['preorder'], as: 'm' } },
          ...['l', 'm'].flatMap((link) => [
            { link_update: { link, prog: 'b' } },
            { link_update: { link, prog: 's' } },
            { link_update: { link, prog: 'dev' } },
            { link_update: { link, prog: 'b', oldProg: 'a', flags: ['replace'] } },
            { link_update: { link, prog: 'b', oldProg: 'a' } },
            { link_detach: link },
            { link_info: link },
            { close: link },
          ]),
          { obj_pin: { obj: 'l', path: 'p' } },
          { obj_get: { path: 'p', as: 'g' } },
          { obj_get: { path: 'p', flags: ['rdonly'], as: 'gr' } },
          { obj_get: { path: 'p', flags: ['wronly'], as: 'gw' } },
          { unlink: 'p' },
          { link_get_fd_by_id: { linkId: 'l', as: 'i' } },
          { list_ids: { kind: 'link' } },
          { rmdir: 'web/api' },
          { rmdir: 'web' },
          ...QUERIES,
          ...EVENTS,
          'exit',
        ],
        times: 3,
      },
    },
    check: CHECK,
  },
};

const lastNames: MenuWorld = {
  name: 'last-names',
  says: 'a link and a program lose the last name that keeps them, and programs are loaded',
  scenario: {
    title: 'anything that can be done with what only a pin holds',
    objects: {
      cgroups: { web: {} },
      progs: [
        ...['a', 'b'].map((name) => ({ name, type: 'cgroup_skb', expectedAttachType: 'cgroup_inet_egress' })),
        { name: 'r', type: 'cgroup_sock', expectedAttachType: 'cgroup_inet_sock_create', setRetval: 0 },
      ],
    },
    setup: [
      { root: { link_create: { prog: 'a', cgroup: 'web', as: 'l' } } },
      { root: { obj_pin: { obj: 'l', path: 'p' } } },
      { root: { obj_pin: { obj: 'b', path: 'q' } } },
      { root: { close: 'l' } },
      { root: { close: 'b' } },
    ],
    actors: {
      root: {
        may: [
          { unlink: 'p' },
          { unlink: 'q' },
          { rename: { path: 'p', to: 'q' } },
          { rename: { path: 'p', to: 'q', flags: ['exchange'] } },
          { link_get_fd_by_id: { linkId: 'l', as: 'i' } },
          { prog_get_fd_by_id: { progId: 'b', as: 'j' } },
          { prog_load: { prog: 'r', as: 'r' } },
          ...EVENTS.slice(0, 1),
        ],
        times: 3,
      },
    },
    check: CHECK,
  },
};

const privileges: MenuWorld = {
  name: 'privileges',
  says: 'attach, detach, query and open by id with each of the capabilities alone',
  scenario: {
    title: 'anything that a process can do with some of the capabilities',
    objects: { cgroups: { web: {} }, programs: PROGRAMS },
    setup: [{ root: attach('a', 'web', ['multi']) }, { user: attach('b', 'web', ['multi']) }],
    actors: {
      root: [],
      user: {
        may: [
          ...[[], ['CAP_BPF'], ['CAP_NET_ADMIN'], ['CAP_SYS_ADMIN'], ['CAP_BPF', 'CAP_NET_ADMIN']].map((caps) => ({
            set_caps: { caps },
          })),
          attach('b', 'web', ['multi']),
          { prog_detach: { prog: 'b', cgroup: 'web' } },
          { query: { cgroup: 'web' } },
          { list_ids: { kind: 'prog' } },
          { prog_get_fd_by_id: { progId: 'a', as: 'c' } },
        ],
        times: 3,
      },
    },
    check: CHECK,
  },
};

const death: MenuWorld = {
  name: 'cgroup-death',
  says: 'cgroups are removed while sockets, processes and attachments are in them',
  scenario: {
    title: 'anything that can go on while cgroups are removed',
    objects: { cgroups: TREE, programs: PROGRAMS },
    setup: [
      { root: attach('a', 'web', ['multi']) },
      { root: attach('b', 'web/api', ['multi']) },
      { server: { join: 'web/api' } },
    ],
    actors: {
      root: { may: [{ rmdir: 'web/api' }, { rmdir: 'web' }, ...EVENTS, { list_ids: { kind: 'prog' } }], times: 3 },
      server: {
        may: [{ open_socket: { as: 'u' } }, { join: 'outside' }, { send: 'u' }, { close: 'u' }, 'exit'],
        times: 3,
      },
    },
    check: CHECK,
  },
};

const deadLinks: MenuWorld = {
  name: 'dead-links',
  says: 'the same for links of a parent and of its child, which outlive their cgroups',
  scenario: {
    title: 'anything that can be done with links whose cgroups are removed',
    objects: { cgroups: TREE, programs: PROGRAMS },
    setup: [
      { root: { link_create: { prog: 'a', cgroup: 'web', as: 'up' } } },
      { root: { link_create: { prog: 'b', cgroup: 'web/api', as: 'down' } } },
      { server: { join: 'web/api' } },
    ],
    actors: {
      root: {
        may: [
          { rmdir: 'web/api' },
          { rmdir: 'web' },
          { link_update: { link: 'down', prog: 'a' } },
          { link_update: { link: 'up', prog: 'b' } },
          { link_info: 'down' },
          { close: 'down' },
        ],
        times: 4,
      },
      server: { may: [{ open_socket: { as: 'u' } }, { join: 'outside' }, { close: 'u' }], times: 2 },
    },
    check: CHECK,
  },
};

const processes: MenuWorld = {
  name: 'processes',
  says: 'descriptors are copied out of a process that closes, exits or is killed; pins and paths',
  scenario: {
    title: 'anything that two processes can do to the descriptors of one another',
    objects: { cgroups: { web: {} }, programs: PROGRAMS },
    setup: [{ alice: { obj_pin: { obj: 'a', path: 'p' } } }, { alice: attach('a', 'web', ['multi']) }],
    actors: {
      alice: { may: [{ close: 'a' }, { dup: { handle: 'a', as: 'd' } }, 'exit'], times: 2 },
      bob: {
        may: [
          { kill: 'alice' },
          { pidfd_getfd: { from: 'alice', handle: 'a', as: 'loot' } },
          { wait: { target: 'alice' } },
          { unlink: 'p' },
          { prog_detach: { prog: 'b', cgroup: 'web' } },
          { open_dir: { path: '.', as: 'at' } },
          { obj_pin: { obj: 'b', path: 'q' } },
          { obj_pin: { obj: 'b', path: 'q', flags: ['BPF_F_PATH_FD'], pathFd: 'at' } },
          { obj_get: { path: 'p', flags: ['BPF_F_PATH_FD'], pathFd: 'at', as: 'g' } },
          { list_ids: { kind: 'prog' } },
        ],
        times: 3,
      },
    },
    check: CHECK,
  },
};

const memory: MenuWorld = {
  name: 'out-of-memory',
  says: 'one allocation of any command fails',
  scenario: {
    title: 'anything that can be done while memory runs out',
    faults: { allocation: 1 },
    objects: { cgroups: TREE, programs: PROGRAMS },
    setup: [{ root: attach('a', 'web', ['multi']) }],
    actors: {
      root: {
        may: [
          attach('b', 'web', ['multi']),
          attach('b', 'web', ['multi', 'replace'], { replace: 'a' }),
          { prog_detach: { prog: 'a', cgroup: 'web' } },
          { link_create: { prog: 'b', cgroup: 'web/api', as: 'l' } },
          { link_update: { link: 'l', prog: 'a' } },
          { close: 'l' },
          ...EVENTS,
        ],
        times: 3,
      },
    },
    check: CHECK,
  },
};

export const menus: readonly MenuWorld[] = [
  legacy,
  creation,
  links,
  lastNames,
  privileges,
  death,
  deadLinks,
  processes,
  memory,
  ...hookMenus,
];
