/** A gate as JSON. What is added later keeps the version; what is renamed or removed raises it. */
import type { Finding } from '../../gate/gate.ts';
import { traceJson } from '../json.ts';
import { type GateReport, holdersOf } from './report.ts';

export const GATE_SCHEMA_VERSION = 1;

function waiverJson({ waiver }: Finding): object | null {
  if (waiver === undefined) return null;
  const { reason, link, expires, where } = waiver;
  return { reason, link, expires, file: where.file, line: where.line ?? null };
}

function findingJson(finding: Finding): object {
  const { divergence, evidence } = finding;
  const { class: of, scenario, grain, subject, was, now, fingerprint } = divergence;
  const trace = evidence?.verdict.trace;
  return {
    class: of,
    scenario,
    grain: grain ?? null,
    subject,
    was,
    now,
    fingerprint,
    waiver: waiverJson(finding),
    statement: evidence?.verdict.statement ?? null,
    claims: evidence?.verdict.claims ?? [],
    alsoViolated: evidence?.alsoViolated ?? [],
    lastHolders: holdersOf(finding),
    trace: trace === undefined ? null : traceJson(trace),
  };
}

export function gateJson(report: GateReport): string {
  const { version, exitCode, exitMeaning, candidate, baseline, scenarios, runs, notSetUp, today, waiverFile } = report;
  const document = {
    schemaVersion: GATE_SCHEMA_VERSION,
    tool: { name: 'lastref', version },
    exitCode,
    exitMeaning,
    candidate: { ...candidate, base: candidate.base ?? null },
    baseline,
    scenarios,
    runs,
    notSetUp,
    findings: report.findings.map(findingJson),
    gained: report.gained,
    waivers: {
      file: waiverFile ?? null,
      today,
      forOthers: report.otherWaivers,
      problems: report.problems.map((problem) => ({ ...problem, hint: problem.hint ?? null })),
    },
    seconds: report.seconds,
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}
