import { expect } from 'chai';
import { ROOT } from '../../support/repository.ts';
import { Folder, letUserFilesImport, run } from './support.ts';

const here = (...argv: readonly string[]) => run(['diff', ...argv], { cwd: ROOT });

interface SideJson {
  readonly answer: string;
  readonly choices: readonly number[];
  readonly broken: readonly { readonly label: string }[];
  readonly steps: readonly ({ readonly actor: string; readonly op: string; readonly args: unknown } | null)[];
}
interface Json {
  readonly exitCode: number;
  readonly differences: readonly {
    readonly op: string;
    readonly kind: string;
    readonly file: string;
    readonly steps: number;
    readonly setupSteps: number;
    readonly a: SideJson;
    readonly b: SideJson;
  }[];
  readonly totals: { readonly scenarios: number };
}

/** The shortest difference of two kernels, over the suite and the menu worlds, or over what is named. */
async function shortest(a: string, b: string, ...paths: readonly string[]): Promise<object> {
  const { code, stdout } = await here(a, b, ...paths, '--format', 'json');
  const [first] = (JSON.parse(stdout) as Json).differences;
  if (first === undefined) throw new Error(stdout);
  const { steps, setupSteps, op, kind } = first;
  const schedule = first.a.steps.map((step) => `${step?.actor} ${step?.op} ${JSON.stringify(step?.args)}`);
  return { code, steps, setupSteps, op, kind, schedule, answers: [first.a.answer, first.b.answer] };
}

