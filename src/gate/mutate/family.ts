/** The part of the model that a site belongs to. */
import type { ModelDefinition } from '../../modelling/model.ts';

export const OTHER_FAMILY = 'other';

/**
 * `rule attachEntry › …`, `step link_create / prime › …`, `counter slot.changes`: the word after the first one names the code. A lock that
 * a step holds says more, where it belongs to a family: `attach [sockmap_mutex]`.
 */
export function familyOf(site: string, { families = {} }: Pick<ModelDefinition, 'families'>): string {
  const [, name = ''] = /^\S+ ([\w-]+)/.exec(site) ?? [];
  const [, lock = ''] = /^step [^›]*\[(\w+)\]/.exec(site) ?? [];
  const of = (word: string): string | undefined =>
    Object.entries(families).find(([, names]) => names.includes(word))?.[0];
  return of(lock) ?? of(name) ?? OTHER_FAMILY;
}
