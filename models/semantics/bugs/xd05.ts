/** XD05 xdp-bond-mode-change: a bond leaves the modes that have XDP under a program. Fix 094ee6017ea0 (6.15), introduced by 9e2ee5c7e7c3. */
import { proposal } from '../proposal.ts';

export const xd05 = proposal({
  name: 'bug-XD05',
  base: 'linux-6.18',
  says: 'the mode of a bond changes although an XDP program is attached, and its driver then refuses to take it off',
  changes: { rules: { mayChangeBondMode: () => true } },
});
