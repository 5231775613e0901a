/**
 * Proposals: a patch over a named semantics that replaces rules, steps of commands, transitions of charts, deferred works
 * or features by name. What does not exist does not type-check, and is refused when a plain JavaScript file names it.
 */
import type { Changes as AnyChanges, ChartConfig, EventOf, Objects, PhaseOf } from '../../src/modelling/index.ts';
import { featuresAfter, under, unknownNames } from '../../src/modelling/index.ts';
import { type Commands, commands } from '../commands/index.ts';
import type { Rules } from '../kernel.ts';
import { objects } from '../objects/index.ts';
import { rules } from '../rules/index.ts';
import { type Works, works } from '../works/index.ts';
import { FEATURES, type Feature } from './features.ts';
import { type BpfSemantics, LINUX } from './linux.ts';

type ObjectKinds = typeof objects;
type ChartOf<K extends keyof ObjectKinds> = NonNullable<ObjectKinds[K]['chart']>['config'];
/** Kinds of objects that have phases. */
type Charted = { [K in keyof ObjectKinds]: [PhaseOf<ChartOf<K>>] extends [never] ? never : K }[keyof ObjectKinds];
/** Transitions of one chart: by phase and event the phase that follows, or null. */
type ChartChanges<C extends ChartConfig> = {
  readonly [P in PhaseOf<C>]?: { readonly [E in EventOf<C>]?: PhaseOf<C> | null };
};
/** Steps by their names; those of a command without static types do not count. */
type StepsOf<Op extends keyof Commands> = {
  readonly [S in keyof Commands[Op]['steps'] as string extends S ? never : S]: Commands[Op]['steps'][S];
};
/** One step, or several in its place. */
type StepChanges<Op extends keyof Commands> = {
  readonly [S in keyof StepsOf<Op>]?: StepsOf<Op>[S] | Readonly<Record<string, StepsOf<Op>[S]>>;
};

export interface Changes {
  readonly features?: { readonly add?: readonly Feature[]; readonly remove?: readonly Feature[] };
  readonly rules?: Partial<Rules>;
  readonly steps?: { readonly [Op in keyof Commands]?: StepChanges<Op> };
  readonly charts?: { readonly [K in Charted]?: ChartChanges<ChartOf<K>> };
  readonly works?: { readonly [W in keyof Works]?: Partial<Pick<Works[W], 'ready' | 'run'>> };
}

/** What a proposal stands on, to be called by what replaces it. */
export interface Base {
  readonly rules: Rules;
  readonly steps: { readonly [Op in keyof Commands]: StepsOf<Op> };
  readonly works: Works;
}

export interface Proposal {
  readonly name: string;
  /** Name of a kernel, or another semantics. */
  readonly base: string | BpfSemantics;
  readonly says?: string;
  /** Ids of the founding claims that it makes. */
  readonly claims?: readonly string[];
  /** What it changes; a function where a change calls what it replaces. */
  readonly changes: Changes | ((base: Base) => Changes);
}

const MODEL = { objects: objects as Objects, commands, works: Object.values(works), rules };
/** How each proposal was written, so that it can be put on another ground. */
const written = new WeakMap<BpfSemantics, Proposal>();

function baseOf(ground: BpfSemantics): Base {
  const model = under(MODEL, ground);
  return {
    rules: model.rules,
    steps: Object.fromEntries(
      Object.entries(model.commands).map(([op, { steps }]) => [op, steps]),
    ) as unknown as Base['steps'],
    works: Object.fromEntries(model.works.map((work) => [work.name, work])) as unknown as Works,
  };
}

function groundOf({ name, base }: Proposal): BpfSemantics {
  const ground = typeof base === 'string' ? (Object.hasOwn(LINUX, base) ? LINUX[base] : undefined) : base;
  if (ground === undefined)
    throw new Error(
      `proposal "${name}": there is no semantics "${String(base)}"; known: ${Object.keys(LINUX).join(', ')}`,
    );
  return ground;
}

function refuseUnknown(name: string, ground: BpfSemantics, changes: Changes): void {
  const features = Object.keys(FEATURES);
  for (const feature of [...(changes.features?.add ?? []), ...(changes.features?.remove ?? [])])
    if (!features.includes(feature))
      throw new Error(`proposal "${name}": there is no feature "${feature}"; known: ${features.join(', ')}`);
  for (const { what, name: unknown, known } of unknownNames(under(MODEL, ground), changes as AnyChanges))
    throw new Error(`proposal "${name}": there is no ${what} "${unknown}"; known: ${known.join(', ')}`);
}

/** Makes a semantics of a proposal. Throws where it names what does not exist; the command line shows file and line. */
export function proposal(spec: Proposal): BpfSemantics {
  const { name, says, claims } = spec;
  const ground = groundOf(spec);
  const changes = typeof spec.changes === 'function' ? spec.changes(baseOf(ground)) : spec.changes;
  refuseUnknown(name, ground, changes);
  const made: BpfSemantics = {
    name,
    says: says ?? `${name} over ${ground.name}`,
    features: featuresAfter(ground.features, changes as AnyChanges),
    changes: changes as AnyChanges,
    ground,
    claims: claims ?? [],
  };
  written.set(made, spec);
  return made;
}

/** Several proposals as one, each over the one before it; the first keeps its own base. Throws for a kernel, which changes nothing. */
export function combine(name: string, first: BpfSemantics, ...others: readonly BpfSemantics[]): BpfSemantics {
  const layers = others.reduce((base, other) => proposal({ ...specOf(other, name), base }), first);
  return { ...layers, name, says: [first, ...others].map(({ says }) => says).join('; and ') };
}

function specOf(semantics: BpfSemantics, combined: string): Proposal {
  const spec = written.get(semantics);
  if (spec === undefined) throw new Error(`proposal "${combined}": "${semantics.name}" is no proposal`);
  return spec;
}
