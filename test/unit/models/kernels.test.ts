/** Kernels are sets of features, each of which some rule asks for. */
import { expect } from 'chai';
import { bpf, combine, FEATURES, type Feature, LINUX, proposal } from '../../../models/index.ts';
import type { Rules } from '../../../models/kernel.ts';
import type { BpfSemantics } from '../../../models/semantics/linux.ts';
import { changeText, listChanges, restored, under } from '../../../src/modelling/index.ts';
import { filesMatching } from '../../support/repository.ts';

/** Releases in the order of their history, distribution kernels among the mainline ones that they are made from. */
const HISTORY = [
  'linux-4.10',
  'linux-4.15',
  'linux-5.3',
  'linux-5.5',
  'linux-5.6',
  'linux-5.7',
  'linux-5.10',
  'linux-6.1',
  'linux-6.12',
  'linux-6.18.19',
  'linux-6.18',
  'linux-7.2',
];

/** What a kernel lacks that the one before it has: nothing, but for these. */
const LOST: Readonly<Record<string, readonly Feature[]>> = {
  // 5.8 asks for CAP_NET_ADMIN no more; BPF commands have capabilities of their own.
  'linux-5.10': ['attach-needs-net-admin'],
  // What a pin holds is put with its inode again since 6.18, and in the stable releases of then.
  'linux-6.1': ['pin-put-by-rcu'],
  // Backports of August 2026 that Debian's 6.12.117 has and these releases do not.
  'linux-6.18.19': [
    'netns-compare-under-lock',
    'preorder-slot-fix',
    'storage-check',
    'xdp-bound-strict',
    'xdp-driver-first',
  ],
};

const features = (name: string): ReadonlySet<Feature> => LINUX[name]?.features ?? new Set();
const minus = (a: ReadonlySet<Feature>, b: ReadonlySet<Feature>): Feature[] =>
  [...a].filter((one) => !b.has(one)).sort();

