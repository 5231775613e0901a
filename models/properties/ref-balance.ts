/** The ledger: every count equals the references that exist. */
import { type Kernel, property } from '../kernel.ts';
import { ledger } from './ledger.ts';

export const refBalance = property({
  name: 'ref-balance',
  kind: 'always',
  statement: 'Every reference count equals the number of references that exist.',
  claims: ['C10'],
  explanation:
    'The ledger counts descriptors, pins, messages, entries, links and running commands one by one and compares them with the counters: a double put or a leak is found when it happens, not when something crashes.',
  params: {},
  check(k: Kernel) {
    k.subject();
    const books = ledger(k);
    for (const [object, { counted, found }] of books)
      if (counted !== found) return `${object} counts ${counted} references and ${found} exist`;
    return true;
  },
});
