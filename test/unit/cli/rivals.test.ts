import { expect } from 'chai';
import { ROOT } from '../../support/repository.ts';
import { Folder, run } from './support.ts';

const rivals = (...argv: readonly string[]) => run(['rivals', ...argv], { cwd: ROOT });

describe('lastref rivals', () => {
  it('prints one row for each semantics of a question', async () => {
    const { code, stdout } = await rivals('C29');
    expect(code).to.equal(0);
    const rows = stdout.split('\n').filter((line) => line.startsWith('  link-holds-cgroup'));
    expect(rows).to.have.length(2);
    expect(rows[0]).to.match(/broken: \d+ steps/);
  });

  it('prints one row for each design of a question', async () => {
    const { stdout } = await rivals('C25', '--format', 'markdown');
    expect(stdout.match(/^\| (exclusive|override|multi)(-daemon)? \|/gm)).to.have.length(6);
  });

  it('gives verdicts, lengths and replay commands as JSON', async () => {
    const { stdout } = await rivals('C26', '--format', 'json');
    const questions = JSON.parse(stdout) as { rivals: { name: string; verdicts: { replay?: string }[] }[] }[];
    const broken = questions
      .flatMap(({ rivals }) => rivals.flatMap(({ verdicts }) => verdicts))
      .filter((v) => v.replay);
    expect(broken.length).to.be.above(0);
    for (const { replay } of broken) expect(replay).to.match(/^lastref replay --scenario scenarios\/rivals\//);
  });

  it('ends with 1 where a rival is not as its scenario expects', async () => {
    const folder = new Folder();
    folder.write(
      'r/q.yaml',
      'title: t\nobjects: { cgroups: { web: {} }, programs: { fw: cgroup_skb/egress } }\nactors:\n  a: [ { prog_attach: { cgroup: web, prog: fw } }, exit ]\ncheck: [ no-orphan ]\n',
    );
    const { code, stdout } = await folder.run(['rivals', '--from', 'r']);
    folder.remove();
    expect({ code, broken: stdout.includes('broken: 2 steps') }).to.deep.equal({ code: 1, broken: true });
  });

  it('refuses a claim that no question stands for, and a folder that is not there', async () => {
    const unknown = await rivals('C99');
    expect({ code: unknown.code, stderr: unknown.stderr }).to.deep.include({ code: 2 });
    expect(unknown.stderr).to.include('LR120').and.to.include('claim C99');
    const nowhere = await rivals('--from', 'no/such/folder');
    expect(nowhere.code).to.equal(2);
    expect(nowhere.stderr).to.include('LR100');
  });
});
