/** What attaching and running need to know of a declared program. */
import type { Subprogram, Template } from './objects/program.ts';

type Declared = Readonly<Record<string, unknown>>;

const text = (value: unknown): string | null => (typeof value === 'string' ? value : null);
const number = (value: unknown): number | null => (typeof value === 'number' ? value : null);
const listOf = <T>(value: unknown): readonly T[] =>
  value === undefined || value === null ? [] : ((Array.isArray(value) ? value : [value]) as readonly T[]);

export function templateFrom(declared: Declared): Template {
  const flags = listOf<string>(declared['progFlags']);
  return {
    type: String(declared['type']),
    expectedAttachType: text(declared['expectedAttachType']),
    returns: number(declared['returns']) ?? 1,
    statesReturn: typeof declared['returns'] === 'number',
    setRetval: number(declared['setRetval']),
    cgroupStorage: text(declared['cgroupStorage']),
    attach: (declared['attach'] as Template['attach'] | undefined) ?? null,
    subprogs: listOf<Subprogram>(declared['subprogs']),
    mainFunc: text(declared['mainFunc']),
    ctxStruct: text(declared['ctxStruct']),
    tailCalls: listOf<{ readonly map: string; readonly index: number }>(declared['tailCall']),
    iterOutput: text(declared['iterOutput']),
    changesPacket: declared['changesPacket'] === true,
    hasBtf: declared['btf'] !== false,
    frags: flags.includes('BPF_F_XDP_HAS_FRAGS'),
    deviceBound: flags.includes('BPF_F_XDP_DEV_BOUND_ONLY'),
    sleepable: flags.includes('BPF_F_SLEEPABLE'),
  };
}

/** Maps whose descriptors the instructions of the program hold (BPF_PSEUDO_MAP_FD), so that whoever loads it needs them. */
export const mapsNamedBy = ({ tailCalls, cgroupStorage }: Template): readonly string[] => [
  ...new Set([...tailCalls.map(({ map }) => map), ...(cgroupStorage === null ? [] : [cgroupStorage])]),
];
