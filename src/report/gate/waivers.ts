/** Waivers to fill in for what a gate does not accept. As they are written the gate refuses them: a reason is missing. */
import { stringify } from 'yaml';
import { canBeWaived } from '../../gate/divergence.ts';
import { waiverDraft } from '../../gate/waivers.ts';
import { type GateReport, split } from './report.ts';

export function gateWaivers(report: GateReport): string {
  const open = split(report).open.filter(({ divergence }) => canBeWaived(divergence.class));
  const drafts = open.map(({ divergence }) => waiverDraft(report.candidate.name, divergence));
  const left = split(report).open.length - open.length;
  const note = left === 0 ? '' : `# ${left} more cannot be waived: promote them, or raise the bounds.\n`;
  return `# Fill in reason, link and expires of what you answer for, and remove the rest.\n${note}${stringify({ waivers: drafts }, { lineWidth: 0 })}`;
}
