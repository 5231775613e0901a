/** Reading trace files: what is refused, where, and that no text whatsoever makes the reader crash. */
import { expect } from 'chai';
import fc from 'fast-check';
import { type ParsedTrace, parseTrace } from '../../../src/trace/parse.ts';
import { traceSchema } from '../../../src/trace/schema.ts';
import { textOf } from '../../support/traces.ts';

const STEP = { actor: 'P0', op: 'fork', args: {}, as: 'P1', expect: { ok: true } };
const TRACE = {
  id: 't',
  objects: { progs: [{ name: 'A', type: 'cgroup_skb' }], cgroups: [{ name: 'c', parent: null }] },
  steps: [STEP],
};

const parse = (trace: unknown): ParsedTrace => parseTrace(textOf(trace), 't.json');
function problems(text: string) {
  const parsed = parseTrace(text, 't.json');
  return parsed.ok ? [] : parsed.problems;
}
const refused = (trace: unknown) => problems(textOf(trace));
const withStep = (step: object) => ({ ...TRACE, steps: [{ ...STEP, ...step }] });
const without = (key: string) => ({
  ...TRACE,
  steps: [Object.fromEntries(Object.entries(STEP).filter(([name]) => name !== key))],
});

describe('reading a trace', () => {
  it('accepts a trace and knows where its steps stand', () => {
    const parsed = parse(TRACE);
    expect(parsed.ok && parsed.source.trace).to.deep.equal(TRACE);
    expect(parsed.ok && parsed.source.steps[0]).to.include({ file: 't.json', column: 3 });
  });

  it('says where the text stops being JSON', () => {
    const cases: readonly (readonly [string, number, number])[] = [
      ['', 1, 1],
      ['{"a": 1,}', 1, 9],
      ['{"a": 1\n "b": 2}', 2, 2],
      ['{"a": tru}', 1, 7],
      ['[1, 2', 1, 6],
      ['{"a": "b', 1, 7],
      ['{"a": 1}\n}', 2, 1],
      ['{"a": 1, "a": 2}', 1, 10],
      ['{a: 1}', 1, 2],
      ['{"a": 01}', 1, 7],
      ['// note\n{}', 1, 1],
    ];
    for (const [text, line, column] of cases) {
      const [problem, ...more] = problems(text);
      expect(more).to.deep.equal([]);
      expect(problem?.where, text).to.deep.equal({ file: 't.json', line, column });
      expect(problem?.code).to.equal('LR301');
    }
  });

  it('demands actor, op, args and expect of every step', () => {
    for (const key of ['actor', 'op', 'args', 'expect']) {
      const [problem] = refused(without(key));
      expect(problem).to.include({ code: 'LR302', message: `steps[0] lacks "${key}"` });
      expect(problem?.where).to.include({ column: 3 });
    }
  });

  it('refuses unknown members, with a hint', () => {
    const [problem] = refused(withStep({ expects: {} }));
    expect(problem).to.include({ message: 'unknown member "expects" in steps[0]', hint: 'did you mean "expect"?' });
    expect(refused(withStep({ expect: { rna: ['A'] } }))[0]).to.include({ hint: 'did you mean "ran"?' });
    expect(refused({ ...TRACE, objects: { cgroup: [] } })[0]).to.include({ hint: 'did you mean "cgroups"?' });
    expect(refused({ ...TRACE, stpes: [] })[0]).to.include({ hint: 'did you mean "steps"?' });
  });

  it('refuses an expectation that says nothing or contradicts itself', () => {
    const expectations = [{}, { eventually: true }, { ok: true, errno: 'EPERM' }, { errno: 'EPERM', error: true }];
    const alternatives = [{ mayBe: [{}, { ok: true }] }, { ok: true, mayBe: [{ ok: true }, { errno: 'EPERM' }] }];
    for (const expected of [...expectations, ...alternatives])
      expect(refused(withStep({ expect: expected }))[0]?.code, JSON.stringify(expected)).to.equal('LR303');
    expect(refused(withStep({ expect: { ok: false } }))[0]?.code).to.equal('LR302');
    expect(refused(withStep({ expect: { mayBe: [{ ok: true }] } }))[0]?.code).to.equal('LR302');
    expect(refused(withStep({ expect: { errno: 'eperm' } }))[0]?.code).to.equal('LR302');
    expect(refused(withStep({ op: 'sleep', args: { ms: 1 }, expect: {} }))).to.deep.equal([]);
    expect(refused(withStep({ op: 'sleep', args: { ms: 1 }, expect: { ran: [] } }))[0]?.code).to.equal('LR303');
  });

  it('refuses declarations that are wrong, used or not', () => {
    const objects = (declared: object) => refused({ ...TRACE, objects: declared })[0]?.message;
    expect(objects({ progs: [TRACE.objects.progs[0], TRACE.objects.progs[0]] })).to.equal('"A" is declared twice');
    expect(objects({ cgroups: [{ name: 'c', parent: 'd' }] })).to.equal(
      'cgroup "c" has a parent "d" that is not declared',
    );
    expect(
      objects({
        cgroups: [
          { name: 'c', parent: 'd' },
          { name: 'd', parent: 'c' },
        ],
      }),
    ).to.equal('cgroup "c" is its own ancestor');
    expect(objects({ progs: [{ name: 'A', type: 'cgroup_skb', cgroupStorage: 'M' }] })).to.match(
      /map "M" that is not declared/,
    );
  });

  it('refuses program and attach types that no kernel has, with a hint', () => {
    const declared = (prog: object) => refused({ ...TRACE, objects: { progs: [{ name: 'A', ...prog }] } })[0];
    expect(declared({ type: 'cgroup_skp' })).to.include({ code: 'LR304', hint: 'did you mean "cgroup_skb"?' });
    expect(declared({ type: 'cgroup_skb', expectedAttachType: 'cgroup_inet_ingres' })?.code).to.equal('LR304');
    expect(refused(withStep({ args: { attachType: 'cgroup_ingress' } }))[0]?.code).to.equal('LR304');
    expect(refused(withStep({ args: { attachType: 1000 } }))).to.deep.equal([]);
  });

  it('refuses an event made by a process and a process that is nobody', () => {
    expect(refused(withStep({ op: 'fire', actor: 'P0' }))[0]?.code).to.equal('LR305');
    expect(refused(withStep({ actor: '-' }))[0]?.code).to.equal('LR305');
  });

  it('reports every problem, not only the first', () => {
    expect(refused({ ...TRACE, steps: [{}, {}] })).to.have.length(8);
  });

  it('gives a JSON Schema that demands the same of a step', () => {
    const schema = JSON.stringify(traceSchema());
    expect(schema).to.contain('"required":["actor","op","args","expect"]');
    expect(schema).to.contain('"additionalProperties":false');
  });
});

