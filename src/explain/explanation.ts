/** Why a property failed, as data. Prose is made of it in src/report/because.ts. */
import type { Consequence } from './implications.ts';

/** A command, deferred work or rule, and where its source and its facts are. */
export interface Citation {
  readonly what: 'command' | 'work' | 'rule';
  readonly name: string;
  /** Kernel path and function, and ids of facts; empty where the model cites nothing. */
  readonly cites: string;
  /** Proposal or bug that puts something of its own in its place (for a command, in the place of a step). */
  readonly replacedBy?: string | undefined;
}

/** One link of the chain: somebody changed something. */
export interface Link {
  /** Position in `links`. */
  readonly id: number;
  /** Number of the step of the trace, from 1; 0: setup. */
  readonly step: number;
  /** Position among the commands of the setup; -1 for a step of the trace. */
  readonly setup: number;
  /** Setup that the scenario does not spell out: it gave an actor a descriptor that its steps name. */
  readonly provided: boolean;
  readonly actor: string;
  /** Operation of the vocabulary, or the name of deferred work. */
  readonly op: string;
  /** Atomic step inside the command, at grain `lock`; else empty. */
  readonly stepName: string;
  /** What was changed: kind and name of the object, and its field (`phase` for the phase of its chart). */
  readonly object: string;
  readonly field: string;
  /** What a command remembers between two of its steps; the object is then the command. */
  readonly register: boolean;
  /** The same in the words of the model; empty where those say that no reader needs to hear of it. */
  readonly what: string;
  readonly before: string;
  readonly after: string;
  /** Rules and deferred works that were running when it was changed, the outermost first. */
  readonly rules: readonly string[];
  readonly citations: readonly Citation[];
  /** Features of the semantics without which, or with which, the step would have left it otherwise. */
  readonly features: readonly { readonly name: string; readonly present: boolean; readonly says: string }[];
  /** Links that this one needed. */
  readonly because: readonly number[];
}

/** A step of the trace that is no link of the chain. */
export interface Bystander {
  readonly step: number;
  /** Later steps that could not be taken, or would do something else, without this one. */
  readonly enables: readonly number[];
  /** Without it a later step would have done this, and the property would hold. */
  readonly prevents: { readonly step: number; readonly what: string; readonly after: string } | undefined;
  /** It only brings the run to the end that a property of ends speaks of. */
  readonly ends: boolean;
}

export type Tried = 'each' | 'together' | 'otherwise' | 'untried';

export interface LastReference {
  readonly object: string;
  readonly holders: readonly string[];
  /** Step that took the last of them. */
  readonly step: number;
}

export interface Explanation {
  readonly label: string;
  /** Why the property says that it fails. */
  readonly why: string;
  /** Step after which, or by which, it fails; 0: in the first state. */
  readonly step: number;
  readonly claims: readonly { readonly id: string; readonly text: string }[];
  /** Links that the property looked at when it failed: undoing one of them, or them together, makes it hold. */
  readonly because: readonly number[];
  /** What was tried, on the state or step that fails:
   * - `each`: undoing any one of `because` alone makes the property hold
   * - `together`: undoing all of them does, and no smaller part of them
   * - `otherwise`: nothing makes it hold, and undoing any one of them makes it fail in another way
   * - `untried`: nothing changes the failure; these are what the property read
   */
  readonly tried: Tried;
  readonly links: readonly Link[];
  readonly bystanders: readonly Bystander[];
  readonly lastReferences: readonly LastReference[];
  /** Of what fails in the same run: what this must follow from, and what must follow from it. */
  readonly followsFrom: Consequence | undefined;
  readonly implies: readonly Consequence[];
}
