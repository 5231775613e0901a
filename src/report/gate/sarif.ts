/**
 * A gate as SARIF 2.1.0: a result for each divergence, waived ones with a suppression (they stay visible), the trace as a
 * code flow with one thread flow for each actor.
 */
import { CLASSES } from '../../gate/divergence.ts';
import type { Finding } from '../../gate/gate.ts';
import type { Problem } from '../../scenario/problem.ts';
import type { StepReport } from '../../trace/retrace.ts';
import { operationText, resultText } from '../operation.ts';
import { type GateReport, headText, placeText, reasonTexts } from './report.ts';

const SCHEMA = 'https://json.schemastore.org/sarif-2.1.0.json';

const ruleId = (of: string): string => of.replaceAll(' ', '-');

const location = (file: string, line: number): object => ({
  physicalLocation: { artifactLocation: { uri: encodeURI(file) }, region: { startLine: line } },
});

/** Order of execution is the number of the step, over all thread flows. */
function codeFlow(steps: readonly StepReport[], scenario: string): object {
  const actors = [...new Set(steps.map(({ actor }) => actor))];
  return {
    threadFlows: actors.map((actor) => ({
      id: actor,
      locations: steps
        .filter((step) => step.actor === actor)
        .map((step) => ({
          executionOrder: step.number,
          location: {
            ...location(scenario, 1),
            message: { text: `${operationText(step)} ${resultText(step)}`.trim() },
          },
        })),
    })),
  };
}

function suppressions({ waiver }: Finding): readonly object[] {
  if (waiver === undefined) return [];
  const { reason, link, expires, where } = waiver;
  return [
    {
      kind: 'external',
      status: 'accepted',
      justification: `${reason} (${link}; until ${expires})`,
      location: location(where.file, where.line ?? 1),
    },
  ];
}

function resultOf(finding: Finding): object {
  const { divergence, evidence } = finding;
  const steps = evidence?.verdict.trace?.steps ?? [];
  const replay = evidence?.verdict.trace?.replay;
  return {
    ruleId: ruleId(divergence.class),
    level: 'error',
    kind: 'fail',
    message: {
      text: [
        `${headText(finding)}, in ${placeText(finding)}`,
        ...reasonTexts(finding),
        ...(replay === undefined ? [] : [replay]),
      ].join('\n'),
    },
    locations: [location(divergence.scenario, 1)],
    partialFingerprints: { 'lastref/v1': divergence.fingerprint },
    suppressions: suppressions(finding),
    ...(steps.length === 0 ? {} : { codeFlows: [codeFlow(steps, divergence.scenario)] }),
  };
}

const notification = ({ code, message, file, line, hint }: Problem): object => ({
  descriptor: { id: code },
  level: 'error',
  message: { text: hint === undefined ? message : `${message} (${hint})` },
  locations: [location(file, line)],
});

export function gateSarif(report: GateReport): string {
  const { version, findings, problems, exitCode, exitMeaning } = report;
  const rules = Object.entries(CLASSES).map(([of, says]) => ({ id: ruleId(of), shortDescription: { text: says } }));
  const run = {
    tool: { driver: { name: 'lastref', version, rules } },
    columnKind: 'utf16CodeUnits',
    invocations: [
      {
        executionSuccessful: true,
        exitCode,
        exitCodeDescription: exitMeaning,
        toolConfigurationNotifications: problems.map(notification),
      },
    ],
    results: findings.map(resultOf),
  };
  return `${JSON.stringify({ $schema: SCHEMA, version: '2.1.0', runs: [run] }, null, 2)}\n`;
}
