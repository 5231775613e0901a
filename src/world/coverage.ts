/**
 * Coverage: what the explored part of a model ever did. Natural code runs at least once on every distinct path, so sets
 * are exact although stored paths do not run again.
 */
export class Coverage {
  /** Names of commands that were started. */
  readonly commands = new Set<string>();
  /** `command errno`, and `command ok`. */
  readonly results = new Set<string>();
  /** `check true` and `check false`. */
  readonly checks = new Set<string>();
  /** `kind: PHASE -EVENT-> PHASE`. */
  readonly charts = new Set<string>();
  /** Properties whose subject existed in some state. */
  readonly subjects = new Set<string>();
  /** Works that ran. */
  readonly works = new Set<string>();

  add(other: Coverage): void {
    for (const key of ['commands', 'results', 'checks', 'charts', 'subjects', 'works'] as const)
      for (const item of other[key]) this[key].add(item);
  }
}
