/** The implication graph of properties, as text and as Mermaid. */
import type { Implication } from '../modelling/property.ts';
import { clean, wrap } from './width.ts';

const WIDTH = 100;

const sentence = ({ if: from, follows, when }: Implication): string => {
  if (when === 'may') return `${from} may lead to ${follows.join(' or ')}`;
  return `${from} implies ${follows.join(' or ')}${when === 'at rest' ? ', where everything has come to rest' : ''}`;
};

/** Solid arrows imply, dotted ones may lead there; a label says when, or that it is one of several. */
function mermaid(implications: readonly Implication[]): string[] {
  const edges = implications.flatMap(({ if: from, follows, when }) =>
    follows.map((to) => {
      const label = [...(when === 'at rest' ? ['at rest'] : []), ...(follows.length > 1 ? ['or'] : [])].join(', ');
      return `  ${from} ${when === 'may' ? '-.->' : '-->'}${label === '' ? '' : `|${label}|`} ${to}`;
    }),
  );
  return ['flowchart LR', ...edges];
}

/** What fails with what, each with its reason; then the same as a diagram. */
export function implicationsText(implications: readonly Implication[]): string {
  const lines = implications.flatMap((implication) => [
    ...wrap(clean(sentence(implication)), WIDTH, 2),
    ...wrap(clean(`because ${implication.because}`), WIDTH - 4, 2).map((line) => `    ${line}`),
  ]);
  return `${['Where one property fails, another fails with it:', '', ...lines, '', ...mermaid(implications)].join('\n')}\n`;
}
