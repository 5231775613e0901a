/**
 * One row of an observed-facts table in executable form.
 *
 * Every observed row appears exactly once: as a trace that must replay without a difference on the models, as a
 * reference to a scenario that shows it by exploration (races, measurements), or with the reason why a lifecycle model
 * cannot express it.
 */
import type { TraceFile } from '../../src/trace/format.ts';

/** What is declared before the first step: the `objects` member of a trace file. */
export type RowObjects = TraceFile['objects'];
/** One step of a trace file; see docs/vocabulary.md. */
export type RowStep = TraceFile['steps'][number];

export type OracleRow =
  | {
      readonly id: string;
      readonly objects: RowObjects;
      readonly steps: readonly RowStep[];
      readonly semantics?: string;
    }
  | {
      readonly id: string;
      readonly shownBy: string;
      readonly verdicts: Readonly<Record<string, 'holds' | 'violated'>>;
      readonly semantics?: string;
    }
  | { readonly id: string; readonly notExecutable: string };
