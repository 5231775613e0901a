/** Charts are law twice: as tables, which the engine asks, and as XState machines, which people and tools read. */
import { expect } from 'chai';
import fc from 'fast-check';
import { transition } from 'xstate';
import { objects } from '../../models/objects/index.ts';
import { type Chart, type ChartConfig, chart } from '../../src/modelling/index.ts';
import { chartTable, NO_TRANSITION } from '../../src/world/chart-table.ts';

const charts: readonly Chart[] = Object.values(objects).flatMap((kind) => kind.chart ?? []);

/** An event that no chart knows. */
const UNKNOWN = 'NO_SUCH_EVENT';

/** Where the table leads; undefined for an event that is not known there. */
function byTable(of: Chart, phase: string, event: string): string | undefined {
  const { next, eventIndex } = chartTable(of);
  const index = eventIndex.get(event);
  const to = index === undefined ? NO_TRANSITION : next[of.phases.indexOf(phase) * of.events.length + index];
  return to === NO_TRANSITION || to === undefined ? undefined : of.phases[to];
}

/** Where XState leads, and whether it knows the event there. */
function byXState(of: Chart, phase: string, event: string): { readonly phase: unknown; readonly known: boolean } {
  const machine = of.machine();
  const snapshot = machine.resolveState({ value: phase, context: {} });
  const [next] = transition(machine, snapshot, { type: event });
  return { phase: next.value, known: snapshot.can({ type: event }) };
}

function agree(of: Chart): void {
  for (const phase of of.phases)
    for (const event of [...of.events, UNKNOWN]) {
      const table = byTable(of, phase, event);
      const state = byXState(of, phase, event);
      const what = `${of.id}: ${event} in ${phase}`;
      expect(state.known, what).to.equal(table !== undefined);
      expect(state.phase, what).to.equal(table ?? phase);
    }
}

/** Charts with up to five phases and four events, each event leading anywhere or nowhere. */
const anyChart: fc.Arbitrary<Chart> = fc
  .record({
    phases: fc.uniqueArray(fc.constantFrom('A', 'B', 'C', 'D', 'E'), { minLength: 1, maxLength: 5 }),
    initial: fc.nat(4),
    targets: fc.array(fc.array(fc.option(fc.nat(4)), { minLength: 4, maxLength: 4 }), { minLength: 5, maxLength: 5 }),
  })
  .map(({ phases, initial, targets }) => {
    const phaseAt = (i: number): string => phases[i % phases.length] as string;
    const states = phases.map((phase, p) => {
      const on = (targets[p] ?? []).flatMap((to, e) => (to === null ? [] : [[`E${e}`, phaseAt(to)] as const]));
      return [phase, { on: Object.fromEntries(on) }] as const;
    });
    const config: ChartConfig = { initial: phaseAt(initial), states: Object.fromEntries(states) };
    return chart('any', config as never) as unknown as Chart;
  });

describe('the table of a chart', () => {
  for (const one of charts)
    it(`is the machine of ${one.id}: ${one.phases.length} phases, ${one.events.length} events`, () => agree(one));

  it('is the machine of any chart', () => {
    fc.assert(fc.property(anyChart, agree), { numRuns: 60 });
  });

  it('begins where the machine begins', () => {
    for (const one of charts) {
      const [first] = one.phases;
      expect(one.machine().resolveState({ value: one.config.initial, context: {} }).value).to.equal(first);
      expect(one.machine().config.initial).to.equal(first);
    }
  });
});