describe('laws of reading', () => {
  it('reads what JSON.parse reads, and refuses what it refuses', () => {
    const text = fc.oneof(
      fc.json(),
      fc.string(),
      fc.json().chain((json) => fc.nat(json.length).map((n) => json.slice(0, n) + json.slice(n + 1))),
    );
    fc.assert(
      fc.property(text, (candidate) => {
        const reference = (): boolean => {
          try {
            JSON.parse(candidate);
            return true;
          } catch {
            return false;
          }
        };
        const [problem] = problems(candidate);
        // Only the reader refuses keys that stand twice, and depth.
        if (problem?.code === 'LR301') return !reference() || /stands twice|nested deeper/.test(problem.message);
        return reference();
      }),
    );
  });

  it('answers any JSON with a trace or with problems that have a position', () => {
    const member = fc.oneof(
      fc.json().map((text) => JSON.parse(text) as unknown),
      fc.constantFrom({}, [], null, 'P0', [STEP]),
    );
    const almost = fc.record({
      id: member,
      objects: member,
      steps: fc.oneof(member, fc.array(fc.record({ actor: member, op: member, args: member, expect: member }))),
    });
    fc.assert(
      fc.property(fc.oneof(almost, member), (value) => {
        const parsed = parse(value);
        return (
          parsed.ok ||
          (parsed.problems.length > 0 &&
            parsed.problems.every(({ where }) => (where.line ?? 0) > 0 && (where.column ?? 0) > 0))
        );
      }),
    );
  });
});
