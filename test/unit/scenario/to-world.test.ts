import { expect } from 'chai';
import { toWorld } from '../../../src/scenario/to-world.ts';
import type { WorldInput } from '../../../src/world/input.ts';
import { tiny } from '../../support/tiny-model.ts';
import { load, value, written } from '../../support/tiny-scenario.ts';

const CHECK = '  - loaded-at-end: { role: [fw1] }';

function world(actors: string, more = '', check = CHECK): WorldInput {
  const semantics = tiny.semantics['linux-2'];
  if (semantics === undefined) throw new Error('the tiny model has lost its semantics');
  return value(toWorld(value(load(written(actors, check, more))), tiny, semantics, 'work')).input;
}

const setupOf = ({ setup }: WorldInput): readonly string[] =>
  setup.map(
    ({ actor, op, args, as }) =>
      `${actor}: ${op} ${Object.values(args).join(' ')}${as === undefined ? '' : ` as ${as}`}`,
  );

describe('the world of a scenario', () => {
  it('gives each actor a descriptor of each declared object that it names; the first one loads it', () => {
    const use = '[ { link_create: { cgroup: web, prog: fw1 } } ]';
    expect(setupOf(world(`  a: ${use}\n  b: ${use}\n  c: [ { prog_load: { prog: fw2, as: fw2 } } ]`))).to.deep.equal([
      'a: prog_load fw1 as fw1',
      'b: prog_get_fd_by_id fw1 as fw1',
    ]);
  });

  it('lets actors that only set up leave before the others begin', () => {
    const setup = 'setup:\n  - admin: { link_create: { cgroup: web, prog: fw1 } }\n';
    const input = world('  a: [exit]', setup);
    expect(setupOf(input)).to.deep.equal([
      'admin: prog_load fw1 as fw1',
      'admin: link_create 0 web fw1',
      'admin: exit ',
    ]);
    expect(input.actors.map(({ name, script }) => [name, script.length])).to.deep.equal([
      ['a', 1],
      ['admin', 0],
    ]);
  });

  it('does not end an actor twice that leaves in setup by itself', () => {
    const setup = 'setup:\n  - admin: { link_create: { cgroup: web, prog: fw1 } }\n  - admin: exit\n';
    expect(setupOf(world('  a: [exit]', setup)).filter((step) => step.includes('exit'))).to.have.length(1);
  });

  it('completes arguments by the shorthand of the model', () => {
    const [actor] = world('  a: [ { link_create: { cgroup: web, prog: fw1 } } ]').actors;
    expect(actor?.script[0]?.args).to.deep.equal({ cookie: 0, cgroup: 'web', prog: 'fw1' });
  });

  it('writes copies out, each with objects of its own', () => {
    const { actors } = world(
      '  a: { script: [ { link_create: { cgroup: web, prog: fw1, as: l } }, { close: l } ], count: 3 }',
    );
    expect(actors.map(({ name }) => name)).to.deep.equal(['a.1', 'a.2', 'a.3']);
    expect(actors[1]?.script.map(({ args, as }) => [as, args['handle'] ?? args['prog']])).to.deep.equal([
      ['l.2', 'fw1'],
      [undefined, 'l.2'],
    ]);
  });

  it('keeps menus and their budgets', () => {
    const [actor] = world(
      '  a: { script: [exit], may: [ { rmdir: web }, { rmdir: api } ], times: 2 }',
      '',
      '  - nothing-left',
    ).actors;
    expect([actor?.script.length, actor?.menu?.items.length, actor?.menu?.times]).to.deep.equal([1, 2, 2]);
  });

  it('takes `as` for the result of commands that yield nothing else, and `result` for any', () => {
    const [actor] = world(
      '  a: [ { rmdir: { cgroup: web, as: r } }, { link_create: { cgroup: web, prog: fw1, as: l, result: s } }, { rmdir: web, result: t } ]',
    ).actors;
    expect(actor?.script.map(({ as, result }) => [as, result])).to.deep.equal([
      [undefined, 'r'],
      ['l', 's'],
      [undefined, 't'],
    ]);
  });

  it('remembers the result of a step that yields a descriptor where a check asks for it', () => {
    const create = '  a: [ { link_create: { cgroup: web, prog: fw1, as: l } } ]';
    expect(world(create).actors[0]?.script[0]?.result).to.equal(undefined);
    expect(world(create, '', '  - exists: { a.l: ok }').actors[0]?.script[0]?.result).to.equal('l');
  });

  it('puts the programs of a role where a property wants a list', () => {
    const use = '  a: [ { link_create: { cgroup: web, prog: fw1 } }, { link_create: { cgroup: api, prog: fw2 } } ]';
    expect(
      world(use, 'roles: { firewall: [fw1, fw2] }\n', '  - loaded-at-end: firewall').properties[0]?.params,
    ).to.deep.equal({ role: ['fw1', 'fw2'] });
  });
});
