/** Mutants: one operator at one site. */
import { createHash } from 'node:crypto';
import type { Operator } from './operator.ts';

export interface Mutant {
  /** Short and stable: the same operator at the same site has the same id in every run. */
  readonly id: string;
  /** `skip-put: rule attachEntry › puts program.refs`. */
  readonly name: string;
  readonly operator: Operator;
  readonly site: string;
  readonly variant: string;
  /** Pieces that were the outermost ones when the site was met: `step link_update / replace [cgroup_mutex]`. */
  readonly within: Set<string>;
}

const ID_LENGTH = 6;

export const idOf = (name: string): string => createHash('sha256').update(name).digest('hex').slice(0, ID_LENGTH);

export const nameOf = (operator: Operator, site: string, variant: string): string =>
  `${operator.name}: ${site}${variant === '' ? '' : ` (${variant})`}`;

export const mutantOf = (operator: Operator, site: string, variant: string): Mutant => {
  const name = nameOf(operator, site, variant);
  return { id: idOf(name), name, operator, site, variant, within: new Set() };
};
