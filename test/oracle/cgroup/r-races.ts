/**
 * Group R: one command against rmdir. Each row states the legal outcomes of the command (`allowed-outcomes`; rmdir always
 * gives 0) and that no program was left behind.
 *
 * In R01 every observed attach failed, hence `atomic-failure`: a failed attach keeps nothing. That a *successful* one can
 * be orphaned by a release that overtakes it (section 15 of the fact sheet) was read in the source and never observed.
 */
import { scenario } from '../process-steps.ts';
import type { OracleRow } from '../row.ts';

const NOTHING_LEFT = { 'allowed-outcomes': 'holds', 'quiescent-no-leak': 'holds' } as const;

export const rows: readonly OracleRow[] = [
  scenario('R01', 'attach-against-rmdir', { 'allowed-outcomes': 'holds', 'atomic-failure': 'holds' }),
  scenario('R02', 'link-create-against-rmdir', { ...NOTHING_LEFT, 'atomic-failure': 'holds' }),
  scenario('R03', 'link-update-against-rmdir', NOTHING_LEFT),
  scenario('R04', 'link-detach-against-rmdir', NOTHING_LEFT),
  scenario('R05', 'detach-against-rmdir', NOTHING_LEFT),
];
