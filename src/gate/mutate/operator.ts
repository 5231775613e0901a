/** What a mutation operator is. */
import type { Primitive } from '../../world/instrument.ts';
import type { AnyAct, Counting, Piece } from './scopes.ts';

/** What an operator may know of the place besides the act itself. */
export interface Where {
  /** Calls of the same rule that the piece around it has made before. */
  readonly nth: number;
  /** The step around it holds a lock. */
  readonly locked: boolean;
  /** Other actors can come between two steps of a command. */
  readonly interleaved: boolean;
  /** Allocations may fail in this run. */
  readonly faults: boolean;
  /** Runs code and takes back all that it did; what it throws passes through. */
  readonly rehearse: <T>(run: () => T) => T;
}

export interface Operator {
  readonly name: string;
  /** What a kernel with this mistake does, to be continued with the site. */
  readonly says: string;
  readonly on: readonly (Primitive | Piece | Counting)[];
  /** Needs to know what the act returned. */
  readonly afterwards?: boolean;
  /** The site, where mutants of several places are one. */
  readonly site?: (act: AnyAct) => string;
  /** Names of the mutants at a site, as far as this act shows them; one without a name if absent. */
  readonly variants?: (act: AnyAct, where: Where, result: unknown) => readonly string[];
  /** Could the mutant make a difference here? Where it is never true, no run can tell the mutant from the original. */
  readonly matters: (act: AnyAct, where: Where, variant: string, result: unknown) => boolean;
  /** Does what the mutant does. Operators with `early` have another way. */
  readonly act: (act: AnyAct, where: Where, variant: string) => unknown;
  /** The act is done before the locked step around it begins, and left out there. */
  readonly early?: boolean;
}

/** A mutant that is one at its site. */
export const ONLY: readonly string[] = [''];
