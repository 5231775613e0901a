/** A program descriptor says nothing of running: the claim that it does is false. */
import { type Kernel, property } from '../kernel.ts';
import { holds, isThere, ON, slotsOn } from './shared.ts';

export const heldProgramRuns = property({
  name: 'held-program-runs',
  kind: 'always',
  statement: 'While a process holds a descriptor of the program, the program runs in the cgroup.',
  claims: ['C23', 'C30'],
  explanation:
    'A program descriptor is a shared pointer: it keeps the program alive and says nothing of where it runs. Target and program can both live while their connection is gone.',
  params: { program: { shape: 'object', kind: 'program' }, ...ON },
  check(k: Kernel, { program, on, attachType }) {
    if (!isThere(on) || !k.all.process.some((process) => holds(process, program))) return true;
    k.subject();
    return (
      slotsOn(k, on, attachType).some((slot) => [...slot.effective].includes(program)) ||
      `${program.name} is held and alive, ${on.name} is there, and an event there does not run it`
    );
  },
});
