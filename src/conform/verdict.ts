/** What a conformance run says of one trace. */
import type { ModelDefinition } from '../modelling/model.ts';
import type { Semantics } from '../modelling/semantics.ts';
import type { Difference } from '../trace/compare.ts';

export interface ConformOptions {
  readonly model: ModelDefinition;
  readonly semantics: Semantics;
  /**
   * Hold the kernel also against what the file expects: `binding` makes a miss a difference; as `information` it is
   * told, and the word of the model alone counts. Absent: the file's expectations are not looked at.
   */
  readonly expectations?: 'binding' | 'information';
}

/** The first step in which model and kernel part. */
export interface Parting {
  /** Counted from 0; the number of steps: after the last one, when everything pending has run. */
  readonly index: number;
  readonly about: 'answer' | 'state' | 'expectation' | 'disabled';
  readonly kernel: unknown;
  /** Everything that the model allows. */
  readonly model: readonly unknown[];
  readonly differences: readonly Difference[];
}

export type TraceVerdict =
  | {
      readonly kind: 'agree';
      readonly steps: number;
      readonly several: number;
      readonly carried: number;
      /** What the file expects otherwise, first: model and kernel are of one mind and not of the file's. */
      readonly missed?: Parting | undefined;
    }
  | { readonly kind: 'differ'; readonly steps: number; readonly parting: Parting }
  | { readonly kind: 'not-runnable'; readonly steps: number; readonly why: string };
