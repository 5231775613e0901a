/** Every property catches a planted bug, and only then fires. */
import { expect } from 'chai';
import { bpf } from '../../models/index.ts';
import { GRAINS } from '../../src/world/input.ts';
import { checkText, NAMES, SCENARIOS } from '../support/bpf-scenarios.ts';
import { arrays } from './arrays.ts';
import { checks } from './checks.ts';
import { counts } from './counts.ts';
import { death } from './death.ts';
import { detaching } from './detaching.ts';
import { maps } from './maps.ts';
import { holdsToday, isCaught, type Planted, STANDING } from './planted.ts';
import { replacing } from './replacing.ts';

const all: readonly Planted[] = [...arrays, ...checks, ...counts, ...death, ...detaching, ...maps, ...replacing];

describe('the planted bugs', () => {
  it('are one at least for every property', () => {
    const caught = new Set(all.map(({ property }) => property));
    expect(Object.keys(bpf.properties).filter((name) => !caught.has(name))).to.deep.equal([]);
  });

  it('are watched by properties that exist', () => {
    expect(STANDING.filter((name) => bpf.properties[name] === undefined)).to.deep.equal([]);
  });
});

/**
 * At grain lock a command that resolved the cgroup while it was alive may get the lock after the release work: the alive
 * test is not repeated under the lock (facts cgroup 4).
 */
const BY_DESIGN: Readonly<Record<string, readonly string[]>> = {
  'create against rmdir@lock': ['defunct-after-cgroup-death', 'observation-agrees', 'quiescent-no-leak'],
  'attach against rmdir@lock': ['quiescent-no-leak'],
};

describe('the standing properties', () => {
  for (const kernel of ['linux-5.10', 'linux-6.1', 'linux-6.12', 'linux-6.18'])
    it(`do not fire in any scenario that has no bug, under ${kernel}`, () => {
      for (const name of NAMES)
        for (const grain of GRAINS) {
          const text = SCENARIOS[name].replace(/^check:[\s\S]*/m, `check: [ ${STANDING.join(', ')} ]\n`);
          const { verdicts } = checkText(text, { grain }, kernel);
          const broken = verdicts.filter(({ label, verdict }) => STANDING.includes(label) && verdict === 'violated');
          const labels = broken.map(({ label }) => label).sort();
          expect(labels, `${name}@${grain}`).to.deep.equal(BY_DESIGN[`${name}@${grain}`] ?? []);
        }
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