describe('lastref diff', function () {
  this.timeout(60_000);

  it('tells 5.5 from 5.6 by REPLACE of what is not attached, in one step', async () => {
    expect(await shortest('linux-5.5', 'linux-5.6')).to.deep.equal({
      code: 1,
      steps: 1,
      setupSteps: 0,
      op: 'prog_attach',
      kind: 'result',
      schedule: [
        'admin prog_attach {"cgroup":"web","prog":"b","replace":"a","flags":["multi","replace"],"attachType":"cgroup_inet_egress"}',
      ],
      answers: ['EINVAL', 'ENOENT'],
    });
  });

  it('tells 5.6 from 5.7 by LINK_CREATE, in one step', async () => {
    expect(await shortest('linux-5.6', 'linux-5.7')).to.deep.equal({
      code: 1,
      steps: 1,
      setupSteps: 0,
      op: 'link_create',
      kind: 'result',
      schedule: ['P1 link_create {"cgroup":"web","prog":"fw","attachType":"cgroup_inet_egress"}'],
      answers: ['EINVAL', 'ok'],
    });
  });

  it('tells 6.12 from 6.18 by LINK_UPDATE to a program with another storage map, one step after link, map and program were made', async () => {
    expect(await shortest('linux-6.12', 'linux-6.18', 'menu:links')).to.deep.equal({
      code: 1,
      steps: 1,
      setupSteps: 3,
      op: 'link_update',
      kind: 'result',
      schedule: ['root link_update {"link":"l","prog":"s"}'],
      answers: ['EINVAL', 'ok'],
    });
  });

  it('finds what 6.18.19 did wrong beside PREORDER entries, with the property that breaks, and schedules that replay', async () => {
    const { code, stdout } = await here('linux-6.18.19', 'linux-6.18', '--generate', '--format', 'json');
    expect(code).to.equal(1);
    const [first, ...more] = (JSON.parse(stdout) as Json).differences;
    expect(more).to.deep.equal([]);
    expect([first?.op, first?.kind, first?.steps, first?.a.broken[0]?.label, first?.b.broken]).to.deep.equal([
      'link_update',
      'shows',
      2,
      'effective-order',
      [],
    ]);
    const choices = String(first?.a.choices);
    const replayed = await run(
      [
        'replay',
        '--scenario',
        'menu:links',
        '--semantics',
        'linux-6.18.19',
        '--grain',
        'command',
        '--choices',
        choices,
      ],
      { cwd: ROOT },
    );
    expect(replayed.code).to.equal(1);
    expect(replayed.stdout).to.contain('VIOLATED effective-order');
  });

  it('ends with 0 where nothing differs, and says within which bounds', async () => {
    const { code, stdout } = await here('linux-6.18', 'linux-7.2', 'scenarios/capacity');
    expect(code).to.equal(0);
    expect(stdout).to.match(
      /No observable difference[\s\S]*3 scenarios\n {2}grain command, every schedule to its end;/,
    );
  });

  it('ends with 3 where a bound was hit before anything differed', async () => {
    const { code, stdout } = await here('linux-6.18', 'linux-7.2', 'menu:attach', '--max-states', '50');
    expect(code).to.equal(3);
    expect(stdout).to.contain('bounds that were hit: --max-states 50 (1)');
    expect((await here('linux-6.18', 'linux-7.2', 'menu:attach', '--max-depth', '1')).code).to.equal(3);
  });

  it('ends with 5 where no scenario could be compared', async () => {
    const { code, stdout } = await here('linux-5.5', 'linux-5.6', 'scenarios/capacity/full-slot.yaml');
    expect(code).to.equal(5);
    expect(stdout).to.contain('1 could not be compared');
  });

  it('says what setup differs in, where setup differs', async () => {
    const { code, stdout } = await here('linux-5.6', 'linux-5.7', 'scenarios/capacity/full-slot.yaml');
    expect(code).to.equal(1);
    expect(stdout).to.contain('2 steps, all of setup').and.to.contain('> 2  owner: link_create(web, l1');
  });

  it('keeps its text within 75 columns, and its names on their sides', async () => {
    const { stdout } = await here('linux-6.1', 'linux-6.18', 'scenarios/pins', '--grain', 'lock', '--all');
    expect(stdout.split('\n').filter((line) => line.length > 75)).to.deep.equal([]);
    expect(stdout).to.match(/linux-6\.1 +linux-6\.18/);
  });

  it('writes a table for a review', async () => {
    const { stdout } = await here('linux-5.6', 'linux-5.7', 'scenarios/errno', '--format', 'markdown');
    expect(stdout).to.contain('| `link_create` | result | `-EINVAL` | `0` | 1 step |');
  });

  it('refuses what does not exist, and two grains', async () => {
    expect((await here('linux-6.18', 'linux-9.9')).code).to.equal(2);
    expect((await here('linux-6.18', 'linux-7.2', '--grain', 'work,lock')).code).to.equal(2);
    expect((await here('linux-6.18', 'linux-7.2', 'menu:nothing')).stderr).to.contain('menu:nothing:1:1: LR100');
  });
});

describe('lastref diff with a candidate of the user', function () {
  this.timeout(60_000);
  const folder = new Folder();
  before(letUserFilesImport);
  after(() => folder.remove());

  const candidate = (name: string, changes: string): string =>
    folder.write(
      `${name}.ts`,
      `import { proposal } from 'lastref/models';\nexport default proposal({\n  name: '${name}',\n  base: 'linux-6.18',\n  changes: ${changes},\n});\n`,
    );

  it('shows what the candidate changes', async () => {
    candidate('closed', `{ rules: { mayDetach: () => false } }`);
    const { code, stdout } = await folder.run(['diff', 'linux-6.18', './closed.ts', '--generate']);
    expect(code).to.equal(1);
    expect(stdout).to.contain('DIFFERENT prog_detach: result').and.to.contain('--semantics ./closed.ts');
  });

  it('blames a rule that throws, with file and line', async () => {
    candidate('throws', `{ rules: { mayDetach: () => { throw new Error('no idea'); } } }`);
    const { code, stderr } = await folder.run(['diff', 'linux-6.18', './throws.ts', '--generate']);
    expect(code).to.equal(2);
    expect(stderr).to.match(/throws\.ts:5:\d+: LR245 /);
  });
});
