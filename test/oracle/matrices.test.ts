/** The exhaustive tables of the network facts, cell by cell. */
import { expect } from 'chai';
import { describeWithShared } from '../support/shared.ts';
import { type Cell, disagreements, groups } from './matrix.ts';
import { mprogCells } from './net/mprog-cells.ts';
import { xdpCells } from './net/xdp-cells.ts';
import { DEFAULT_SEMANTICS } from './run.ts';

/** Cells by what they start from. */
function byState(cells: readonly Cell[]): Map<string, Cell[]> {
  const states = new Map<string, Cell[]>();
  for (const cell of cells) {
    const state = JSON.stringify([cell.objects, cell.setup]);
    states.set(state, [...(states.get(state) ?? []), cell]);
  }
  return states;
}

function agrees(name: string, all: () => readonly Cell[], size: number): void {
  it(`${name}: all ${size} cells`, function () {
    this.timeout(240_000);
    const cells = all();
    expect(cells).to.have.length(size);
    const traces = [...byState(cells).values()].flatMap(groups);
    expect(traces.flat()).to.have.length(size);
    const wrong = traces.flatMap((group) => disagreements(group, DEFAULT_SEMANTICS));
    expect(wrong.slice(0, 20).join('\n')).to.equal('');
  });
}

/** Every so many cells one is falsified. */
const EVERY = 397;

function finds(name: string, all: () => readonly Cell[]): void {
  it(`${name}: a wrong result is found`, function () {
    this.timeout(60_000);
    const cells = all().filter((_, i) => i % EVERY === 0);
    for (const cell of cells) {
      const wrong = { ...cell, operation: { ...cell.operation, expect: { errno: 'EL2HLT' } } };
      expect(disagreements([wrong], DEFAULT_SEMANTICS), cell.shown).to.have.length(1);
    }
  });
}

describeWithShared('the models agree with the exhaustive tables', () => {
  agrees('net.xdp-matrix', xdpCells, 3166);
  agrees('net.mprog-matrix', mprogCells, 13953);
  finds('net.xdp-matrix', xdpCells);
  finds('net.mprog-matrix', mprogCells);
});
