import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { Folder, LEGACY, type Printed } from './support.ts';

/** A link that goes with its last descriptor: what every kernel since 5.7 does. */
const LINK = `title: the process that made a link exits
objects:
  cgroups: { web: {} }
  programs: { fw: cgroup_skb/egress }
actors:
  alice:
    - link_create: { cgroup: web, prog: fw, as: l }
    - link_detach: { link: l, result: r }
    - exit
check:
  - no-orphan
  - exists: { alice.r: ok }
`;
const EXPECTED = `${LEGACY}expect:\n  linux-6.18: { no-orphan: violated }\n`;

const proposal = (changes: string, base = 'linux-6.18'): string => `import { proposal } from 'lastref/models';

export default proposal({
  name: 'mine',
  base: '${base}',
  says: 'a proposal',
  changes: ${changes},
});
`;
const NO_DETACH = proposal("{ features: { remove: ['link-detach'] } }");

/** Starts another thread with all sources, and the compiler, on a machine that others use too. */
const THREAD_MS = 120_000;

describe('lastref gate and promote', function () {
  this.timeout(THREAD_MS);
  let folder: Folder;
  const read = (file: string): string => readFileSync(join(folder.path, file), 'utf8');
  const gate = (...words: readonly string[]): Promise<Printed> =>
    folder.run(['gate', '--today', '2026-11-28', '--candidate', ...words]);

  beforeEach(async () => {
    folder = new Folder();
    folder.write('scenarios/a/legacy.yaml', EXPECTED);
    folder.write('scenarios/a/link.yaml', LINK);
    expect((await folder.run(['promote'])).code).to.equal(0);
  });
  afterEach(() => folder.remove());

  it('accepts the present verdicts, and then finds nothing', async () => {
    expect(read('reports/golden/scenarios/a/legacy.yaml')).to.include('no-orphan: violated');
    const { code, stdout, stderr } = await gate('linux-6.18');
    expect({ code, stderr }).to.deep.equal({ code: 0, stderr: '' });
    expect(stdout)
      .to.match(/2 scenarios, 2 runs .* compared/)
      .and.to.include('the records of linux-6.18 that were accepted in reports/golden');
    expect((await folder.run(['promote', '--check'])).code).to.equal(0);
  });

  it('ends with 2 where there is nothing to compare with, or nothing to compare', async () => {
    expect((await gate('linux-6.18', 'no/such')).code).to.equal(2);
    expect((await gate('linux-6.18', '--family', 'b')).code).to.equal(2);
    expect((await gate('linux-9', '--baseline', 'linux-6.18')).stderr).to.include('LR109');
    rmSync(join(folder.path, 'reports'), { recursive: true });
    const { code, stderr } = await gate('linux-6.18');
    expect(code).to.equal(2);
    expect(stderr).to.include('LR501');
  });

  it('refuses a candidate that is not built on what was accepted, and compares it with a run', async () => {
    const { code, stderr } = await gate('linux-5.7');
    expect(code).to.equal(2);
    expect(stderr).to.include('LR503').and.to.include('--baseline linux-6.18');
    expect((await gate('linux-5.7', '--baseline', 'linux-5.7')).code).to.equal(0);
    const other = await gate('linux-5.7', '--baseline', 'linux-6.18', '--format', 'json');
    expect(other.code).to.equal(1);
    expect(
      JSON.parse(other.stdout).findings.map(
        (each: { class: string; subject: string }) => `${each.class}: ${each.subject}`,
      ),
    ).to.include('newly violated: exists');
  });

  it('ends with 3 where a bound was hit, and never with 0', async () => {
    const { code, stdout } = await gate('linux-6.18', '--max-states', '2');
    expect(code).to.equal(3);
    expect(stdout).to.include('newly unknown');
  });

  it('finds a scenario without record, a record without scenario, and a changed verdict', async () => {
    folder.write('scenarios/a/new.yaml', LINK);
    rmSync(join(folder.path, 'scenarios/a/legacy.yaml'));
    const golden = 'reports/golden/scenarios/a/link.yaml';
    folder.write(golden, read(golden).replace('no-orphan: holds', 'no-orphan: vacuous'));
    const { code, stdout } = await gate('linux-6.18');
    expect(code).to.equal(1);
    expect(stdout)
      .to.include('scenario added')
      .and.to.include('scenario removed')
      .and.to.include('newly holding: no-orphan (was: vacuous; is: holds)');
    const promoted = await folder.run(['promote', '--check']);
    expect(promoted.code).to.equal(1);
    expect(promoted.stdout).to.include('2 records of linux-6.18 would be written, 1 would be removed');
    expect((await folder.run(['promote'])).code).to.equal(0);
    expect(existsSync(join(folder.path, 'reports/golden/scenarios/a/legacy.yaml'))).to.equal(false);
    expect((await gate('linux-6.18')).code).to.equal(0);
  });

  it('promotes nothing that is unexpected', async () => {
    folder.write('scenarios/a/bad.yaml', LEGACY);
    const { code, stderr } = await folder.run(['promote']);
    expect(code).to.equal(1);
    expect(stderr)
      .to.include('LR508')
      .and.to.include('no-orphan is violated, expected: holds')
      .and.to.include('nothing was promoted');
    expect(existsSync(join(folder.path, 'reports/golden/scenarios/a/bad.yaml'))).to.equal(false);
  });

  it('says what a file of a user changes; a waiver accepts it, until it is not needed', async () => {
    folder.write('mine.ts', NO_DETACH);
    const red = await gate('./mine.ts', '--format', 'json');
    expect(red.code).to.equal(1);
    const { findings } = JSON.parse(red.stdout) as { findings: { class: string; subject: string }[] };
    expect(findings.map((each) => `${each.class}: ${each.subject}`)).to.include.members([
      'newly violated: exists',
      'errno added: link_detach EINVAL',
      'errno lost: link_detach ok',
    ]);
    const drafts = (await gate('./mine.ts', '--format', 'waivers')).stdout;
    const filled = drafts
      .replaceAll('reason: ""', 'reason: decided in review')
      .replaceAll('link: ""', 'link: https://example.org/1')
      .replaceAll('expires: ""', 'expires: 2027-01-31');
    folder.write('lastref-waivers.yaml', filled);
    const green = await gate('./mine.ts');
    expect(green.stdout).to.include(`0 not accepted, ${findings.length} waived`).and.to.include('decided in review');
    expect(green.code).to.equal(0);
    expect((await gate('./mine.ts', '--today', '2027-02-01')).code).to.equal(2);
    folder.write('mine.ts', proposal('{}'));
    const unused = await gate('./mine.ts');
    expect(unused.code).to.equal(2);
    expect(unused.stdout).to.include('LR506');
    folder.write('lastref-waivers.yaml', 'waivers: [ { reason: x } ]\n');
    const malformed = await gate('./mine.ts');
    expect(malformed.code).to.equal(2);
    expect(malformed.stderr).to.match(/lastref-waivers\.yaml:1:\d+: LR504/);
  });

  it('says why the file of a user breaks a property, and which of its changes to take back', async () => {
    folder.write('mine.ts', proposal('{ rules: { removeEntry: () => undefined, mayDetach: () => true } }'));
    const { code, stdout } = await gate('./mine.ts');
    expect(code).to.equal(1);
    expect(stdout)
      .to.include('newly violated: no-orphan')
      .and.to.include('Because')
      .and.to.include('Restoring rule removeEntry as in linux-6.18 makes no-orphan hold.');
  });

  it('shows that it can fail', async () => {
    const { code, stdout } = await gate('linux-6.18', '--self-test');
    expect(stdout)
      .to.include('self-test passed: the gate can fail')
      .and.to.match(/the gate is red, \d+ newly violated/);
    expect(code).to.equal(0);
  });
});

