/** Implications of properties, held against every state that the suite, the historic bugs and the planted ones reach. */
import { join } from 'node:path';
import { expect } from 'chai';
import { bpf, proposal } from '../../models/index.ts';
import type { Attachment, Kernel } from '../../models/kernel.ts';
import { rules } from '../../models/rules/index.ts';
import { putProgram } from '../../models/rules/references.ts';
import { sorted } from '../../src/explain/implications.ts';
import { successor } from '../../src/explore/successor.ts';
import type { ModelDefinition } from '../../src/modelling/index.ts';
import { loadScenario } from '../../src/scenario/load.ts';
import type { Scenario } from '../../src/scenario/scenario.ts';
import { loadSuite } from '../../src/scenario/suite.ts';
import { toWorld } from '../../src/scenario/to-world.ts';
import { bind } from '../../src/world/bind.ts';
import { GRAINS, type Grain } from '../../src/world/input.ts';
import type { Machine } from '../../src/world/machine.ts';
import { arrays } from '../mutants/arrays.ts';
import { checks } from '../mutants/checks.ts';
import { counts } from '../mutants/counts.ts';
import { death } from '../mutants/death.ts';
import { detaching } from '../mutants/detaching.ts';
import { replacing } from '../mutants/replacing.ts';
import { ROOT } from '../support/repository.ts';

/** States of one run that are looked at, breadth first; the short ones are where bugs show. */
const STATES_MAX = 400;

const implications = bpf.implications ?? [];
const named = [...new Set(implications.flatMap(({ if: from, follows: then }) => [from, ...then]))];

/** An entry that is not counted: what the other bugs leave out. */
const UNCOUNTED = {
  bug: 'an attach that puts the reference which the entry needs',
  changes: {
    rules: {
      attachEntry(k: Kernel, attachment: Attachment) {
        rules.attachEntry(k, attachment);
        if (attachment.entry.kind === 'program') putProgram(k, attachment.entry, 'one too many');
      },
    },
  },
  scenario: `
objects:
  cgroups: { web: {} }
  programs: { fw: cgroup_skb/egress }
actors:
  alice: [ prog_attach: { cgroup: web, prog: fw, flags: [multi] }, exit ]
check: [ ref-balance, no-use-after-free ]`,
};

/** What fails together: in one state, or by the step that leads to it. */
interface Failing {
  readonly labels: readonly string[];
  readonly final: boolean;
}

interface Found {
  readonly where: string;
  readonly failing: readonly Failing[];
}

/** Every property that an implication names, in every state up to the bound. */
function failingIn(machine: Machine): Failing[] {
  const found: Failing[] = [];
  const note = (state: Int32Array, byStep: readonly string[]): void => {
    const final = machine.isFinalState(state, 0);
    const broken = machine.stateProperties.filter(
      ({ index, onlyFinal }) => (!onlyFinal || final) && !machine.predicate(index, state, 0),
    );
    const labels = [...byStep, ...broken.map(({ label }) => label)];
    if (labels.length > 0) found.push({ labels, final });
  };
  const first = Int32Array.from(machine.initial);
  const queue = [first];
  const seen = new Set([first.join()]);
  const next = new Int32Array(machine.words);
  note(first, []);
  for (let state = queue.shift(); state !== undefined && seen.size < STATES_MAX; state = queue.shift())
    for (let t = 0; t < machine.transitionCount; t++) {
      const report = successor(machine, t, state, 0, next);
      const reports = machine.reports[report - 1] ?? [];
      if (report < 0 || reports.some(({ kind }) => kind !== 'property')) continue;
      const fresh = !seen.has(next.join());
      if (fresh || report > 0)
        note(
          next,
          reports.map(({ label }) => label),
        );
      if (!fresh) continue;
      seen.add(next.join());
      queue.push(Int32Array.from(next));
    }
  return found;
}

