/** A proposal changes what exists, in the shape that it has. `npm run types` is the test; nothing here runs. */
import { type Proposal, proposal } from '../../models/index.ts';

const p = { name: 'p', base: 'linux-6.18' } satisfies Omit<Proposal, 'changes'>;

export const accepted = proposal({
  ...p,
  changes: { features: { add: ['storage-check'], remove: ['mprog'] }, rules: { hasRoom: () => true } },
});

export const refused = [
  // @ts-expect-error a rule that does not exist
  proposal({ ...p, changes: { rules: { computeEfective: () => [] } } }),
  // @ts-expect-error a rule that answers with another type
  proposal({ ...p, changes: { rules: { hasRoom: () => 'yes' } } }),
  // @ts-expect-error a rule that wants more than it is given
  proposal({ ...p, changes: { rules: { autoDetach: (_k, _link, _more) => undefined } } }),
  // @ts-expect-error a feature that does not exist
  proposal({ ...p, changes: { features: { add: ['storage-checks'] } } }),
  // @ts-expect-error a feature that does not exist
  proposal({ ...p, changes: { features: { remove: ['multy'] } } }),
  // @ts-expect-error a part of the models that proposals do not change
  proposal({ ...p, changes: { commands: {} } }),
  // @ts-expect-error a proposal stands on something
  proposal({ name: 'p', changes: {} }),
];

export const inside = proposal({
  ...p,
  changes: {
    rules: {
      detachLink(k, link) {
        // @ts-expect-error a field that does not exist
        link.cgroup = null;
        // @ts-expect-error a feature that does not exist
        if (k.has('multy')) link.fire('DETACH');
      },
    },
  },
});
