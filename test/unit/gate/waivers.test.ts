import { expect } from 'chai';
import fc from 'fast-check';
import { compareRecords } from '../../../src/gate/compare.ts';
import { canBeWaived, type Fingerprinted } from '../../../src/gate/divergence.ts';
import { applyWaivers, readWaivers, type Waiver, waiverDraft } from '../../../src/gate/waivers.ts';
import { pair, runs } from './records.ts';

const TODAY = '2026-11-28';
const SCOPE = { candidate: 'mine', today: TODAY, selected: () => true };

const waiverOf = (divergence: Fingerprinted): Waiver => ({
  ...(waiverDraft('mine', divergence) as unknown as Waiver),
  reason: 'decided in review',
  link: 'https://example.org/1',
  expires: '2027-01-31',
  where: { file: 'w.yaml', line: 1 },
});

const ENTRY = `  - candidate: mine
    scenario: scenarios/a/x.yaml
    class: newly violated
    subject: no-gap
    fingerprint: fp-0123456789abcdef
    reason: decided in review
    link: https://example.org/1
    expires: 2027-01-31
`;
const file = (...entries: readonly string[]): string => `waivers:\n${entries.join('')}`;
const complaints = (text: string): readonly string[] => {
  const read = readWaivers(text, 'w.yaml');
  return read.ok ? [] : read.problems.map(({ code, line, message }) => `${code} ${line} ${message}`);
};

describe('waivers', () => {
  it('remove exactly the divergences that they name', () => {
    const decided = runs(fc.constantFrom('holds', 'violated', 'vacuous'));
    fc.assert(
      fc.property(pair(decided), fc.infiniteStream(fc.boolean()), ([a, b], coin) => {
        const { divergences } = compareRecords([a], [b]);
        const chosen = divergences.filter((each) => canBeWaived(each.class) && coin.next().value === true);
        const { waived, problems } = applyWaivers(chosen.map(waiverOf), divergences, SCOPE);
        expect(new Set(waived.keys())).to.deep.equal(new Set(chosen));
        expect(problems).to.deep.equal([]);
      }),
    );
  });

  const divergence: Fingerprinted = {
    class: 'newly violated',
    scenario: 'scenarios/a/x.yaml',
    grain: 'lock',
    subject: 'no-gap',
    was: 'holds',
    now: 'violated',
    steps: [],
    fingerprint: 'fp-0123456789abcdef',
  };
  const codes = (
    waiver: Partial<Waiver>,
    scope: Partial<typeof SCOPE> = {},
    there = [divergence],
  ): readonly string[] => {
    const { waived, problems } = applyWaivers([{ ...waiverOf(divergence), ...waiver }], there, { ...SCOPE, ...scope });
    return [`${waived.size} waived`, ...problems.map(({ code }) => code)];
  };

  it('are in error when nothing uses them', () => {
    expect(codes({})).to.deep.equal(['1 waived']);
    expect(codes({}, {}, [])).to.deep.equal(['0 waived', 'LR506']);
    expect(codes({ fingerprint: 'fp-fedcba9876543210' })).to.deep.equal(['0 waived', 'LR506']);
    expect(codes({ subject: 'no-orphan' })).to.deep.equal(['0 waived', 'LR506']);
    expect(codes({ class: 'newly vacuous' })).to.deep.equal(['0 waived', 'LR506']);
  });

  it('are neither used nor unused by another candidate, or when their scenario takes no part', () => {
    expect(codes({ candidate: 'other' })).to.deep.equal(['0 waived']);
    expect(codes({}, { selected: () => false }, [])).to.deep.equal(['0 waived']);
  });

  it('count until the end of their last day, and no longer than a year', () => {
    expect(codes({ expires: TODAY })).to.deep.equal(['1 waived']);
    expect(codes({ expires: '2026-11-27' })).to.deep.equal(['0 waived', 'LR505']);
    expect(codes({ expires: '2027-11-29' })).to.deep.equal(['1 waived']);
    expect(codes({ expires: '2027-11-30' })).to.deep.equal(['0 waived', 'LR505']);
    expect(codes({ expires: '2026-11-27', candidate: 'other' })).to.deep.equal(['0 waived', 'LR505']);
  });

  it('accept nothing that was not decided', () => {
    expect(complaints(file(ENTRY.replace('newly violated', 'newly unknown')))[0]).to.match(
      /^LR504 4 waivers\[0\]\.class/,
    );
  });

  it('are read with what they say', () => {
    const read = readWaivers(file(ENTRY), 'w.yaml');
    expect(read.ok && read.value.map(({ subject, where }) => [subject, where.line])).to.deep.equal([['no-gap', 2]]);
    expect(complaints('waivers: []\n')).to.deep.equal([]);
  });

  it('are refused with line and reason when they are malformed', () => {
    expect(complaints('waivers: [\n')[0]).to.match(/^LR504 /);
    expect(complaints('')[0]).to.match(/^LR504 1 /);
    expect(complaints('- a\n')[0]).to.match(/^LR504 1 /);
    expect(complaints(file(ENTRY.replace('    reason: decided in review\n', '')))).to.deep.equal([
      'LR504 2 "waivers[0].reason" is missing',
    ]);
    expect(complaints(file(ENTRY.replace('decided in review', 'wontfix')))[0]).to.match(
      /^LR504 7 waivers\[0\]\.reason: say in at least 10/,
    );
    expect(complaints(file(ENTRY.replace('https://example.org/1', 'see mail')))[0]).to.match(/^LR504 8 .*URL/);
    expect(complaints(file(ENTRY.replace('2027-01-31', '2027-02-30')))[0]).to.match(/^LR504 9 .*day/);
    expect(complaints(file(ENTRY.replace('fp-0123456789abcdef', 'fp-0123')))[0]).to.match(/^LR504 6 .*16 hexadecimal/);
    expect(complaints(file(`${ENTRY}    until: never\n`))[0]).to.match(/^LR504 10 unknown key "until"/);
  });

  it('may not stand there twice', () => {
    expect(complaints(file(ENTRY, ENTRY))).to.deep.equal(['LR507 10 this waiver of no-gap stands in line 2 already']);
  });
});