describe('a candidate at fault', function () {
  this.timeout(THREAD_MS);
  let folder: Folder;
  beforeEach(async () => {
    folder = new Folder();
    folder.write('scenarios/a/link.yaml', LINK);
    folder.write('scenarios/a/legacy.yaml', LEGACY.replace('- exit', '- prog_detach: { cgroup: web, prog: fw }'));
    expect((await folder.run(['promote'])).code).to.equal(0);
  });
  afterEach(() => folder.remove());

  const rule = (body: string): string =>
    proposal(`{
    rules: {
      mayDetach: (_k, process) => {
        ${body}
      },
    },
  }`);
  const cases: readonly (readonly [what: string, text: string, code: string, place: string])[] = [
    ['names a rule that there is not', proposal('{ rules: { mayDetatch: () => true } }'), 'LR247', '7:23'],
    ['uses a field that there is not', rule("return process.nam === '';"), 'LR247', '10:24'],
    ['has a syntax error', `${NO_DETACH}const = 1;\n`, 'LR247', '9:7'],
    ['throws in a rule', rule("if (process.name !== '') throw new Error('oh');\n        return true;"), 'LR245', '10:'],
    ['throws while it is loaded', `${NO_DETACH}throw new Error('oh');\n`, 'LR242', '9:7'],
    ['waits for ever while it is loaded', `await new Promise(() => undefined);\n${NO_DETACH}`, 'LR242', '1:'],
    ['loops while it is loaded', `for (let i = 0; i >= 0; i = (i + 1) % 7);\n${NO_DETACH}`, 'LR246', '1:'],
    [
      'loops in a rule',
      rule("let i = 0;\n        while (process.name !== '') i++;\n        return i > 0;"),
      'LR246',
      '11:',
    ],
    [
      'leads to a loop',
      proposal('{ works: { css_release_work_fn: { ready: () => true, run: () => undefined } } }'),
      'LR246',
      '7:',
    ],
    ['has no default export', NO_DETACH.replace('export default', 'export const mine ='), 'LR243', ''],
    ['has another base', NO_DETACH.replace('linux-6.18', 'linux-5.7').replace('link-detach', 'multi'), 'LR503', '5:'],
  ];
  for (const [what, text, code, place] of cases)
    it(`ends with 2 and its place when it ${what}`, async () => {
      folder.write('mine.ts', text);
      const { code: exit, stdout, stderr } = await folder.run(['gate', '--candidate', 'mine.ts']);
      expect(stderr)
        .to.include(`${code} `)
        .and.to.include(`mine.ts${place === '' ? '' : `:${place}`}`);
      expect({ exit, stdout }).to.deep.equal({ exit: 2, stdout: '' });
    });
});
