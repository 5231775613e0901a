/**
 * A scenario may say that a cgroup has room for two; a kernel has room for 64. Links of one program take the other places
 * before anything else happens. They are part of the trace: the model has them too.
 */
import type { CgroupDecl, ProgTemplate, TraceObjects, TraceStep } from '../trace/format.ts';
import type { ItemInput } from '../world/input.ts';

/** BPF_CGROUP_MAX_PROGS (include/linux/bpf-cgroup-defs.h; facts cgroup O01). */
export const PLACES = 64;

export interface Fillers {
  readonly progs: readonly ProgTemplate[];
  readonly steps: readonly TraceStep[];
}

const OK = { ok: true } as const;

/** Places that the scenario speaks of: a cgroup that is there from the start, and an attach type. */
function slotsOf(items: readonly ItemInput[], cgroups: readonly CgroupDecl[]): readonly (readonly [string, string])[] {
  const there = new Set(cgroups.filter(({ exists }) => exists !== false).map(({ name }) => name));
  const slots = items.flatMap(({ args: { cgroup, attachType } }) =>
    typeof cgroup === 'string' && typeof attachType === 'string' && there.has(cgroup)
      ? [[cgroup, attachType] as const]
      : [],
  );
  return [...new Map(slots.map((slot) => [slot.join(), slot])).values()];
}

const ATTACHES = new Set(['link_create', 'prog_attach']);

/** Leaves `room` places free. A string: why that cannot be. */
export function fillersOf(
  actor: string,
  room: number,
  items: readonly ItemInput[],
  { cgroups = [], progs = [] }: TraceObjects,
): Fillers | string {
  if (items.some(({ op, args }) => ATTACHES.has(op) && (args['cgroup'] ?? null) === null))
    return `limits.entries is ${room}, and only the places of cgroups can be filled`;
  const fillers = new Map<string, ProgTemplate>();
  const links: TraceStep[] = [];
  for (const [cgroup, attachType] of slotsOf(items, cgroups)) {
    const like = progs.find(({ expectedAttachType }) => expectedAttachType === attachType);
    if (like === undefined) return `limits.entries is ${room}, and no program of the scenario can fill ${attachType}`;
    const slot = `fill${links.length}`;
    const name = fillers.get(attachType)?.name ?? slot;
    fillers.set(attachType, { name, type: like.type, expectedAttachType: attachType, returns: 1 });
    for (let place = room; place < PLACES; place++)
      links.push({
        actor,
        op: 'link_create',
        args: { prog: name, cgroup, attachType },
        as: `${slot}.${place}`,
        expect: OK,
      });
  }
  const loads = [...fillers.values()].map(
    ({ name }): TraceStep => ({ actor, op: 'prog_load', args: { prog: name }, as: name, expect: OK }),
  );
  return { progs: [...fillers.values()], steps: [...loads, ...links] };
}
