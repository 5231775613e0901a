/** Findings by the run that they were found in, for formats that count tests. */
import type { Finding } from '../../gate/gate.ts';
import { type GateReport, placeText } from './report.ts';

export interface GateRun {
  /** `scenarios/x.yaml@lock`. */
  readonly name: string;
  readonly scenario: string;
  readonly findings: readonly Finding[];
}

/** Every run that was compared, and those of which only one side has something. */
export function gateRuns({ runs, findings }: GateReport): readonly GateRun[] {
  const found = new Map<string, Finding[]>();
  for (const finding of findings) {
    const name = placeText(finding);
    found.set(name, [...(found.get(name) ?? []), finding]);
  }
  const scenarios = new Map([
    ...runs.map(({ scenario, grain }) => [`${scenario}@${grain}`, scenario] as const),
    ...findings.map((finding) => [placeText(finding), finding.divergence.scenario] as const),
  ]);
  return [...scenarios].map(([name, scenario]) => ({ name, scenario, findings: found.get(name) ?? [] }));
}
