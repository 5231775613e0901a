/**
 * Group Q: datagrams against a loop of replacements. The counts were measured; what they show (gap, double run, or neither)
 * is a property of all interleavings of one packet with one replacement.
 */
import { scenario } from '../process-steps.ts';
import type { OracleRow } from '../row.ts';

const EXACTLY_ONCE = { 'no-gap': 'holds', 'no-double-run': 'holds' } as const;
const GAP = { 'no-gap': 'violated', 'no-double-run': 'holds' } as const;
const DOUBLE = { 'no-gap': 'holds', 'no-double-run': 'violated' } as const;

export const rows: readonly OracleRow[] = [
  scenario('Q01', 'replace-link-update', EXACTLY_ONCE),
  scenario('Q02', 'replace-link-update-at-parent', EXACTLY_ONCE),
  scenario('Q03', 'replace-multi-replace', EXACTLY_ONCE),
  scenario('Q04', 'replace-none-over-none', EXACTLY_ONCE),
  scenario('Q05', 'replace-override-at-parent', EXACTLY_ONCE),
  scenario('Q06', 'replace-detach-attach', GAP),
  scenario('Q07', 'replace-attach-detach', DOUBLE),
  scenario('Q08', 'replace-new-link-close-old', DOUBLE),
  // Each link is atomic, two links are not: no link was seen in no version or in two, but the versions were mixed.
  scenario('Q09', 'replace-two-links', { ...EXACTLY_ONCE, 'no-mixed-versions': 'violated' }),
];
