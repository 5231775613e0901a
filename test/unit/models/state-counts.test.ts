/**
 * States and transitions of small scenarios, exactly: a model that is wrong by one state is wrong. Where a number changes,
 * the reason beside it says what must be thought through again.
 */
import { expect } from 'chai';
import { GRAINS } from '../../../src/world/input.ts';
import { checkText, SCENARIOS, type ScenarioName } from '../../support/bpf-scenarios.ts';

type Count = readonly [states: number, transitions: number];

interface Expected {
  /** At the grains command, work and lock. */
  readonly counts: readonly [Count, Count, Count];
  readonly because: string;
}

const EXPECTED: Readonly<Record<ScenarioName, Expected>> = {
  'last close': {
    // At grain lock: close, id removed, detached, program put.
    counts: [
      [2, 1],
      [2, 1],
      [5, 4],
    ],
    because: 'one command, and at grain lock the three steps of bpf_link_free behind it',
  },
  'two holders': {
    counts: [
      [23, 34],
      [23, 34],
      [215, 397],
    ],
    because: 'nothing is deferred, so that command and work are the same',
  },
  'create against rmdir': {
    // work: not created 4 (ONLINE, DRAINED, RELEASED, FREED), created 4, refused 3 (not ONLINE).
    // Transitions: 3 deaths of each of the first two, 2 of the last, 1 creation, 3 refusals.
    counts: [
      [5, 4],
      [11, 12],
      [30, 41],
    ],
    because: 'created or not, refused or not, times the phases of a dying cgroup',
  },
  'attach against rmdir': {
    // command: three positions of alice while the cgroup is there, and after it is gone: not yet, attached before or
    // refused, and both of them at the end.
    counts: [
      [8, 8],
      [18, 24],
      [50, 75],
    ],
    because: 'as for the link, with an exit behind it',
  },
  'detach and attach': {
    // command: three orders of three steps, and no two lead to the same lists and results: 1 + 2 + 3 + 3.
    counts: [
      [9, 8],
      [9, 8],
      [46, 71],
    ],
    because: 'no two orders end alike',
  },
  'pin and unpin': {
    counts: [
      [34, 46],
      [37, 51],
      [121, 220],
    ],
    because: 'the last pin leaves the link to a work item: three states more at grain work',
  },
  'update under traffic': {
    // command: updated or not, times 0, 1 or 2 packets.
    counts: [
      [6, 7],
      [6, 7],
      [53, 77],
    ],
    because: 'a packet is one step at the coarse grains, and several at grain lock',
  },
  'dying tree': {
    counts: [
      [39, 68],
      [69, 128],
      [108, 209],
    ],
    because: 'release and free of each cgroup are works of their own',
  },
  'link in a message': {
    counts: [
      [16, 19],
      [16, 19],
      [68, 101],
    ],
    because: 'nothing is deferred here',
  },
};

describe('the states of a scenario', () => {
  for (const [name, { counts, because }] of Object.entries(EXPECTED))
    it(`are counted exactly: ${name} (${because})`, () => {
      const found = GRAINS.map((grain) => {
        const { states, transitions } = checkText(SCENARIOS[name as ScenarioName], { grain });
        return [states, transitions];
      });
      expect(found).to.deep.equal(counts);
    });
});
