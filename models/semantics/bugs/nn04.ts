/** NN04 flow-dissector-put-before-unpublish, fixed by db38de39684d (5.3): the program is put while events still find it. */
import { putProgram } from '../../rules/references.ts';
import { proposal } from '../proposal.ts';

export const nn04 = proposal({
  name: 'bug-NN04',
  base: 'linux-6.18',
  says: 'PROG_DETACH of a flow dissector puts the program, then clears the pointer that events read',
  changes: ({ steps }) => ({
    steps: {
      prog_detach: {
        'detach [netns_bpf_mutex]': {
          'put the program'(k, call) {
            const { program } = call.frame;
            if (program === null) return steps.prog_detach['detach [netns_bpf_mutex]'](k, call);
            // The entry's reference, and the one by which today's command keeps the program to its end.
            call.frame.program = null;
            putProgram(k, program, 'detached flow dissector');
            putProgram(k, program, `PROG_DETACH of ${call.actor.name}`);
            return undefined;
          },
          'clear the pointer'(k) {
            for (const slot of k.all.slot)
              if (slot.attachType === 'flow_dissector' && slot.entries.length > 0)
                k.rules.removeEntry(k, slot, slot.entries.at(0));
            return 'done';
          },
        },
      },
    },
  }),
});
