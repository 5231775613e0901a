/** REPLACE by descriptor alone (C21; seed 003): a field that is not 0 asks for it, and there is no flag. */
import { isGiven } from '../../rules/anchor.ts';
import { FLAG } from '../../rules/flags.ts';
import { proposal } from '../proposal.ts';

/** The flags of today's REPLACE, or of today's append. */
const meant = (flags: number, replaces: boolean): number =>
  replaces ? flags | FLAG.BPF_F_REPLACE : flags & ~FLAG.BPF_F_REPLACE;

export const replaceWithoutFlag = proposal({
  name: 'replace-without-flag',
  base: 'linux-6.18',
  says: 'PROG_ATTACH with ALLOW_MULTI replaces the program that replace_bpf_fd names, unless that is 0; no flag says so',
  claims: ['C19', 'C21'],
  changes: ({ rules, steps }) => ({
    rules: {
      attachEntry(k, attachment) {
        rules.attachEntry(k, { ...attachment, flags: meant(attachment.flags, attachment.replace !== null) });
      },
    },
    steps: {
      prog_attach: {
        'resolve replaced program'(k, call) {
          const flags = meant(call.args.flags, isGiven(call.args.replace));
          return steps.prog_attach['resolve replaced program'](k, { ...call, args: { ...call.args, flags } });
        },
      },
    },
  }),
});
