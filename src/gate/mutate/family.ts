/** The part of the model that a site belongs to. */
import type { ModelDefinition } from '../../modelling/model.ts';

export const OTHER_FAMILY = 'other';

/** `rule attachEntry › …`, `step link_create / prime › …`, `counter slot.changes`: the word after the first one names the code. */
export function familyOf(site: string, { families = {} }: Pick<ModelDefinition, 'families'>): string {
  const [, name = ''] = /^\S+ ([\w-]+)/.exec(site) ?? [];
  return Object.entries(families).find(([, names]) => names.includes(name))?.[0] ?? OTHER_FAMILY;
}
