/** What a kernel shows of devices and namespaces, in the words of the vocabulary. */
import { familyNamed, hookNamed } from '../../../models/rules/netfilter.ts';
import { listOf, type Reply } from './line.ts';
import { ATTACH_TYPES, errnoName } from './numbers.ts';

const orNull = (text: string): string | null => (text === '' ? null : text);
/** Links of a list of programs; null where a program has none. */
const owners = (text: string): readonly (string | null)[] => listOf(text).map((name) => (name === '-' ? null : name));

/** Keys of the agent's answers, and the result keys that they are. */
export const NET_DECODERS: Readonly<Record<string, readonly [key: string, decode: (text: string) => unknown]>> = {
  netdev: ['netdev', orNull],
  netns: ['netns', orNull],
  exists: ['exists', (text) => text === 'true'],
  upOrDown: ['value', orNull],
  filters: ['value', listOf],
  handle: ['handle', Number],
  priority: ['priority', Number],
  attached: ['attached', Number],
  links: ['links', owners],
  pf: ['pf', (text) => familyNamed(Number(text)) ?? Number(text)],
  hooknum: ['hooknum', (text) => hookNamed(Number(text)) ?? Number(text)],
  nfFlags: ['nfFlags', (text) => (text === '0' ? [] : [text === '1' ? 'BPF_F_NETFILTER_IP_DEFRAG' : Number(text)])],
};

/** A device of the first namespace: null is one that is not there. */
export interface SeenDevice {
  readonly netdev: string;
  readonly shown: {
    readonly state: string;
    readonly master: string | null;
    readonly native: string | null;
    readonly generic: string | null;
  } | null;
}

/** A list of programs at a device, by attach type; or of a namespace, where nobody says whose they are. */
export interface SeenList {
  readonly on: string;
  readonly attachType: string;
  readonly shown:
    | { readonly progs: readonly string[]; readonly links?: readonly (string | null)[]; readonly revision?: number }
    | { readonly errno: string };
}

/** Filters of one direction, as `prio:handle=prog`. */
export interface SeenFilters {
  readonly netdev: string;
  readonly attachType: string;
  readonly filters: readonly string[];
}

export interface SeenNet {
  readonly devices: readonly SeenDevice[];
  readonly lists: readonly SeenList[];
  readonly filters: readonly SeenFilters[];
}

function deviceOf(text: string): SeenDevice {
  const [netdev = '', state = '', master = '', native = '', generic = ''] = text.split('|');
  if (state === 'absent') return { netdev, shown: null };
  return { netdev, shown: { state, master: orNull(master), native: orNull(native), generic: orNull(generic) } };
}

function listIn(text: string, counts: boolean): SeenList {
  const [on = '', type = '', first = '', links = '', revision = ''] = text.split('|');
  const attachType = ATTACH_TYPES[Number(type)] ?? type;
  if (first.startsWith('!')) return { on, attachType, shown: { errno: errnoName(Number(first.slice(1))) } };
  const progs = listOf(first);
  return {
    on,
    attachType,
    shown: counts ? { progs, links: owners(links), revision: Number(revision) } : { progs },
  };
}

function filtersOf(text: string): SeenFilters {
  const [netdev = '', attachType = '', filters = ''] = text.split('|');
  return { netdev, attachType, filters: listOf(filters) };
}

export function seenNetOf({ values }: Reply): SeenNet {
  return {
    devices: (values.get('netdev') ?? []).map(deviceOf),
    lists: [
      ...(values.get('netlist') ?? []).map((text) => listIn(text, true)),
      ...(values.get('nethook') ?? []).map((text) => listIn(text, false)),
    ],
    filters: (values.get('netfilters') ?? []).map(filtersOf),
  };
}
