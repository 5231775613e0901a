/** Descendants are released before their ancestors. */
import { type Kernel, property } from '../kernel.ts';

const RELEASED = new Set(['RELEASED', 'FREED']);
const PENDING = new Set(['ONLINE', 'DYING', 'DRAINED']);

export const childReleasedFirst = property({
  name: 'child-released-first',
  kind: 'always',
  statement: 'No cgroup is released while a descendant is not.',
  claims: ['C8'],
  explanation:
    "Arrays of a descendant lead to its ancestors' programs. Descendants hold the BPF state of their ancestors since e10360f815ca; before, a parent could be released first.",
  params: {},
  check(k: Kernel) {
    for (const cgroup of k.all.cgroup) {
      const { parent } = cgroup;
      if (parent === null) continue;
      if (RELEASED.has(cgroup.phase)) k.subject();
      if (RELEASED.has(parent.phase) && PENDING.has(cgroup.phase))
        return `${parent.name} is ${parent.phase} and its child ${cgroup.name} is ${cgroup.phase}`;
    }
    return true;
  },
});
