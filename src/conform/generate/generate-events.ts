/** Traces by chance of raw tracepoints, perf events, iterators, prog arrays and sockmaps. */
import type { TraceFile } from '../../trace/format.ts';
import type { Args } from './dice.ts';
import { ENTRIES, PATHS, SAMPLES, type Theme, ThemeDice, tracing } from './theme-dice.ts';

const raw: Theme = {
  progs: ['R1', 'R2', 'R3'].map((name) => ({
    name,
    type: 'raw_tracepoint',
    expectedAttachType: null,
    attach: { tp: 'sys_enter' },
    returns: 0,
  })),
  moves: [
    function (actor) {
      const tp = this.happens(0.95) ? 'sys_enter' : 'no_such_tracepoint';
      this.attaches(actor, 'raw_tp_open', { prog: this.openable(actor), ...(this.happens(0.03) ? {} : { tp }) });
    },
    function (actor) {
      const link = this.of(actor, 'link');
      if (link === undefined) return;
      if (this.happens(0.5)) this.does(actor, 'task_fd_query', { fd: link });
      else this.does(actor, 'link_update', { link, prog: this.progOf(actor, 'R') });
    },
    function () {
      this.fires({ hook: 'tracepoint', tp: 'sys_enter' });
    },
  ],
};

const perf: Theme = {
  progs: [
    ...['T1', 'T2', 'T3'].map((name) => ({ name, type: 'tracepoint', expectedAttachType: null, returns: 0 })),
    ...['S1', 'S2'].map((name) => ({ name, type: 'perf_event', expectedAttachType: null, returns: 0 })),
  ],
  moves: [
    function (actor) {
      if (this.happens(0.3)) this.makes(actor, 'perf_event_open', { event: 'cpu_clock', cpu: 0 }, 'perf', 'e');
      else this.makes(actor, 'perf_event_open', { event: 'tracepoint', tp: 'sys_enter' }, 'perf', 'e');
    },
    function (actor) {
      const perfEvent = this.of(actor, 'perf');
      if (perfEvent === undefined) return;
      const prog = this.progOf(actor, this.happens(0.3) ? 'S' : 'T');
      if (this.happens(0.4)) this.does(actor, 'perf_event_set_bpf', { perfEvent, prog });
      else {
        const flags = this.happens(0.05) ? { flags: [1] } : {};
        this.attaches(actor, 'link_create', { attachType: 'perf_event', prog, perfEvent, ...flags });
      }
    },
    function (actor) {
      const perfEvent = this.of(actor, 'perf');
      if (perfEvent === undefined) return;
      if (this.happens(0.4)) this.does(actor, 'perf_event_query', { perfEvent });
      else if (this.happens(0.3)) this.does(actor, 'task_fd_query', { fd: perfEvent });
      else this.does(actor, this.happens(0.7) ? 'perf_event_enable' : 'perf_event_disable', { perfEvent });
    },
    function () {
      this.fires(this.happens(SAMPLES) ? { hook: 'perf_event' } : { hook: 'tracepoint', tp: 'sys_enter' });
    },
  ],
};

/** The array whose entries are numbers. */
const PLAIN = 'A';

const CLS = { type: 'sched_cls', expectedAttachType: null } as const;

const arrays: Theme = {
  progs: [
    { name: 'C1', ...CLS, tailCall: { map: 'J', index: 0 }, returns: 11 },
    {
      name: 'C2',
      ...CLS,
      tailCall: [
        { map: 'J', index: 1 },
        { map: 'J', index: 0 },
      ],
      returns: 12,
    },
    { name: 'C3', ...CLS, returns: 13 },
    { name: 'C4', ...CLS, mainFunc: 'main', subprogs: [{ name: 'sub', linkage: 'static', returns: 14 }] },
    { name: 'X1', type: 'xdp', expectedAttachType: null, returns: 2 },
  ],
  maps: [{ name: 'J', type: 'prog_array', maxEntries: ENTRIES }],
  moves: [
    function (actor) {
      const map = this.mapOf(actor, 'J');
      // What a program is in a plain array is the number of its descriptor, which no model follows.
      if (map === undefined || map === PLAIN) return;
      const prog = this.progOf(actor, this.happens(0.9) ? 'C' : 'X');
      const flags = this.happens(0.04) ? { flags: [1] } : {};
      this.does(actor, 'map_update', { map, key: this.below(ENTRIES + 1) % (ENTRIES + 1), value: { prog }, ...flags });
    },
    function (actor) {
      const map = this.mapOf(actor, 'J');
      if (map === undefined) return;
      const op = this.happens(0.5) ? 'map_delete' : 'map_lookup';
      this.does(actor, op, { map, key: this.below(ENTRIES + 1) });
    },
    function (actor) {
      this.runs(actor, this.progOf(actor, 'C'));
    },
    function (actor) {
      const args = { mapId: 'J', ...(this.happens(0.2) ? { rawOpenFlags: ['BPF_F_RDONLY'] } : {}) };
      this.makes(actor, 'map_get_fd_by_id', args, 'map', 'm');
    },
    function (actor) {
      const map = this.mapOf(actor, 'J');
      if (map !== undefined && this.happens(0.05)) this.does(actor, 'map_freeze', { map });
    },
    function (actor) {
      const map = this.mapOf(actor, 'J');
      const prog = this.progOf(actor, 'C');
      if (map !== undefined && this.happens(0.3)) this.does(actor, 'prog_bind_map', { prog, map });
    },
  ],
};

