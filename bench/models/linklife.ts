/**
 * LinkLife(P, L, C): the reference model for speed, written as any model is. Processes create, close, pin, update and
 * detach links on cgroups; the last reference frees a link.
 */
import {
  type AnyProperty,
  array,
  chart,
  count,
  flag,
  language,
  list,
  type ModelDefinition,
  object,
  propertyLanguage,
  ref,
  set,
  type View,
  type World,
} from '../../src/modelling/index.ts';

const objects = {
  process: object({
    chart: chart('process', { initial: 'alive', states: { alive: { on: { EXIT: 'dead' } }, dead: {} } }),
    fields: {},
  }),
  cgroup: object({
    chart: chart('cgroup', { initial: 'alive', states: { alive: { on: { RMDIR: 'dead' } }, dead: {} } }),
    fields: { links: list(ref('link'), (sizes) => sizes['link'] ?? 0) },
  }),
  link: object({
    chart: chart('link', {
      initial: 'none',
      states: {
        none: { on: { CREATE: 'attached' } },
        attached: { on: { DETACH: 'detached', FREE: 'freed' } },
        detached: { on: { FREE: 'freed' } },
        freed: {},
      },
    }),
    fields: { cgroup: ref('cgroup'), updated: flag(), pinned: flag(), owners: set('process') },
  }),
};

type LinkLife = World<typeof objects>;
type Link = View<typeof objects, 'link'>;
type Process = View<typeof objects, 'process'>;

const { command } = language<LinkLife, typeof objects, 'process'>();
const { property } = propertyLanguage<LinkLife, typeof objects>();

const LINK = { link: { shape: 'object', kind: 'link' } } as const;

function leaveList(link: Link): void {
  if (link.cgroup === null) return;
  link.cgroup.links.remove(link);
  link.cgroup = null;
}

function dropCheck(link: Link): void {
  if (link.pinned || !link.owners.empty) return;
  leaveList(link);
  link.fire('FREE');
}

function closeDescriptor(process: Process, link: Link): void {
  link.owners.delete(process);
  dropCheck(link);
}

const commands = {
  create: command({
    op: 'create',
    name: 'create',
    cites: 'bench',
    args: { ...LINK, cgroup: { shape: 'object', kind: 'cgroup' } },
    steps: {
      create(k: LinkLife, { args: { link, cgroup }, actor }) {
        k.when(link.phase === 'none' && actor.phase === 'alive' && cgroup.phase === 'alive');
        link.fire('CREATE');
        link.cgroup = cgroup;
        link.owners.add(actor);
        cgroup.links.append(link);
      },
    },
  }),
  close: command({
    op: 'close',
    name: 'close',
    cites: 'bench',
    args: LINK,
    steps: {
      close(k: LinkLife, { args: { link }, actor }) {
        k.when(link.owners.has(actor));
        closeDescriptor(actor, link);
      },
    },
  }),
  pin: command({
    op: 'pin',
    name: 'pin',
    cites: 'bench',
    args: LINK,
    steps: {
      pin(k: LinkLife, { args: { link }, actor }) {
        k.when(link.owners.has(actor) && !link.pinned);
        link.pinned = true;
      },
    },
  }),
  unpin: command({
    op: 'unpin',
    name: 'unpin',
    cites: 'bench',
    args: LINK,
    steps: {
      unpin(k: LinkLife, { args: { link }, actor }) {
        k.when(link.pinned && actor.phase === 'alive');
        link.pinned = false;
        dropCheck(link);
      },
    },
  }),
  open: command({
    op: 'open',
    name: 'open',
    cites: 'bench',
    args: LINK,
    steps: {
      open(k: LinkLife, { args: { link }, actor }) {
        k.when(link.pinned && actor.phase === 'alive' && !link.owners.has(actor));
        link.owners.add(actor);
      },
    },
  }),
  update: command({
    op: 'update',
    name: 'update',
    cites: 'bench',
    args: LINK,
    steps: {
      update(k: LinkLife, { args: { link }, actor }) {
        k.when(link.owners.has(actor) && link.phase === 'attached');
        link.updated = !link.updated;
      },
    },
  }),
  detach: command({
    op: 'detach',
    name: 'detach',
    cites: 'bench',
    args: LINK,
    steps: {
      detach(k: LinkLife, { args: { link }, actor }) {
        k.when(link.owners.has(actor) && link.phase === 'attached');
        leaveList(link);
        link.fire('DETACH');
      },
    },
  }),
  exit: command({
    op: 'exit',
    name: 'exit',
    cites: 'bench',
    args: {},
    steps: {
      exit(k: LinkLife, { actor }) {
        k.when(actor.phase === 'alive');
        actor.fire('EXIT');
        for (const link of k.all.link) if (link.owners.has(actor)) closeDescriptor(actor, link);
      },
    },
  }),
  rmdir: command({
    op: 'rmdir',
    name: 'rmdir',
    cites: 'bench',
    args: { cgroup: { shape: 'object', kind: 'cgroup' } },
    steps: {
      rmdir(k: LinkLife, { args: { cgroup } }) {
        k.when(cgroup.phase === 'alive');
        cgroup.fire('RMDIR');
        for (const link of cgroup.links) {
          link.cgroup = null;
          link.fire('DETACH');
        }
        cgroup.links.clear();
      },
    },
  }),
};

