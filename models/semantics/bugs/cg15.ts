/** CG15 cg-no-override-consent: the nearest program wins, and nobody above has to agree. Fix 7f677633379b (4.10). */
import { proposal } from '../proposal.ts';

export const cg15 = proposal({
  name: 'bug-CG15',
  base: 'linux-6.18',
  says: 'a descendant may attach over any program of its ancestors',
  changes: { rules: { hierarchyAllows: () => true } },
});
