/** Attaching, detaching and asking, as C. */
import type { Json, TraceStep } from '../../trace/format.ts';
import { type Checks, expected, joined, number, text } from './expect.ts';
import { netfilterNumber, OWN_PARTS, ownPart, relative } from './link-parts.ts';
import { sizedInfo } from './objects.ts';
import type { Operation, Writer, Written } from './writer.ts';

/** Arguments of which at most one says where a program is attached. */
const TARGETS = ['cgroup', 'netdev', 'netns', 'map', 'perfEvent'] as const;

/** How the target is given: a field that stands in the attr, and the call. */
function target(w: Writer, args: TraceStep['args'], command: string, attr: string): { field: string; call: string } {
  const plain = `bpf(${command}, &${attr}, sizeof(${attr}))`;
  const { cgroup, netdev, netns, map, perfEvent } = args;
  if (netdev !== undefined && netdev !== null) return { field: w.devices.index(netdev), call: plain };
  const handle = map ?? perfEvent;
  if (handle !== undefined && handle !== null) return { field: w.handle(handle), call: plain };
  const value = cgroup ?? netns;
  if (value === undefined || value === null) return { field: '0', call: plain };
  if (typeof value === 'number') return { field: String(value), call: plain };
  if (typeof value === 'object') return { field: w.handle((value as { handle?: Json }).handle), call: plain };
  const [section, name] = value === netns ? ['on_netns', JSON.stringify(value)] : ['on_cgroup', w.cgroup(value)];
  w.need(section);
  return { field: '0', call: `${section}(${command}, ${name}, &${attr}.target_fd, &${attr}, sizeof(${attr}))` };
}

function attachment(w: Writer, step: TraceStep, command: string): Written {
  const { args } = step;
  w.only(step, 'prog', 'attachType', ...TARGETS, 'flags', 'replace', 'relative', 'expectedRevision', 'attr');
  w.need('attachment');
  // PROG_ATTACH and PROG_DETACH are for the namespace that the caller is in.
  const { netns, ...others } = args;
  const { field, call } = target(w, typeof netns === 'string' ? others : args, command, 'attr');
  const fields = w.fields({
    target_fd: field,
    attach_bpf_fd: w.handle(args['prog']),
    attach_type: w.attachType(args['attachType']),
    attach_flags: w.flags(args['flags']),
    replace_bpf_fd: w.handle(args['replace']),
    relative_fd: relative(w, args['relative']),
    expected_revision: String(args['expectedRevision'] ?? 0),
  });
  const lines = [`struct attachment attr = ${fields};`, `int got = ${call};`];
  return { lines, conditions: expected(w, step, 'got') };
}

function linkCreate(w: Writer, step: TraceStep): Written {
  const { args, as } = step;
  w.only(step, 'prog', 'attachType', ...TARGETS, ...OWN_PARTS, 'flags', 'attr');
  w.need('link_create');
  const { field, call } = target(w, args, 'BPF_LINK_CREATE', 'attr');
  const own = ownPart(w, step);
  const fields = w.fields({
    prog_fd: w.handle(args['prog']),
    target_fd: args['targetProg'] === undefined ? field : w.handle(args['targetProg']),
    attach_type: w.attachType(args['attachType']),
    flags: w.flags(args['flags']),
    ...own.fields,
  });
  const isMulti = args['attachType'] === 'trace_kprobe_multi';
  if (isMulti) w.need('unless_unsupported');
  const created = isMulti ? `unless_unsupported(${call}, "fprobes")` : call;
  const made = `new_link(${created}, ${as === undefined ? 'LINKS' : w.link(as)})`;
  const { lines, variable } = w.yields(made, as);
  return {
    lines: [...own.lines, `struct link_create attr = ${fields};`, ...lines],
    conditions: expected(w, step, variable),
  };
}

function linkUpdate(w: Writer, step: TraceStep): Written {
  const { args } = step;
  w.only(step, 'link', 'prog', 'oldProg', 'flags', 'attr');
  w.need('link_update');
  const fields = w.fields({
    link_fd: w.handle(args['link']),
    new_prog_fd: w.handle(args['prog']),
    flags: w.flags(args['flags']),
    old_prog_fd: w.handle(args['oldProg']),
  });
  const lines = [`struct link_update attr = ${fields};`, 'int got = bpf(BPF_LINK_UPDATE, &attr, sizeof(attr));'];
  return { lines, conditions: expected(w, step, 'got') };
}

function linkDetach(w: Writer, step: TraceStep): Written {
  w.only(step, 'link', 'attr');
  w.need('link_detach');
  const fields = w.fields({ link_fd: w.handle(step.args['link']) });
  const lines = [`struct link_detach attr = ${fields};`, 'int got = bpf(BPF_LINK_DETACH, &attr, sizeof(attr));'];
  return { lines, conditions: expected(w, step, 'got') };
}

/** Programs that a query has room for. */
const IDS_MAX = 256;

const QUERY_ARGS =
  'attachType cgroup netdev netns map perfEvent flags capacity noBuffers rawAttachFlags progAttachFlags linkIds attr'.split(
    ' ',
  );

