/** What a promotion changes, as text: the diff of the records is what is reviewed, this says what it means. */
import type { Comparison } from '../../gate/compare.ts';
import { clean } from '../width.ts';
import { headText, plural } from './report.ts';

interface Change {
  readonly scenario: string;
  /** Undefined: the record goes. */
  readonly text: string | undefined;
}

export function promotionText(
  { divergences, gained }: Comparison,
  changes: readonly Change[],
  { golden, semantics, only }: { readonly golden: string; readonly semantics: string; readonly only: boolean },
): string {
  const scenarios = [
    ...new Set([...changes.map(({ scenario }) => scenario), ...divergences.map(({ scenario }) => scenario)]),
  ];
  const lines = scenarios.sort().flatMap((scenario) => {
    const own = divergences.filter((each) => each.scenario === scenario);
    const more = gained.filter((each) => each.scenario === scenario);
    return [
      clean(scenario),
      ...own.map((divergence) => {
        const at = divergence.grain === undefined ? '' : ` (grain ${divergence.grain})`;
        return clean(`  ${headText({ divergence, evidence: undefined, waiver: undefined })}${at}`);
      }),
      ...(more.length === 0 ? [] : [`  covered anew: ${more.map(({ what }) => clean(what)).join('; ')}`]),
    ];
  });
  const written = changes.filter(({ text }) => text !== undefined).length;
  const gone = changes.length - written;
  const said = only ? ['would be written', 'would be removed'] : ['written', 'removed'];
  const summary =
    changes.length === 0
      ? `nothing to promote: ${golden} says what ${semantics} does`
      : `${golden}: ${plural(written, 'record')} of ${semantics} ${said[0]}, ${gone} ${said[1]}`;
  return `${[...lines, summary].join('\n')}\n`;
}
