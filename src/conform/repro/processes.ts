/** Processes, messages, cgroups and events, as C. */
import { NOBODY } from '../../trace/check.ts';
import type { Json, TraceStep } from '../../trace/format.ts';
import { opens } from './descriptors.ts';
import { eventChecks } from './event-checks.ts';
import { type Checks, expected, number, simple } from './expect.ts';
import { frame, packetIn } from './network.ts';
import type { Operation, Writer, Written } from './writer.ts';

function sendFd(w: Writer, step: TraceStep): Written {
  const { args } = step;
  w.only(step, 'handle', 'to', 'as');
  w.need('mailboxes');
  const to = w.actor(args['to']);
  const as = String(args['as'] ?? args['handle']);
  const fails = step.expect['errno'] !== undefined || step.expect['error'] === true;
  const sent = simple(w, step, `pass(mailboxes[${to}][1], ${w.handle(args['handle'])})`);
  if (fails) return sent;
  const { lines, variable } = w.yields(`take(mailboxes[${to}][0])`, as);
  w.need('expect_ok');
  return { ...sent, receiver: { actor: String(args['to']), body: { lines, conditions: [`expect_ok(${variable})`] } } };
}

function socketPair(w: Writer, step: TraceStep): Written {
  w.only(step, 'peer');
  const [left, right] = [w.handle(step.as ?? null), w.handle(step.args['peer'])];
  if (left === '0' || right === '0') w.no('LR421', 'a socketpair whose ends have no names has no C form');
  w.need('make_pair');
  return simple(w, step, `make_pair(&${left}, &${right})`);
}

function sendMessage(w: Writer, step: TraceStep): Written {
  w.only(step, 'socket', 'handle');
  w.need('pass');
  return simple(w, step, `pass(${w.handle(step.args['socket'])}, ${w.handle(step.args['handle'])})`);
}

function receiveMessage(w: Writer, step: TraceStep): Written {
  w.only(step, 'socket');
  w.need('take');
  return opens(w, step, `take(${w.handle(step.args['socket'])})`);
}

function onCgroup(section: string, call: string, ...known: readonly string[]) {
  return (w: Writer, step: TraceStep): Written => {
    w.only(step, 'cgroup', ...known);
    w.need(section);
    return simple(w, step, `${call}(${w.cgroup(step.args['cgroup'])})`);
  };
}

function openCgroup(w: Writer, step: TraceStep): Written {
  const { cgroup, oPath } = step.args;
  w.only(step, 'cgroup', 'oPath');
  w.need('cgroups');
  return opens(w, step, `open_cgroup(${w.cgroup(cgroup)}, ${oPath === true ? 'O_PATH' : 'O_RDONLY | O_DIRECTORY'})`);
}

function cgroupStat(w: Writer, step: TraceStep): Written {
  const { cgroup } = step.args;
  w.only(step, 'cgroup');
  w.need('cgroup_stat');
  const isHandle = typeof cgroup === 'object' && cgroup !== null;
  const directory = isHandle
    ? w.handle((cgroup as { handle?: Json }).handle)
    : `open_cgroup(${w.cgroup(cgroup)}, O_RDONLY | O_DIRECTORY)`;
  const checks: Checks = { nrDying: (value) => [number(w, 'nr_dying_descendants', Number(value), 'dying')] };
  const lines = isHandle
    ? ['unsigned long dying = 0;', `int got = count_dying(${directory}, &dying);`]
    : [
        'unsigned long dying = 0;',
        `int directory = ours(${directory}), got = count_dying(directory, &dying);`,
        'close(directory);',
      ];
  return { lines, conditions: expected(w, step, 'got', checks) };
}

/** What happens at a hook: a function, and section, of the library. */
const HOOKS: Readonly<Record<string, string>> = {
  cgroup_inet_egress: 'egress',
  cgroup_inet_ingress: 'ingress',
  cgroup_inet_sock_create: 'make_socket',
  cgroup_inet_sock_release: 'release_socket',
  cgroup_device: 'open_device',
  cgroup_getsockopt: 'get_option',
  cgroup_setsockopt: 'set_option',
  cgroup_inet4_connect: 'connect_socket',
  cgroup_inet4_bind: 'bind_socket',
  cgroup_udp4_sendmsg: 'send_message',
};

