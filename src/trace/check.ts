/** What a schema cannot say of a trace: names that must be declared, and expectations that must say something. */
import { didYouMean } from '../world/suggest.ts';
import type { Expectation, TraceFile, TraceObjects, TraceStep } from './format.ts';
import { ATTACH_TYPES, PROGRAM_TYPES } from './words.ts';

export interface Finding {
  readonly code: string;
  readonly message: string;
  readonly path: readonly PropertyKey[];
  readonly hint: string | undefined;
}

type Report = (code: string, message: string, path: readonly PropertyKey[], hint?: string) => void;

/** The only operation that returns nothing that could be expected. */
export const SLEEP = 'sleep';
/** Operations that no process performs. */
const ACTORLESS = ['fire', SLEEP];
export const NOBODY = '-';
/** Needs no declaration: a cgroup that has no program of the trace above it. */
const OUTSIDE = 'outside';

function checkAnswer(expect: Expectation, path: readonly PropertyKey[], report: Report): void {
  const keys = Object.keys(expect).filter((key) => key !== 'eventually');
  const stated = ['ok', 'errno', 'error', 'mayBe'].filter((key) => keys.includes(key));
  if (keys.length === 0)
    report('LR303', 'this expectation states no result', path, 'write {"ok": true} for mere success');
  else if (stated.length > 1) report('LR303', `"${stated.join('" and "')}" exclude each other`, path);
  else if (stated[0] === 'mayBe' && keys.length > 1)
    report('LR303', 'beside "mayBe" no other result is stated', path, 'write it into each alternative');
}

function checkExpectation(step: TraceStep, i: number, report: Report): void {
  const path = ['steps', i, 'expect'];
  if (step.op === SLEEP) {
    const keys = Object.keys(step.expect).filter((key) => key !== 'ok');
    if (keys.length > 0) report('LR303', 'sleep returns nothing that could be expected', path);
    return;
  }
  checkAnswer(step.expect, path, report);
  const alternatives = step.expect['mayBe'];
  if (Array.isArray(alternatives))
    alternatives.forEach((alternative, a) => {
      checkAnswer(alternative as Expectation, [...path, 'mayBe', a], report);
    });
}

function checkStep(step: TraceStep, i: number, cgroups: readonly string[], report: Report): void {
  checkExpectation(step, i, report);
  checkWord(step.args['attachType'], ATTACH_TYPES, 'attach type', ['steps', i, 'args', 'attachType'], report);
  if (step.actor === NOBODY && !ACTORLESS.includes(step.op))
    report('LR305', `${step.op} needs a process: the actor "-" only makes events`, ['steps', i, 'actor']);
  if (step.actor !== NOBODY && step.op === 'fire')
    report('LR305', 'fire has the actor "-": the event is made by no process that holds anything', [
      'steps',
      i,
      'actor',
    ]);
  for (const name of Object.keys(step.state?.cgroups ?? {}))
    if (!cgroups.includes(name))
      report(
        'LR304',
        `the state names a cgroup "${name}" that is not declared`,
        ['steps', i, 'state', 'cgroups', name],
        didYouMean(name, cgroups),
      );
}

function checkNamesOnce(objects: TraceObjects, report: Report): void {
  for (const [section, declared] of Object.entries(objects)) {
    const seen = new Set<string>();
    (declared as readonly { readonly name: string }[]).forEach(({ name }, i) => {
      if (seen.has(name)) report('LR304', `"${name}" is declared twice`, ['objects', section, i, 'name']);
      seen.add(name);
    });
  }
}

function checkCgroups(objects: TraceObjects, report: Report): void {
  const parents = new Map((objects.cgroups ?? []).map(({ name, parent }) => [name, parent]));
  (objects.cgroups ?? []).forEach(({ name, parent }, i) => {
    if (name === OUTSIDE) report('LR304', `"${OUTSIDE}" needs no declaration`, ['objects', 'cgroups', i, 'name']);
    if (parent !== null && !parents.has(parent))
      report(
        'LR304',
        `cgroup "${name}" has a parent "${parent}" that is not declared`,
        ['objects', 'cgroups', i, 'parent'],
        didYouMean(parent, parents.keys()),
      );
    const above = new Set([name]);
    for (let up = parent; up !== null && up !== undefined; up = parents.get(up) ?? null) {
      if (above.has(up)) {
        report('LR304', `cgroup "${name}" is its own ancestor`, ['objects', 'cgroups', i, 'parent']);
        break;
      }
      above.add(up);
    }
  });
}

function checkWord(word: unknown, known: readonly string[], what: string, path: Finding['path'], report: Report): void {
  if (typeof word === 'string' && !known.includes(word))
    report('LR304', `there is no ${what} "${word}"`, path, didYouMean(word, known));
}

function checkPrograms(objects: TraceObjects, report: Report): void {
  (objects.progs ?? []).forEach(({ type, expectedAttachType }, i) => {
    const path = ['objects', 'progs', i];
    checkWord(type, PROGRAM_TYPES, 'program type', [...path, 'type'], report);
    checkWord(expectedAttachType, ATTACH_TYPES, 'attach type', [...path, 'expectedAttachType'], report);
  });
}

function checkStorage(objects: TraceObjects, report: Report): void {
  const maps = (objects.maps ?? []).map(({ name }) => name);
  (objects.progs ?? []).forEach(({ name, ...template }, i) => {
    const storage = template['cgroupStorage'];
    if (typeof storage === 'string' && !maps.includes(storage))
      report(
        'LR304',
        `program "${name}" uses a map "${storage}" that is not declared`,
        ['objects', 'progs', i, 'cgroupStorage'],
        didYouMean(storage, maps),
      );
  });
}

/** All that is wrong with a trace whose shape is right. */
export function checkTrace(trace: TraceFile): readonly Finding[] {
  const findings: Finding[] = [];
  const report: Report = (code, message, path, hint) => void findings.push({ code, message, path, hint });
  checkNamesOnce(trace.objects, report);
  checkCgroups(trace.objects, report);
  checkPrograms(trace.objects, report);
  checkStorage(trace.objects, report);
  const cgroups = (trace.objects.cgroups ?? []).map(({ name }) => name);
  trace.steps.forEach((step, i) => {
    checkStep(step, i, cgroups, report);
  });
  return findings;
}
