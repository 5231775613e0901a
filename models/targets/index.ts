/** Every target type, by the attach types that it takes. */
import { cgroupTarget } from './cgroup.ts';
import type { TargetType } from './target-type.ts';

const TARGET_TYPES: readonly TargetType[] = [cgroupTarget];

const BY_ATTACH_TYPE: ReadonlyMap<string, TargetType> = new Map(
  TARGET_TYPES.flatMap((type) => Object.keys(type.attachTypes).map((attachType) => [attachType, type] as const)),
);

/** The target type of an attach type; undefined: PROG_ATTACH, PROG_DETACH and PROG_QUERY do not know it. */
export const targetTypeFor = (attachType: string | number | null): TargetType | undefined =>
  typeof attachType === 'string' ? BY_ATTACH_TYPE.get(attachType) : undefined;
