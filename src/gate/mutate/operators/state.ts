/** Mistakes with fields, phases and waiting. */
import { ONLY, type Operator } from '../operator.ts';

export const state: readonly Operator[] = [
  {
    name: 'skip-event',
    says: 'the event does not happen',
    on: ['fire'],
    matters: () => true,
    act: () => undefined,
  },
  {
    name: 'skip-assignment',
    says: 'the field keeps its value',
    on: ['assign', 'put-cell'],
    matters: ({ before, args }) => before?.() !== args[0],
    act: () => undefined,
  },
  {
    name: 'skip-set-change',
    says: 'the set stays as it is',
    on: ['add', 'delete', 'clear-set'],
    matters: ({ before, primitive }) => before?.() === (primitive !== 'add'),
    act: () => undefined,
  },
  {
    name: 'boolean-for-a-counter',
    says: 'does not count beyond 1',
    on: ['assign', 'count'],
    site: ({ on }) => `counter ${on}`,
    variants: ({ counts }) => (counts === true ? ONLY : []),
    matters: ({ args }) => (args[0] as number) > 1,
    act: ({ args, run }) => run(Math.min(1, args[0] as number)),
  },
  {
    name: 'wrong-grace-period',
    says: 'does not wait until it is empty',
    on: ['is-empty'],
    afterwards: true,
    matters: (_act, _where, _variant, result) => result === false,
    act: () => true,
  },
];
