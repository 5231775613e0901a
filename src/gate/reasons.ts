/** Reasons: why the candidate violates what it newly violates, and which of its changes to take back. */
import type { ModelDefinition } from '../modelling/model.ts';
import { counterfactual } from '../scenario/counterfactual.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { whyViolated } from '../scenario/why.ts';
import type { Evidence, Finding, GateResult } from './gate.ts';

/** Properties that are explained, the ones with the shortest traces; each costs a few runs of its scenario. */
const EXPLAINED_MAX = 8;
/** Sets of changes that are taken back at most, for one property. */
const RUNS_MAX = 16;

const lengthOf = ({ evidence }: Finding): number => evidence?.verdict.trace?.steps.length ?? Number.POSITIVE_INFINITY;

/** The shortest violation of each property that no waiver accepts. */
function shortest(findings: readonly Finding[]): ReadonlySet<Finding> {
  const best = new Map<string, Finding>();
  const open = findings.filter(({ waiver, evidence }) => waiver === undefined && evidence !== undefined);
  for (const finding of [...open].sort((a, b) => lengthOf(a) - lengthOf(b))) {
    const property = finding.evidence?.verdict.property ?? '';
    if (!best.has(property) && best.size < EXPLAINED_MAX) best.set(property, finding);
  }
  return new Set(best.values());
}

function explained(evidence: Evidence, scenario: Scenario, model: ModelDefinition): Evidence {
  const { result, verdict } = evidence;
  if (verdict.trace === undefined) return evidence;
  const because = whyViolated(scenario, model, result, verdict, result.verdicts);
  const otherwise = counterfactual(scenario, model, result, verdict, RUNS_MAX);
  return { ...evidence, verdict: { ...verdict, trace: { ...verdict.trace, because, otherwise } } };
}

/** The result with reasons where its reports show a trace in full. `model` has the candidate among its semantics. */
export function withReasons(result: GateResult, scenarios: readonly Scenario[], model: ModelDefinition): GateResult {
  const chosen = shortest(result.findings);
  const findings = result.findings.map((finding): Finding => {
    const { evidence } = finding;
    const scenario = scenarios.find(({ file }) => file === evidence?.result.file);
    if (evidence === undefined || scenario === undefined || !chosen.has(finding)) return finding;
    return { ...finding, evidence: explained(evidence, scenario, model) };
  });
  return { ...result, findings };
}
