/** BPF_PROG_LOAD: a program that only logs and returns, or one that is built instruction by instruction. */
import type { Json, ProgTemplate, TraceStep } from '../../trace/format.ts';
import { PROG_TYPES } from '../protocol/numbers.ts';
import { Code } from './code.ts';
import { opens } from './descriptors.ts';
import { btfIds, btfLines, contextOf, functionId, functionsOf, isDescribed, listOf } from './functions.ts';
import type { Operation, Writer, Written } from './writer.ts';

/** What a template may say for a program that only logs and returns. */
const PLAIN = new Set(['name', 'type', 'expectedAttachType', 'returns']);
/** What a template may say besides. */
const BUILT = new Set(
  'setRetval cgroupStorage subprogs mainFunc tailCall attach iterOutput ctxStruct btf progFlags changesPacket'.split(
    ' ',
  ),
);
/** Types whose programs see more than a packet or a socket. */
const BUILT_TYPES = new Set(['kprobe', 'tracepoint', 'perf_event', 'raw_tracepoint', 'tracing', 'ext', 'lsm']);

function templateFor(w: Writer, { args }: TraceStep): ProgTemplate {
  const template = (w.trace.objects.progs ?? []).find(({ name }) => name === args['prog']);
  if (template === undefined) return w.no('LR421', `there is no program template "${String(args['prog'])}"`);
  if (PROG_TYPES[template.type] === undefined && template.type !== 'netfilter')
    w.no('LR421', `no C form for programs of type ${template.type}`);
  for (const [member, value] of Object.entries(template))
    if (!PLAIN.has(member) && !BUILT.has(member) && value !== undefined && value !== null)
      w.no('LR421', `no C form for programs with ${member}`);
  return template;
}

const isPlain = (template: ProgTemplate): boolean =>
  !BUILT_TYPES.has(template.type) &&
  Object.entries(template).every(([member, value]) => PLAIN.has(member) || value === undefined || value === null);

function plain(w: Writer, step: TraceStep, template: ProgTemplate): Written {
  const { as } = step;
  w.need(w.logs ? 'load_logging' : 'load_quiet');
  const call = [
    w.progType(template.type),
    w.attachType(template.expectedAttachType),
    w.program(as ?? template.name),
    String(template.returns ?? 1),
  ];
  return opens(w, step, `prog_load(${call.join(', ')})`);
}

const FLAGS: Readonly<Record<string, number>> = {
  BPF_F_STRICT_ALIGNMENT: 1,
  BPF_F_ANY_ALIGNMENT: 2,
  BPF_F_TEST_RND_HI32: 4,
  BPF_F_TEST_STATE_FREQ: 8,
  BPF_F_SLEEPABLE: 16,
  BPF_F_XDP_HAS_FRAGS: 32,
  BPF_F_XDP_DEV_BOUND_ONLY: 64,
};

function progFlags(w: Writer, value: Json | undefined): string {
  const words = listOf<Json>(value).map((flag) => {
    const number = typeof flag === 'number' ? flag : FLAGS[String(flag)];
    return number === undefined
      ? w.no('LR421', `no C form for the flag ${String(flag)}`)
      : `${number} /* ${String(flag)} */`;
  });
  return words.join(' | ') || '0';
}

/** The kernel's name for the place of a program. */
function placeOf(w: Writer, template: ProgTemplate): string {
  const { kernelFunc, lsm, iter, tp } = (template['attach'] ?? {}) as Readonly<Record<string, string | undefined>>;
  const isTraced = template.type === 'tracing' || template.type === 'lsm';
  if (!isTraced && kernelFunc === undefined) return '0';
  const name =
    kernelFunc ??
    (lsm === undefined ? undefined : `bpf_lsm_${lsm}`) ??
    (iter === undefined ? undefined : `bpf_iter_${iter}`);
  w.need('place');
  if (name !== undefined) return `place(${JSON.stringify(name)}, BTF_FUNC)`;
  return tp === undefined ? '0' : `place("btf_trace_${tp}", BTF_TYPEDEF)`;
}

/** Places at which some kernels let nobody be. */
const isRefused = ({ type, expectedAttachType }: ProgTemplate): boolean =>
  type === 'ext' || type === 'lsm' || (type === 'tracing' && expectedAttachType !== 'trace_iter');

function built(w: Writer, step: TraceStep, template: ProgTemplate): Written {
  const { args, as } = step;
  const functions = functionsOf(w, template);
  const code = new Code(w, template, functions, as ?? template.name);
  w.need('load_program', 'expect_ok');
  const described = isDescribed(template);
  if (described) w.need('load_btf');
  const target = args['targetProg'];
  const hasTarget = target !== undefined && target !== null;
  const { targetFunc } = args;
  const fields = w.fields({
    code: 'code',
    size: 'sizeof(code)',
    type: w.progType(template.type),
    expected_attach_type: w.attachType(template.expectedAttachType),
    number: w.program(as ?? template.name),
    flags: progFlags(w, template['progFlags']),
    ifindex: (args['netdev'] ?? null) === null ? '0' : w.devices.index(args['netdev']),
    attach_btf_id: !hasTarget
      ? placeOf(w, template)
      : typeof targetFunc === 'string'
        ? functionId(w, target, targetFunc)
        : '0',
    attach_prog_fd: hasTarget ? w.handle(target) : '0',
    ...(described ? { btf_fd: 'btf', functions: 'functions', functions_count: String(functions.length) } : {}),
  });
  const call = `load_program((struct program)${fields})`;
  const mayBeRefused = isRefused(template) && step.expect['errno'] !== 'EPERM';
  if (mayBeRefused) w.need('cannot');
  const opened = opens(w, step, mayBeRefused ? `unless_refused(${call}, "${template.type} programs")` : call);
  const ids = btfIds(functions);
  const rows = code.starts().map((start, i) => `{ ${start}, ${ids[i]} }`);
  return {
    ...opened,
    lines: [
      ...code.lines(),
      ...(described
        ? [
            ...btfLines(contextOf(w, template, target), functions),
            `static const uint32_t functions[][2] = { ${rows.join(', ')} }; /* where they begin, and their types */`,
          ]
        : []),
      ...opened.lines,
      ...(code.borrows ? ['give_back();'] : []),
    ],
  };
}

function progLoad(w: Writer, step: TraceStep): Written {
  w.only(step, 'prog', 'targetProg', 'targetFunc', 'netdev', 'attr');
  const template = templateFor(w, step);
  const isBound = step.args['netdev'] !== undefined && step.args['netdev'] !== null;
  return isPlain(template) && !isBound ? plain(w, step, template) : built(w, step, template);
}

export const PROGRAMS: Readonly<Record<string, Operation>> = { prog_load: progLoad };
