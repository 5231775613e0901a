/** When everything has come to rest, some version of the role runs. */
import { type Kernel, property } from '../kernel.ts';
import { isThere, names, ON, PROGRAMS, wouldRun } from './shared.ts';

export const runsAtRest = property({
  name: 'runs-at-rest',
  kind: 'finally',
  statement:
    'When all is over, and the cgroup is online, the device registered or the namespace alive, some version of the role runs for an event.',
  claims: ['C24', 'C28', 'C31', 'C33'],
  explanation:
    'A gap that somebody closes again is one thing, a gap that stays is another. A process that is killed between taking the old version off and putting the new one on leaves one, and so does a watcher that dies before it has repaired.',
  params: { role: PROGRAMS, ...ON },
  check(k: Kernel, { role, on, attachType }) {
    if (!isThere(on)) return true;
    k.subject();
    const { ran } = wouldRun(k, on, attachType);
    return (
      ran.some((program) => role.includes(program)) ||
      `at rest, an event in ${on.name} runs ${names(ran)}: no version of the role`
    );
  },
});
