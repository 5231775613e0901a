/** Explanations of tiny models, link by link. */
import { expect } from 'chai';
import type { Explanation } from '../../../src/explain/explanation.ts';
import { becauseLines } from '../../../src/report/because.ts';
import { whyViolated } from '../../../src/scenario/why.ts';
import { tiny } from '../../support/tiny-model.ts';
import { check, load, TWO, value, verdictOf, written } from '../../support/tiny-scenario.ts';

function because(text: string, label: string, semantics = 'linux-2'): Explanation {
  const result = check(text, semantics);
  const found = whyViolated(value(load(text)), tiny, result, verdictOf(result, label));
  if (found === undefined) throw new Error(`${label} is not explained`);
  return found;
}

/** `step actor.op: object.field before>after <- positions`. */
const brief = ({ links }: Explanation): string[] =>
  links.map(
    ({ step, actor, op, object, field, before, after, because: needs }) =>
      `${step} ${actor}.${op}: ${object}.${field} ${before}>${after}${needs.length === 0 ? '' : ` <- ${needs.join(' ')}`}`,
  );

describe('an explanation', () => {
  it('goes from a counter back through the steps that raised it', () => {
    const found = because(TWO, 'few-links');
    expect(found).to.include({ label: 'few-links', why: 'web has 2 links', step: 2, tried: 'each' });
    expect(brief(found).filter((line) => !line.startsWith('0'))).to.deep.equal([
      '2 bob.link_create: cgroup web.links 1>2 <- 1 2',
      '1 alice.link_create: cgroup web.links 0>1 <- 3',
    ]);
    expect(found.because).to.deep.equal([0]);
    expect(found.bystanders).to.deep.equal([]);
  });

  it('names the feature without which the step would have failed', () => {
    const [link] = because(TWO, 'few-links').links;
    expect(link?.features.map(({ name, present }) => `${name} ${present}`)).to.deep.equal(['multi true']);
  });

  it('sets steps aside that only let others happen', () => {
    const text = written(
      '  alice: [ { rmdir: { cgroup: api } }, { link_create: { cgroup: web, prog: fw1, as: a } } ]',
      '  - no-new-links',
    );
    const found = because(text, 'no-new-links');
    expect(brief(found).filter((line) => !line.startsWith('0'))).to.deep.equal([
      '2 alice.link_create: link a.phase none>ATTACHED <- 1',
    ]);
    expect(found.bystanders).to.deep.equal([{ step: 1, enables: [2], prevents: undefined, ends: false }]);
  });

  it('explains a law by what the step that broke it had read', () => {
    const text = written('  alice: [ { crash: {} } ]', '  - few-links: { on: web, most: 1 }');
    const found = because(text, 'use-after-free');
    expect(found).to.include({ why: 'a freed link is used', step: 1 });
    expect(found.links).to.deep.equal([]);
  });

  it('says of a property of ends which steps only bring the run there', () => {
    const text = written(
      '  alice: [ { link_create: { cgroup: web, prog: fw1, as: a } } ]\n  bob: [ exit ]',
      '  - nothing-left',
    );
    const { bystanders, links } = because(text, 'nothing-left');
    const [cause] = links.filter(({ step }) => step > 0);
    expect(cause).to.include({ op: 'link_create', object: 'link a', field: 'phase' });
    expect(bystanders.map(({ ends }) => ends)).to.deep.equal([true]);
  });

  it('cites commands and tells the claims', () => {
    const { claims, links } = because(TWO, 'few-links');
    expect(claims).to.deep.equal([{ id: 'C6', text: '' }]);
    expect(links[0]?.citations).to.deep.equal([
      { what: 'command', name: 'BPF_LINK_CREATE', cites: 'test', replacedBy: undefined },
    ]);
  });

  it('is undefined where nothing fails, and of whole runs', () => {
    const result = check(TWO, 'linux-1');
    expect(whyViolated(value(load(TWO)), tiny, result, verdictOf(result, 'few-links'))).to.equal(undefined);
  });

  it('reads as a chain of sentences', () => {
    expect(becauseLines(because(TWO, 'few-links'), 75)).to.deep.equal(
      [
        '  few-links fails at step 2: web has 2 links,',
        '    because step 2, link_create of bob, changed links of cgroup web from 1',
        '      to 2',
        '      test',
        '      only with the feature multi',
        '  Step 2 could do that,',
        '    because step 1, link_create of alice, changed links of cgroup web from',
        '      0 to 1',
        '      test',
        '  Claim C6: ',
      ].map((line) => line.trimEnd()),
    );
  });
});
