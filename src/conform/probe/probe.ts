/**
 * What a kernel is: the features that it shows, found out by harmless calls, and the named semantics that have them.
 * Distribution kernels backport, so that a version number says nothing.
 */
import type { ModelDefinition } from '../../modelling/model.ts';
import type { Semantics } from '../../modelling/semantics.ts';
import type { TraceSource } from '../../trace/parse.ts';
import { sourceOfTrace } from '../generate/generate.ts';
import type { ConformKernel } from '../protocol/line.ts';
import { conformTrace } from '../run-trace.ts';
import type { Parting, TraceVerdict } from '../verdict.ts';
import { PROBES } from './probes.ts';

/**
 * `present` and `absent`: the kernel shows what only one of the two allows. `undecided`: it shows what both allow.
 * `neither`: it shows what none of them allows. `not-probed`: no harmless call, or the kernel cannot run the trace.
 */
export type Finding = 'present' | 'absent' | 'undecided' | 'neither' | 'not-probed';

export interface Found {
  readonly feature: string;
  readonly finding: Finding;
  /** The step that decided, what the kernel answered, and what the refuted assumption says instead; or why there is none. */
  readonly evidence: string;
}

/** A named semantics, and the features that are decided otherwise than it has them. */
export interface Likeness {
  readonly semantics: string;
  readonly lacks: readonly string[];
  readonly hasMore: readonly string[];
}

export interface ProbedKernel {
  readonly release: string;
  readonly features: readonly Found[];
  /** Those with the fewest differences first. */
  readonly likenesses: readonly Likeness[];
}

/** What is seen only while deferred work has not run may be missed once. */
const TRIES = 5;
/** A feature that was decided late may change what an earlier one showed. */
const ROUNDS = 4;

const withFeature = (base: Semantics, feature: string, has: boolean): Semantics => {
  const features = new Set(base.features);
  if (has) features.add(feature);
  else features.delete(feature);
  return { ...base, features };
};

function sourceOf(feature: string): TraceSource | string {
  const probe = PROBES[feature as keyof typeof PROBES];
  if (probe === undefined) return 'there is no probe for it';
  return 'cannot' in probe ? probe.cannot : sourceOfTrace({ ...probe.trace, id: feature });
}

const shown = (value: unknown): string => {
  const { errno, values } = (value ?? {}) as { readonly errno?: string | null; readonly values?: object };
  if (errno !== undefined && errno !== null) return errno;
  return values === undefined ? JSON.stringify(value) : `ok ${JSON.stringify(values)}`;
};

function evidenceOf(source: TraceSource, { index, kernel, model }: Parting, refuted: string): string {
  const step = source.trace.steps[index];
  const said = `${shown(kernel)}; ${refuted}: ${model.map(shown).join(' or ')}`;
  return step === undefined ? `at rest: ${said}` : `${step.op}: ${said}; arguments ${JSON.stringify(step.args)}`;
}

class Prober {
  private readonly kernel: ConformKernel;
  private readonly model: ModelDefinition;
  assumed: Semantics;

  constructor(kernel: ConformKernel, model: ModelDefinition, assumed: Semantics) {
    this.kernel = kernel;
    this.model = model;
    this.assumed = assumed;
  }

  async find(feature: string): Promise<Found> {
    const source = sourceOf(feature);
    if (typeof source === 'string') return { feature, finding: 'not-probed', evidence: source };
    let found: Found = { feature, finding: 'undecided', evidence: '' };
    for (let i = 0; i < TRIES && found.finding === 'undecided'; i++) found = await this.once(feature, source);
    return found;
  }

