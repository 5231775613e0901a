/** Prog arrays, extensions and links of maps: what keeps strangers, cycles and severed links out. */
import type { Planted } from './planted.ts';

export const maps: readonly Planted[] = [
  {
    property: 'entry-owner-only',
    bug: 'a BPF_MAP_FREEZE that freezes nothing',
    changes: { steps: { map_freeze: { freeze: () => undefined } } },
    scenario: `
objects:
  programs: { fw: sched_cls, count: sched_cls }
  maps: { jumps: prog_array/1 }
setup:
  - alice: { map_update: { map: jumps, key: 0, value: { prog: fw } } }
  - alice: map_freeze { map: jumps }
actors:
  alice: []
  bob: [ { map_update: { map: jumps, key: 0, value: { prog: count } } } ]
check:
  - entry-owner-only: { map: jumps, index: 0, owner: alice }`,
    steps: 1,
  },
  {
    property: 'errno-contract',
    bug: 'a LINK_UPDATE that does not ask whether the link of a sockmap is severed',
    changes: { rules: { checkNotSevered: () => undefined } },
    scenario: `
objects:
  programs: { a: sk_msg/verdict, b: sk_msg/verdict }
  maps: { socks: sockmap/1 }
setup:
  - alice: { link_create: { map: socks, prog: a, attachType: sk_msg_verdict, as: l } }
  - alice: link_detach { link: l }
actors:
  alice: [ link_update: { link: l, prog: b } ]
check:
  - errno-contract`,
    steps: 1,
  },
  {
    property: 'no-unbounded-run',
    bug: 'an array that takes programs which are extended',
    changes: { features: { remove: ['extended-not-in-arrays'] } },
    scenario: `
objects:
  programs:
    T: { is: sched_cls, subprogs: [ { name: sub, returns: 1 } ], changesPacket: true }
    E: { is: ext, tailCall: { map: M, index: 0 } }
  maps: { M: prog_array/1 }
setup:
  - alice: { prog_load: { prog: E, targetProg: T, targetFunc: sub, as: E } }
actors:
  alice:
    - link_create: { prog: E, as: l }
    - map_update: { map: M, key: 0, value: { prog: T } }
check:
  - no-unbounded-run`,
    steps: 2,
  },
];
