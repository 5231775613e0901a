/** What a scenario or a trace hands over to be bound, and how bad input is reported. */
import type { ModelDefinition } from '../modelling/model.ts';
import type { Semantics } from '../modelling/semantics.ts';
import type { Instrument } from './instrument.ts';

/** How fine the steps are; see DESIGN: command, work, lock. */
export const GRAINS = ['command', 'work', 'lock'] as const;
export type Grain = (typeof GRAINS)[number];

export interface Position {
  readonly file: string;
  readonly line?: number;
  readonly column?: number;
}

/** Input that cannot be used: a stable code, what is wrong, where, and what to do. */
export class InputError extends Error {
  readonly code: string;
  readonly where: Position | undefined;
  readonly hint: string | undefined;
  constructor(code: string, message: string, where?: Position, hint?: string) {
    super(message);
    this.name = 'InputError';
    this.code = code;
    this.where = where;
    this.hint = hint;
  }
}

export interface ItemInput {
  readonly op: string;
  readonly args: Readonly<Record<string, unknown>>;
  readonly as?: string | undefined;
  /** Name under which the result is remembered for outcomes. */
  readonly result?: string | undefined;
  readonly where?: Position | undefined;
}

export interface ActorInput {
  readonly name: string;
  readonly script: readonly ItemInput[];
  /** Every item may be used, in any order, together at most `times` times; unlimited if absent. */
  readonly menu?: { readonly items: readonly ItemInput[]; readonly times: number | undefined } | undefined;
  readonly where?: Position | undefined;
}

export interface PropertyInput {
  /** Key of the model's property. */
  readonly property: string;
  readonly params: Readonly<Record<string, unknown>>;
  /** Unique within the scenario; verdicts are reported under it. */
  readonly label: string;
  readonly where?: Position | undefined;
}

export interface Faults {
  /** Allocations that may fail in one run. */
  readonly allocation: number;
}

export const NO_FAULTS: Faults = { allocation: 0 };

export interface WorldInput {
  readonly model: ModelDefinition;
  readonly semantics: Semantics;
  readonly grain: Grain;
  readonly objects: Readonly<Record<string, unknown>>;
  readonly limits: Readonly<Record<string, number>>;
  /** What the environment may let fail, and how often. */
  readonly faults: Faults;
  /** `provided`: the scenario does not say it; it gives an actor a descriptor that its steps name. */
  readonly setup: readonly (ItemInput & { readonly actor: string; readonly provided?: boolean })[];
  readonly actors: readonly ActorInput[];
  readonly properties: readonly PropertyInput[];
  /** Sees, and may change, what the primitives of the model do. */
  readonly instrument?: Instrument | undefined;
  readonly where?: Position | undefined;
}