describe('a feature', () => {
  it('is asked for by some rule', () => {
    const text = filesMatching(/^models\/(?!semantics\/features)[\w/-]+\.ts$/)
      .map((file) => file.text)
      .join('\n');
    const unused = Object.keys(FEATURES).filter(
      (name) => !text.includes(`k.has('${name}')`) && !text.includes(`feature: '${name}'`),
    );
    expect(unused).to.deep.equal([]);
  });

  it('is had by some kernel, and lacked by another', () => {
    const all = Object.values(LINUX).map((kernel) => kernel.features);
    const idle = (Object.keys(FEATURES) as Feature[]).filter(
      (name) => all.every((has) => has.has(name)) || !all.some((has) => has.has(name)),
    );
    expect(idle).to.deep.equal([]);
  });

  it('says in which release and with which change it came', () => {
    const vague = Object.entries(FEATURES).filter(([, says]) => !/\((?:until )?(?:\d+\.\d+|August 2026)/.test(says));
    expect(vague).to.deep.equal([]);
  });
});

describe('the kernels', () => {
  it('are these', () => {
    expect(Object.keys(LINUX).sort()).to.deep.equal([...HISTORY].sort());
  });

  it('keep what they have, with the exceptions named here', () => {
    const lost = HISTORY.slice(1).flatMap((name, i) => {
      const gone = minus(features(HISTORY[i] as string), features(name));
      return gone.length === 0 ? [] : [[name, gone] as const];
    });
    expect(Object.fromEntries(lost)).to.deep.equal(LOST);
  });

  it('differ from each other', () => {
    const names = Object.keys(LINUX);
    const same = names.flatMap((name, i) =>
      names
        .slice(i + 1)
        .filter(
          (other) =>
            minus(features(name), features(other)).length + minus(features(other), features(name)).length === 0,
        )
        .map((other) => [name, other]),
    );
    expect(same).to.deep.equal([]);
  });

  it('have no rules of their own: a release is data', () => {
    for (const { name, changes } of Object.values(LINUX)) expect(Object.keys(changes), name).to.deep.equal([]);
  });
});

describe('a proposal', () => {
  it('adds features to its base and takes some away', () => {
    const { features: has, ground } = proposal({
      name: 'p',
      base: 'linux-5.7',
      changes: { features: { add: ['link-ids'], remove: ['replace'] } },
    });
    expect(ground?.name).to.equal('linux-5.7');
    expect(minus(has, features('linux-5.7'))).to.deep.equal(['link-ids']);
    expect(minus(features('linux-5.7'), has)).to.deep.equal(['replace']);
  });

  it('stands on another proposal, keeps its rules, and can call them', () => {
    const first = proposal({ name: 'a', base: 'linux-6.18', changes: { rules: { hasRoom: () => true } } });
    const second = proposal({
      name: 'b',
      base: first,
      changes: ({ rules }) => ({ rules: { hierarchyAllows: (k, slot) => !rules.hasRoom(k, slot) } }),
    });
    const rules = under(bpf, second).rules as Rules;
    expect(rules.hasRoom({} as never, {} as never)).to.equal(true);
    expect(rules.hierarchyAllows({} as never, {} as never, 'NONE')).to.equal(false);
    expect(rules.mayDetach).to.equal((bpf.rules as Rules).mayDetach);
  });

  it('replaces one step by several, in its place', () => {
    const split = proposal({
      name: 'a',
      base: 'linux-6.18',
      changes: ({ steps }) => ({
        steps: {
          link_detach: {
            'detach [cgroup_mutex]': { wait: () => undefined, detach: steps.link_detach['detach [cgroup_mutex]'] },
          },
        },
      }),
    });
    expect(under(bpf, split).commands['link_detach']?.stepNames.slice(0, 4)).to.deep.equal([
      'resolve',
      'wait',
      'detach',
      'detach [rtnl_lock]',
    ]);
  });

  it('changes transitions of charts, and takes some away', () => {
    const stays = proposal({
      name: 'a',
      base: 'linux-6.18',
      changes: { charts: { link: { ATTACHED: { AUTO_DETACH: 'ATTACHED', DETACH: null } } } },
    });
    const config = under(bpf, stays).objects['link']?.chart?.config;
    expect(config?.states['ATTACHED']?.on).to.deep.equal({ AUTO_DETACH: 'ATTACHED', LAST_PUT: 'ZERO' });
    expect(config?.states['DEFUNCT']).to.deep.equal(bpf.objects['link']?.chart?.config.states['DEFUNCT']);
  });

  it('combines with others, each over the one before', () => {
    const first = proposal({ name: 'a', base: 'linux-5.7', changes: { features: { add: ['link-ids'] } } });
    const second = proposal({
      name: 'b',
      base: 'linux-6.18',
      changes: ({ rules }) => ({ rules: { hasRoom: (k, slot) => !rules.hasRoom(k, slot) } }),
    });
    const both = combine('both', first, second, second);
    expect(minus(both.features, features('linux-5.7'))).to.deep.equal(['link-ids']);
    const hasRoom = (semantics: BpfSemantics) =>
      (under(bpf, semantics).rules as Rules).hasRoom({} as never, { entries: [], limit: 1 } as never);
    expect([hasRoom(first), hasRoom(both)], 'negated twice').to.deep.equal([true, true]);
    const kernel = LINUX['linux-6.18'] as BpfSemantics;
    expect(() => combine('both', first, kernel)).to.throw('"linux-6.18" is no proposal');
  });

  it('gives up single changes and keeps the others', () => {
    const semantics = proposal({
      name: 'a',
      base: 'linux-6.18',
      changes: { features: { remove: ['mprog', 'replace'] }, rules: { hasRoom: () => true, mayDetach: () => false } },
    });
    const names = listChanges(semantics.changes).map(changeText);
    expect(names).to.deep.equal(['feature removed mprog', 'feature removed replace', 'rule hasRoom', 'rule mayDetach']);
    const without = restored(semantics, new Set(['feature removed mprog', 'rule hasRoom']));
    expect(listChanges(without.changes).map(changeText)).to.deep.equal(['feature removed replace', 'rule mayDetach']);
    expect(minus(features('linux-6.18'), without.features)).to.deep.equal(['replace']);
  });

  it('is refused where it names what does not exist', () => {
    const no =
      (changes: object, base = 'linux-6.18') =>
      () =>
        proposal({ name: 'p', base, changes });
    expect(no({ rules: { computeEfective: () => [] } })).to.throw('there is no rule "computeEfective"');
    expect(no({ features: { add: ['multy'] } })).to.throw('there is no feature "multy"');
    expect(no({ features: { remove: ['multy'] } })).to.throw('there is no feature "multy"');
    expect(no({ steps: { link_updat: {} } })).to.throw('there is no command "link_updat"');
    expect(no({ steps: { link_update: { replac: () => undefined } } })).to.throw('there is no step "replac"');
    expect(no({ charts: { cgroop: {} } })).to.throw('there is no kind of object "cgroop"');
    expect(no({ charts: { link: { DEFUNKT: {} } } })).to.throw('there is no phase "DEFUNKT"');
    expect(no({ charts: { link: { ATTACHED: { DETATCH: 'GONE' } } } })).to.throw('there is no event "DETATCH"');
    expect(no({ charts: { link: { ATTACHED: { DETACH: 'GON' } } } })).to.throw('there is no phase "GON"');
    expect(no({ works: { unix_g: {} } })).to.throw('there is no deferred work "unix_g"');
    expect(no({}, 'linux-9.9')).to.throw('there is no semantics "linux-9.9"');
  });
});
