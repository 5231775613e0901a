/** What an event shows: who ran, and what the process that made it saw. */
import { type Checks, joined, number, text } from './expect.ts';
import type { Writer } from './writer.ts';

/** `seen` has who ran, `event` what the process saw. */
export function eventChecks(w: Writer): Checks {
  const runs = (name: string, wanted: boolean): string => {
    w.need('times');
    const times = `times(${w.program(name)})`;
    return wanted ? number(w, `${name} ran`, 1, `${times} > 0`) : number(w, `runs of ${name}`, 0, times);
  };
  const loaded = w.trace.steps.flatMap(({ op, as }) => (op === 'prog_load' && as !== undefined ? [as] : []));
  return {
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
}
