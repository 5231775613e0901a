/** The instructions of a program, as rows of C: what it logs, the functions that it calls, its tail calls. */
import type { ProgTemplate } from '../../trace/format.ts';
import { type Called, listOf } from './functions.ts';
import type { Writer } from './writer.ts';

/** One instruction, or several: `at` is the place of the first of them. */
interface Row {
  readonly size: number;
  readonly text: (at: number) => string;
}

/** Offsets into what a program gets: the number of a system call. */
const SYSCALL_NUMBER = 8;
const HELPER = { tailCall: 12, pullData: 39, adjustHead: 44, storage: 81, seqWrite: 127, setRetval: 187 } as const;
const TEXT_MAX = 64;
const LOG_SIZE = 10;
const register = (destination: number, source = 0): string =>
  `0x${(source * 16 + destination).toString(16).padStart(2, '0')}`;

function insn(code: number, registers: string, off: number | string, imm: number | string, says: string): Row {
  const text = `{ 0x${code.toString(16).padStart(2, '0')}, ${registers}, ${off}, ${imm} }, /* ${says} */`;
  return { size: 1, text: () => text };
}

const move = (to: number, from: number, says = `r${to} = r${from}`): Row => insn(0xbf, register(to, from), 0, 0, says);
const set = (to: number, value: number | string, says = `r${to} = ${value}`): Row =>
  insn(0xb7, register(to), 0, value, says);
const call = (helper: number, says: string): Row => insn(0x85, register(0), 0, helper, says);
const EXIT = insn(0x95, register(0), 0, 0, 'exit');

export class Code {
  private readonly rows: Row[] = [];
  private readonly labels = new Map<string, number>();
  private readonly functions: readonly Called[];
  private readonly w: Writer;
  private skips = false;
  /** Descriptors of maps are to be given back after the load. */
  borrows = false;

  /** `name` is the program's; its functions log as `name:function`. */
  constructor(w: Writer, template: ProgTemplate, functions: readonly Called[], name: string) {
    this.w = w;
    this.functions = functions;
    this.rows.push(move(6, 1, 'r6 = r1, the context'));
    this.extras(template);
    this.entry(template, name);
    this.change(template);
    this.calls(template);
    this.result(template);
    for (const { name: own, returns } of functions.slice(1)) {
      this.label(own);
      if (template['changesPacket'] === true) this.rows.push(move(6, 1));
      this.log(`${name}:${own}`);
      this.change(template);
      this.rows.push(set(0, returns), EXIT);
    }
  }

  private get end(): number {
    return this.rows.reduce((sum, { size }) => sum + size, 0);
  }

  private label(name: string): void {
    this.labels.set(name, this.end);
  }

  private log(name: string): void {
    if (!this.w.logs) return;
    this.w.need('log_insns');
    const text = `LOG(${this.w.program(name)}),`;
    this.rows.push({ size: LOG_SIZE, text: () => text });
  }

  /** A jump to the end, where nothing was logged. */
  private skip(code: number, registers: string, imm: number, says: string): void {
    this.skips = true;
    this.rows.push({
      size: 1,
      text: (at) =>
        `{ 0x${code.toString(16)}, ${registers}, ${(this.labels.get('skipped') ?? 0) - at - 1}, ${imm} }, /* ${says} */`,
    });
  }

  /** Samples come at any time: each program has a slot of its own, behind those that are used in order. */
  private sample(name: string): void {
    if (!this.w.logs) return;
    this.w.need('samples');
    const text = `{ 0x18, 0x21, 0, log_fd }, { 0, 0, 0, 0 }, { 0x62, 0x01, SAMPLE_OFFSET(${this.w.program(name)}), 1 }, /* in its slot */`;
    this.rows.push({ size: 3, text: () => text });
  }

  private extras({ setRetval, cgroupStorage }: ProgTemplate): void {
    if (typeof setRetval === 'number') this.rows.push(set(1, -setRetval), call(HELPER.setRetval, 'bpf_set_retval(r1)'));
    if (typeof cgroupStorage !== 'string') return;
    const storage = `{ 0x18, ${register(1, 1)}, 0, ${this.w.handle(cgroupStorage)} }, { 0, 0, 0, 0 }, /* r1 = the storage */`;
    this.rows.push({ size: 2, text: () => storage });
    this.rows.push(
      set(2, 0),
      call(HELPER.storage, 'r0 = bpf_get_local_storage(r1, r2)'),
      insn(0x79, register(1, 0), 0, 0, 'r1 = *r0'),
      insn(0x07, register(1), 0, 1, 'r1 += 1'),
      insn(0x7b, register(0, 1), 0, 0, '*r0 = r1'),
    );
  }

  /** A map is named by the program; the process that loads it need not have a descriptor of its own. */
  private map(to: number, handle: string): void {
    this.w.need('map_for');
    this.borrows = true;
    const map = `map_for(${this.w.handle(handle)}, ${this.w.map(handle)})`;
    const text = `{ 0x18, ${register(to, 1)}, 0, ${map} }, { 0, 0, 0, 0 }, /* r${to} = the map */`;
    this.rows.push({ size: 2, text: () => text });
  }

