/** Mutation: the instrument changes nothing by itself, and planted mistakes are told. */
import { expect } from 'chai';
import { bpf } from '../../../models/index.ts';
import { tryMutant } from '../../../src/gate/mutate/campaign.ts';
import { Equivalents, parseEquivalents } from '../../../src/gate/mutate/equivalents.ts';
import { familyOf } from '../../../src/gate/mutate/family.ts';
import { instrumentOf } from '../../../src/gate/mutate/mutator.ts';
import { type Job, observe } from '../../../src/gate/mutate/observe.ts';
import { type Recording, recordAll } from '../../../src/gate/mutate/recording.ts';
import { checkScenario } from '../../../src/scenario/check.ts';
import { loadScenario } from '../../../src/scenario/load.ts';
import { GRAINS, type Grain } from '../../../src/world/input.ts';
import { NAMES, SCENARIOS } from '../../support/bpf-scenarios.ts';

const KERNEL = 'linux-6.18';

function job(text: string, grain: Grain, file = 'test.yaml'): Job {
  const loaded = loadScenario(text, file, bpf);
  if (!loaded.ok) throw new Error(loaded.problems.map(({ message }) => message).join('\n'));
  return { scenario: loaded.value, run: { semantics: KERNEL, grain } };
}

const record = (jobs: readonly Job[]): Promise<Recording> => recordAll(jobs, bpf, KERNEL, async () => undefined);

/** What became of the mutant with this name, in these runs. */
async function fateOf(name: string, jobs: readonly Job[]): Promise<string> {
  const recording = await record(jobs);
  const mutant = recording.mutants.find((candidate) => candidate.name === name);
  if (mutant === undefined) return 'there is no such mutant';
  const { fate, by } = tryMutant(mutant, recording.runs, bpf);
  const told = by?.difference.failure?.kind ?? by?.difference.verdicts.map(({ label, to }) => `${label} ${to}`).join();
  return fate === 'killed' ? `killed: ${told}` : fate;
}

const figures = (what: Job, instrument: Parameters<typeof observe>[2]): unknown => {
  const checked = checkScenario(what.scenario, bpf, KERNEL, { grain: what.run.grain, instrument });
  if (!checked.ok) return checked.problems;
  const { verdicts, states, transitions, outcomes, depth } = checked.value;
  return { verdicts, states, transitions, outcomes, depth };
};

describe('the recording instrument', () => {
  for (const grain of GRAINS)
    it(`finds what a run without it finds, in every scenario at grain ${grain}`, async () => {
      const jobs = NAMES.map((name) => job(SCENARIOS[name], grain));
      const { runs } = await record(jobs);
      for (const [i, { before }] of runs.entries()) {
        const plain = observe(jobs[i] as Job, bpf, undefined);
        expect({ ...before, seconds: 0 }, NAMES[i]).to.deep.equal({ ...plain, seconds: 0 });
      }
    });
});

const DETACH = `
title: detach
objects: { cgroups: { web: {} }, programs: { fw: cgroup_skb/egress, count: cgroup_skb/egress } }
setup:
  - admin: prog_attach { cgroup: web, prog: fw, flags: [multi] }
  - admin: prog_attach { cgroup: web, prog: count, flags: [multi] }
actors:
  alice: [ { prog_detach: { cgroup: web, prog: fw, result: first } } ]
  bob: [ { prog_detach: { cgroup: web, prog: fw, result: second } } ]
check: [ ref-balance, no-use-after-free, quiescent-no-leak, exists: { alice.first: ENOENT } ]
`;

