/** No program can run for ever. */
import { type Kernel, type Program, property } from '../kernel.ts';
import { mapsOf } from '../rules/maps.ts';
import { programOf } from '../rules/order.ts';

/** What may run next: extensions of its functions, and entries of the arrays that it tail-calls through. */
function followers(k: Kernel, program: Program): { readonly extensions: Program[]; readonly callees: Program[] } {
  const slots = k.all.slot.filter(({ hook, attachType }) => hook?.program === program && attachType === 'ext');
  const extensions = slots.flatMap(({ entries }) => [...entries].flatMap((entry) => programOf(entry) ?? []));
  const callees = mapsOf(k, program).flatMap((map) => [...map.entries].flatMap((entry) => entry ?? []));
  return { extensions, callees };
}

/** Can a run that is at `from` come to `to`? */
function reaches(k: Kernel, from: Program, to: Program, seen: Set<Program>): boolean {
  if (from === to) return true;
  if (seen.has(from)) return false;
  seen.add(from);
  const { extensions, callees } = followers(k, from);
  return [...extensions, ...callees].some((next) => reaches(k, next, to, seen));
}

export const noUnboundedRun = property({
  name: 'no-unbounded-run',
  kind: 'always',
  statement: 'No chain of extensions and tail calls leads from an extension back to the program that it extends.',
  claims: ['C33'],
  explanation:
    'Tail calls alone end after 33, but the count begins anew in every extension: a target that is a tail-call callee of its own extension runs for ever. An extended program may therefore not enter a prog array, nor a member be extended.',
  params: {},
  check(k: Kernel) {
    for (const program of k.all.program) {
      const { extensions } = followers(k, program);
      for (const extension of extensions) {
        k.subject();
        if (reaches(k, extension, program, new Set()))
          return `${program.name} runs ${extension.name}, which leads back to ${program.name}: the run has no end`;
      }
    }
    return true;
  },
});