function query(w: Writer, step: TraceStep): Written {
  const { args } = step;
  w.only(step, ...QUERY_ARGS);
  w.need('query_attr');
  const buffers = args['noBuffers'] !== true;
  const capacity = typeof args['capacity'] === 'number' ? args['capacity'] : IDS_MAX;
  if (capacity > IDS_MAX) w.no('LR421', `no C form for a query of more than ${IDS_MAX} programs`);
  const asksFlags = args['progAttachFlags'] === true;
  // What is said of lists of devices always tells the links.
  const asksLinks = args['linkIds'] === true || /^(?:tcx|netkit)_/.test(String(args['attachType']));
  if (asksFlags) w.need('entry_flags');
  if (asksLinks) w.need('entry_links');
  const { field, call } = target(w, args, 'BPF_PROG_QUERY', 'query');
  const fields = w.fields({
    target_fd: field,
    attach_type: w.attachType(args['attachType']),
    query_flags: w.flags(args['flags']),
    prog_ids: buffers ? '(uintptr_t)ids' : '0',
    count: buffers ? String(capacity) : '0',
    prog_attach_flags: asksFlags ? '(uintptr_t)entry_flags' : '0',
    link_ids: asksLinks ? '(uintptr_t)entry_links' : '0',
  });
  if (buffers) w.need('ids');
  const written = capacity === IDS_MAX ? 'query.count' : `query.count < ${capacity} ? query.count : ${capacity}`;
  const checks: Checks = {
    count: (value) => [number(w, 'count', Number(value), 'query.count')],
    revision: (value) => [number(w, 'revision', Number(value), 'query.revision')],
    attachFlags: (value) => [number(w, 'attach_flags', w.flags(value), 'query.attach_flags')],
    progs(value) {
      if (buffers) w.need('names');
      return [text('programs', joined(value), buffers ? `names_of(ids, ${written})` : '""')];
    },
    // What the trace did not ask for, no kernel shows.
    progAttachFlags(value) {
      const flags = (value as readonly Json[]).map((each) => w.flagBits(each)).join(' ');
      if (asksFlags) w.need('flags_of_entries');
      return asksFlags ? [text('prog_attach_flags', flags, `flags_of_entries(${written})`)] : [];
    },
    links(value) {
      if (asksLinks) w.need('links_of_entries');
      const links = (value as readonly Json[]).map((link) => link ?? 'none').join(' ');
      return asksLinks ? [text('links', links, `links_of_entries(${written})`)] : [];
    },
    linkIdsWritten: (value) =>
      asksLinks ? [number(w, 'link ids are written', value === true ? 1 : 0, 'entry_links[0] != 0')] : [],
  };
  const lines = [`struct query query = ${fields};`, `int got = ${call};`];
  return { lines, conditions: expected(w, step, 'got', checks) };
}

/** Which part of the info tells the attach type, by type of the link. */
const ATTACH_TYPE_IN: Readonly<Record<string, string>> = {
  cgroup: 'cgroup',
  tcx: 'device',
  netkit: 'device',
  netns: 'netns',
  sockmap: 'map',
  tracing: 'tracing',
};

const orNone = (value: Json): string => (value === null ? 'none' : String(value));

function linkInfo(w: Writer, step: TraceStep): Written {
  w.only(step, 'link', 'info', 'attr');
  const sized = sizedInfo(w, step, 'link');
  if (sized !== undefined) return sized;
  w.need('link_info');
  const checks: Checks = {
    prog(value) {
      w.need('names');
      return [text('program', String(value), 'names_of(&info.prog_id, 1)')];
    },
    link(value) {
      w.need('link_name');
      return [text('link', String(value), 'link_name(info.id)')];
    },
    cgroup(value) {
      w.need('cgroup_name');
      return [text('cgroup', orNone(value), 'cgroup_name(info.cgroup.id)')];
    },
    netdev(value) {
      w.need('device_name');
      return [text('device', orNone(value), 'device_name(info.device.ifindex)')];
    },
    netns(value) {
      w.need('netns_name');
      return [text('namespace', orNone(value), 'netns_name(info.netns.inode)')];
    },
    targetProg: (value) => [
      number(
        w,
        'id of the target',
        value === null ? 0 : w.idOf(String(value).split(':')[0] ?? null),
        'info.tracing.target_id',
      ),
    ],
    pf: (value) => [number(w, 'pf', netfilterNumber(w, 'pf', value), 'info.netfilter.pf')],
    hooknum: (value) => [number(w, 'hooknum', netfilterNumber(w, 'hooknum', value), 'info.netfilter.hooknum')],
    priority: (value) => [number(w, 'priority', Number(value), 'info.netfilter.priority')],
    nfFlags: (value) => [number(w, 'flags', w.flags(value), 'info.netfilter.flags')],
    map: (value) => [number(w, 'id of the map', value === null ? 0 : w.idOf(value), 'info.map.id')],
    // Links of other types show none.
    attachType(value) {
      const where = ATTACH_TYPE_IN[String(step.expect['type'] ?? 'cgroup')];
      return where === undefined ? [] : [number(w, 'attach_type', w.attachType(value), `info.${where}.attach_type`)];
    },
    type: (value) => [number(w, 'type', w.linkType(value), 'info.type')],
  };
  const lines = ['struct link_info info = { 0 };', `int got = link_info(${w.handle(step.args['link'])}, &info);`];
  return { lines, conditions: expected(w, step, 'got', checks) };
}

export const ATTACHING: Readonly<Record<string, Operation>> = {
  prog_attach: (w, step) => attachment(w, step, 'BPF_PROG_ATTACH'),
  prog_detach: (w, step) => attachment(w, step, 'BPF_PROG_DETACH'),
  link_create: linkCreate,
  link_update: linkUpdate,
  link_detach: linkDetach,
  link_info: linkInfo,
  query,
};
