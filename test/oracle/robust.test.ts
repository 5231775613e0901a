/** Damaged traces: whatever stands in a trace that can be read, its replay ends with a result and not with a crash. */
import { readdirSync, readFileSync } from 'node:fs';
import { expect } from 'chai';
import fc from 'fast-check';
import { bpf } from '../../models/index.ts';
import type { Json, TraceFile, TraceStep } from '../../src/trace/format.ts';
import { parseTrace } from '../../src/trace/parse.ts';
import { replay } from '../../src/trace/replay.ts';
import { semanticsNamed } from '../support/semantics.ts';
import { describeWithShared, sharedPath } from '../support/shared.ts';
import { textOf } from '../support/traces.ts';
import { DEFAULT_SEMANTICS, rowFiles } from './run.ts';

const semantics = semanticsNamed(DEFAULT_SEMANTICS);
const rows = (await rowFiles()).flatMap((file) => file.rows);

function traces(): readonly TraceFile[] {
  const folders = ['cgroup', 'families'].map((folder) => sharedPath('traces', folder));
  const files = folders.flatMap((folder) => readdirSync(folder).map((file) => `${folder}/${file}`));
  const recorded = files.map((file) => JSON.parse(readFileSync(file, 'utf8')) as TraceFile);
  return [...recorded, ...rows.flatMap((row) => ('steps' in row ? [row] : []))];
}

const json = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }) as fc.Arbitrary<Json>,
  fc.constantFrom<Json>(null, -1, 99, 'P0', 'P1', 'c', 'A', 'L', [], ['BPF_F_REPLACE'], { handle: 'L' }, { id: 5 }),
);

/** One way to damage a step, given the others of its trace. */
const damage = fc.oneof(
  fc.record({ how: fc.constant('argument' as const), which: fc.nat(), value: json }),
  fc.record({
    how: fc.constantFrom('drop argument' as const, 'drop step' as const, 'twice' as const),
    which: fc.nat(),
  }),
  fc.record({ how: fc.constantFrom('swap' as const, 'take op' as const, 'take args' as const), which: fc.nat() }),
  fc.record({ how: fc.constant('declare' as const), which: fc.nat(), value: json }),
);
type Damage = typeof damage extends fc.Arbitrary<infer D> ? D : never;

function damaged(trace: TraceFile, at: number, { how, which, ...rest }: Damage): unknown {
  const steps = [...trace.steps];
  const step = steps[at % steps.length] as TraceStep;
  const other = steps[which % steps.length] as TraceStep;
  const names = Object.keys(step.args);
  const name = names[which % Math.max(1, names.length)] ?? 'flags';
  const change = (changed: object): unknown => {
    steps[at % steps.length] = { ...step, ...changed };
    return { ...trace, steps };
  };
  switch (how) {
    case 'argument':
      return change({ args: { ...step.args, [name]: 'value' in rest ? rest.value : null } });
    case 'drop argument':
      return change({ args: Object.fromEntries(Object.entries(step.args).filter(([key]) => key !== name)) });
    case 'take op':
      return change({ op: other.op });
    case 'take args':
      return change({ args: other.args });
    case 'drop step':
      return { ...trace, steps: steps.filter((_, i) => i !== at % steps.length) };
    case 'twice':
      return { ...trace, steps: [...steps.slice(0, at % steps.length), step, ...steps.slice(at % steps.length)] };
    case 'swap':
      steps[which % steps.length] = step;
      return change(other);
    case 'declare':
      return {
        ...trace,
        objects: { ...trace.objects, progs: [{ name: 'A', type: 'value' in rest ? rest.value : '' }] },
      };
  }
}

describeWithShared('damaged traces', () => {
  it('end with a result, and a step where one failed', function () {
    this.timeout(20_000);
    const all = traces();
    fc.assert(
      fc.property(fc.nat(all.length - 1), fc.nat(), damage, (t, at, how) => {
        const { id, objects, steps } = all[t] as TraceFile;
        const parsed = parseTrace(textOf(damaged({ id, objects, steps }, at, how)), 'damaged.json');
        if (!parsed.ok) return parsed.problems.length > 0;
        const result = replay(parsed.source, { model: bpf, semantics });
        if (!result.ok && result.step === undefined) expect(result.kind).to.be.oneOf(['problem', 'needs']);
        return true;
      }),
      { numRuns: 300 },
    );
  });
});
