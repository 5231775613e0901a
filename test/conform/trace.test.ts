/** Tracing, perf events, iterators, arrays and sockmaps on the running kernel: recorded, scheduled and generated traces. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { conformTrace } from '../../src/conform/run-trace.ts';
import { conformScenarios } from '../../src/conform/schedules/schedule-runs.ts';
import { SCHEDULES } from '../../src/conform/schedules/schedules.ts';
import type { TraceFile, TraceStep } from '../../src/trace/format.ts';
import { semanticsNamed } from '../support/semantics.ts';
import { describeWithShared, sharedPath } from '../support/shared.ts';
import { sourceOf } from '../support/traces.ts';
import { describeLive, expectGeneratedToAgree, isKernel618, RULES, scenarioIn, withKernel } from './support.ts';

const FAMILY_TRACES = /^(freplace|perf|prog_array|raw_tp|sockmap)_.*\.json$/;
const step = (op: string, args: TraceStep['args'], as?: string): TraceStep => ({
  actor: op === 'fire' ? '-' : 'P0',
  op,
  args,
  ...(as === undefined ? {} : { as }),
  expect: { ok: true },
});
const RAW: TraceFile['objects'] = {
  progs: ['A', 'B'].map((name) => ({
    name,
    type: 'raw_tracepoint',
    expectedAttachType: null,
    attach: { tp: 'sys_enter' },
    returns: 0,
  })),
};
const HIT = step('fire', { hook: 'tracepoint', tp: 'sys_enter' });

describeLive('tracing, arrays and sockmaps on the live kernel', () => {
  const kernelOf = withKernel();

  it('agree with the model in every schedule of their scenarios', async function () {
    if (!isKernel618) this.skip();
    this.timeout(60_000);
    const scenarios = ['arrays/entry-overridden.yaml', 'sockmap/compare-and-swap.yaml', 'bugs/LK02.yaml'].map(
      scenarioIn,
    );
    const ran = await conformScenarios([kernelOf()], scenarios, RULES, SCHEDULES, () => undefined);
    expect(ran.totals).to.include({ differ: 0, notRunnable: 0 });
    expect(ran.totals.agree).to.be.greaterThan(3);
  });

  it('agree on generated traces of a fixed seed', async function () {
    if (!isKernel618) this.skip();
    this.timeout(120_000);
    await expectGeneratedToAgree(kernelOf(), { steps: 1500, seed: 'trace', families: ['events'] });
  });

  it('show what only an older kernel would refuse', async function () {
    if (!isKernel618) this.skip();
    const opened = step('raw_tp_open', { prog: 'A', tp: 'sys_enter' }, 'L');
    const steps = [step('prog_load', { prog: 'A' }, 'A'), opened, { ...opened, as: 'M' }, HIT];
    const source = sourceOf({ id: 'twice', objects: RAW, steps }, 'twice');
    expect((await conformTrace(kernelOf(), source, RULES)).kind).to.equal('agree');
    const old = { ...RULES, semantics: semanticsNamed('linux-6.1') };
    const verdict = await conformTrace(kernelOf(), source, old);
    expect(verdict).to.have.nested.property('parting.index', 2);
  });
});

describeLive('programs of the agent', () => {
  const kernelOf = withKernel();

  it('see events of their own trace only, whatever the rest of the system does', async () => {
    const opened = [
      step('prog_load', { prog: 'A' }, 'A'),
      step('raw_tp_open', { prog: 'A', tp: 'sys_enter' }, 'L'),
      step('obj_pin', { obj: 'L', path: 'p' }),
    ];
    for (let n = 0; n < 5; n++) {
      const steps = [...opened, HIT, step('prog_load', { prog: 'B' }, 'B'), HIT];
      const verdict = await conformTrace(kernelOf(), sourceOf({ id: 'own', objects: RAW, steps }, 'own'), RULES);
      expect(verdict, JSON.stringify(verdict)).to.have.property('kind', 'agree');
    }
  });

  it('are named where the kernel refuses to load them', async function () {
    if (!isKernel618) this.skip();
    const objects: TraceFile['objects'] = {
      progs: [
        {
          name: 'F',
          type: 'tracing',
          expectedAttachType: 'trace_fentry',
          attach: { kernelFunc: 'bpf_fentry_test1' },
        },
      ],
    };
    const verdict = await conformTrace(
      kernelOf(),
      sourceOf({ id: 'refused', objects, steps: [step('prog_load', { prog: 'F' }, 'F')] }, 'refused'),
      RULES,
    );
    // Built otherwise, it loads them.
    if (verdict.kind !== 'agree')
      expect(verdict)
        .to.have.property('why')
        .that.matches(/refuses to load trace_fentry/);
  });
});

describeWithShared('recorded traces of tracing, arrays and sockmaps', () => {
  describeLive('on the live kernel', () => {
    const kernelOf = withKernel();
    for (const file of readdirSync(sharedPath('traces', 'families')).filter((name) => FAMILY_TRACES.test(name)))
      it(file, async function () {
        if (!isKernel618) this.skip();
        this.timeout(60_000);
        const recorded = JSON.parse(readFileSync(join(sharedPath('traces', 'families'), file), 'utf8')) as TraceFile;
        const verdict = await conformTrace(kernelOf(), sourceOf(recorded, file), RULES);
        if (verdict.kind === 'not-runnable' && /refuses to load/.test(verdict.why)) {
          console.log(`      ${file}: skipped, ${verdict.why}`);
          this.skip();
        }
        expect(verdict, JSON.stringify(verdict)).to.have.property('kind', 'agree');
      });
  });
});
