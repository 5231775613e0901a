/** Devices, namespaces, XDP over netlink and tc, as C. */
import type { Json, TraceStep } from '../../trace/format.ts';
import { opens } from './descriptors.ts';
import { type Checks, expected, joined, number, simple, text } from './expect.ts';
import type { Operation, Writer, Written } from './writer.ts';

const DOWN = '0, IFF_UP';
const UP = 'IFF_UP, IFF_UP';

function netdevAdd(w: Writer, step: TraceStep): Written {
  const { netdev } = step.args;
  w.only(step, 'netdev');
  const call = w.devices.add(netdev, true);
  const added = simple(w, step, call);
  if (step.expect['errno'] !== undefined) return added;
  w.at(w.index + 1);
  const up = w.devices.up(String(netdev));
  w.at(w.index - 1);
  return { ...added, lines: [...added.lines, ...up] };
}

function netdevDelete(w: Writer, step: TraceStep): Written {
  w.only(step, 'netdev');
  w.need('change_device');
  return simple(w, step, `change_device(RTM_DELLINK, ${w.devices.index(step.args['netdev'])}, 0, 0)`);
}

function netdevMove(w: Writer, step: TraceStep): Written {
  const { netdev, netns } = step.args;
  w.only(step, 'netdev', 'netns');
  w.need('move_device');
  return simple(w, step, `move_device(${w.devices.index(netdev)}, ${JSON.stringify(netns)})`);
}

function netdevUp(w: Writer, step: TraceStep): Written {
  const { netdev, down } = step.args;
  w.only(step, 'netdev', 'down');
  w.need('change_device', 'netns');
  return simple(w, step, `change_device(RTM_SETLINK, ${w.devices.index(netdev)}, ${down === true ? DOWN : UP})`);
}

function netdevExists(w: Writer, step: TraceStep): Written {
  w.only(step, 'netdev');
  w.need('device_state');
  const checks: Checks = {
    exists: (value) => [number(w, 'exists', value === true ? 1 : 0, 'strcmp(state, "none") != 0')],
    value: (value) => [text('state', value === null ? 'none' : String(value), 'state')],
  };
  const lines = [
    'const char *state = "none";',
    `int got = device_state(${w.devices.index(step.args['netdev'])}, &state);`,
  ];
  return { lines, conditions: expected(w, step, 'got', checks) };
}

function netdevEnslave(w: Writer, step: TraceStep): Written {
  const { netdev, master } = step.args;
  w.only(step, 'netdev', 'master');
  w.need('set_device');
  return simple(w, step, `set_device(${w.devices.index(netdev)}, IFLA_MASTER, ${w.devices.index(master)})`);
}

/** IFLA_BOND_MODE */
const BOND_MODES: Readonly<Record<string, number>> = { roundrobin: 0, active_backup: 1, broadcast: 3, tlb: 5 };

function bondMode(w: Writer, step: TraceStep): Written {
  const { netdev, mode } = step.args;
  w.only(step, 'netdev', 'mode');
  w.need('bond_mode');
  const value = BOND_MODES[String(mode)] ?? w.no('LR421', `no C form for the bond mode ${String(mode)}`);
  return simple(w, step, `set_bond_mode(${w.devices.index(netdev)}, ${value} /* ${String(mode)} */)`);
}

function netnsOp(section: string, call: string): Operation {
  return (w, step) => {
    w.only(step, 'netns');
    w.need(section);
    return simple(w, step, `${call}(${JSON.stringify(step.args['netns'])})`);
  };
}

function openNetns(w: Writer, step: TraceStep): Written {
  w.only(step, 'netns');
  w.need('netns');
  return opens(w, step, `open_netns(${JSON.stringify(step.args['netns'])})`);
}

const REPLACE = 1 << 4;
const NONE = '-1';
const orNone = (w: Writer, value: Json | undefined): string =>
  value === undefined || value === null ? NONE : w.handle(value);

function xdpSet(w: Writer, step: TraceStep): Written {
  const { netdev, prog, flags, oldProg, expectedFd, noExpectedFd, noFd, progId } = step.args;
  w.only(step, 'netdev', 'prog', 'flags', 'oldProg', 'expectedFd', 'noExpectedFd', 'noFd', 'progId');
  w.need('xdp_set');
  const given = expectedFd !== undefined && expectedFd !== null;
  const implied = oldProg !== undefined && oldProg !== null;
  const compares = given || implied || (w.flagBits(flags) & REPLACE) !== 0;
  const parts = [
    ...(noFd === true ? [] : ['WITH_FD']),
    ...(compares && noExpectedFd !== true ? ['WITH_EXPECTED'] : []),
    ...(progId === true ? ['WITH_ID'] : []),
  ];
  const words = w.flags(flags);
  const all = implied && (w.flagBits(flags) & REPLACE) === 0 ? `${words} | XDP_FLAGS_REPLACE` : words;
  const call = [
    w.devices.index(netdev),
    parts.join(' | ') || '0',
    orNone(w, prog),
    all.replace(/^0 \| /, ''),
    orNone(w, given ? expectedFd : oldProg),
  ];
  return simple(w, step, `xdp_set(${call.join(', ')})`);
}

