/** Processes, messages, cgroups and events, as C. */
import type { TraceStep } from '../../trace/format.ts';
import { type Checks, expected, joined, number, text } from './expect.ts';
import { simple } from './objects.ts';
import type { Writer, Written } from './writer.ts';

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
  w.need('pass');
  const lines = [
    'int ends[2] = { -1, -1 };',
    'int got = result(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends));',
  ];
  return { lines: [...lines, `${left} = ends[0];`, `${right} = ends[1];`], conditions: expected(w, step, 'got') };
}

function sendMessage(w: Writer, step: TraceStep): Written {
  w.only(step, 'socket', 'handle');
  w.need('pass');
  return simple(w, step, `pass(${w.handle(step.args['socket'])}, ${w.handle(step.args['handle'])})`);
}

function receiveMessage(w: Writer, step: TraceStep): Written {
  w.only(step, 'socket');
  w.need('take');
  const { lines, variable } = w.yields(`take(${w.handle(step.args['socket'])})`, step.as);
  return { lines, conditions: expected(w, step, variable) };
}

function onCgroup(section: string, call: string, ...known: readonly string[]) {
  return (w: Writer, step: TraceStep): Written => {
    w.only(step, 'cgroup', ...known);
    w.need(section);
    return simple(w, step, `${call}(${w.cgroup(step.args['cgroup'])})`);
  };
}

function openCgroup(w: Writer, step: TraceStep): Written {
  w.only(step, 'cgroup');
  w.need('cgroups');
  const { lines, variable } = w.yields(`open_cgroup(${w.cgroup(step.args['cgroup'])})`, step.as);
  return { lines, conditions: expected(w, step, variable) };
}

const HOOKS: Readonly<Record<string, string>> = {
  cgroup_inet_egress: 'EGRESS',
  cgroup_inet_ingress: 'INGRESS',
  cgroup_inet_sock_create: 'SOCK_CREATE',
};

/** Nobody is told that a packet was refused on its way in: it is merely not there. */
function asSeen(step: TraceStep, hook: string): TraceStep {
  if (hook !== 'INGRESS' || step.expect['verdict'] !== 'deny') return step;
  const { errno: _, ...rest } = step.expect;
  return { ...step, expect: { ...rest, verdict: 'dropped' } };
}

/** What an event shows: who ran, and what the process that made it saw. */
function eventWritten(w: Writer, step: TraceStep, call: string): Written {
  const runs = (name: string, wanted: boolean): string => {
    w.need('times');
    const times = `times(${w.program(name)})`;
    return wanted ? number(w, `${name} ran`, 1, `${times} > 0`) : number(w, `runs of ${name}`, 0, times);
  };
  const loaded = w.trace.steps.flatMap(({ op, as }) => (op === 'prog_load' && as !== undefined ? [as] : []));
  const checks: Checks = {
    ran(value) {
      w.need('ran');
      return [text('ran', joined(value), 'ran()')];
    },
    ranSet: (value) => loaded.map((name) => runs(name, (value as readonly string[]).includes(name))),
    ranIncludes: (value) => (value as readonly string[]).map((name) => runs(name, true)),
    notRan: (value) => (value as readonly string[]).map((name) => runs(name, false)),
    ranTotal: (value) => [number(w, 'runs', Number(value), 'seen.count')],
    ranCounts(value) {
      w.need('times');
      const counts = value as Readonly<Record<string, number>>;
      return loaded.map((name) => number(w, `runs of ${name}`, counts[name] ?? 0, `times(${w.program(name)})`));
    },
    verdict: (value) => [text('verdict', String(value), 'event.verdict')],
  };
  const conditions = expected(w, step, undefined, checks);
  const asks = conditions.some((condition) => /\b(?:got|event)\b/.test(condition));
  if (!asks) return { lines: [`${call};`], conditions };
  const said = conditions.some((condition) => /\bgot\b/.test(condition));
  const lines = [`struct event event = ${call};`];
  return { lines: said ? [...lines, 'int got = event.unborn ? -ENOENT : -event.error;'] : lines, conditions };
}

function fire(w: Writer, given: TraceStep): Written {
  const { args } = given;
  w.only(given, 'hook', 'cgroup');
  const hook = HOOKS[String(args['hook'])];
  if (hook === undefined) return w.no('LR421', `no C form for events at the hook ${String(args['hook'])}`);
  w.need('event');
  return eventWritten(w, asSeen(given, hook), `fire(${w.cgroup(args['cgroup'])}, ${hook})`);
}

function openSocket(w: Writer, step: TraceStep): Written {
  w.only(step);
  w.need('sockets');
  const { lines, variable } = w.yields('open_socket()', step.as);
  return { lines, conditions: expected(w, step, variable) };
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

function wait(w: Writer, step: TraceStep): Written {
  w.only(step, 'target');
  w.need('wait');
  return simple(w, step, `wait_for(${w.actor(step.args['target'])})`);
}

export const PROCESSES: Readonly<Record<string, (w: Writer, step: TraceStep) => Written>> = {
  fork(w, step) {
    w.only(step);
    return simple(w, step, `start(${w.actor(step.as ?? 'a process without a name')})`);
  },
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
  open_socket: openSocket,
  set_caps: setCaps,
  send,
  fire,
};
