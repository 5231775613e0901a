/** XD02 xdp-blind-replace: a netlink attach replaces whatever is there. Fix 92234c8f15c8 (5.7). */
import { proposal } from '../proposal.ts';

export const xd02 = proposal({
  name: 'bug-XD02',
  base: 'linux-6.18',
  says: 'the expected program of an XDP attach is not compared with the current one',
  changes: { rules: { xdpCompare: () => {} } },
});
