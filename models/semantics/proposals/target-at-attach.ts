/** The alternative of C34: an extension is verified against its target at load, and refers to it from the attachment on. */
import { proposal } from '../proposal.ts';

export const targetAtAttach = proposal({
  name: 'target-at-attach',
  base: 'linux-6.18',
  says: 'loading an extension holds nothing; LINK_CREATE names the target, and the link holds it',
  claims: ['C34'],
  changes: {
    rules: {
      // What was verified is remembered for its type, and nothing keeps it alive.
      holdTarget(_k, program, target) {
        program.target = target;
      },
    },
  },
});
