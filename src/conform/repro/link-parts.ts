/** What LINK_CREATE takes behind its flags: every kind of link uses these bytes in its own way. */
import type { Json, TraceStep } from '../../trace/format.ts';
import { functionId } from './functions.ts';
import type { Writer } from './writer.ts';

/** Arguments that say it. */
export const OWN_PARTS: readonly string[] =
  'relative expectedRevision targetProg targetFunc iter syms cnt cookie addrs pf hooknum priority nfFlags'.split(' ');

export interface OwnPart {
  readonly fields: Readonly<Record<string, string>>;
  /** Statements before the attr. */
  readonly lines: readonly string[];
}

/** relative_fd, by descriptor or by id. */
export function relative(w: Writer, value: Json | undefined): string {
  if (value === undefined || value === null) return '0';
  const [[kind, name] = ['', null]] = Object.entries(value as Readonly<Record<string, Json>>);
  if (kind === 'progId') return `shared->prog_id[${w.program(name)}]`;
  if (kind === 'linkId') return `shared->link_id[${w.link(name)}]`;
  return kind === 'id' ? String(name) : w.handle(name);
}

/** linux/netfilter.h */
const NETFILTER: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  pf: { unspec: 0, inet: 1, ipv4: 2, arp: 3, netdev: 5, bridge: 7, ipv6: 10 },
  hooknum: { pre_routing: 0, local_in: 1, forward: 2, local_out: 3, post_routing: 4, ingress: 5 },
};

export function netfilterNumber(w: Writer, of: 'pf' | 'hooknum', value: Json | undefined): string {
  if (value === undefined || value === null) return '0';
  if (typeof value === 'number') return String(value);
  const word = String(value)
    .toLowerCase()
    .replace(/^(?:nfproto|nf_inet)_/, '');
  const number = NETFILTER[of]?.[word];
  return number === undefined ? w.no('LR421', `no C form for the ${of} ${String(value)}`) : `${number} /* ${word} */`;
}

const NONE: OwnPart = { fields: {}, lines: [] };

/** The map under an iterator. */
function iterator(w: Writer, { args }: TraceStep): OwnPart {
  const { iter, map } = args;
  if (typeof iter === 'object' && iter !== null) return { fields: { iter_info_len: '4' }, lines: [] };
  if (map === undefined || map === null) return NONE;
  return {
    fields: { target_fd: '0', iter_info: '(uintptr_t)info', iter_info_len: '4' },
    lines: [`uint32_t info[4] = { ${w.handle(map)} };`],
  };
}

const NO_PROCESS = 0x7fff_ffff;

/** Functions of the kernel by name, or the one of our own file that is there to be probed. */
function probes(w: Writer, { args }: TraceStep, ofKernel: boolean): OwnPart {
  const names = (args['syms'] ?? []) as readonly string[];
  if (ofKernel)
    return {
      fields: { 'kprobes.cnt': String(names.length), 'kprobes.syms': '(uintptr_t)syms' },
      lines: [`const char *const syms[] = { ${[...names, ''].map((name) => JSON.stringify(name)).join(', ')} };`],
    };
  w.need('probed_offset');
  const count = Number(args['cnt'] ?? names.length);
  const wrong = (typeof args['addrs'] === 'object' ? args['addrs'] : {}) as Readonly<Record<string, Json>> | null;
  const path = wrong?.['path'] === undefined ? '/proc/self/exe' : '/no/such/file';
  const pid = Number(wrong?.['pid'] ?? 0);
  const places = Array.from({ length: Math.max(count, 1) }, () => 'probed_offset()');
  return {
    fields: {
      'uprobes.path': `(uintptr_t)${JSON.stringify(path)}`,
      'uprobes.offsets': '(uintptr_t)offsets',
      'uprobes.cnt': String(count),
      'uprobes.flags': w.flags(wrong?.['flags']),
      'uprobes.pid': String(pid < 0 ? NO_PROCESS : pid),
    },
    lines: [`uint64_t offsets[] = { ${places.join(', ')} };`],
  };
}

/** A function of another program, by the id that its BTF has for it. */
const ofProgram = (w: Writer, { args }: TraceStep): OwnPart =>
  args['targetFunc'] === undefined || args['targetFunc'] === null
    ? NONE
    : { fields: { target_btf_id: functionId(w, args['targetProg'], String(args['targetFunc'])) }, lines: [] };

const NETFILTER_ARGS = ['pf', 'hooknum', 'priority', 'nfFlags'];

export function ownPart(w: Writer, step: TraceStep): OwnPart {
  const { args } = step;
  const type = String(args['attachType']);
  if (type === 'trace_iter') return iterator(w, step);
  if (type === 'trace_kprobe_multi' || type === 'trace_uprobe_multi')
    return probes(w, step, type === 'trace_kprobe_multi');
  if (args['targetProg'] !== undefined || args['targetFunc'] !== undefined) return ofProgram(w, step);
  if (type === 'netfilter' || NETFILTER_ARGS.some((name) => args[name] !== undefined))
    return {
      fields: {
        'netfilter.pf': netfilterNumber(w, 'pf', args['pf']),
        'netfilter.hooknum': netfilterNumber(w, 'hooknum', args['hooknum']),
        'netfilter.priority': String(args['priority'] ?? 0),
        'netfilter.flags': w.flags(args['nfFlags']),
      },
      lines: [],
    };
  return {
    fields: {
      relative_fd: relative(w, args['relative']),
      expected_revision: String(args['expectedRevision'] ?? 0),
      // Bytes that only other kinds of links use.
      beyond: args['addrs'] === undefined || args['addrs'] === null ? '0' : '1',
    },
    lines: [],
  };
}
