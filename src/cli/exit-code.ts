/** Exit codes, the same for every verb. README.md has the table. */
import { type GateResult, gateVerdicts } from '../gate/gate.ts';
import type { CheckResult, CheckVerdict } from '../scenario/result.ts';

export const EXIT = { expected: 0, violated: 1, input: 2, unknown: 3, cannotRun: 4, vacuous: 5, internal: 70 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

const MEANINGS: Readonly<Record<ExitCode, string>> = {
  0: 'everything is as expected',
  1: 'a property is violated, or an expectation was missed',
  2: 'usage or input error',
  3: 'unknown: a bound was hit',
  4: 'cannot run here',
  5: 'vacuous: the subject of a property never existed',
  70: 'internal error',
};

export const meaningOf = (code: ExitCode): string => MEANINGS[code];

/** What is worse hides what is less bad: a known violation says more than a bound that was hit elsewhere. */
const PRECEDENCE: readonly ExitCode[] = [
  EXIT.internal,
  EXIT.input,
  EXIT.violated,
  EXIT.unknown,
  EXIT.vacuous,
  EXIT.cannotRun,
  EXIT.expected,
];

/** The code of a run whose parts ended with these. Nothing ran: never 0. */
export function worst(codes: Iterable<ExitCode>): ExitCode {
  const all = new Set(codes);
  return PRECEDENCE.find((code) => all.has(code)) ?? EXIT.input;
}

export function exitCodeOf({ verdict, expected }: Pick<CheckVerdict, 'verdict' | 'expected'>): ExitCode {
  if (verdict === expected) return EXIT.expected;
  if (verdict === 'unknown') return EXIT.unknown;
  return verdict === 'vacuous' ? EXIT.vacuous : EXIT.violated;
}

/** A run without any verdict checked nothing, which is an error of its input. */
export const exitCodeOfRun = ({ verdicts }: Pick<CheckResult, 'verdicts'>): ExitCode => worst(verdicts.map(exitCodeOf));

/** Undecided is not accepted, and neither is what nobody waived. */
export const exitCodeOfGate = (result: GateResult): ExitCode =>
  worst(gateVerdicts(result).map((verdict) => EXIT[verdict]));
