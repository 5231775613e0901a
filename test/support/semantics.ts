/** Semantics by name, and short traces that a model must agree with. */
import { expect } from 'chai';
import { bpf } from '../../models/index.ts';
import type { ModelDefinition } from '../../src/modelling/model.ts';
import type { Semantics } from '../../src/modelling/semantics.ts';
import type { Expectation } from '../../src/trace/format.ts';
import { replay } from '../../src/trace/replay.ts';
import { sourceOf } from './traces.ts';

export function semanticsNamed(name: string, model: ModelDefinition = bpf): Semantics {
  const semantics = Object.hasOwn(model.semantics, name) ? model.semantics[name] : undefined;
  if (semantics === undefined) throw new Error(`the model has no semantics "${name}"`);
  return semantics;
}

/** A step succeeds unless something else is said, and P0 takes it unless it is an event. */
export type ShortStep = readonly [
  op: string,
  args: object,
  expected?: Expectation,
  as?: string | undefined,
  actor?: string,
];

/** The model answers every step as it says. */
export function expectAgreement(objects: object, steps: readonly ShortStep[], name = 'linux-6.18'): void {
  const written = steps.map(([op, args, expected = { ok: true }, as, actor]) => ({
    actor: actor ?? (op === 'fire' ? '-' : 'P0'),
    op,
    args,
    expect: expected,
    ...(as === undefined ? {} : { as }),
  }));
  const source = sourceOf({ id: 't', objects, steps: written }, 't');
  const result = replay(source, { model: bpf, semantics: semanticsNamed(name) });
  expect(result.ok, JSON.stringify(result)).to.equal(true);
}
