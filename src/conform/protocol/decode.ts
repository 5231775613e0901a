/** From replies to what the kernel showed, in the words of the vocabulary. */
import type { Answer } from '../../trace/compare.ts';
import { NET_DECODERS, type SeenNet, seenNetOf } from './decode-net.ts';
import { firstOf, listOf, type Reply } from './line.ts';
import { ATTACH_TYPES, errnoName, flagNames, LINK_TYPES, mapTypeName, progTypeName } from './numbers.ts';

/** The agent did not do the step; `undefined`: it did. */
export const notDone = ({ status }: Reply): string | undefined =>
  status.startsWith('!') ? status.slice(1) : undefined;

const orNull = (text: string): string | null => (text === '' ? null : text);
const listed = (text: string): readonly string[] => listOf(text);

const DECODERS: Readonly<Record<string, (text: string) => unknown>> = {
  count: Number,
  revision: Number,
  nrDying: Number,
  nlink: Number,
  value: Number,
  attachFlags: (text) => flagNames(Number(text)),
  progAttachFlags: (text) => listOf(text).map((flags) => flagNames(Number(flags))),
  linkIdsWritten: (text) => text === 'true',
  cloexec: (text) => text === 'true',
  progs: listed,
  ran: listed,
  ids: listed,
  numberOf: listed,
  cgroup: orNull,
  prog: orNull,
  map: orNull,
  targetProg: orNull,
  rawRetval: Number,
  denied: (text) => errnoName(Number(text)),
};

const DIRECT = 'sameAs verdict link linkType target mode name fdType'.split(' ');
const INT_MAX = 0x7fff_ffff;
const TWO_32 = 2 ** 32;

/** A test run returns 32 bits without a sign, which most programs mean with one. */
const signed = (raw: number): number => (raw > INT_MAX ? raw - TWO_32 : raw);

/** What an info call says of the type, whose meaning depends on the kind of object. */
function infoValues(reply: Reply): Record<string, unknown> {
  const kind = firstOf(reply, 'infoKind');
  const type = Number(firstOf(reply, 'typeNumber') ?? 0);
  if (kind === undefined) return {};
  if (kind === 'p') return { type: progTypeName(type) };
  if (kind === 'm') return { type: mapTypeName(type) };
  const attachType = firstOf(reply, 'attachTypeNumber');
  return {
    type: LINK_TYPES[type] ?? String(type),
    ...(attachType === undefined ? {} : { attachType: ATTACH_TYPES[Number(attachType)] }),
  };
}

/** The answer to a step. An event that was denied with an errno succeeded as an event, as in the models. */
export function answerOf(reply: Reply): Answer {
  const values: Record<string, unknown> = infoValues(reply);
  for (const [key, [text = '']] of reply.values) {
    const decode = DECODERS[key];
    if (decode !== undefined) values[key === 'denied' ? 'errno' : key] = decode(text);
    else if (DIRECT.includes(key)) values[key] = text;
    if (key === 'rawRetval') values['retval'] = signed(Number(text));
    if (key === 'text') values['textContains'] = text;
    const [known, read] = NET_DECODERS[key] ?? [];
    if (known !== undefined) values[known] = read?.(text);
  }
  return { errno: reply.status === 'ok' ? null : errnoName(Number(reply.status)), values };
}

/** What PROG_QUERY showed of one attach type of one cgroup. */
export interface SeenSlot {
  readonly cgroup: string;
  readonly attachType: string;
  readonly shown: SlotShown;
}

/** List, mode and revision come from one query, the effective array from a second one. */
export interface SlotShown {
  readonly list?: readonly string[];
  readonly mode?: readonly string[];
  readonly revision?: number;
  readonly effective?: readonly string[];
  readonly errno?: string;
}

/** Link info of a link: of one that an actor holds, or of any that is listed. */
export interface SeenLink {
  readonly link: string;
  readonly prog: string;
  readonly cgroup: string | null;
  /** A map, a program, a device or a namespace that it is attached to. */
  readonly on: string | null;
}

/** The observable state after a step, in the order in which it was read; undefined is what was not asked for. */
export interface Seen {
  /** Processes that have ended, whether or not somebody has waited for them. */
  readonly ended: readonly string[] | undefined;
  readonly slots: readonly SeenSlot[];
  readonly links: readonly SeenLink[];
  /** Programs and links that the kernel still lists, as `p:NAME` and `l:NAME`. */
  readonly ids: readonly string[] | undefined;
  /** Cgroups that were removed and whose memory is still there. */
  readonly dying: number | undefined;
  /** How many references each map has; nothing where it was not asked for, or the kernel does not say. */
  readonly refs: Readonly<Record<string, number>>;
  readonly net: SeenNet;
}

function slotOf(text: string): SeenSlot {
  const [cgroup = '', type = '', first = '', effective = '', mode = '', revision = ''] = text.split('|');
  const attachType = ATTACH_TYPES[Number(type)] ?? type;
  if (first.startsWith('!')) return { cgroup, attachType, shown: { errno: errnoName(Number(first.slice(1))) } };
  return {
    cgroup,
    attachType,
    shown: {
      list: listOf(first),
      effective: listOf(effective),
      mode: flagNames(Number(mode)),
      revision: Number(revision),
    },
  };
}

const countOf = ([name = '', count = '']: readonly string[]): [string, number] => [name, Number(count)];

export function seenOf(reply: Reply): Seen {
  const links = new Map<string, SeenLink>();
  for (const text of reply.values.get('link') ?? []) {
    const [link = '', prog = '', cgroup = '', on = ''] = text.split('|');
    links.set(`${text}`, { link, prog, cgroup: orNull(cgroup), on: orNull(on) });
  }
  const ids = firstOf(reply, 'ids');
  const ended = firstOf(reply, 'ended');
  const dying = firstOf(reply, 'dying');
  return {
    ended: ended === undefined ? undefined : listOf(ended),
    slots: (reply.values.get('slot') ?? []).map(slotOf),
    links: [...links.values()],
    ids: ids === undefined ? undefined : listOf(ids),
    dying: dying === undefined ? undefined : Number(dying),
    refs: Object.fromEntries((reply.values.get('refs') ?? []).map((text) => countOf(text.split('|')))),
    net: seenNetOf(reply),
  };
}