function xdpQuery(w: Writer, step: TraceStep): Written {
  const { netdev, mode } = step.args;
  w.only(step, 'netdev', 'mode');
  w.need('xdp_query');
  const checks: Checks = {
    prog(value) {
      if (value === null) return [number(w, 'id of the program', 0, 'xdp.id')];
      w.need('names');
      return [text('program', String(value), 'names_of(&xdp.id, 1)')];
    },
    mode: (value) => [text('mode', String(value), 'xdp.mode')],
    attached: (value) => [number(w, 'attached', Number(value), 'xdp.attached')],
  };
  const lines = [
    'struct xdp xdp;',
    `int got = xdp_query(${w.devices.index(netdev)}, ${JSON.stringify(mode ?? 'any')}, &xdp);`,
  ];
  return { lines, conditions: expected(w, step, 'got', checks) };
}

const CLSACT = 'TC_H_MAKE(TC_H_CLSACT, 0)';

function hookCreate(w: Writer, step: TraceStep): Written {
  const { netdev, qdisc, replace } = step.args;
  w.only(step, 'netdev', 'qdisc', 'replace');
  w.need('qdisc');
  // A qdisc of another kind is replaced only by one that does not claim its handle.
  const [how, handle] = replace === true ? ['NLM_F_REPLACE', '0'] : ['NLM_F_EXCL', CLSACT];
  const index = w.devices.index(netdev);
  const kind = JSON.stringify(qdisc ?? 'clsact');
  return simple(w, step, `qdisc(RTM_NEWQDISC, NLM_F_CREATE | ${how}, ${index}, ${handle}, ${kind})`);
}

const PARENTS: Readonly<Record<string, string>> = {
  ingress: 'TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_INGRESS)',
  egress: 'TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_EGRESS)',
  ingress_qdisc: 'TC_H_MAKE(TC_H_INGRESS, 0)',
};

function parentOf(w: Writer, direction: Json | undefined): string {
  return PARENTS[String(direction)] ?? w.no('LR421', `no C form for the direction ${String(direction)}`);
}

/** Everything of one direction goes. */
function flush(w: Writer, step: TraceStep): Written {
  w.need('tc_filter_named');
  const request = `filter_request(RTM_DELTFILTER, 0, ${w.devices.index(step.args['netdev'])}, ${parentOf(w, step.args['direction'])}, 0, 0, 0)`;
  return simple(w, step, `tc_filter_named(${request}, NULL, &(struct filter){ 0 })`);
}

function hookDestroy(w: Writer, step: TraceStep): Written {
  const { netdev, qdisc, direction } = step.args;
  w.only(step, 'netdev', 'qdisc', 'direction');
  if (typeof direction === 'string') return flush(w, step);
  w.need('qdisc');
  const kind = JSON.stringify(qdisc ?? 'clsact');
  return simple(w, step, `qdisc(RTM_DELQDISC, 0, ${w.devices.index(netdev)}, ${CLSACT}, ${kind})`);
}

function filterRequest(w: Writer, { args }: TraceStep, type: string, flags: string): string {
  const protocol = args['protocol'] === 'ip' ? 'ETH_P_IP' : 'ETH_P_ALL';
  const numbers = [Number(args['handle'] ?? 0), Number(args['priority'] ?? 0)];
  const parts = [type, flags, w.devices.index(args['netdev']), parentOf(w, args['direction']), ...numbers, protocol];
  return `filter_request(${parts.join(', ')})`;
}

function filterChecks(w: Writer): Checks {
  return {
    handle: (value) => [number(w, 'handle', Number(value), 'filter.handle')],
    priority: (value) => [number(w, 'priority', Number(value), 'filter.priority')],
    prog(value) {
      w.need('names');
      return [text('program', String(value), 'names_of(&filter.id, 1)')];
    },
  };
}

