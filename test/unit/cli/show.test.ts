import { expect } from 'chai';
import { Folder, LEGACY, run } from './support.ts';

describe('lastref list', () => {
  it('lists every topic, as text and as JSON', async () => {
    for (const topic of [
      'semantics',
      'properties',
      'commands',
      'works',
      'objects',
      'features',
      'rules',
      'errnos',
      'errors',
      'grains',
      'exits',
    ]) {
      const text = await run(['list', topic]);
      const { code, stdout } = await run(['list', topic, '--format', 'json']);
      expect([text.code, code]).to.deep.equal([0, 0]);
      const entries = JSON.parse(stdout) as { name: string; says: string }[];
      expect(entries, topic).not.to.deep.equal([]);
      for (const { name } of entries) expect(text.stdout).to.include(name);
    }
  });

  it('gives an overview, also where there is no scenario yet', async () => {
    const { code, stdout } = await run(['list']);
    expect(code).to.equal(0);
    expect(stdout).to.include('linux-6.18').and.to.include('commands (');
  });

  it('lists scenarios by family, and those of a claim', async () => {
    const folder = new Folder();
    folder.write('scenarios/orphans/a.yaml', LEGACY);
    expect((await folder.run(['list', 'scenarios'])).stdout).to.match(
      /^orphans\n .*a\.yaml\n? .*the process that attached a firewall exits \[C2\]\n$/,
    );
    expect((await folder.run(['list', '--claim', 'C9'])).code).to.equal(2);
    folder.remove();
  });

  it('knows which topic was meant', async () => {
    const { code, stderr } = await run(['list', 'comands']);
    expect(code).to.equal(2);
    expect(stderr).to.equal(
      'lastref: LR005 there is nothing called "comands" to list\n  hint: did you mean "commands"?\n',
    );
  });
});

describe('lastref explain', () => {
  const EXPLAINED: readonly (readonly [name: string, ...said: string[]])[] = [
    ['no-orphan', 'no-orphan: a property, checked in every state', 'Statement', 'Explanation', 'C2'],
    ['link_update', 'link_update: BPF_LINK_UPDATE', 'Cites', 'kernel/bpf/', 'Arguments', '[oldProg]'],
    ['BPF_LINK_UPDATE', 'link_update: BPF_LINK_UPDATE'],
    ['cgroup_bpf_release', 'deferred work on cgroup'],
    ['linux-5.7', 'linux-5.7: ', 'Features', 'cgroup-link'],
    ['cgroup-link', 'one of the features', 'in linux-5.7'],
    ['C2', 'C2: No abandoned program stays attached', 'no-orphan'],
    ['autoDetach', 'autoDetach: a rule of the models', 'Cites', 'kernel/bpf/cgroup.c bpf_cgroup_link_auto_detach'],
    ['lock', 'one of the grains'],
    ['ENOLINK', 'one of the errnos'],
    ['lr203', 'LR203: ', 'What to do'],
    ['LR210', 'Note'],
    ['link', 'one of the objects', 'lastref chart link'],
  ];
  for (const [name, ...said] of EXPLAINED)
    it(`explains ${name}`, async () => {
      const { code, stdout } = await run(['explain', name]);
      expect(code).to.equal(0);
      for (const text of said) expect(stdout).to.include(text);
    });

  it('draws the implications of properties, and has them as data', async () => {
    const { code, stdout } = await run(['explain', '--graph']);
    expect(code).to.equal(0);
    expect(stdout).to.include('defunct-after-cgroup-death implies observation-agrees\n    because the info of a link');
    expect(stdout).to.include('flowchart LR').and.to.include('ref-balance -.-> no-use-after-free');
    const { stdout: data } = await run(['explain', '--graph', '--format', 'json']);
    expect(JSON.parse(data)).to.deep.include.members([
      {
        if: 'defunct-after-cgroup-death',
        follows: ['observation-agrees'],
        when: 'always',
        because: 'the info of a link that is attached to a released cgroup names a cgroup that is not there',
      },
    ]);
  });

  it('says why a scenario breaks, and that nothing does', async () => {
    const folder = new Folder();
    folder.write('scenarios/a.yaml', LEGACY);
    const broken = await folder.run(['explain', '--why', 'scenarios/a.yaml']);
    expect(broken.code).to.equal(0);
    expect(broken.stdout)
      .to.match(/no-orphan fails at step \d+: .*/)
      .and.to.include('because step');
    const asJson = await folder.run(['explain', '--why', 'scenarios/a.yaml', '--format', 'json']);
    expect((JSON.parse(asJson.stdout) as { reasons: { label: string }[] }).reasons[0]?.label).to.equal('no-orphan');
    for (const [argv, said] of [
      [['--property', 'no-orphn'], 'LR220'],
      [['--semantics', 'linux-5.7,linux-6.18'], 'LR001'],
    ] as const) {
      const { code, stderr } = await folder.run(['explain', '--why', 'scenarios/a.yaml', ...argv]);
      expect([code, stderr.includes(said)], said).to.deep.equal([2, true]);
    }
    folder.remove();
  });

  it('names the scenarios that use a property', async () => {
    const folder = new Folder();
    folder.write('scenarios/a.yaml', LEGACY);
    expect((await folder.run(['explain', 'no-orphan'])).stdout).to.match(/Scenarios\n .*a\.yaml/);
    folder.remove();
  });

  it('knows what was meant', async () => {
    const { code, stderr } = await run(['explain', 'no-orphans']);
    expect(code).to.equal(2);
    expect(stderr).to.include('LR005').and.to.include('did you mean "no-orphan"?');
  });
});

describe('lastref chart', () => {
  it('draws an object as Mermaid', async () => {
    const { code, stdout } = await run(['chart', 'link']);
    expect(code).to.equal(0);
    expect(stdout).to.match(/^stateDiagram-v2\n/);
    expect(stdout).to.match(/^ {2}ATTACHED --> DEFUNCT: /m);
  });

  it('draws all of them, and as JSON', async () => {
    expect((await run(['chart'])).stdout).to.match(/^%% link\nstateDiagram-v2/m);
    expect(JSON.parse((await run(['chart', '--format', 'json'])).stdout)).to.include.keys('link', 'cgroup', 'program');
    expect(JSON.parse((await run(['chart', 'link', '--format', 'json'])).stdout)).to.include({ id: 'link' });
  });

  it('knows which object was meant', async () => {
    expect((await run(['chart', 'lnk'])).stderr).to.include('did you mean "link"?');
  });
});

describe('lastref schema', () => {
  for (const name of ['scenario', 'trace', 'report'])
    it(`prints the JSON Schema of a ${name}`, async () => {
      const { code, stdout } = await run(['schema', name]);
      expect(code).to.equal(0);
      expect(JSON.parse(stdout)).to.include.keys('$schema');
    });
});
