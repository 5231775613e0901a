/** Small results to print. */
import type { Description } from '../../../src/modelling/model.ts';
import type { SuiteReport } from '../../../src/report/suite.ts';
import type { CheckResult, CheckVerdict, Counterexample } from '../../../src/scenario/result.ts';
import type { StepReport } from '../../../src/trace/retrace.ts';

export const NOTHING: Description = { places: {}, holders: {} };

/** A step of alice that succeeds and changes nothing, but for what is given. */
export function step(of: Partial<StepReport> & Pick<StepReport, 'number'>): StepReport {
  return {
    transition: of.number,
    actor: 'alice',
    op: 'exit',
    args: {},
    as: undefined,
    stepName: 'exit',
    result: 'ok',
    values: undefined,
    happenings: [],
    before: NOTHING,
    after: NOTHING,
    ...of,
  };
}

const AT_FIRST: Description = {
  places: { 'egress of web': 'fw1 count', 'ingress of web': '' },
  holders: { 'link l': ['fd of alice', 'pin p'] },
};
const REPLACED: Description = { ...AT_FIRST, places: { ...AT_FIRST.places, 'egress of web': 'fw2 count' } };
const UNPINNED: Description = { places: REPLACED.places, holders: { 'link l': ['fd of alice'] } };
const GONE: Description = { places: { 'egress of web': 'count', 'ingress of web': '' }, holders: { 'link l': [] } };

export const STEPS: readonly StepReport[] = [
  step({
    number: 1,
    op: 'prog_attach',
    args: { cgroup: 'web', prog: 'fw2', replace: 'fw1', flags: ['BPF_F_ALLOW_MULTI', 'BPF_F_REPLACE'], relative: null },
    before: AT_FIRST,
    after: REPLACED,
  }),
  step({
    number: 2,
    actor: 'bob',
    op: 'prog_attach',
    args: { cgroup: 'web', prog: 'fw3', replace: 'fw1' },
    result: 'ENOENT',
    happenings: [{ type: 'check', name: 'replaced program is attached', errno: 'ENOENT' }],
    before: REPLACED,
    after: REPLACED,
  }),
  step({
    number: 3,
    actor: 'bob',
    op: 'unlink',
    args: { path: 'p' },
    happenings: [{ type: 'put', object: 'link l', refs: 1, why: 'unlink' }],
    before: REPLACED,
    after: UNPINNED,
  }),
  step({ number: 4, happenings: [], before: UNPINNED, after: { ...UNPINNED, holders: { 'link l': [] } } }),
  step({
    number: 5,
    actor: 'kernel',
    op: 'link_free',
    args: undefined,
    result: '',
    happenings: [{ type: 'put', object: 'link l', refs: 0, why: 'delayed fput' }],
    before: { ...UNPINNED, holders: { 'link l': [] } },
    after: GONE,
  }),
];

export const TRACE: Counterexample = {
  initial: AT_FIRST,
  why: 'after step 5 nobody runs for role firewall at egress of web',
  steps: STEPS,
  replay:
    'lastref replay --scenario scenarios/replace/two-managers.yaml --semantics linux-6.18 --grain work --choices 3,1,4,11,5',
};

export function verdict(of: Partial<CheckVerdict> = {}): CheckVerdict {
  return {
    label: 'no-gap',
    property: 'no-gap',
    verdict: 'holds',
    expected: 'holds',
    statement: 'at every moment some version of the role runs',
    claims: ['C16', 'C18'],
    trace: undefined,
    bounds: [],
    explanation: 'Detaching first and attaching then leaves a moment in which packets pass unseen.',
    ...of,
  };
}

export const VIOLATED = verdict({ verdict: 'violated', trace: TRACE });

export function result(of: Partial<CheckResult> = {}): CheckResult {
  return {
    file: 'scenarios/replace/two-managers.yaml',
    title: 'two managers replace the same firewall program',
    family: 'replace',
    claims: ['C18', 'C20'],
    semantics: 'linux-6.18',
    grain: 'work',
    strategy: 'bfs',
    seed: undefined,
    verdicts: [verdict()],
    states: 812,
    transitions: 2001,
    depth: 9,
    seconds: 0.0213,
    bytes: 40_000,
    finalStates: 3,
    outcomes: [{ results: { 'bob.r': 'ENOENT' }, states: 3 }],
    coverage: {
      commands: ['prog_attach'],
      results: ['prog_attach ok', 'prog_attach ENOENT'],
      checks: ['prog_attach replaced-attached true', 'prog_attach replaced-attached false', 'prog_attach type true'],
      charts: ['link: ABSENT -PRIME-> PRIMED'],
      works: [],
    },
    bounds: [],
    neverEnabled: [],
    ...of,
  };
}

export function suite(results: readonly CheckResult[], of: Partial<SuiteReport> = {}): SuiteReport {
  return {
    version: '0.1.0',
    results,
    universe: {
      commands: ['prog_attach', 'prog_detach'],
      errnos: ['ENOENT', 'EPERM'],
      charts: ['link: ABSENT -PRIME-> PRIMED', 'link: PRIMED -SETTLE-> ATTACHED'],
      works: ['link_free'],
    },
    exitCode: 0,
    exitMeaning: 'everything is as expected',
    interrupted: false,
    ...of,
  };
}