function run(scenario: Scenario, model: ModelDefinition, semantics: string, grain: Grain, where: string): Found[] {
  const under = model.semantics[semantics];
  const world = under && toWorld(scenario, model, under, grain);
  if (world?.ok !== true) return [];
  const properties = named.map((property) => ({ property, params: {}, label: property }));
  try {
    return [{ where, failing: failingIn(bind({ ...world.value.input, properties })) }];
  } catch {
    // A scenario whose setup needs what this semantics does not have says nothing.
    return [];
  }
}

function runs(): Found[] {
  const suite = loadSuite([join(ROOT, 'scenarios')], bpf);
  if (!suite.ok) throw new Error(JSON.stringify(suite.problems));
  const ofSuite = suite.value.flatMap(({ scenario, runs: all }) =>
    all.flatMap(({ semantics, grain }) =>
      run(scenario, bpf, semantics, grain, `${scenario.file} ${semantics}@${grain}`),
    ),
  );
  const planted = [...arrays, ...checks, ...counts, ...death, ...detaching, ...replacing, UNCOUNTED].flatMap(
    ({ bug, changes, scenario: text }) => {
      const semantics = { ...bpf.semantics, planted: proposal({ name: 'planted', base: 'linux-6.18', changes }) };
      const model: ModelDefinition = { ...bpf, semantics };
      const loaded = loadScenario(`title: planted\n${text.trimEnd()}\n`, 'planted.yaml', model);
      if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
      const { value } = loaded;
      return GRAINS.flatMap((grain) => run(value, model, 'planted', grain, `planted: ${bug} @${grain}`));
    },
  );
  return [...ofSuite, ...planted];
}

describe('the implications of properties', function () {
  this.timeout(180_000);
  let all: readonly Found[] = [];
  before(() => {
    all = runs();
  });

  it('name properties of whole models: they have no parameters', () => {
    for (const name of named)
      expect(Object.keys(bpf.properties[name]?.params ?? { missing: name }), name).to.deep.equal([]);
  });

  it('are contradicted by no state of any run', () => {
    expect(all.length).to.be.at.least(400);
    const wrong = all.flatMap(({ where, failing }) =>
      implications.flatMap(({ if: from, follows: then, when }) =>
        failing.some(
          ({ labels, final }) =>
            labels.includes(from) &&
            (when === 'always' || (when === 'at rest' && final)) &&
            !then.some((one) => labels.includes(one)),
        )
          ? [`${where}: ${from} fails ${when} without ${then.join(' or ')}`]
          : [],
      ),
    );
    expect(wrong).to.deep.equal([]);
  });

  for (const { if: from, follows: then, when } of implications)
    it(`are shown by a run: ${from} ${when === 'may' ? 'may lead to' : 'implies'} ${then[0]}`, () => {
      const [first = ''] = then;
      const shown = all.some(({ failing }) => {
        if (when !== 'may') return failing.some(({ labels }) => labels.includes(from) && labels.includes(first));
        const start = failing.findIndex(({ labels }) => labels.includes(from));
        return start >= 0 && failing.slice(start).some(({ labels }) => labels.includes(first));
      });
      expect(shown).to.equal(true);
    });
});

describe('sorting what fails in one run', () => {
  it('tells what is broken from what follows', () => {
    const { broken, following } = sorted(['observation-agrees', 'defunct-after-cgroup-death', 'no-gap'], implications);
    expect(broken).to.deep.equal(['defunct-after-cgroup-death', 'no-gap']);
    expect(following.map(({ property, from }) => `${property} from ${from}`)).to.deep.equal([
      'observation-agrees from defunct-after-cgroup-death',
    ]);
  });

  it('leaves what could follow from either of two where it is', () => {
    const either = [{ if: 'a', follows: ['b', 'c'], when: 'always', because: '' } as const];
    expect(sorted(['a', 'b', 'c'], either).following).to.deep.equal([]);
    expect(sorted(['a', 'c'], either).broken).to.deep.equal(['a']);
  });

  it('never takes what may follow for what must', () => {
    const may = [{ if: 'a', follows: ['b'], when: 'may', because: '' } as const];
    expect(sorted(['a', 'b'], may).broken).to.deep.equal(['a', 'b']);
  });
});
