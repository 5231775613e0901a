import { expect } from 'chai';
import fc from 'fast-check';
import { suiteJunit } from '../../../src/report/junit.ts';
import { NOTHING, result, suite, VIOLATED, verdict } from './samples.ts';

interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: Element[];
  text: string;
}

const ENTITY: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function decoded(text: string): string {
  expect(text).not.to.match(/&(?!(?:amp|lt|gt|quot|apos|#\d+);)/);
  return text.replace(/&(?:#(\d+)|(\w+));/g, (_, number, name) =>
    number === undefined ? (ENTITY[name] ?? '') : String.fromCodePoint(Number(number)),
  );
}

/** A small XML reader that accepts nothing that is not well formed. */
function parseXml(xml: string): Element {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: XML forbids them
  expect(xml).not.to.match(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/);
  const body = xml.replace(/^<\?xml version="1\.0" encoding="UTF-8"\?>\n/, '');
  expect(body).not.to.equal(xml);
  const root: Element = { name: '', attributes: {}, children: [], text: '' };
  const open = [root];
  let at = 0;
  for (const found of body.matchAll(/<(\/?)([\w-]+)((?:\s+[\w-]+="[^"<]*")*)\s*(\/?)>/g)) {
    const [all, closing, name = '', attributes = '', empty] = found;
    const between = body.slice(at, found.index);
    expect(between).not.to.match(/[<>]/);
    (open.at(-1) as Element).text += decoded(between);
    at = found.index + all.length;
    if (closing === '/') expect(open.pop()?.name).to.equal(name);
    else {
      const read = [...attributes.matchAll(/([\w-]+)="([^"]*)"/g)].map(
        ([, key = '', value = '']) => [key, decoded(value)] as const,
      );
      const element: Element = { name, attributes: Object.fromEntries(read), children: [], text: '' };
      open.at(-1)?.children.push(element);
      if (empty !== '/') open.push(element);
    }
  }
  expect(open).to.have.length(1);
  expect(body.slice(at).trim()).to.equal('');
  return root.children[0] as Element;
}

const casesOf = (root: Element): Element[] => root.children.flatMap(({ children }) => children);

describe('a suite as JUnit XML', () => {
  it('has a test case for each scenario, semantics and property', () => {
    const root = parseXml(
      suiteJunit(
        suite([result({ verdicts: [verdict(), verdict({ label: 'order' })] }), result({ semantics: 'linux-5.5' })]),
      ),
    );
    expect(root.attributes).to.deep.include({ tests: '3', failures: '0', errors: '0' });
    expect(casesOf(root).map(({ attributes }) => `${attributes['classname']} ${attributes['name']}`)).to.deep.equal([
      'scenarios/replace/two-managers.yaml.linux-6.18@work no-gap',
      'scenarios/replace/two-managers.yaml.linux-6.18@work order',
      'scenarios/replace/two-managers.yaml.linux-5.5@work no-gap',
    ]);
  });

  it('tells a violation with its counterexample, and passes what was expected', () => {
    const [failed, passed] = casesOf(
      parseXml(
        suiteJunit(suite([result({ verdicts: [VIOLATED, { ...VIOLATED, label: 'b', expected: 'violated' }] })])),
      ),
    );
    expect(failed?.children.map(({ name }) => name)).to.deep.equal(['failure']);
    expect(failed?.children[0]?.text).to.include('egress of web: fw1 count -> fw2 count');
    expect(failed?.children[0]?.attributes['message']).to.include('nobody runs');
    expect(passed?.children).to.deep.equal([]);
  });

  it('makes errors of what could not be decided, with the reason', () => {
    const undecided = [
      verdict({ verdict: 'unknown', bounds: ['--max-states 3'] }),
      verdict({ label: 'b', verdict: 'vacuous' }),
      verdict({ label: 'c', verdict: 'vacuous', expected: 'vacuous' }),
    ];
    const cases = casesOf(parseXml(suiteJunit(suite([result({ verdicts: undecided })]))));
    expect(
      cases.map(({ children }) => children.map(({ name, attributes }) => [name, attributes['message']])),
    ).to.deep.equal([[['error', 'unknown: --max-states 3']], [['error', 'vacuous']], []]);
  });

  it('is well formed whatever the names are', () => {
    const text = fc.string({ unit: 'binary', maxLength: 60 });
    fc.assert(
      fc.property(text, text, text, text, (file, label, why, family) => {
        const trace = { why, initial: NOTHING, steps: [], replay: why };
        const root = parseXml(
          suiteJunit(suite([result({ file, family, verdicts: [verdict({ label, verdict: 'violated', trace })] })])),
        );
        expect(casesOf(root)).to.have.length(1);
      }),
    );
  });
});
