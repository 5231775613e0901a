/**
 * Explanations of what the suite breaks by design, held against the plain machine: footprints and layout of a world that was
 * bound without a recorder.
 */
import { join } from 'node:path';
import { expect } from 'chai';
import { bpf } from '../../models/index.ts';
import type { Explanation, Link } from '../../src/explain/explanation.ts';
import { becauseLines } from '../../src/report/because.ts';
import { bindScenario } from '../../src/scenario/bind-scenario.ts';
import { checkScenario } from '../../src/scenario/check.ts';
import type { CheckVerdict } from '../../src/scenario/result.ts';
import { loadSuite, runsOf } from '../../src/scenario/suite.ts';
import { whyViolated } from '../../src/scenario/why.ts';
import { OwnMoves, overlap } from '../../src/trace/footprint.ts';
import type { Machine } from '../../src/world/machine.ts';
import { ROOT } from '../support/repository.ts';

const MAIL = 75;
/** The families that the law looks at, one run of each scenario; the others say nothing new and take their time. */
const FAMILIES = ['cgroup', 'cgroup-death', 'legacy', 'observation', 'ownership', 'pins', 'races', 'replace'];

interface Explained {
  readonly where: string;
  readonly machine: Machine;
  readonly verdict: CheckVerdict;
  readonly path: readonly number[];
  readonly found: Explanation;
}

function explained(): readonly Explained[] {
  const suite = loadSuite(
    FAMILIES.map((family) => join(ROOT, 'scenarios', family)),
    bpf,
  );
  if (!suite.ok) throw new Error(JSON.stringify(suite.problems));
  return suite.value.flatMap(({ scenario }) => {
    const breaking = Object.keys(scenario.expect);
    const run = runsOf(scenario, {}).find(({ semantics }) => breaking.some((key) => key.startsWith(semantics)));
    if (run === undefined) return [];
    const result = checkScenario(scenario, bpf, run.semantics, { grain: run.grain });
    const bound = bindScenario(scenario, bpf, run.semantics, run.grain);
    if (!result.ok || !bound.ok) throw new Error(scenario.file);
    const { machine } = bound.value;
    return result.value.verdicts.flatMap((verdict): Explained[] => {
      const found = whyViolated(scenario, bpf, run, verdict);
      const path = verdict.trace?.steps.map(({ transition }) => transition) ?? [];
      return found === undefined ? [] : [{ where: `${scenario.file} ${verdict.label}`, machine, verdict, path, found }];
    });
  });
}

/** The states of a path, the first one included. */
function statesOf(machine: Machine, path: readonly number[]): readonly Int32Array[] {
  return machine.withoutStoring(() => {
    const { cells } = machine.parts;
    cells.load(machine.initial, 0);
    const words = (): Int32Array => cells.now.slice(0, cells.storedWords);
    const states = [words()];
    for (const transition of path) {
      machine.naturally(transition);
      states.push(words());
      cells.commit();
    }
    return states;
  });
}

/** Bits of the field that a link changed. */
function bitsOf(machine: Machine, { object, field }: Link): Int32Array {
  const { layout, views } = machine.parts;
  const [kind = ''] = object.split(' ');
  const index = views[kind]?.findIndex(({ name }) => `${kind} ${name}` === object) ?? -1;
  const own = layout[kind]?.[index];
  const cells = field === 'phase' && own?.phase !== undefined ? [own.phase] : (own?.fields[field]?.cells ?? []);
  const bits = new Int32Array(machine.words);
  for (const { word, shift, mask } of cells) bits[word] = (bits[word] ?? 0) | (mask << shift);
  return bits;
}

describe('explanations of the suite', function () {
  this.timeout(120_000);
  let all: readonly Explained[] = [];
  before(() => {
    all = explained();
  });

  it('are there for every property that breaks, and nearly always say what undoes it', () => {
    expect(all.length).to.be.at.least(40);
    const untried = all.filter(({ found }) => found.tried === 'untried').map(({ where }) => where);
    expect(untried).to.deep.equal([]);
    for (const { found, verdict, where } of all) {
      expect(found.why, where).to.equal(verdict.trace?.why);
      expect(found.because.length, where).to.be.at.least(1);
    }
  });

  it('name for every link a step that wrote what the next one read', () => {
    for (const { machine, path, found, where } of all) {
      const moves = new OwnMoves(machine);
      const states = statesOf(machine, path);
      for (const link of found.links)
        for (const id of link.because) {
          const cause = found.links[id] as Link;
          expect(cause.step, where).to.be.below(link.step);
          if (cause.step === 0) continue;
          const read = moves.observe(
            states[link.step - 1] as Int32Array,
            () => machine.naturally(path[link.step - 1] as number) >= 0,
          ).reads;
          const after = states[cause.step] as Int32Array;
          const wrote = (states[cause.step - 1] as Int32Array).map((word, w) => word ^ (after[w] as number));
          expect(overlap(read, wrote), `${where}: ${cause.what} of step ${cause.step} read by ${link.step}`).to.equal(
            true,
          );
        }
    }
  });

  it('begin with a change without which the property of states holds', () => {
    let tried = 0;
    for (const { machine, verdict, path, found, where } of all) {
      const p = machine.parts.properties.findIndex(({ input }) => input.label === verdict.label);
      if (found.tried !== 'each' || machine.parts.properties[p]?.kind === 'step') continue;
      const states = statesOf(machine, path);
      const last = states.at(-1) as Int32Array;
      for (const link of found.because.map((id) => found.links[id] as Link)) {
        if (link.step === 0 || link.register) continue;
        const before = states[link.step - 1] as Int32Array;
        const bits = bitsOf(machine, link);
        const undone = last.map((word, w) => (word & ~(bits[w] ?? 0)) | ((before[w] ?? 0) & (bits[w] ?? 0)));
        expect(machine.predicate(p, last, 0), where).to.equal(false);
        expect(machine.predicate(p, undone, 0), `${where} without ${link.what}`).to.equal(true);
        tried++;
      }
    }
    expect(tried).to.be.at.least(30);
  });

  it('cite a kernel path and a fact for every link of the trace', () => {
    for (const { found, where } of all)
      for (const { step, citations } of found.links) {
        if (step === 0) continue;
        expect(citations.map(({ cites }) => cites).join('; '), where).to.match(/\.[ch] .*facts? /);
      }
  });

  it('account for every step: a link, or what it lets happen', () => {
    for (const { found, path, where, machine } of all) {
      const links = new Set(found.links.map(({ step }) => step));
      const aside = new Set(found.bystanders.map(({ step }) => step));
      const byStep = machine.parts.properties.some(({ input, kind }) => input.label === found.label && kind !== 'step');
      for (let step = 1; step <= path.length - (byStep ? 0 : 1); step++)
        expect([links.has(step), aside.has(step)].filter(Boolean).length, `${where} step ${step}`).to.equal(1);
      // Breadth-first traces are shortest: a step that is no cause is there for another, or for the end.
      for (const { enables, prevents, ends, step } of found.bystanders)
        expect(enables.length > 0 || prevents !== undefined || ends, `${where} step ${step}`).to.equal(true);
    }
  });

  it('fit a mail', () => {
    for (const { found, where } of all)
      for (const line of becauseLines(found, MAIL)) expect(line.length, `${where}: ${line}`).to.be.at.most(MAIL);
  });
});