describe('a mutant', () => {
  it('that forgets a put is told by the ledger', async () => {
    const name = 'skip-put: step prog_detach / detach [cgroup_mutex] › puts program.refs';
    expect(await fateOf(name, [job(DETACH, 'work')])).to.match(/^killed: .*ref-balance violated/);
  });

  it('that says another errno is told by an outcome', async () => {
    const name = 'wrong-errno: step prog_detach / detach [cgroup_mutex] › check "program is attached"';
    expect(await fateOf(name, [job(DETACH, 'work')])).to.equal('killed: exists violated');
  });

  it('that checks before it takes the lock is told at grain lock and nowhere else', async () => {
    const name = 'check-outside-lock: step prog_detach / detach [cgroup_mutex] › check "program is attached"';
    expect(await fateOf(name, [job(DETACH, 'work')])).to.equal('uncovered');
    expect(await fateOf(name, [job(DETACH, 'lock')])).to.match(/^killed: .*ref-balance violated/);
  });

  it('that puts before it unpublishes is told at grain lock and nowhere else', async () => {
    const name = 'put-before-unpublish: step prog_detach / detach [cgroup_mutex] › puts program.refs';
    expect(await fateOf(name, [job(DETACH, 'work')])).to.equal('uncovered');
    expect(await fateOf(name, [job(DETACH, 'lock')])).to.match(/^killed: .*ref-balance violated/);
  });

  it('whose code no run enters is uncovered', async () => {
    expect(await fateOf('rule-does-nothing: rule autoDetach', [job(DETACH, 'work')])).to.equal('uncovered');
  });

  it('behaves the same in every run', async () => {
    const what = job(DETACH, 'lock');
    const { mutants, runs } = await record([what]);
    for (const mutant of mutants.filter((each) => runs[0]?.matter.has(each))) {
      const kind = { interleaved: true, faults: false };
      const once = { ...observe(what, bpf, instrumentOf(mutant, kind)), seconds: 0 };
      expect({ ...observe(what, bpf, instrumentOf(mutant, kind)), seconds: 0 }, mutant.name).to.deep.equal(once);
    }
  });

  it('that makes no difference to a run is not told by it', async () => {
    const what = job(DETACH, 'work');
    const { mutants, runs } = await record([what]);
    const plain = figures(what, undefined);
    const without = mutants.filter((mutant) => runs[0]?.matter.has(mutant) === false);
    expect(without.length).to.be.greaterThan(20);
    for (const mutant of without.filter(({ operator }) => operator.early !== true))
      expect(figures(what, instrumentOf(mutant, { interleaved: false, faults: false })), mutant.name).to.deep.equal(
        plain,
      );
  });
});

describe('families of code', () => {
  it('name commands, rules, works, kinds of objects and locks that exist, each once', () => {
    const known = [
      ...Object.keys(bpf.commands),
      ...Object.keys(bpf.rules),
      ...bpf.works.map(({ name }) => name),
      ...Object.keys(bpf.objects),
      ...Object.values(bpf.commands).flatMap(({ stepNames }) =>
        stepNames.flatMap((step) => /\[(\w+)\]/.exec(step)?.[1] ?? []),
      ),
    ];
    const named = Object.values(bpf.families ?? {}).flat();
    expect(named.filter((name) => !known.includes(name))).to.deep.equal([]);
    expect(named.filter((name, i) => named.indexOf(name) !== i)).to.deep.equal([]);
  });

  it('are found by the code that a site lies in', () => {
    expect(familyOf('rule attachEntry › slot.entries inserted', bpf)).to.equal('cgroup');
    expect(familyOf('step link_update / resolve › check "flags are known"', bpf)).to.equal('link');
    expect(familyOf('step link_create / attach [sockmap_mutex] › slot.entries inserted', bpf)).to.equal('sockmap');
    expect(familyOf('step link_create / attach [cgroup_mutex] › register.program assigned', bpf)).to.equal('link');
    expect(familyOf('counter inode.nlink', bpf)).to.equal('pin');
    expect(familyOf('return to user mode › process.releasing removed', bpf)).to.equal('other');
  });
});

describe('the list of equivalent mutants', () => {
  const wrong = (text: string): string => {
    const parsed = parseEquivalents(text, 'equivalent.yaml');
    return parsed.ok ? 'accepted' : parsed.problems.map(({ code, line }) => `${code}:${line}`).join();
  };

  it('is a list of reasons with mutants', () => {
    expect(wrong('- reason: it is the same\n  mutants: ["skip-put: *"]\n')).to.equal('accepted');
    expect(wrong('reason: none\n')).to.equal('LR520:1');
    expect(wrong('- mutants: [a]\n')).to.equal('LR520:1');
    expect(wrong('- reason: why\n  mutants: []\n')).to.equal('LR520:1');
    expect(wrong('- reason: why\n  mutants:\n    - [a]\n')).to.equal('LR520:3');
    expect(wrong('- reason: "why\n')).to.match(/^LR520:/);
  });

  it('refuses names that no mutant has, with their place', async () => {
    const parsed = parseEquivalents(
      '- reason: why\n  mutants:\n    - "skip-put: step prog_*"\n    - nobody\n',
      'e.yaml',
    );
    const { mutants } = await record([job(DETACH, 'work')]);
    const equivalents = new Equivalents(parsed.ok ? parsed.value : []);
    expect(equivalents.unused(mutants).map(({ code, line }) => `${code}:${line}`)).to.deep.equal(['LR521:4']);
  });
});