/** Nobody is told that a packet was refused on its way in: it is merely not there. */
function asSeen(step: TraceStep, hook: string): TraceStep {
  if (hook !== 'ingress' || step.expect['verdict'] !== 'deny') return step;
  const { errno: _, ...rest } = step.expect;
  return { ...step, expect: { ...rest, verdict: 'dropped' } };
}

/** What the process that made the event saw stands in `event`. */
function eventWritten(w: Writer, step: TraceStep, call: string): Written {
  const conditions = expected(w, step, undefined, eventChecks(w));
  const asks = conditions.some((condition) => /\b(?:got|event)\b/.test(condition));
  if (!asks) return { lines: [`${call};`], conditions };
  const said = conditions.some((condition) => /\bgot\b/.test(condition));
  const lines = [`struct event event = ${call};`];
  return { lines: said ? [...lines, 'int got = event.unborn ? -ENOENT : -event.error;'] : lines, conditions };
}

/** The function of the kernel that the trace probes, where its event names none. The kernel calls all its test functions. */
function probedFunction(w: Writer): Json | undefined {
  const probed = w.trace.steps
    .filter(({ args }) => args['attachType'] === 'trace_kprobe_multi')
    .flatMap(({ args }) => (Array.isArray(args['syms']) ? (args['syms'] as readonly Json[]) : []));
  const functions = new Set(probed);
  if (functions.size > 1) w.no('LR421', 'no C form for one call where several functions of the kernel are probed');
  return probed[0];
}

/** What the process that leads the trace does itself. */
function localEvent(w: Writer, hook: string, { name, tp, lsm }: TraceStep['args']): string | undefined {
  const of = (section: string): string => {
    w.need(section);
    return `local_event(${section})`;
  };
  const called = name ?? probedFunction(w);
  const kernel = typeof called === 'string' && called.startsWith('bpf_') ? called : undefined;
  switch (hook) {
    case 'tracepoint':
      if (tp !== undefined && tp !== 'sys_enter') w.no('LR421', `no C form for events at the tracepoint ${String(tp)}`);
      return of('call_nothing');
    case 'perf_event':
      w.need('sample');
      return 'sample()';
    case 'lsm':
      if (lsm !== 'userns_create') w.no('LR421', `no C form for events at the LSM hook ${String(lsm)}`);
      return of('ask_for_userns');
    case 'probe':
    case 'function': {
      if (kernel === undefined && hook === 'probe') return of('call_probed');
      if (kernel === undefined) return w.no('LR421', `no C form for a call of ${String(name)}`);
      w.need('call_kernel');
      const modifies = kernel.startsWith('bpf_modify_return_test');
      return `call_kernel("${kernel}", ${modifies ? 'BPF_MODIFY_RETURN' : 'BPF_TRACE_FENTRY'})`;
    }
    default:
      return undefined;
  }
}

/** An event that an actor makes, or a packet through a socket that it holds, is that actor's to take. */
function fireBy(w: Writer, given: TraceStep): Written | undefined {
  const { hook, actor, socket } = given.args;
  if (typeof socket === 'string') {
    const [owner = '', name = ''] = socket.split(':');
    w.only(given, 'hook', 'socket');
    if (hook !== 'cgroup_inet_egress') w.no('LR421', 'no C form for packets that an open socket receives');
    return { ...send(w, { ...given, actor: owner, args: { socket: name } }), actor: owner };
  }
  if (typeof actor !== 'string') return undefined;
  w.only(given, 'hook', 'actor');
  if (hook !== 'cgroup_sysctl') w.no('LR421', `no C form for events at the hook ${String(hook)} by an actor`);
  w.need('own_event');
  return { ...eventWritten(w, given, 'read_sysctl()'), actor };
}

function fire(w: Writer, given: TraceStep): Written {
  const { args } = given;
  const own = fireBy(w, given);
  if (own !== undefined) return own;
  const hook = String(args['hook']);
  const elsewhere = frame(w, hook, args['netdev']) ?? packetIn(w, hook, args['netns']) ?? localEvent(w, hook, args);
  if (elsewhere !== undefined) {
    w.only(given, 'hook', 'netdev', 'netns', 'tp', 'name', 'lsm');
    return eventWritten(w, given, elsewhere);
  }
  const happens = HOOKS[hook];
  if (happens === undefined) return w.no('LR421', `no C form for events at the hook ${String(args['hook'])}`);
  w.only(given, 'hook', 'cgroup', 'device', 'access');
  w.need(happens);
  return eventWritten(w, asSeen(given, happens), `fire(${w.cgroup(args['cgroup'] ?? 'outside')}, ${happens})`);
}

