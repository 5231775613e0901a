/** What the models consist of: charts, commands, works, rules, each with its source in the kernel and in the facts. */
import { expect } from 'chai';
import ts from 'typescript';
import { bpf, proposal } from '../../../models/index.ts';
import type { Rules } from '../../../models/kernel.ts';
import { rules } from '../../../models/rules/index.ts';
import type { ModelDefinition } from '../../../src/modelling/index.ts';
import { checkScenario } from '../../../src/scenario/check.ts';
import { loaded, NAMES, SCENARIOS } from '../../support/bpf-scenarios.ts';
import { parse, visit } from '../../support/functions.ts';
import { filesMatching } from '../../support/repository.ts';

const KERNEL_PATH =
  /\b(?:kernel|fs|net|include|io_uring)\/[\w/.-]+\.[ch]\b|\b(?:kernel|fs|net|include|io_uring)\/[\w/]+/;
/** `facts cgroup 5.2, A01–A48`, `facts link-core 9.1`, `facts pr-031`. */
/** A row of the founding facts, or of docs/observations.md. */
const FACT = /\bfacts?\b[^;]*\d|\bobs-\d{3}\b/i;

/** Phases and transitions of every chart: whoever adds one adds it here, and to the scenarios that reach it. */
const CHARTS: Readonly<Record<string, readonly [phases: string, transitions: number]>> = {
  program: ['ABSENT LOADED ID_FREED FREED', 4],
  link: ['ABSENT PRIMED ATTACHED DEFUNCT ZERO DEFUNCT_ZERO UNLISTED RELEASED DEFERRED GONE', 15],
  cgroup: ['ABSENT ONLINE DYING DRAINED RELEASED FREED', 5],
  process: ['ABSENT RUNNING EXITING ZOMBIE REAPED', 4],
  mount: ['ABSENT MOUNTED UNMOUNTED', 2],
  netns: ['ABSENT ALIVE DYING EXITING GONE', 4],
  netdev: ['ABSENT REGISTERED UNREGISTERING UNREGISTERED FREED', 4],
  qdisc: ['ABSENT GRAFTED UNGRAFTED DESTROYED', 3],
  filter: ['ABSENT ACTIVE DELETED GONE', 3],
};

describe('the charts', () => {
  it('are these, with these phases and so many transitions', () => {
    const found = Object.entries(bpf.objects).flatMap(([kind, { chart }]) => {
      if (chart === undefined) return [];
      const transitions = Object.values(chart.config.states).flatMap(({ on }) => Object.keys(on ?? {}));
      return [[kind, [chart.phases.join(' '), transitions.length]] as const];
    });
    expect(Object.fromEntries(found)).to.deep.equal(CHARTS);
  });

  it('reach every phase from the first', () => {
    for (const { chart } of Object.values(bpf.objects)) {
      if (chart === undefined) continue;
      const reached = new Set([chart.phases[0] as string]);
      for (const phase of reached)
        for (const to of Object.values(chart.config.states[phase]?.on ?? {})) reached.add(to);
      expect([...reached].sort(), chart.id).to.deep.equal([...chart.phases].sort());
    }
  });
});

describe('the sources of the models', () => {
  it('are cited by every command: a kernel path and a fact', () => {
    const wrong = Object.values(bpf.commands).filter(({ cites }) => !KERNEL_PATH.test(cites) || !FACT.test(cites));
    expect(wrong.map(({ op, cites }) => `${op}: ${cites}`)).to.deep.equal([]);
  });

  it('are cited for every rule that a proposal may replace', () => {
    const cites = bpf.ruleCites ?? {};
    expect(Object.keys(cites).sort()).to.deep.equal(Object.keys(bpf.rules).sort());
    const wrong = Object.entries(cites).filter(([, text]) => !KERNEL_PATH.test(text) || !FACT.test(text));
    expect(wrong).to.deep.equal([]);
  });

  it('are cited by every work: kernel path, function and fact', () => {
    const wrong = bpf.works.filter(
      ({ cites }) => !/\.[ch] \w+/.test(cites) || !KERNEL_PATH.test(cites) || !FACT.test(cites),
    );
    expect(wrong.map(({ name, cites }) => `${name}: ${cites}`)).to.deep.equal([]);
  });

  it('are cited by every rule: a kernel function or a fact', () => {
    const [kernel] = filesMatching(/^models\/kernel\.ts$/);
    const wrong: string[] = [];
    let seen = 0;
    if (kernel !== undefined)
      visit(parse(kernel), (node) => {
        if (!ts.isMethodSignature(node) || !ts.isInterfaceDeclaration(node.parent)) return;
        if (node.parent.name.text !== 'Rules') return;
        seen++;
        const doc = ts.getJSDocCommentsAndTags(node).map((comment) => comment.getText());
        if (!/\b[a-z_]+_[a-z_]+\b|\bfacts \w+/.test(doc.join(' '))) wrong.push(node.name.getText());
      });
    expect(wrong).to.deep.equal([]);
    expect(seen).to.equal(Object.keys(rules).length);
  });

  it('are cited at the head of every file of rules', () => {
    const wrong = filesMatching(/^models\/rules\/(?!index)\w[\w-]*\.ts$/).filter(({ text }) => {
      const head = text.slice(0, text.indexOf('*/'));
      return !KERNEL_PATH.test(head) && !FACT.test(head) && !/include\/uapi|capable\(\)|linux\/bpf\.h/.test(head);
    });
    expect(wrong.map(({ path }) => path)).to.deep.equal([]);
  });
});

