/** Only who put a program into a prog array takes it out or overrides it. */
import { type Kernel, property } from '../kernel.ts';
import { was } from './shared.ts';

export const entryOwnerOnly = property({
  name: 'entry-owner-only',
  kind: 'step',
  statement:
    'The entry of a prog array changes only by a command of its owner, or when the array has no users any more.',
  claims: ['C31', 'C30'],
  explanation:
    'BPF_MAP_UPDATE_ELEM exchanges the entry without comparing anything; whoever holds a descriptor of the map that may write overrides it. A link on a function (freplace) excludes others with EBUSY; a frozen map refuses everybody.',
  params: {
    map: { shape: 'object', kind: 'map' },
    index: { shape: 'integer', optional: true },
    owner: { shape: 'actor' },
  },
  check(k: Kernel, { map, index, owner }) {
    if (index >= map.entries.length) return true;
    const before = was(k, map).entries.at(index);
    if (before === null) return true;
    k.subject();
    const now = map.entries.at(index);
    if (now?.index === before.index || k.step.actor === 'kernel') return true;
    if (k.step.actor === k.all.process[owner]?.name || map.users === 0) return true;
    return `${k.step.op} of ${k.step.actor} overrides ${before.name} in ${map.name}[${index}] by ${now?.name ?? 'nothing'}`;
  },
});