  /** Whatever the whole system does at this place: only what we make ourselves is an event. */
  private filter(offset: number | string): void {
    this.w.need('event_number');
    this.rows.push(
      insn(0x79, register(2, 6), offset, 0, 'r2 = whose event it is'),
      set(3, 'event_number', 'r3 = ours'),
    );
    this.skip(0x5d, register(2, 3), 0, 'somebody else: skip');
  }

  private entry(template: ProgTemplate, name: string): void {
    const { type, expectedAttachType } = template;
    const { tp, iter } = (template['attach'] ?? {}) as Readonly<Record<string, string | undefined>>;
    const isRaw = type === 'raw_tracepoint' || (type === 'tracing' && expectedAttachType === 'trace_raw_tp');
    // Nobody makes events at other tracepoints.
    if (isRaw && tp !== undefined && tp !== 'sys_enter') return;
    if (type === 'perf_event') {
      this.sample(name);
      return;
    }
    if (type === 'tracing' && expectedAttachType === 'trace_iter') {
      this.iterator(name, iter === 'bpf_map_elem' ? 16 : 8, template['iterOutput']);
      return;
    }
    if (!this.w.logs) return;
    if (isRaw || type === 'tracepoint') this.filter(SYSCALL_NUMBER);
    if (type === 'kprobe' && expectedAttachType === 'trace_uprobe_multi') {
      this.w.need('first_argument');
      this.filter('FIRST_ARGUMENT');
    }
    this.log(name);
  }

  /** Once for each reading: with the call behind the last element, which gets none. */
  private iterator(name: string, element: number, output: unknown): void {
    this.rows.push(
      insn(0x79, register(7, 6), 0, 0, 'r7 = the meta data of the iterator'),
      insn(0x79, register(2, 6), element, 0, 'r2 = the element'),
    );
    this.skip(0x55, register(2), 0, 'there is one: skip');
    this.log(name);
    if (typeof output !== 'string') return;
    const text = output.slice(0, TEXT_MAX - 1);
    const bytes = Buffer.alloc(TEXT_MAX);
    bytes.write(text, 'latin1');
    for (let at = 0; at < TEXT_MAX; at += 4)
      this.rows.push(insn(0x62, register(10), at - TEXT_MAX, bytes.readInt32LE(at), `text[${at}]`));
    this.rows.push(
      insn(0x79, register(1, 7), 0, 0, 'r1 = the file'),
      move(2, 10),
      insn(0x07, register(2), 0, -TEXT_MAX, 'r2 = text'),
      set(3, text.length),
      call(HELPER.seqWrite, 'bpf_seq_write(r1, r2, r3)'),
    );
  }

  /** A change of the packet that changes nothing; who may be replaced by a program that changes it does so as well. */
  private change({ type, changesPacket }: ProgTemplate): void {
    if (changesPacket !== true) return;
    const [helper, says] =
      type === 'xdp' ? [HELPER.adjustHead, 'bpf_xdp_adjust_head'] : [HELPER.pullData, 'bpf_skb_pull_data'];
    this.rows.push(move(1, 6), set(2, 0), call(helper, `${says}(r1, r2)`));
  }

  private calls(template: ProgTemplate): void {
    for (const { name, isLong } of this.functions.slice(1)) {
      this.rows.push(move(1, 6));
      if (isLong) this.rows.push(set(2, 0));
      this.rows.push({
        size: 1,
        text: (at) =>
          `{ 0x85, ${register(0, 1)}, 0, ${(this.labels.get(name) ?? 0) - at - 1} }, /* r0 = ${name}(r1) */`,
      });
      this.rows.push(move(7, 0));
    }
    for (const { map, index } of listOf<{ readonly map: string; readonly index: number }>(template['tailCall'])) {
      this.rows.push(move(1, 6));
      this.map(2, map);
      this.rows.push(set(3, index), call(HELPER.tailCall, 'bpf_tail_call(r1, r2, r3)'));
    }
  }

  /** What it says, or what the last function returned; of that the verifier knows nothing. */
  private result(template: ProgTemplate): void {
    const isSaid = template.returns !== undefined || this.functions.length < 2;
    this.rows.push(isSaid ? set(0, returnsOf(template)) : move(0, 7));
    if (!isSaid && template.type === 'cgroup_skb') this.rows.push(insn(0x57, register(0), 0, 1, 'r0 &= 1'));
    this.rows.push(EXIT);
    if (!this.skips) return;
    this.label('skipped');
    this.rows.push(set(0, 0), EXIT);
  }

  /** Where the functions begin, the main function first. */
  starts(): readonly number[] {
    return [0, ...this.functions.slice(1).map(({ name }) => this.labels.get(name) ?? 0)];
  }

  /** Statements that make `code`. */
  lines(): readonly string[] {
    let at = 0;
    const rows = this.rows.map((row) => {
      const text = row.text(at);
      at += row.size;
      return `\t${text}`;
    });
    return ['const struct insn code[] = {', ...rows, '};'];
  }
}

/** What the verifier lets programs of these kinds return is not what the templates say by default. */
function returnsOf({ type, expectedAttachType, returns }: ProgTemplate): number {
  if (type === 'lsm' && expectedAttachType === 'lsm_mac') return returns === 0 ? 0 : -1;
  if (type === 'tracing' && expectedAttachType !== 'modify_return') return 0;
  return returns ?? 1;
}
