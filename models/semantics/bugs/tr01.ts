/** TR01 tracing-double-put, fixed by 5541075a348b (5.11): both layers put the program where an attachment fails. */
import { putProgram } from '../../rules/references.ts';
import { proposal } from '../proposal.ts';

export const tr01 = proposal({
  name: 'bug-TR01',
  base: 'linux-6.18',
  says: 'bpf_tracing_prog_attach puts the program of a failed attachment, and so does link_create',
  changes: ({ steps }) => ({
    steps: {
      link_create: {
        'resolve target'(k, call) {
          const { program } = call.frame;
          try {
            return steps.link_create['resolve target'](k, call);
          } catch (failed) {
            // Whatever the inner layer fails with, it has put what its caller is going to put.
            if (program !== null) putProgram(k, program, 'bpf_tracing_prog_attach');
            throw failed;
          }
        },
      },
    },
  }),
});
