/** The world as a step of a model sees it. */
import type { Objects, View, ViewOf } from './object.ts';

/** What happened inside a step, for whoever watches (replay, explanations); nobody stores it while exploring. */
export type Happening =
  | { readonly type: 'get' | 'put'; readonly object: string; readonly refs: number; readonly why: string }
  | {
      readonly type: 'fire';
      readonly object: string;
      readonly event: string;
      readonly from: string;
      readonly to: string;
    }
  | { readonly type: 'check'; readonly name: string; readonly errno: string }
  | { readonly type: 'note'; readonly text: string }
  /** What a listener of the kernel's own records sees, in order; traces expect it under this result key. */
  | { readonly type: 'record'; readonly key: string; readonly object: string }
  | { readonly type: 'lock'; readonly name: string };

export type Views<O extends Objects> = { readonly [K in keyof O & string]: readonly View<O, K>[] };

/** A command between two of its steps. */
export interface RunningCall<O extends Objects> {
  readonly op: string;
  /** Objects that its registers refer to; they hold references for it. */
  readonly registers: readonly ViewOf<O, keyof O & string>[];
  readonly made: Readonly<Record<string, ViewOf<O, keyof O & string>>>;
}

/** An object with a counter of references. */
export type Counted<C extends string> = { readonly kind: string; readonly name: string } & { [N in C]: number };

export interface Reference {
  /** Who holds it, and what for. */
  readonly why: string;
  /** What is held, where that is not the object as a whole. */
  readonly what?: string;
}

export interface World<O extends Objects = Objects> {
  /** Every object, by kind. */
  readonly all: Views<O>;
  /** The same objects as they were before the running transition. Only properties of steps may look here. */
  readonly before: Views<O>;
  /** Commands that are under way; only grain `lock` has any. */
  calls(): readonly RunningCall<O>[];
  /** Names of descriptors, by handle index. */
  readonly handles: readonly string[];
  /** Does the semantics have this feature? Fixed while a scenario is bound. */
  has(feature: string): boolean;
  /**
   * Ends the command with `errno` unless the condition holds. `name` is the stable name of the check: coverage counts
   * it, explanations and mutations refer to it.
   */
  check(name: string, condition: unknown, errno: string): asserts condition;
  /** Ends the command with this errno. */
  fail(name: string, errno: string): never;
  /** The actor can take this step only when the condition holds; only the first step of a command may ask. */
  when(condition: unknown): asserts condition;
  /** Who does what, for properties of steps; `errno` is null while a command runs and after success. */
  readonly step: {
    readonly actor: string;
    readonly op: string;
    readonly errno: string | null;
    /** The command began in an earlier transition. */
    readonly continued: boolean;
  };
  /**
   * The kernel allocates memory here. Where the scenario lets allocations fail (`faults: {allocation: n}`), one branch of
   * the exploration ends the command with ENOMEM at this point.
   */
  allocates(what: string): void;
  /** The same where the command goes on without the memory: was it there? */
  allocated(what: string): boolean;
  /** What the running command returns besides success; never part of the state. */
  returns(values: Readonly<Record<string, unknown>>): void;
  /** What the actor sees of a command that succeeded, where that is an errno: what a denied event returns to it. */
  sees(errno: string): void;
  /** Takes a reference: the counter of the object goes up by one. */
  get<C extends string>(object: Counted<C>, counter: C, reference: Reference): void;
  /** Drops a reference; `last` runs when it was the last one. */
  put<C extends string>(object: Counted<C>, counter: C, reference: Reference, last?: () => void): void;
  /** Tells whoever watches. */
  tell(happening: Happening): void;
  /** A property calls this when its subject exists; a property that never did is vacuous. */
  subject(): void;
  /** A stated maximum of the model is reached: the run proves nothing beyond it, and its verdicts are unknown. */
  exceeded(what: string): never;
  /** The transition breaks a law of the model itself (use after free, unbalanced count). */
  broken(law: string, why: string): never;
}
