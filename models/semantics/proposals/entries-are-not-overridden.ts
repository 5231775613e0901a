/** A prog array that keeps what it has: an entry is emptied before it is filled again (C31; facts link-core 11, lt-006). */
import type { Kernel } from '../../kernel.ts';
import { descriptor } from '../../rules/resolve.ts';
import { proposal } from '../proposal.ts';

export const entriesAreNotOverridden = proposal({
  name: 'entries-are-not-overridden',
  base: 'linux-6.18',
  says: 'MAP_UPDATE of an entry of a prog array that is taken is EBUSY, so that a wrong index takes nobody out',
  claims: ['C31'],
  changes: ({ steps }) => ({
    steps: {
      map_update: {
        update(k: Kernel, call) {
          const { map: handle, key } = call.args;
          const map = handle === null ? null : (descriptor(call.actor, handle)?.target ?? null);
          if (map?.kind === 'map' && map.mapType === 'prog_array' && key < map.entries.length)
            k.check('entry is empty', map.entries.at(key) === null, 'EBUSY');
          return steps.map_update.update(k, call);
        },
      },
    },
  }),
});
