/**
 * A scenario may say that a cgroup has room for two; a kernel has room for 64. Links of one program take the other places
 * before anything else happens. They are part of the trace: the model has them too.
 */
import type { ProgTemplate, TraceObjects, TraceStep } from '../../trace/format.ts';
import type { ItemInput } from '../../world/input.ts';

/** BPF_CGROUP_MAX_PROGS (include/linux/bpf-cgroup-defs.h; facts cgroup O01). */
const CGROUP_PLACES = 64;
/** BPF_MPROG_MAX is counted with the new one (kernel/bpf/mprog.c; facts net 5.2, tcx-174). */
const LIST_PLACES = 63;

export interface Fillers {
  readonly progs: readonly ProgTemplate[];
  readonly steps: readonly TraceStep[];
}

const OK = { ok: true } as const;
/** TCX_NEXT */
const NEXT = -1;

/** A cgroup or a device that is there from the start, and an attach type. */
interface Slot {
  readonly target: Readonly<Record<string, string>>;
  readonly attachType: string;
  readonly places: number;
}

const ATTACHES = new Set(['link_create', 'prog_attach']);
const isList = (attachType: string): boolean => /^(?:tcx|netkit)_/.test(attachType);

function slotOf({ args: { cgroup, netdev, attachType } }: ItemInput, there: ReadonlySet<unknown>): Slot | undefined {
  if (typeof attachType !== 'string') return undefined;
  if (typeof cgroup === 'string' && there.has(cgroup)) return { target: { cgroup }, attachType, places: CGROUP_PLACES };
  if (typeof netdev === 'string' && there.has(netdev) && isList(attachType))
    return { target: { netdev }, attachType, places: LIST_PLACES };
  return undefined;
}

/** Places that the scenario speaks of. */
function slotsOf(items: readonly ItemInput[], { cgroups = [], netdevs = [] }: TraceObjects): readonly Slot[] {
  const declared = [...cgroups, ...netdevs].filter((each) => each['exists' as keyof typeof each] !== false);
  const there = new Set(declared.map(({ name }) => name));
  const slots = items.flatMap((item) => slotOf(item, there) ?? []);
  return [...new Map(slots.map((slot) => [JSON.stringify(slot), slot])).values()];
}

/** One program has room in any case; what else has a limit no filler takes. */
const hasNoFiller = ({ op, args: { cgroup, netdev, attachType } }: ItemInput): boolean =>
  ATTACHES.has(op) &&
  (cgroup ?? null) === null &&
  !((netdev ?? null) !== null && (isList(String(attachType)) || attachType === 'xdp'));

/** Leaves `room` places free. A string: why that cannot be. */
export function fillersOf(
  actor: string,
  room: number,
  items: readonly ItemInput[],
  objects: TraceObjects,
): Fillers | string {
  const { progs = [] } = objects;
  if (items.some(hasNoFiller))
    return `limits.entries is ${room}, and only places of cgroups and lists of devices can be filled`;
  const fillers = new Map<string, ProgTemplate>();
  const loads: TraceStep[] = [];
  const links: TraceStep[] = [];
  const load = (prog: string, as: string): TraceStep => ({ actor, op: 'prog_load', args: { prog }, as, expect: OK });
  for (const { target, attachType, places } of slotsOf(items, objects)) {
    const like = progs.find(({ expectedAttachType }) => expectedAttachType === attachType);
    if (like === undefined) return `limits.entries is ${room}, and no program of the scenario can fill ${attachType}`;
    const slot = `fill${links.length}`;
    const name = fillers.get(attachType)?.name ?? slot;
    fillers.set(attachType, {
      name,
      type: like.type,
      expectedAttachType: attachType,
      returns: isList(attachType) ? NEXT : 1,
    });
    for (let place = room; place < places; place++) {
      // A list has each program once.
      const prog = isList(attachType) ? `${slot}.p${place}` : name;
      if (isList(attachType)) loads.push(load(name, prog));
      links.push({
        actor,
        op: 'link_create',
        args: { prog, ...target, attachType },
        as: `${slot}.${place}`,
        expect: OK,
      });
    }
    if (!isList(attachType) && !loads.some(({ as }) => as === name)) loads.push(load(name, name));
  }
  return { progs: [...fillers.values()], steps: [...loads, ...links] };
}
