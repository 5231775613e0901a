/** REPLACE by descriptor alone (C21; seed 003): there is no flag, and 0 is a descriptor like any other. */
import { FLAG, has } from '../../rules/flags.ts';
import { getProgram } from '../../rules/references.ts';
import { resolveProgram } from '../../rules/resolve.ts';
import { proposal } from '../proposal.ts';

export const replaceWithoutFlag = proposal({
  name: 'replace-without-flag',
  base: 'linux-6.18',
  says: 'PROG_ATTACH with ALLOW_MULTI replaces the program that replace_bpf_fd names, without BPF_F_REPLACE',
  claims: ['C19', 'C21'],
  changes: ({ rules }) => ({
    rules: {
      attachEntry(k, attachment) {
        const replaces = attachment.entry.kind === 'program' && attachment.mode === 'MULTI';
        const flags = replaces ? attachment.flags | FLAG.BPF_F_REPLACE : attachment.flags;
        rules.attachEntry(k, { ...attachment, flags });
      },
    },
    steps: {
      prog_attach: {
        'resolve replaced program'(k, { args, frame, actor }) {
          if (!has(args.flags, FLAG.BPF_F_ALLOW_MULTI)) return;
          const replaced = resolveProgram(k, actor, args.replace, 'replaced program');
          getProgram(k, replaced, `PROG_ATTACH of ${actor.name}`);
          frame.replaced = replaced;
        },
      },
    },
  }),
});
