/** How natural model code ends early. Thrown only on paths that are not stored yet, so their cost does not matter. */

/** The command fails with an errno. */
export class ErrnoSignal {
  readonly errno: string;
  readonly check: string;
  constructor(errno: string, check: string) {
    this.errno = errno;
    this.check = check;
  }
}

/** The actor cannot take the step now. */
export class BlockedSignal {}
export const BLOCKED = new BlockedSignal();

/** A law of the model is broken: an event the chart does not know, a count below zero, a use after free. */
export class LawSignal {
  readonly law: string;
  readonly why: string;
  constructor(law: string, why: string) {
    this.law = law;
    this.why = why;
  }
}

/** A stated maximum was reached; the run can prove nothing beyond it. */
export class BoundSignal {
  readonly what: string;
  constructor(what: string) {
    this.what = what;
  }
}
