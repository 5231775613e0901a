/** Mistakes with references. */
import { ONLY, type Operator } from '../operator.ts';
import type { AnyAct } from '../scopes.ts';

const twice = ({ args, run }: AnyAct): void => {
  run(...args);
  run(...args);
};

export const references: readonly Operator[] = [
  { name: 'skip-put', says: 'does not put', on: ['put'], matters: () => true, act: () => undefined },
  { name: 'double-put', says: 'puts twice', on: ['put'], matters: () => true, act: twice },
  { name: 'skip-get', says: 'does not get', on: ['get'], matters: () => true, act: () => undefined },
  { name: 'double-get', says: 'gets twice', on: ['get'], matters: () => true, act: twice },
  {
    name: 'put-before-unpublish',
    says: 'puts before it takes the lock under which it unpublishes',
    on: ['put'],
    early: true,
    variants: (_act, { locked }) => (locked ? ONLY : []),
    matters: (_act, { interleaved }) => interleaved,
    act: () => undefined,
  },
];
