/** Group S: cgroup local storage belongs to map, cgroup and attach type; it outlives the attachment, not the cgroup. */
import { mapCreate, steps, storageLookup, storageWorld } from '../process-steps.ts';
import type { OracleRow } from '../row.ts';
import {
  attach,
  chain,
  detach,
  EGRESS,
  INGRESS,
  link,
  linkInfo,
  linkUpdate,
  list,
  load,
  loads,
  MULTI,
  REPLACE,
  rmdir,
  row,
} from '../steps.ts';

/** T counts in storage map M1, U in M2. */
const objects = storageWorld({ T: { cgroupStorage: 'M1' }, U: { cgroupStorage: 'M2' } }, 'M1', 'M2');
const counting = steps(mapCreate('M1').ok(), mapCreate('M2').ok(), loads('T', 'U'));

export const rows: readonly OracleRow[] = [
  ...chain(objects, counting, [
    ['S01', storageLookup('M1', INGRESS).fails('ENOENT')],
    ['S02', attach('T').ok(), storageLookup('M1', INGRESS).ok(), storageLookup('M1', EGRESS).fails('ENOENT')],
    ['S03', detach('T').ok(), list([]), storageLookup('M1', INGRESS).ok()],
  ]),
  // HAZARD: after this update a packet in the cgroup dereferences NULL on a kernel without the fix. No `fire` may follow.
  row(
    'S04',
    objects,
    counting,
    load('A').ok(),
    link('L', 'A'),
    linkUpdate('L', 'T').ok(),
    linkInfo('L').gives({ prog: 'T' }),
  ),
  row(
    'S05',
    objects,
    counting,
    attach('T', { flags: [MULTI] }).ok(),
    storageLookup('M2', INGRESS).fails('ENOENT'),
    attach('U', { flags: [MULTI, REPLACE], replace: 'T' }).ok(),
    storageLookup('M2', INGRESS).ok(),
  ),
  row(
    'S06',
    objects,
    counting,
    attach('T').ok(),
    storageLookup('M1', INGRESS).ok(),
    rmdir('c').ok(),
    storageLookup('M1', INGRESS).eventually({ errno: 'ENOENT' }),
  ),
];
