import { expect } from 'chai';
import { createMachine } from 'xstate';
import { chart } from '../../../src/modelling/index.ts';
import { chartJson, chartMermaid, chartTransitions } from '../../../src/report/chart.ts';

const door = chart('door', {
  initial: 'shut',
  states: {
    shut: { on: { OPEN: 'wide open', BREAK: 'gone' } },
    'wide open': { on: { CLOSE: 'shut' }, description: 'anyone may pass' },
    gone: {},
  },
});

describe('a chart', () => {
  it('is drawn as a Mermaid state diagram', () => {
    expect(chartMermaid(door)).to.equal(
      [
        'stateDiagram-v2',
        '  state "wide open" as wide_open',
        '  wide_open: anyone may pass',
        '  [*] --> shut',
        '  shut --> wide_open: OPEN',
        '  shut --> gone: BREAK',
        '  wide_open --> shut: CLOSE',
        '  gone --> [*]',
        '',
      ].join('\n'),
    );
  });

  it('is a machine that XState takes', () => {
    const machine = createMachine(JSON.parse(JSON.stringify(chartJson(door))));
    expect(machine.id).to.equal('door');
    expect(Object.keys(machine.states)).to.deep.equal(['shut', 'wide open', 'gone']);
  });

  it('names its transitions as coverage does', () => {
    expect(chartTransitions('door', door)).to.deep.equal([
      'door: shut -OPEN-> wide open',
      'door: shut -BREAK-> gone',
      'door: wide open -CLOSE-> shut',
    ]);
  });
});
