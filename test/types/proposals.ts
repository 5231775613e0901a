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
  // @ts-expect-error a command that does not exist
  proposal({ ...p, changes: { steps: { link_updat: {} } } }),
  // @ts-expect-error a step that does not exist
  proposal({ ...p, changes: { steps: { link_update: { replace: () => undefined } } } }),
  // @ts-expect-error a step that is none
  proposal({ ...p, changes: { steps: { link_update: { resolve: 1 } } } }),
  // @ts-expect-error a kind of object that has no phases
  proposal({ ...p, changes: { charts: { slot: { ATTACHED: {} } } } }),
  // @ts-expect-error a phase that does not exist
  proposal({ ...p, changes: { charts: { link: { DEFUNKT: {} } } } }),
  // @ts-expect-error an event that does not exist
  proposal({ ...p, changes: { charts: { link: { ATTACHED: { DETATCH: null } } } } }),
  // @ts-expect-error a phase that does not exist
  proposal({ ...p, changes: { charts: { link: { ATTACHED: { DETACH: 'GON' } } } } }),
  // @ts-expect-error a work that does not exist
  proposal({ ...p, changes: { works: { unix_g: {} } } }),
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

export const composed = proposal({
  ...p,
  changes: ({ rules, steps, works }) => ({
    rules: {
      detachLink(k, link) {
        rules.detachLink(k, link);
        // @ts-expect-error a rule that does not exist
        rules.detachLinks(k, link);
      },
    },
    steps: {
      link_update: {
        resolve(k, call) {
          // @ts-expect-error an argument that the command does not have
          if (call.args.program === null) return 'done';
          return steps.link_update.resolve(k, call);
        },
      },
    },
    charts: { link: { ATTACHED: { AUTO_DETACH: 'ATTACHED', DETACH: null } } },
    works: { cgroup_bpf_release: { ready: (k, cgroup) => works.cgroup_bpf_release.ready(k, cgroup) } },
  }),
});
