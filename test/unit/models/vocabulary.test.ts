/** The vocabulary of traces against the models: every operation, argument and event that it names is known to them. */
import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { bpf } from '../../../models/index.ts';
import { describeWithShared, sharedPath } from '../../support/shared.ts';

const names = (cell: string): readonly string[] => [...cell.matchAll(/\w+/g)].map(([name]) => name);
const word = (cell: string): string => cell.replaceAll('`', '');

/** First cells of the other tables of the file. */
const RESULT_KEYS = new Set([
  'ran',
  'ranSet',
  'verdict',
  'progs',
  'cgroup',
  'sameAs',
  'includes',
  'retval',
  'runCountMin',
]);
const MEMBERS = new Set([
  'id',
  'source',
  'family',
  'kernelMin',
  'kind',
  'requires',
  'liveKernel',
  'objects',
  'steps',
  'notes',
]);

describeWithShared('the vocabulary of traces', () => {
  const rows = readFileSync(sharedPath('vocabulary.md'), 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => line.split('|').map((cell) => cell.trim()));
  /** Operations have five more cells behind their name, events one. */
  const operations = rows
    .filter((cells) => cells.length === 8)
    .map(([, op = '', , args = '']) => [word(op), args] as const);
  const hooks = rows
    .filter((cells) => cells.length === 4 && names(cells[1] ?? '').length === 1)
    .map(([, hook = '']) => word(hook));

  it('is read whole', () => {
    expect(operations.length).to.be.greaterThan(50);
    expect(hooks).to.include.members(['loop', 'tcp_congestion', 'lsm_cgroup']);
  });

  for (const [op, args] of operations)
    it(`has the operation ${op}, which the models know with its arguments`, () => {
      expect(Object.keys(bpf.commands)).to.include(op);
      const known = Object.keys(bpf.commands[op]?.args ?? {});
      expect(known).to.include.members(args === '-' ? [] : [...names(args)]);
    });

  it('has events, all of which the models know', () => {
    const { hook } = bpf.commands['fire']?.args ?? {};
    const known = hook?.shape === 'word' ? (hook.words ?? []) : [];
    const events = hooks.filter((name) => !RESULT_KEYS.has(name) && !MEMBERS.has(name));
    expect(events.filter((name) => !known.includes(name))).to.deep.equal([]);
  });
});
