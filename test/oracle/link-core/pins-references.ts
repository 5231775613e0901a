/** Who keeps a pinned object alive, and when the last one lets go: pin-050 to pin-057, pin-162 to pin-165. */
import type { OracleRow, RowStep } from '../row.ts';
import * as s from '../steps.ts';
import * as h from './helpers.ts';

/** Only the pin `a` holds link L. */
const onlyPinned: readonly RowStep[] = [...h.soleLink('L', 'A'), s.pin('L', 'a').ok(), s.close('L').ok()];

/** The inode, not the directory entry, owns the reference: an O_PATH descriptor keeps it after unlink. */
const openPaths = s.chain(
  h.ONE_PROG,
  [h.soleLink('L', 'A'), s.pin('L', 'a').ok(), h.openPin('a', { oPath: true }).as('o').ok()],
  [
    ['pin-050', s.close('L').ok(), s.list(['A'])],
    ['pin-051', s.unlink('a').ok(), s.sleep(200), s.list(['A'])],
    ['pin-052', s.objGet('fd:o').gives(h.isLink('L'))],
    ['pin-053', s.close('o').ok(), h.attachedSoon()],
  ],
);

const hardLinks = s.chain(
  h.ONE_PROG,
  [onlyPinned],
  [
    ['pin-054', s.hardlink('a', 'b').ok()],
    ['pin-055', s.stat('a').gives({ nlink: 2 }), s.stat('b').gives({ nlink: 2 })],
    ['pin-056', s.unlink('a').ok(), s.sleep(), s.list(['A'])],
    ['pin-057', s.unlink('b').ok(), h.attachedSoon()],
  ],
);

const nothingLeft: OracleRow = s.row(
  'pin-162',
  h.ONE_PROG,
  h.soleLink('L', 'A'),
  s.pin('L', 'a').ok(),
  s.unlink('a').ok(),
  s.list(['A']),
  s.close('L').ok(),
  s.list([]),
);

/** unlink(2) of the last pin leaves the detach to a work item: whoever asks at once may see either. */
const unlinkLast = (id: string): OracleRow =>
  s.row(id, h.ONE_PROG, onlyPinned, s.list(['A']), s.unlink('a').ok(), h.attachedMayBe(['A'], []), h.attachedSoon());

const asynchrony: readonly OracleRow[] = [
  unlinkLast('pin-163'),
  ...h.onKernel('linux-6.12', unlinkLast('pin-163@6.12')),
  // Before 6.5 the put from process context released inline.
  ...h.onKernel(
    'linux-6.1',
    s.row('pin-163@6.1', h.ONE_PROG, onlyPinned, s.list(['A']), s.unlink('a').ok(), s.list([])),
  ),
  s.row('pin-164', h.ONE_PROG, h.soleLink('L', 'A'), s.list(['A']), s.close('L').ok(), s.list([])),
  s.row(
    'pin-165',
    h.ONE_PROG,
    s.load('A').ok(),
    s.pin('A', 'p').ok(),
    s.close('A').ok(),
    s.exists('A'),
    s.unlink('p').ok(),
    h.goneNow('A'),
  ),
];

export const rows: readonly OracleRow[] = [...openPaths, ...hardLinks, nothingLeft, ...asynchrony];