function filterAttach(w: Writer, step: TraceStep): Written {
  const { args } = step;
  w.only(step, ...'netdev direction handle priority prog replaceExisting change kind protocol'.split(' '));
  w.need('tc_filter_attach');
  const flags =
    args['change'] === true
      ? ''
      : args['replaceExisting'] === true
        ? 'NLM_F_CREATE | '
        : 'NLM_F_CREATE | NLM_F_EXCL | ';
  // The kernel tells which numbers it chose.
  const request = filterRequest(w, step, 'RTM_NEWTFILTER', `${flags}NLM_F_ECHO`);
  const fd = orNone(w, args['prog']);
  const lines = [
    'struct filter filter = { 0 };',
    `struct request request = ${request};`,
    `int got = tc_filter_attach(request, ${JSON.stringify(args['kind'] ?? 'bpf')}, ${fd}, &filter);`,
  ];
  return { lines, conditions: expected(w, step, 'got', filterChecks(w)) };
}

function filterDetach(w: Writer, step: TraceStep): Written {
  const { args } = step;
  w.only(step, 'netdev', 'direction', 'handle', 'priority', 'kind');
  const priority = Number(args['priority'] ?? 0);
  const kind = args['kind'] ?? (priority === 0 ? null : 'bpf');
  if (kind === null && Number(args['handle'] ?? 0) === 0) return flush(w, step);
  w.need('tc_filter_named');
  const request = filterRequest(w, step, 'RTM_DELTFILTER', '0');
  const named = kind === null ? 'NULL' : JSON.stringify(kind);
  return simple(w, step, `tc_filter_named(${request}, ${named}, &(struct filter){ 0 })`);
}

function filterQuery(w: Writer, step: TraceStep): Written {
  const { args } = step;
  w.only(step, 'netdev', 'direction', 'handle', 'priority');
  if (Number(args['priority'] ?? 0) > 0) {
    w.need('tc_filter_named');
    const request = filterRequest(w, step, 'RTM_GETTFILTER', '0');
    const lines = ['struct filter filter = { 0 };', `int got = tc_filter_named(${request}, "bpf", &filter);`];
    return { lines, conditions: expected(w, step, 'got', filterChecks(w)) };
  }
  w.need('tc_filter_dump');
  const checks: Checks = {
    count: (value) => [number(w, 'filters', Number(value), 'filters_count')],
    progs(value) {
      w.need('filter_programs');
      return [text('programs', joined(value), 'filter_programs()')];
    },
    value(value) {
      w.need('filter_list');
      return [text('filters', joined(value), 'filter_list()')];
    },
  };
  const lines = [`int got = tc_filter_dump(${w.devices.index(args['netdev'])}, ${parentOf(w, args['direction'])});`];
  return { lines, conditions: expected(w, step, 'got', checks) };
}

export const NETWORK: Readonly<Record<string, Operation>> = {
  netdev_add: netdevAdd,
  netdev_delete: netdevDelete,
  netdev_move: netdevMove,
  netdev_up: netdevUp,
  netdev_exists: netdevExists,
  netdev_enslave: netdevEnslave,
  bond_mode: bondMode,
  netns_add: netnsOp('netns', 'add_netns'),
  netns_delete: netnsOp('delete_netns', 'delete_netns'),
  enter_netns: netnsOp('enter_netns', 'enter_netns'),
  open_netns: openNetns,
  xdp_set: xdpSet,
  xdp_query: xdpQuery,
  tc_hook_create: hookCreate,
  tc_hook_destroy: hookDestroy,
  tc_filter_attach: filterAttach,
  tc_filter_detach: filterDetach,
  tc_filter_query: filterQuery,
};

/** A frame at a device: from its other end, to it, or around the loopback. */
export function frame(w: Writer, hook: string, netdev: Json | undefined): string | undefined {
  if (!['rx', 'tx', 'loop'].includes(hook)) return undefined;
  const { devices } = w;
  const name = String(netdev);
  w.need('pass_frame');
  if (hook === 'loop' && !devices.isLoopback(name)) w.no('LR421', `no C form for a frame around ${name}`);
  const [from, to] =
    hook === 'loop' ? [name, name] : hook === 'rx' ? [devices.peer(name), name] : [name, devices.peer(name)];
  const end = (device: string): string => `${JSON.stringify(devices.place(device))}, ${devices.index(device)}`;
  return `pass_frame(${end(from)}, ${end(to)})`;
}

/** Packets that ask a program of a namespace. */
export function packetIn(w: Writer, hook: string, netns: Json | undefined): string | undefined {
  const call = { flow_dissector: 'dissect', sk_lookup: 'look_up', netfilter: 'pass_netfilter' }[hook];
  if (call === undefined) return undefined;
  w.need(call);
  return `${call}(${JSON.stringify(netns ?? 'N0')})`;
}
