/** Every property catches a planted bug, and only then fires. */
import { expect } from 'chai';
import { bpf } from '../../models/index.ts';
import { arrays } from './arrays.ts';
import { checks } from './checks.ts';
import { counts } from './counts.ts';
import { death } from './death.ts';
import { detaching } from './detaching.ts';
import { holdsToday, isCaught, type Planted, STANDING } from './planted.ts';
import { replacing } from './replacing.ts';

const all: readonly Planted[] = [...arrays, ...checks, ...counts, ...death, ...detaching, ...replacing];

describe('the planted bugs', () => {
  it('are one at least for every property', () => {
    const caught = new Set(all.map(({ property }) => property));
    expect(Object.keys(bpf.properties).filter((name) => !caught.has(name))).to.deep.equal([]);
  });

  it('are watched by properties that exist', () => {
    expect(STANDING.filter((name) => bpf.properties[name] === undefined)).to.deep.equal([]);
  });
});

for (const property of Object.keys(bpf.properties)) {
  const bugs = all.filter((planted) => planted.property === property);
  describe(`the property ${property}`, () => {
    for (const planted of bugs) {
      it(`holds today where it catches ${planted.bug}`, () => holdsToday(planted));
      it(`catches ${planted.bug}, in ${planted.steps} step${planted.steps === 1 ? '' : 's'}`, () => isCaught(planted));
    }
  });
}
