/** The JSON report as a schema: what json.ts writes, held together by a test. */
import { z } from 'zod';
import { SCHEMA_VERSION } from './json.ts';

const count = z.int().min(0);
const names = z.array(z.string());
const verdict = z.enum(['holds', 'violated', 'unknown', 'vacuous']);

const counts = {
  scenarios: count,
  runs: count.describe('scenarios times semantics'),
  verdicts: z.strictObject({ holds: count, violated: count, unknown: count, vacuous: count }),
  unexpected: count.describe('verdicts that differ from what their scenario expects'),
  violatedAsExpected: count,
  states: count,
  transitions: count,
  seconds: z.number().min(0),
};

const step = z.strictObject({
  number: z.int().min(1),
  transition: count.describe('the choice, as --choices takes it'),
  actor: z.string(),
  op: z.string(),
  stepName: z.string(),
  args: z.record(z.string(), z.unknown()).nullable(),
  result: z.string().describe('ok, an errno, … while the command goes on, or empty for deferred work'),
  values: z.record(z.string(), z.unknown()).nullable(),
  changes: z.strictObject({
    places: z.array(z.strictObject({ place: z.string(), before: z.string(), after: z.string() })),
    holders: z.array(z.strictObject({ object: z.string(), lost: names, gained: names })),
  }),
  happenings: z.array(z.looseObject({ type: z.string() })),
});

const positions = z.array(count);

const link = z.strictObject({
  id: count.describe('position in links'),
  step: count.describe('number of the step; 0 for setup'),
  setup: z.int().describe('position among the commands of the setup, or -1'),
  provided: z.boolean().describe('setup that the scenario does not spell out'),
  actor: z.string(),
  op: z.string(),
  stepName: z.string(),
  object: z.string(),
  field: z.string(),
  register: z.boolean().describe('what a command remembers between two of its steps'),
  what: z.string(),
  before: z.string(),
  after: z.string(),
  rules: names.describe('rules and deferred works that were running, the outermost first'),
  citations: z.array(
    z.strictObject({
      what: z.enum(['command', 'work', 'rule']),
      name: z.string(),
      cites: z.string(),
      replacedBy: z.string().optional().describe('the proposal or bug that puts something of its own there'),
    }),
  ),
  features: z.array(z.strictObject({ name: z.string(), present: z.boolean(), says: z.string() })),
  because: positions.describe('links that this one needed'),
});

const consequence = z.strictObject({ property: z.string(), because: z.string() });

const because = z.strictObject({
  label: z.string(),
  why: z.string(),
  step: count.describe('step at which the property fails; 0 for the first state'),
  claims: z.array(z.strictObject({ id: z.string(), text: z.string() })),
  because: positions.describe('links that the failure itself needed'),
  tried: z.enum(['each', 'together', 'otherwise', 'untried']),
  links: z.array(link),
  bystanders: z.array(
    z.strictObject({
      step: count,
      enables: positions,
      prevents: z
        .strictObject({ step: count, what: z.string(), after: z.string() })
        .optional()
        .describe('without this step a later one would have done that, and the property would hold'),
      ends: z.boolean(),
    }),
  ),
  lastReferences: z.array(z.strictObject({ object: z.string(), holders: names, step: count })),
  followsFrom: consequence.optional().describe('what else fails in this run and implies this'),
  implies: z.array(consequence).describe('what else fails in this run and is implied by this'),
});

const counterfactual = z.strictObject({
  label: z.string(),
  semantics: z.string(),
  against: z.string().describe('the base of the proposal, or the kernel that keeps the property'),
  way: z.enum(['restored', 'adopted']),
  smallest: z.array(names).describe('every smallest set of changes that makes the property hold'),
  attempts: z.array(z.strictObject({ changes: names, outcome: z.string() })),
  complete: z.boolean().describe('every set up to that size was tried'),
});

const checkVerdict = z.strictObject({
  label: z.string().describe('unique within the scenario'),
  property: z.string(),
  verdict,
  expected: verdict,
  asExpected: z.boolean(),
  statement: z.string(),
  claims: names,
  bounds: names.describe('for unknown: which bounds were hit'),
  explanation: z.string(),
  trace: z
    .strictObject({
      why: z.string(),
      replay: z.string(),
      steps: z.array(step),
      because: because.nullable(),
      counterfactual: counterfactual.nullable(),
    })
    .nullable(),
});

const result = z.strictObject({
  file: z.string(),
  title: z.string(),
  family: z.string(),
  claims: names,
  semantics: z.string(),
  grain: z.enum(['command', 'work', 'lock']),
  strategy: z.string(),
  seed: z.string().nullable(),
  verdicts: z.array(checkVerdict),
  states: count,
  transitions: count,
  depth: count,
  seconds: z.number().min(0),
  bytes: count,
  finalStates: count,
  outcomes: z.array(z.strictObject({ results: z.record(z.string(), z.string()), states: count })),
  coverage: z.strictObject({ commands: names, results: names, checks: names, charts: names, works: names }),
  neverEnabled: names,
});

const part = z.strictObject({ covered: names, never: names });

export const reportSchema = z
  .strictObject({
    schemaVersion: z.literal(SCHEMA_VERSION),
    tool: z.strictObject({ name: z.literal('lastref'), version: z.string() }),
    exitCode: z.int(),
    exitMeaning: z.string(),
    interrupted: z.boolean().describe('the user stopped the run before all scenarios were checked'),
    summary: z.strictObject(counts),
    families: z.array(z.strictObject({ family: z.string(), ...counts })),
    coverage: z.strictObject({
      commands: part,
      errnos: part,
      charts: part,
      works: part,
      checks: count,
      neverFalse: names,
      neverTrue: names,
      vacuous: names,
      neverEnabled: names,
    }),
    results: z.array(result),
  })
  .describe('What lastref check --format json writes');

export const reportJsonSchema = (): object => z.toJSONSchema(reportSchema);
