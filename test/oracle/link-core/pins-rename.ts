/** rename(2) of pins: pin-058 to pin-068. */
import type { OracleRow, RowStep } from '../row.ts';
import * as s from '../steps.ts';
import * as h from './helpers.ts';

/** Links L1 and L2, each held by its pin alone. */
const pinned: readonly RowStep[] = [
  ...h.soleLink('L1', 'A'),
  ...h.soleLink('L2', 'B'),
  s.pin('L1', 'r1').ok(),
  s.pin('L2', 'r2').ok(),
  s.close('L1').ok(),
  s.close('L2').ok(),
];
const renamed = (id: string, ...steps: s.StepList): OracleRow => s.row(id, h.TWO_PROGS, pinned, ...steps);
const exchanged = s.rename('r1', 'r2', { flags: ['RENAME_EXCHANGE'] }).ok();

const names: readonly OracleRow[] = [
  renamed('pin-058', s.rename('r1', 'r3').ok(), s.stat('r1').fails('ENOENT'), s.stat('r3').gives({ nlink: 1 })),
  renamed('pin-059', s.rename('r1', 'r3').ok(), s.objGet('r3').gives(h.isLink('L1')), s.list(['A', 'B'])),
  renamed('pin-060', s.rename('r1', 'r2', { flags: ['RENAME_NOREPLACE'] }).fails('EEXIST'), s.list(['A', 'B'])),
  renamed('pin-061', exchanged),
  renamed('pin-062', exchanged, s.objGet('r2').gives(h.isLink('L1')), s.objGet('r1').gives(h.isLink('L2'))),
  renamed('pin-063', exchanged, s.sleep(), s.list(['A', 'B'])),
  renamed('pin-064', s.rename('r1', 'r.3').fails('EPERM')),
  renamed('pin-065', s.rename('r1', '/elsewhere/r3').fails('EXDEV')),
];

/** The overwritten pin's link is released by a work item: for a moment both are attached. */
const overwritten: readonly OracleRow[] = [
  renamed('pin-066', s.rename('r1', 'r2').ok(), s.objGet('r2').gives(h.isLink('L1')), s.stat('r1').fails('ENOENT')),
  renamed(
    'pin-067',
    s.rename('r1', 'r2').ok(),
    h.attachedMayBe(['A', 'B'], ['A']),
    h.attachedSoon('A'),
    s.linkGone('L2'),
  ),
  renamed('pin-068', s.rename('r1', 'r2').ok(), s.sleep(), s.list(['A']), s.linkExists('L1')),
];

export const rows: readonly OracleRow[] = [...names, ...overwritten];
