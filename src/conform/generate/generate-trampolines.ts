/** Traces by chance of extensions and tracing programs, which some kernels refuse to load. */
import type { ProgTemplate, TraceFile } from '../../trace/format.ts';
import { type Theme, ThemeDice, tracing } from './theme-dice.ts';

const TEST = 'bpf_fentry_test1';
const target = (name: string, type: string): ProgTemplate => ({
  name,
  type,
  expectedAttachType: null,
  returns: 0,
  mainFunc: 'main',
  subprogs: [
    { name: 'sub1', linkage: 'global', returns: 10 },
    { name: 'sub2', linkage: 'global', returns: 20 },
  ],
});
const FUNCTIONS = ['sub1', 'sub1', 'sub1', 'sub2', 'main', 'none'];

const functions: Theme = {
  progs: [
    target('T1', 'xdp'),
    target('T2', 'xdp'),
    target('U1', 'sched_cls'),
    ...['E1', 'E2'].map((name) => ({
      name,
      type: 'ext',
      expectedAttachType: null,
      mainFunc: name,
      ctxStruct: 'xdp_md',
      returns: 100,
    })),
    ...['F1', 'F2'].map((name) => tracing(name, 'trace_fentry', { mainFunc: name })),
    tracing('G1', 'trace_fexit', { mainFunc: 'G1' }),
    ...['K1', 'K2'].map((name) => tracing(name, 'trace_fentry', { mainFunc: name, attach: { kernelFunc: TEST } })),
    tracing('Q1', 'trace_fexit', { mainFunc: 'Q1', attach: { kernelFunc: TEST } }),
  ],
  maps: [{ name: 'J', type: 'prog_array', maxEntries: 1 }],
  later: ['E1', 'E2', 'F1', 'F2', 'G1'],
  moves: [
    function (actor) {
      const prog = this.chose(['E1', 'E1', 'E2', 'F1', 'F2', 'G1']);
      this.loadFor(actor, prog, this.progOf(actor, this.chose(['T', 'T', 'T', 'U', 'E'])), this.chose(FUNCTIONS));
    },
    function (actor) {
      const prog = this.progOf(actor, 'E');
      if (this.happens(0.3)) this.attaches(actor, 'raw_tp_open', { prog });
      else if (this.happens(0.5)) this.attaches(actor, 'link_create', { prog });
      else {
        const targetProg = this.progOf(actor, this.chose(['T', 'T', 'U']));
        this.attaches(actor, 'link_create', { prog, targetProg, targetFunc: this.chose(FUNCTIONS) });
      }
    },
    function (actor) {
      const [letter, attachType] = this.chose([
        ['F', 'trace_fentry'],
        ['K', 'trace_fentry'],
        ['G', 'trace_fexit'],
        ['Q', 'trace_fexit'],
      ] as const);
      const prog = this.progOf(actor, letter);
      if (this.happens(0.2)) this.attaches(actor, 'raw_tp_open', { prog });
      else this.attaches(actor, 'link_create', { prog, attachType });
    },
    function (actor) {
      this.runs(actor, this.progOf(actor, this.chose(['T', 'T', 'U', 'K'])));
    },
    function (actor) {
      const map = this.mapOf(actor, 'J');
      if (map === undefined) return;
      if (this.happens(0.5)) this.does(actor, 'map_delete', { map, key: 0 });
      else this.does(actor, 'map_update', { map, key: 0, value: { prog: this.progOf(actor, this.chose(['T', 'E'])) } });
    },
    function (actor) {
      const link = this.of(actor, 'link');
      if (link !== undefined) this.does(actor, 'link_update', { link, prog: this.progOf(actor, 'E') });
    },
  ],
};

export function trampolinesTrace(seed: string, id: string, length: number): TraceFile {
  return new ThemeDice(seed).trace(id, length, [functions]);
}
