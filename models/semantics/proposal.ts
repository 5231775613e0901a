/** Proposals: a patch over a named semantics that replaces rules or features by name. What does not exist does not type-check. */
import type { Changes as AnyChanges } from '../../src/modelling/index.ts';
import type { Rules } from '../kernel.ts';
import { rules } from '../rules/index.ts';
import { FEATURES, type Feature } from './features.ts';
import { type BpfSemantics, LINUX } from './linux.ts';

export type Changes = AnyChanges<Rules, Feature>;

export interface Proposal {
  readonly name: string;
  /** Name of a built-in semantics, or another proposal. */
  readonly base: string | BpfSemantics;
  readonly says?: string;
  /** Ids of the founding claims that it makes. */
  readonly claims?: readonly string[];
  readonly changes: Changes;
}

/** Makes a semantics of a proposal. Throws where it names what does not exist; the command line shows file and line. */
export function proposal({ name, base, says, claims, changes }: Proposal): BpfSemantics {
  const ground = typeof base === 'string' ? LINUX[base] : base;
  if (ground === undefined)
    throw new Error(
      `proposal "${name}": there is no semantics "${String(base)}"; known: ${Object.keys(LINUX).join(', ')}`,
    );
  for (const feature of [...(changes.features?.add ?? []), ...(changes.features?.remove ?? [])])
    if (!Object.hasOwn(FEATURES, feature))
      throw new Error(
        `proposal "${name}": there is no feature "${feature}"; known: ${Object.keys(FEATURES).join(', ')}`,
      );
  for (const rule of Object.keys(changes.rules ?? {}))
    if (!Object.hasOwn(rules, rule))
      throw new Error(`proposal "${name}": there is no rule "${rule}"; known: ${Object.keys(rules).join(', ')}`);
  const features = new Set([...ground.features, ...(changes.features?.add ?? [])]);
  for (const feature of changes.features?.remove ?? []) features.delete(feature);
  return {
    name,
    says: says ?? `${name} over ${ground.name}`,
    features,
    rules: { ...ground.rules, ...changes.rules },
    base: ground.name,
    claims: claims ?? [],
  };
}
