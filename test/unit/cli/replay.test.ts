import { expect } from 'chai';
import { Folder, LEGACY } from './support.ts';

const trace = (steps: readonly object[]): string =>
  JSON.stringify(
    {
      id: 't',
      objects: {
        progs: [{ name: 'fw', type: 'cgroup_skb', expectedAttachType: 'cgroup_inet_egress' }],
        cgroups: [{ name: 'web', parent: null }],
      },
      steps,
    },
    null,
    1,
  );
const load = { actor: 'P0', op: 'prog_load', args: { prog: 'fw' }, as: 'fw', expect: { ok: true } };
const close = (handle: string, expectation: object): object => ({
  actor: 'P0',
  op: 'close',
  args: { handle },
  expect: expectation,
});

describe('lastref replay of traces', () => {
  let folder: Folder;
  beforeEach(() => {
    folder = new Folder();
  });
  afterEach(() => folder.remove());

  it('agrees, and says in how much', async () => {
    folder.write('t.json', trace([load, close('fw', { ok: true })]));
    const { code, stdout } = await folder.run(['replay', 't.json', '--semantics', 'linux-6.18']);
    expect(stdout).to.equal(
      't.json: agrees: 2 steps, 2 comparisons\n1 trace under linux-6.18: 1 agree (2 comparisons), 0 do not\nexit 0: everything is as expected\n',
    );
    expect(code).to.equal(0);
  });

  it('ends with 1 at the first difference, with its place', async () => {
    folder.write('t.json', trace([load, close('fw', { errno: 'EBADF' })]));
    const { code, stdout } = await folder.run(['replay', 't.json']);
    expect(code).to.equal(1);
    expect(stdout).to.match(
      /^t\.json:\d+:\d+: step 2 \(P0 close\): the model answers otherwise\n {2}expected: {"errno":"EBADF"}\n {2}model: +ok/,
    );
  });

  it('ends with 2 where the trace is wrong, and shows it on standard error', async () => {
    folder.write('t.json', trace([load, { ...close('fw', {}), op: 'clsoe' }]));
    const { code, stderr } = await folder.run(['replay', 't.json']);
    expect(code).to.equal(2);
    expect(stderr).to.match(/^t\.json:\d+:\d+: LR\d{3} /);
    folder.write('broken.json', '{');
    expect((await folder.run(['replay', 'broken.json'])).stderr).to.match(/^broken\.json:1:\d+: LR301 /);
    expect((await folder.run(['replay', 'nowhere.json'])).stderr).to.include('LR003 there is no such file');
  });

  it('takes a misspelt operation of a family that the model has for a mistake', async () => {
    folder.write('t.json', trace([load, { actor: 'P0', op: 'xdp_qery', args: {}, expect: { ok: true } }]));
    const { code, stdout, stderr } = await folder.run(['replay', 't.json']);
    expect(code).to.equal(2);
    expect(stdout + stderr).to.include('xdp_query');
  });

  it('has JSON and JUnit', async () => {
    folder.write('t.json', trace([load, close('fw', { errno: 'EBADF' })]));
    const { stdout } = await folder.run(['replay', 't.json', '--format', 'json']);
    expect(JSON.parse(stdout)).to.include({ schemaVersion: 1, exitCode: 1 });
    expect((await folder.run(['replay', 't.json', '--format', 'junit'])).stdout).to.match(
      /<testsuites name="lastref" tests="1" failures="1"/,
    );
  });

  it('needs something to replay', async () => {
    expect((await folder.run(['replay'])).code).to.equal(2);
    expect((await folder.run(['replay', '--scenario', 'a.yaml'])).stderr).to.include('--scenario needs --choices');
    expect((await folder.run(['replay', '--choices', '1'])).stderr).to.include('--choices needs --scenario');
    expect((await folder.run(['replay', 't.json', '--semantics', 'linux-6.1,linux-6.18'])).stderr).to.include(
      'replay takes one semantics',
    );
  });
});

describe('lastref replay of choices', () => {
  let folder: Folder;
  beforeEach(() => {
    folder = new Folder();
    folder.write('a.yaml', LEGACY);
  });
  afterEach(() => folder.remove());

  it('shows steps that break nothing', async () => {
    const { code, stdout } = await folder.run(['replay', '--scenario', 'a.yaml', '--choices', '']);
    expect(code).to.equal(0);
    expect(stdout).to.match(/^NOTHING BROKEN/);
  });

  it('refuses choices that lead nowhere', async () => {
    const { code, stderr } = await folder.run(['replay', '--scenario', 'a.yaml', '--choices', '99']);
    expect(code).to.equal(2);
    expect(stderr).to.include('LR122');
  });

  it('is as expected where the scenario expects the violation', async () => {
    folder.write('a.yaml', `${LEGACY}expect:\n  linux-6.18: { no-orphan: violated }\n`);
    const report = JSON.parse((await folder.run(['check', 'a.yaml', '--format', 'json'])).stdout);
    const choices = report.results[0].verdicts[0].trace.steps
      .map(({ transition }: { transition: number }) => transition)
      .join(',');
    const { code, stdout } = await folder.run(['replay', '--scenario', 'a.yaml', '--choices', choices]);
    expect(code).to.equal(0);
    expect(stdout).to.match(/^VIOLATED no-orphan \(expected\)/);
    const json = JSON.parse(
      (await folder.run(['replay', '--scenario', 'a.yaml', '--choices', choices, '--format', 'json'])).stdout,
    );
    expect(json.verdicts[0]).to.include({ label: 'no-orphan', verdict: 'violated' });
  });
});
