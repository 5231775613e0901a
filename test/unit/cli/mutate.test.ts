import { expect } from 'chai';
import { ROOT } from '../../support/repository.ts';
import { run } from './support.ts';

/** A few small folders: the full set is `lastref mutate`, which takes minutes. */
const FOLDERS = ['scenarios/errno', 'scenarios/races', 'scenarios/cgroup', 'scenarios/cgroup-death', 'scenarios/pins'];

describe('lastref mutate', function () {
  this.timeout(120_000);

  it('kills nearly all of a fixed sample of mutants, and says of each of the others where it lives on', async () => {
    const sample = ['--family', 'cgroup,link,pin', '--max-mutants', '30', '--seed', 'npm test', '--at-least', '80'];
    const { code, stdout, stderr } = await run(['mutate', ...FOLDERS, ...sample], { cwd: ROOT });
    expect({ code, stderr }).to.deep.equal({ code: 0, stderr: '' });
    expect(stdout).to.match(/^30 of \d+ mutants of linux-6\.18: \d+ killed/m);
    const alive = [...stdout.matchAll(/^[0-9a-f]{6} {2}\S+: .*\n {8}.*\n {8}near: scenarios\//gm)].length;
    const [, killed = '', equivalent = ''] = /: (\d+) killed.*?(\d+) equivalent/.exec(stdout) ?? [];
    expect(Number(killed) + Number(equivalent) + alive).to.be.at.least(29);
  });

  it('shows one mutant with the trace that tells it', async () => {
    const name = 'skip-put: step prog_detach / detach [cgroup_mutex] › puts program.refs';
    const { code, stdout } = await run(['mutate', 'scenarios/errno', 'scenarios/races', '--show', name], { cwd: ROOT });
    expect({ code, stdout }).to.deep.include({ code: 0 });
    expect(stdout).to.match(/fate +killed[\s\S]*VIOLATED ref-balance[\s\S]*lastref replay/);
  });

  it('is a failure where the score is too low, and an error where nothing is asked for', async () => {
    const paths = ['mutate', 'scenarios/sockets/two-sockets.yaml', '--operators', 'wrong-errno'];
    expect((await run([...paths, '--at-least', '100'], { cwd: ROOT })).code).to.equal(1);
    expect((await run(['mutate', '--operators', 'break-it'], { cwd: ROOT })).stderr).to.contain('there is no operator');
    expect((await run(['mutate', '--family', 'none'], { cwd: ROOT })).stderr).to.contain('there is no family of code');
    expect((await run(['mutate', '--semantics', 'linux-6.1,linux-6.12'], { cwd: ROOT })).code).to.equal(2);
    expect((await run([...paths, '--show', 'nobody'], { cwd: ROOT })).stderr).to.contain('there is no mutant "nobody"');
  });
});
