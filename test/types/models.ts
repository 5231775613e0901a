/**
 * Types that keep a model honest: what does not exist is a compiler error. `npm run types` is the test: every line marked
 * as an error must be one. Nothing here runs.
 */
import { command, type Kernel, property } from '../../models/kernel.ts';
import { chart, count, object, ref } from '../../src/modelling/index.ts';

/** Views of objects. */
export function views(k: Kernel): void {
  const [link] = k.all.link;
  const [slot] = k.all.slot;
  if (link === undefined || slot === undefined) return;
  link.refs = 1;
  // @ts-expect-error a field that does not exist
  link.refcount = 1;
  // @ts-expect-error a kind that does not exist
  k.all.links.at(0);
  // @ts-expect-error a value of another type
  link.refs = 'one';
  // @ts-expect-error a reference to another kind
  link.prog = slot;
  link.fire('AUTO_DETACH');
  // @ts-expect-error an event that the chart does not know
  link.fire('AUTODETACH');
  // @ts-expect-error an event of another chart
  link.fire('RMDIR');
  // @ts-expect-error a phase that does not exist
  if (link.phase === 'DEFUNKT') return;
  // @ts-expect-error phases change by events only
  link.phase = 'GONE';
  slot.mode = 'MULTI';
  // @ts-expect-error a choice that does not exist
  slot.mode = 'MANY';
  slot.entries.append(link);
  // @ts-expect-error an element of a kind that the list does not take
  slot.entries.append(slot);
  // @ts-expect-error a list is changed and not assigned
  slot.entries = [];
  // @ts-expect-error fixed at binding time
  slot.limit = 65;
  // @ts-expect-error an object without chart has no phases
  slot.fire('ATTACH');
}

/** What steps ask of the world. */
export function world(k: Kernel): void {
  k.has('multi');
  // @ts-expect-error a feature that does not exist
  k.has('multy');
  // @ts-expect-error a rule that does not exist
  k.rules.computeEfective(k);
  // @ts-expect-error an argument is missing
  k.check('name is free', true);
}

/** Commands: arguments, registers, made objects, names of steps. */
export const commands = [
  command({
    op: 'example',
    name: 'example(2)',
    cites: 'kernel/bpf/syscall.c example; facts 1',
    args: { link: { shape: 'handle' }, flags: { shape: 'flags', optional: true } },
    registers: { program: ref('program') },
    makes: ['file'],
    steps: {
      first(_k, { args, frame, made }) {
        const flags: number = args.flags;
        // @ts-expect-error an argument that does not exist
        if (args.flag === flags) return 'done';
        // @ts-expect-error a register that does not exist
        frame.prog = null;
        // @ts-expect-error a register holds what it was declared for
        frame.program = made.file;
        // @ts-expect-error an object that the command does not make
        made.link.refs = 1;
        return 'second';
      },
      // @ts-expect-error a step that does not exist
      second: () => 'third',
    },
  }),
  command({
    op: 'example',
    name: 'example(2)',
    cites: 'kernel/bpf/syscall.c example; facts 1',
    args: {},
    // @ts-expect-error a kind of object that does not exist
    makes: ['files'],
    steps: {},
  }),
];

/** Properties: parameters have the types of their shapes. */
export const properties = [
  property({
    name: 'example',
    kind: 'always',
    statement: 's',
    claims: [],
    explanation: 'e',
    params: { link: { shape: 'object', kind: 'link' } },
    check(_k, { link }) {
      // @ts-expect-error a field of another kind
      return link.slots === null || 'x';
    },
  }),
  property({
    name: 'example',
    // @ts-expect-error a kind of property that does not exist
    kind: 'sometimes',
    statement: 's',
    claims: [],
    explanation: 'e',
    params: {},
    check: () => true,
  }),
];

/** Charts are closed. */
export const charts = [
  // @ts-expect-error a target that is no phase
  chart('dangling', { initial: 'A', states: { A: { on: { GO: 'B' } } } }),
  // @ts-expect-error a first phase that is none
  chart('headless', { initial: 'Z', states: { A: {} } }),
];

// @ts-expect-error counters state their maximum
export const unbounded = object({ fields: { refs: count() } });