const sockmap: Theme = {
  progs: [
    ...['M1', 'M2', 'M3'].map((name) => ({ name, type: 'sk_msg', expectedAttachType: 'sk_msg_verdict', returns: 1 })),
    { name: 'V1', type: 'sk_skb', expectedAttachType: 'sk_skb_stream_verdict', returns: 1 },
  ],
  maps: [
    { name: 'K', type: 'sockmap', maxEntries: 1 },
    { name: 'N', type: 'sockhash', maxEntries: 1 },
  ],
  moves: [
    function (actor) {
      const map = this.mapOf(actor, this.happens(0.8) ? 'K' : 'N');
      if (map === undefined) return;
      const attachType = this.happens(0.85) ? 'sk_msg_verdict' : 'sk_skb_stream_verdict';
      const flags = this.happens(0.03) ? { flags: [1] } : {};
      this.attaches(actor, 'link_create', { map, prog: this.progOf(actor, 'M'), attachType, ...flags });
    },
    function (actor) {
      const link = this.of(actor, 'link');
      if (link === undefined) return;
      const args: Args = { link, prog: this.progOf(actor, this.happens(0.9) ? 'M' : 'V') };
      if (this.happens(0.5)) args['oldProg'] = this.progOf(actor, 'M');
      if (args['oldProg'] !== undefined ? this.happens(0.9) : this.happens(0.05)) args['flags'] = ['BPF_F_REPLACE'];
      this.does(actor, 'link_update', args);
    },
    function (actor) {
      const map = this.mapOf(actor, 'K');
      if (map === undefined) return;
      const op = this.happens(0.5) ? 'prog_attach' : 'prog_detach';
      this.does(actor, op, { map, prog: this.progOf(actor, 'M'), attachType: 'sk_msg_verdict' });
    },
    function (actor) {
      const map = this.mapOf(actor, 'K');
      if (map !== undefined) this.does(actor, 'query', { map, attachType: 'sk_msg_verdict' });
    },
    function (actor) {
      this.makes(actor, 'map_get_fd_by_id', { mapId: this.chose(['K', 'N']) }, 'map', 'm');
    },
  ],
};

const iterators: Theme = {
  progs: [
    ...['I1', 'I2'].map((name) => tracing(name, 'trace_iter', { attach: { iter: 'bpf_map' } })),
    tracing('J1', 'trace_iter', { attach: { iter: 'task' } }),
    ...['E1', 'E2'].map((name) => tracing(name, 'trace_iter', { attach: { iter: 'bpf_map_elem' } })),
  ],
  maps: [{ name: PLAIN, type: 'array', maxEntries: 1 }],
  moves: [
    function (actor) {
      const map = this.happens(0.5) ? this.mapOf(actor, PLAIN) : undefined;
      const prog = this.progOf(actor, map === undefined ? this.chose(['I', 'J']) : this.chose(['E', 'E', 'I']));
      this.attaches(actor, 'link_create', { prog, attachType: 'trace_iter', ...(map === undefined ? {} : { map }) });
    },
    function (actor) {
      const link = this.of(actor, 'link');
      if (link !== undefined) this.makes(actor, 'iter_create', { link }, 'iter', 't');
    },
    function (actor) {
      const iter = this.of(actor, 'iter');
      if (iter !== undefined && this.happens(0.8)) this.does(actor, 'iter_read', { iter });
      else this.does(actor, 'iter_read', { path: this.chose(PATHS) });
    },
    function (actor) {
      const link = this.of(actor, 'link');
      if (link === undefined) return;
      const args: Args = { link, prog: this.progOf(actor, this.chose(['I', 'E', 'J'])) };
      if (this.happens(0.3)) Object.assign(args, { oldProg: this.progOf(actor, 'I'), flags: ['BPF_F_REPLACE'] });
      this.does(actor, 'link_update', args);
    },
  ],
};

const THEMES = [raw, perf, arrays, sockmap, iterators];

/** Two kinds of attachments at once, so that what they share is shared. */
export function eventsTrace(seed: string, id: string, length: number): TraceFile {
  const dice = new ThemeDice(seed);
  const first = dice.chose(THEMES);
  const second = dice.chose(THEMES.filter((theme) => theme !== first));
  return dice.trace(id, length, [first, second]);
}
