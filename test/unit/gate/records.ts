/** Arbitrary records, for laws of comparing. */
import fc from 'fast-check';
import { type RunRecord, type ScenarioRecord, sorted } from '../../../src/gate/record.ts';
import { VERDICTS } from '../../../src/scenario/result.ts';
import { GRAINS } from '../../../src/world/input.ts';

const word = fc.constantFrom('no-gap', 'no-orphan', 'bob comes second', 'yes', '- a: b', 'null', '7', 'x # y', '"q"');
const set = (of: fc.Arbitrary<string>): fc.Arbitrary<readonly string[]> =>
  fc.uniqueArray(of, { maxLength: 3 }).map(sorted);
const errno = fc.constantFrom('ok', 'ENOENT', 'EINVAL', 'EPERM');
const op = fc.constantFrom('prog_attach', 'link_create', 'exit');
const step = fc.tuple(fc.constantFrom('alice', 'kernel'), op, errno).map((parts) => parts.join(' '));

const decided = fc.constantFrom('holds', 'violated', 'vacuous');

function tracesOf(verdicts: Readonly<Record<string, string>>, trace: readonly string[]): RunRecord['traces'] {
  const violated = Object.keys(verdicts).filter((label) => verdicts[label] === 'violated');
  return Object.fromEntries(violated.map((label) => [label, trace]));
}

/** A run whose setup succeeds. `verdict`: which verdicts it may have. */
export const runs = (verdict: fc.Arbitrary<string>, bounds = false): fc.Arbitrary<RunRecord> =>
  fc
    .record({
      verdicts: fc.dictionary(word, verdict, { maxKeys: 4 }),
      laws: fc.dictionary(fc.constantFrom('use-after-free', 'no-deadlock'), fc.constant('violated'), { maxKeys: 2 }),
      trace: fc.array(step, { maxLength: 3 }),
      outcomes: set(fc.constantFrom('alice.r ok', 'alice.r -', 'alice.r EINVAL')),
      errnos: fc.dictionary(op, fc.uniqueArray(errno, { minLength: 1 }).map(sorted), { maxKeys: 3 }),
      failed: set(fc.constantFrom('exit a', 'exit b')),
      charts: set(fc.constantFrom('link: A -GO-> B')),
      works: set(fc.constantFrom('link_free')),
      bounds: bounds ? set(fc.constantFrom('--max-states 5')) : fc.constant<readonly string[]>([]),
    })
    .map(({ verdicts, laws, trace, failed, charts, works, ...rest }) => ({
      ...rest,
      setup: undefined,
      verdicts: verdicts as RunRecord['verdicts'],
      laws: laws as RunRecord['laws'],
      traces: { ...tracesOf(verdicts, trace), ...tracesOf(laws, trace) },
      coverage: { failed, charts, works },
    }));

export const anyVerdict = fc.constantFrom<string>(...VERDICTS);

export const record = (run: fc.Arbitrary<RunRecord> = runs(decided)): fc.Arbitrary<ScenarioRecord> =>
  fc.record({
    scenario: fc.constantFrom('scenarios/a/x.yaml', 'scenarios/b/y.yaml'),
    semantics: fc.constant('linux-6.18'),
    runs: fc.dictionary(fc.constantFrom(...GRAINS), run, { minKeys: 1, maxKeys: 3 }),
  });

/** Two records of the same scenario. */
export const pair = (run: fc.Arbitrary<RunRecord>): fc.Arbitrary<readonly [ScenarioRecord, ScenarioRecord]> =>
  fc.tuple(record(run), record(run)).map(([a, b]) => [a, { ...b, scenario: a.scenario }]);
