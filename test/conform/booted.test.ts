/** Kernels in QEMU: agreement with the semantics of their own, and what one says that breaks down. */
import { existsSync } from 'node:fs';
import { expect } from 'chai';
import { bpf, LINUX } from '../../models/index.ts';
import { generatedTrace, sourceOfTrace } from '../../src/conform/generate/generate.ts';
import type { AgentProcess } from '../../src/conform/kernels/live.ts';
import { imageOf } from '../../src/conform/kernels/live-kernels.ts';
import { startQemu } from '../../src/conform/kernels/qemu.ts';
import { equals, probe, semanticsOf } from '../../src/conform/probe/probe.ts';
import { KernelGone } from '../../src/conform/protocol/line.ts';
import { conformTrace } from '../../src/conform/run-trace.ts';
import { conformScenarios } from '../../src/conform/schedules/schedule-runs.ts';
import { SCHEDULES } from '../../src/conform/schedules/schedules.ts';
import type { Rules } from '../../src/conform/traces.ts';
import { conformText } from '../../src/report/conform.ts';
import { expectGeneratedToAgree, RULES, scenarioIn } from './support.ts';

/** An old kernel and a new one: CI fetches these two. */
const WORDS = ['6.1', '7.2'] as const;
/** On a busy machine emulation takes its time. */
const BOOT_MS = 180_000;
const STEPS = 400;
/** Every attachment patches code, which an emulator compiles anew. */
const TRACING_STEPS = 120;

const isFetched = (word: string): boolean => existsSync(imageOf(word, '/') ?? '');

/** `describe` for tests of a kernel that was fetched; one pending test says why they do not run. */
function describeBooted(word: string, body: () => void): void {
  describe(`the kernel ${word} in QEMU`, () => {
    if (isFetched(word)) body();
    else
      it('skipped', function () {
        console.log(`      skipped: scripts/fetch-kernels.sh has fetched no kernel ${word}`);
        this.skip();
      });
  });
}

/** One boot for all tests of a suite; where QEMU is missing they are skipped, with the reason printed. */
function withMachine(word: string, words = ''): () => AgentProcess {
  let kernel: AgentProcess | undefined;
  before(async function () {
    this.timeout(BOOT_MS);
    const started = await startQemu(imageOf(word, '/') ?? '', { words });
    if (started.ok) {
      ({ kernel } = started);
      return;
    }
    if (!started.why.includes('is not installed')) throw new Error(started.why);
    console.log(`      skipped: ${started.why}`);
    this.skip();
  });
  after(() => kernel?.stop());
  return () => kernel as AgentProcess;
}

for (const word of WORDS)
  describeBooted(word, () => {
    const kernelOf = withMachine(word);
    let rules: Rules;

    it(`shows itself to be linux-${word}`, async function () {
      this.timeout(BOOT_MS);
      const probed = await probe(kernelOf(), bpf, Object.values(LINUX));
      const same = probed.likenesses.filter(equals).map(({ semantics }) => semantics);
      expect(same, JSON.stringify(probed)).to.include(`linux-${word}`);
      rules = { model: bpf, semantics: semanticsOf(probed, bpf) };
      expect(rules.semantics.name).to.equal(`linux-${word}`);
    });

    it('has loaded the modules that were fetched with it', () => {
      expect(kernelOf().seen).to.match(/lastref: init: module \d\d-veth\.ko: loaded/);
      expect(kernelOf().seen).not.to.match(/lastref: init: module .*: (?!loaded)/);
    });

    it('agrees on generated traces of a fixed seed', async function () {
      this.timeout(BOOT_MS);
      await expectGeneratedToAgree(kernelOf(), { steps: STEPS, seed: 'booted' }, rules);
    });

    it('agrees on generated traces of extensions and tracing programs, which it loads', async function () {
      this.timeout(BOOT_MS);
      const generated = { steps: TRACING_STEPS, seed: 'booted', length: 60, families: ['trampolines'] };
      await expectGeneratedToAgree(kernelOf(), generated, rules);
    });

    it('agrees with every schedule of some scenarios', async function () {
      this.timeout(BOOT_MS);
      const scenarios = ['pins/killed-before-the-pin.yaml', 'replace/two-managers.yaml'].map(scenarioIn);
      const ran = await conformScenarios([kernelOf()], scenarios, rules, SCHEDULES, () => undefined);
      expect(ran.totals).to.include({ differ: 0, notRunnable: 0 });
      expect(ran.totals.agree).to.be.greaterThan(5);
    });

    it('makes bonds, bridges and struct_ops, which the running kernel may lack or has to be spared', async function () {
      this.timeout(BOOT_MS);
      const files = ['xdp/bond-without-xdp', 'xdp/a-bridge-freezes-its-ports', 'link-types/struct-ops-without-a-link'];
      const scenarios = files.map((file) => scenarioIn(`${file}.yaml`));
      const options = { ...SCHEDULES, most: 4, sample: 4 };
      const ran = await conformScenarios([kernelOf()], scenarios, rules, options, () => undefined);
      expect(ran.totals).to.include({ differ: 0, notRunnable: 0, agree: 12 });
    });
  });

describeBooted('7.2', () => {
  const kernelOf = withMachine('7.2', 'lastref.crash=3');

  it('tells, when it breaks down under a trace, which trace that was and what the console said', async function () {
    this.timeout(BOOT_MS);
    const gone = await untilGone(kernelOf());
    expect(gone.trace).to.match(/^generated-crash-\d+$/);
    expect(gone.seen).to.contain('sysrq: Trigger a crash').and.contain('Kernel panic');
    const lost = { kernelName: '7.2', why: gone.message, trace: gone.trace, console: gone.seen };
    const report = { rows: [], differences: [], notRunnable: {}, otherwise: [], absent: [], lost: [lost] };
    const text = conformText({ ...report, seconds: 1, exitCode: 1, exitMeaning: '' });
    expect(text).to.contain(`the kernel 7.2 is gone, under ${gone.trace}`).and.contain('Kernel panic - not syncing');
  });
});

/** Traces, one after the other, until the kernel is no more. */
async function untilGone(kernel: AgentProcess): Promise<KernelGone> {
  for (let n = 0; ; n++) {
    try {
      await conformTrace(kernel, sourceOfTrace(generatedTrace('crash', n, 40)), RULES);
    } catch (error) {
      if (error instanceof KernelGone) return error;
      throw error;
    }
  }
}
