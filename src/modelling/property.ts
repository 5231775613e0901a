/** Properties: what must be true, of which states or steps, and what it stands for. */
import type { ArgSpecs, ArgsOf } from './command.ts';
import type { Objects } from './object.ts';

/**
 * - `always`: of every state
 * - `step`: of every transition; the check sees the state before and after
 * - `finally`: of every state in which nothing is in flight and every script is over
 */
export type PropertyKind = 'always' | 'step' | 'finally';

/** `true`, or why not: a sentence that names the objects concerned. */
export type Check = true | string;

export interface PropertySpec<W, O extends Objects, A extends ArgSpecs> {
  readonly name: string;
  readonly kind: PropertyKind;
  /** One sentence that says what is claimed. */
  readonly statement: string;
  /** Ids of the founding claims that this property stands for. */
  readonly claims: readonly string[];
  /** Why a kernel or a protocol keeps or breaks it; for a reader who has met a violation. */
  readonly explanation: string;
  readonly params: A;
  readonly check: (k: W, params: ArgsOf<O, A>) => Check;
}

export interface AnyProperty {
  readonly name: string;
  readonly kind: PropertyKind;
  readonly statement: string;
  readonly claims: readonly string[];
  readonly explanation: string;
  readonly params: ArgSpecs;
  readonly check: (k: never, params: never) => Check;
}

/** Constructor of properties for one set of objects. */
export function propertyLanguage<W, O extends Objects>() {
  return {
    property<const A extends ArgSpecs>(spec: PropertySpec<W, O, A>): AnyProperty {
      return spec as AnyProperty;
    },
  };
}

/**
 * Where property `if` fails, in a state or by the step that leads there, one of `follows` fails in that state; `at rest`: where
 * nothing is under way and every script is over; `may`: no law, but there are runs in which `follows` fails after `if`.
 */
export interface Implication {
  readonly if: string;
  readonly follows: readonly string[];
  readonly when: 'always' | 'at rest' | 'may';
  readonly because: string;
}