describe('a rule', () => {
  /** The rules, each noting that it was asked. */
  const noting = (asked: Set<string>): Rules =>
    Object.fromEntries(
      Object.entries(rules as unknown as Record<string, (...args: readonly unknown[]) => unknown>).map(
        ([name, rule]) => [
          name,
          (...args: readonly unknown[]) => {
            asked.add(name);
            return rule(...args);
          },
        ],
      ),
    ) as unknown as Rules;

  it('is asked by the steps, so that a proposal which replaces it changes what happens', () => {
    const asked = new Set<string>();
    const semantics = proposal({ name: 'noting', base: 'linux-6.18', changes: { rules: noting(asked) } });
    const model: ModelDefinition = { ...bpf, semantics: { ...bpf.semantics, noting: semantics } };
    for (const name of NAMES) checkScenario(loaded(SCENARIOS[name]), model, 'noting');
    for (const { text } of filesMatching(/^scenarios\/(freplace|arrays|sockmap|netfilter)\/.*\.yaml$/))
      checkScenario(loaded(text), model, 'noting');
    expect(Object.keys(rules).filter((name) => !asked.has(name))).to.deep.equal([]);
  });

  /** Verdicts of a scenario in which fw may be attached and detached as a program and as a link. */
  function verdictsUnder(replaced: Partial<Rules>, setup: string, actors: string, outcome: string): unknown {
    const semantics = proposal({ name: 'refusing', base: 'linux-6.18', changes: { rules: replaced } });
    const model: ModelDefinition = { ...bpf, semantics: { ...bpf.semantics, refusing: semantics } };
    const scenario = loaded(`title: a rule refuses
objects: { cgroups: { web: {} }, programs: { fw: cgroup_skb/egress } }
setup: [ ${setup} ]
actors: { ${actors} }
check: [ outcomes: [ ${outcome} ] ]
`);
    const result = checkScenario(scenario, model, 'refusing');
    return result.ok ? result.value.verdicts.map(({ label, verdict }) => `${label} ${verdict}`) : result.problems;
  }

  it('is asked for programs and for links alike, to attach', () => {
    const found = verdictsUnder(
      { attachEntry: (k) => k.fail('attaching', 'EPERM') },
      '',
      `alice: [ prog_attach: { cgroup: web, prog: fw, result: r } ],
       bob: [ link_create: { cgroup: web, prog: fw, as: l, result: r } ]`,
      '{ alice.r: EPERM, bob.r: EPERM }',
    );
    expect(found).to.deep.equal(['outcomes holds']);
  });

  it('is asked for programs and for links alike, to detach', () => {
    const found = verdictsUnder(
      { removeEntry: (k) => k.fail('removing', 'EBUSY') },
      `{ alice: { prog_attach: { cgroup: web, prog: fw, flags: [multi] } } },
       { bob: { link_create: { cgroup: web, prog: fw, as: l } } }`,
      'alice: [ prog_detach: { cgroup: web, prog: fw, result: r } ], bob: [ link_detach: { link: l, result: r } ]',
      '{ alice.r: EBUSY, bob.r: EBUSY }',
    );
    expect(found).to.deep.equal(['outcomes holds']);
  });
});