function openSocket(w: Writer, step: TraceStep): Written {
  w.only(step);
  w.need('sockets');
  return opens(w, step, 'open_socket()');
}

function send(w: Writer, step: TraceStep): Written {
  w.only(step, 'socket');
  w.need('send');
  return eventWritten(w, step, `send_through(${w.handle(step.args['socket'])})`);
}

const CAPABILITIES: Readonly<Record<string, number>> = {
  CAP_NET_ADMIN: 12,
  CAP_SYS_ADMIN: 21,
  CAP_PERFMON: 38,
  CAP_BPF: 39,
};

function setCaps(w: Writer, step: TraceStep): Written {
  const { caps, userns } = step.args;
  w.only(step, 'caps', 'userns');
  w.need('set_caps');
  const bits = (caps as readonly string[]).map((name) => {
    const bit = CAPABILITIES[name];
    return bit === undefined ? w.no('LR421', `no C form for the capability ${name}`) : `1ULL << ${bit} /* ${name} */`;
  });
  return simple(w, step, `set_caps(${bits.join(' | ') || '0'}, ${userns === true})`);
}

function kill(w: Writer, step: TraceStep): Written {
  w.only(step, 'target');
  w.need('kill');
  return simple(w, step, `kill_process(${w.actor(step.args['target'])})`);
}

/** Whose child it is: ours, if who made it has ended. */
function parentOf(w: Writer, child: Json | undefined): string {
  const parent =
    w.before.find(({ op, as }) => (op === 'fork' || op === 'clone_files') && as === child)?.actor ?? NOBODY;
  const ended = w.before.some(
    ({ actor, op, args }) => (op === 'exit' && actor === parent) || (op === 'kill' && args['target'] === parent),
  );
  return ended ? NOBODY : parent;
}

function wait(w: Writer, step: TraceStep): Written {
  const { target } = step.args;
  w.only(step, 'target');
  w.need('wait');
  const waits = simple(w, step, `wait_for(${w.actor(target)})`);
  if (step.expect['errno'] !== undefined) return waits;
  const parent = parentOf(w, target);
  const reaps = `reap(${w.actor(target)})`;
  if (parent === step.actor) return { ...waits, conditions: [...waits.conditions, reaps] };
  return { ...waits, receiver: { actor: parent, body: { lines: [], conditions: [reaps] } } };
}

/** The answer to a step that succeeds comes from the image that was executed. */
function execve(w: Writer, step: TraceStep): Written {
  w.only(step);
  w.need('execve');
  return simple(w, step, `execute(${w.actor(step.actor)})`);
}

export const PROCESSES: Readonly<Record<string, Operation>> = {
  fork(w, step) {
    w.only(step, 'child');
    return simple(w, step, `start(${w.actor(step.as ?? 'a process without a name')})`);
  },
  clone_files(w, step) {
    w.only(step, 'child');
    return simple(w, step, `begin(${w.actor(step.as ?? 'a process without a name')}, true)`);
  },
  execve,
  exit(w, step) {
    w.only(step);
    if (step.expect['ok'] !== true) w.no('LR421', 'exit has no other C form than one that succeeds');
    return { lines: ['_exit(0);'], conditions: [] };
  },
  kill,
  wait,
  sleep: (_, step) => ({ lines: [`usleep(${Number(step.args['ms'] ?? 100) * 1000});`], conditions: [] }),
  send_fd: sendFd,
  socketpair: socketPair,
  send_msg: sendMessage,
  recv_msg: receiveMessage,
  mkdir: onCgroup('cgroups', 'make_cgroup', 'path'),
  rmdir: onCgroup('rmdir', 'remove_cgroup', 'expectBusy'),
  join: onCgroup('join', 'join_cgroup'),
  open_cgroup: openCgroup,
  cgroup_stat: cgroupStat,
  open_socket: openSocket,
  set_caps: setCaps,
  send,
  fire,
};