const invariant = <K extends 'link' | 'cgroup'>(
  name: string,
  kind: K,
  check: (object: View<typeof objects, K>) => boolean,
): AnyProperty =>
  property({
    name,
    kind: 'always',
    statement: name,
    claims: [],
    explanation: name,
    params: { of: { shape: 'object', kind } },
    check: (_k, { of }) => check(of as View<typeof objects, K>) || `${kind} breaks it`,
  });

const properties = {
  'attached-is-held': invariant(
    'an attached link has an owner or a pin',
    'link',
    (link) => link.phase !== 'attached' || link.pinned || !link.owners.empty,
  ),
  'freed-is-unheld': invariant(
    'a freed link has neither',
    'link',
    (link) => link.phase !== 'freed' || (!link.pinned && link.owners.empty),
  ),
  'dead-is-empty': invariant(
    'the list of a dead cgroup is empty',
    'cgroup',
    (cgroup) => cgroup.phase !== 'dead' || cgroup.links.length === 0,
  ),
  'listed-once': invariant('a link is on the list of its cgroup once, and on no other', 'link', (link) => {
    if (link.phase !== 'attached') return link.cgroup === null;
    return link.cgroup !== null && [...link.cgroup.links].filter((listed) => listed === link).length === 1;
  }),
  'lists-attached': invariant('a list holds only links attached there', 'cgroup', (cgroup) =>
    [...cgroup.links].every((link) => link.cgroup === cgroup),
  ),
};

const numbered = (kind: string, n: unknown): { name: string }[] =>
  Array.from({ length: Number(n) }, (_, i) => ({ name: `${kind}${i}` }));

export const linkLife: ModelDefinition = {
  name: 'LinkLife',
  objects,
  actorKind: 'process',
  commands,
  works: [],
  properties,
  flags: {},
  errnos: [],
  rules: {},
  semantics: { plain: { name: 'plain', says: 'the only one', features: new Set(), changes: {} } },
  defaultSemantics: 'plain',
  populate: ({ objects: sizes }) => ({
    instances: {
      process: numbered('p', sizes['processes']),
      cgroup: numbered('c', sizes['cgroups']),
      link: numbered('l', sizes['links']),
    },
    limits: {},
  }),
  start: () => undefined,
  ready: () => true,
  interrupt: () => null,
  interruptOps: [],
  over: () => false,
  describe: () => ({ places: {}, holders: {} }),
};

/** The same model with bytes in every object that nothing reads or writes: the states of real models are that long. */
export function withBallast(model: ModelDefinition, bytes: number): ModelDefinition {
  const ballast = array(count(255), bytes);
  const kinds = Object.entries(model.objects);
  return {
    ...model,
    objects: Object.fromEntries(
      kinds.map(([kind, spec]) => [kind, { ...spec, fields: { ...spec.fields, ballast } }] as const),
    ),
  };
}