  private async once(feature: string, source: TraceSource): Promise<Found> {
    const has = await this.run(source, withFeature(this.assumed, feature, true));
    if (has.kind === 'not-runnable') return { feature, finding: 'not-probed', evidence: has.why };
    const lacks = await this.run(source, withFeature(this.assumed, feature, false));
    if (lacks.kind === 'not-runnable') return { feature, finding: 'not-probed', evidence: lacks.why };
    if (has.kind === 'agree' && lacks.kind === 'agree')
      return { feature, finding: 'undecided', evidence: `${TRIES} tries show nothing that only one of them allows` };
    if (has.kind === 'differ' && lacks.kind === 'differ')
      return { feature, finding: 'neither', evidence: evidenceOf(source, has.parting, 'with it') };
    if (has.kind === 'agree' && lacks.kind === 'differ')
      return { feature, finding: 'present', evidence: evidenceOf(source, lacks.parting, 'without it') };
    if (has.kind === 'differ')
      return { feature, finding: 'absent', evidence: evidenceOf(source, has.parting, 'with it') };
    throw new Error('a verdict that there is not');
  }

  private run(source: TraceSource, semantics: Semantics): Promise<TraceVerdict> {
    return conformTrace(this.kernel, source, { model: this.model, semantics });
  }

  /** Adopts what was decided; true: that is news. */
  adopt({ feature, finding }: Found): boolean {
    if (finding !== 'present' && finding !== 'absent') return false;
    const has = finding === 'present';
    if (this.assumed.features.has(feature) === has) return false;
    this.assumed = withFeature(this.assumed, feature, has);
    return true;
  }
}

/** Compares what was decided with a kernel of that name. */
function likenessOf({ name, features: own }: Semantics, found: readonly Found[]): Likeness {
  const named = (finding: Finding, has: boolean): readonly string[] =>
    found.filter((one) => one.finding === finding && own.has(one.feature) === has).map(({ feature }) => feature);
  return { semantics: name, lacks: named('absent', true), hasMore: named('present', false) };
}

const distance = ({ lacks, hasMore }: Likeness): number => lacks.length + hasMore.length;

/** Throws KernelGone if the kernel or its agent is lost. `kernels`: the named semantics it may be. */
export async function probe(
  kernel: ConformKernel,
  model: ModelDefinition,
  kernels: readonly Semantics[],
): Promise<ProbedKernel> {
  const start = model.semantics[model.defaultSemantics];
  if (start === undefined) throw new Error(`no semantics ${model.defaultSemantics}`);
  const prober = new Prober(kernel, model, start);
  const features = new Map<string, Found>();
  for (let round = 0, news = true; news && round < ROUNDS; round++) {
    news = false;
    for (const feature of Object.keys(PROBES)) {
      const found = await prober.find(feature);
      features.set(feature, found);
      news = prober.adopt(found) || news;
    }
  }
  const found = [...features.values()];
  const likenesses = kernels.map((one) => likenessOf(one, found)).sort((a, b) => distance(a) - distance(b));
  return { release: kernel.release, features: found, likenesses };
}

export const equals = (likeness: Likeness): boolean => distance(likeness) === 0;

/** `6.12` of `6.12.118+deb13-cloud-amd64`. */
const versionOf = (release: string): string => /^\d+\.\d+/.exec(release)?.[0] ?? release;

/**
 * The semantics to hold a kernel against: the named one that it equals, where several do that of its version; or else the
 * nearest, with what was found otherwise, under the name `probed`.
 */
export function semanticsOf({ release, features, likenesses }: ProbedKernel, model: ModelDefinition): Semantics {
  const same = likenesses.filter(equals).map(({ semantics }) => semantics);
  const name = same.find((one) => one === `linux-${versionOf(release)}`) ?? same[0] ?? likenesses[0]?.semantics;
  const nearest = model.semantics[name ?? model.defaultSemantics];
  if (nearest === undefined) throw new Error(`no semantics ${name}`);
  if (same.length > 0) return nearest;
  const own = new Set(nearest.features);
  for (const { feature, finding } of features) {
    if (finding === 'present') own.add(feature);
    if (finding === 'absent') own.delete(feature);
  }
  return { ...nearest, name: 'probed', says: `what ${release} shows`, features: own };
}
