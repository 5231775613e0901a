/** Every target type, by the attach types that it takes. */
import type { Kernel } from '../kernel.ts';
import { cgroupTarget } from './cgroup.ts';
import { netkitTarget, tcxTarget } from './mprog.ts';
import { netnsTarget } from './netns.ts';
import { sockmapTarget } from './sockmap.ts';
import type { TargetType } from './target-type.ts';

const TARGET_TYPES: readonly TargetType[] = [cgroupTarget, tcxTarget, netkitTarget, sockmapTarget, netnsTarget];

const BY_ATTACH_TYPE: ReadonlyMap<string, TargetType> = new Map(
  TARGET_TYPES.flatMap((type) => Object.keys(type.attachTypes).map((attachType) => [attachType, type] as const)),
);

/** The target type of an attach type; undefined: PROG_ATTACH, PROG_DETACH and PROG_QUERY do not know it. */
export const targetTypeFor = (attachType: string | number | null): TargetType | undefined =>
  typeof attachType === 'string' ? BY_ATTACH_TYPE.get(attachType) : undefined;

/** attach_type_to_prog_type: some attach types are only those of links. */
export function targetTypeOf(k: Kernel, attachType: string | number | null): TargetType {
  const type = targetTypeFor(attachType) ?? k.fail('attach type takes programs', 'EINVAL');
  if (type.feature !== undefined) k.check(`${type.feature} is known`, k.has(type.feature), 'EINVAL');
  if (attachType === 'lsm_cgroup') k.check('lsm_cgroup is known', k.has('lsm-cgroup'), 'EINVAL');
  return type;
}
