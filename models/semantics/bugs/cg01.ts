/** CG01 cg-release-order: a parent is released before its descendants. Fix e10360f815ca (5.5), introduced by 4bfc0bb2c60e. */
import { proposal } from '../proposal.ts';

export const cg01 = proposal({
  name: 'bug-CG01',
  base: 'linux-6.18',
  says: 'descendants hold no references on the BPF state of their ancestors, so that release is out of order',
  changes: { features: { remove: ['descendants-hold-ancestors'] } },
});
