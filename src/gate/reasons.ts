/** Reasons: why the candidate violates what it newly violates, and which of its changes to take back. */
import type { ModelDefinition } from '../modelling/model.ts';
import { counterfactual } from '../scenario/counterfactual.ts';
import type { CheckResult, Counterexample } from '../scenario/result.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { whyViolated } from '../scenario/why.ts';
import type { Grain } from '../world/input.ts';
import type { Finding, GateResult } from './gate.ts';

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

/** One violation to explain: a scenario by its file, the grain, and the label of the verdict. */
export interface Wanted {
  readonly file: string;
  readonly grain: Grain;
  readonly label: string;
}

export interface Reasons extends Wanted, Pick<Counterexample, 'because' | 'otherwise'> {}

const wantedOf = ({ evidence }: Finding): Wanted | undefined =>
  evidence === undefined
    ? undefined
    : { file: evidence.result.file, grain: evidence.result.grain, label: evidence.verdict.label };

const same = (a: Wanted, b: Wanted | undefined): boolean =>
  a.file === b?.file && a.grain === b.grain && a.label === b.label;

/** Which violations deserve reasons. */
export const wantedReasons = ({ findings }: GateResult): readonly Wanted[] =>
  [...shortest(findings)].flatMap((finding) => wantedOf(finding) ?? []);

/** Finds the reasons of one violation, in the thread that may run the candidate. `model` has it among its semantics. */
export function reasonsFor(wanted: Wanted, result: CheckResult, scenario: Scenario, model: ModelDefinition): Reasons {
  const verdict = result.verdicts.find(({ label }) => label === wanted.label);
  if (verdict?.trace === undefined) return wanted;
  const because = whyViolated(scenario, model, result, verdict, result.verdicts);
  return { ...wanted, because, otherwise: counterfactual(scenario, model, result, verdict, RUNS_MAX) };
}

/** The result with reasons where its reports show a trace in full. */
export function withReasons(result: GateResult, reasons: readonly Reasons[]): GateResult {
  const findings = result.findings.map((finding): Finding => {
    const found = reasons.find((each) => same(each, wantedOf(finding)));
    const { evidence } = finding;
    const trace = evidence?.verdict.trace;
    if (found === undefined || evidence === undefined || trace === undefined) return finding;
    const { because, otherwise } = found;
    return {
      ...finding,
      evidence: { ...evidence, verdict: { ...evidence.verdict, trace: { ...trace, because, otherwise } } },
    };
  });
  return { ...result, findings };
}
