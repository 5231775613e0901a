/** The observed rows again, this time on the kernel itself: the rows, the model and the kernel must say the same. */
import { expect } from 'chai';
import { type AgentProcess, startLive } from '../../src/conform/kernels/live.ts';
import { conformTrace } from '../../src/conform/run-trace.ts';
import { rowFiles } from '../oracle/run.ts';
import { sourceOf } from '../support/traces.ts';
import { describeLive, isKernel618, RULES } from './support.ts';

const files = await rowFiles();

/** Rows about attachments that the agent does not make; or not on a kernel that others use: struct_ops. */
const BEYOND_THE_AGENT = /^net\/netkit$|^link-core\/struct-ops$/;

describeLive('the observed rows on the live kernel', () => {
  let kernel: AgentProcess | undefined;
  before(async function () {
    if (!isKernel618) this.skip();
    const started = await startLive();
    if (!started.ok) throw new Error(started.why);
    kernel = started.kernel;
  });
  after(() => kernel?.stop());

  for (const { name, rows } of files) {
    const traces = rows.filter((row) => 'steps' in row && (row.semantics ?? 'linux-6.18') === 'linux-6.18');
    if (traces.length === 0) continue;
    it(`${name} (${traces.length})`, async function () {
      this.timeout(60_000);
      const wrong: string[] = [];
      const beyond = new Map<string, number>();
      for (const row of traces) {
        if (!('steps' in row) || kernel === undefined) continue;
        const source = sourceOf({ id: row.id, objects: row.objects, steps: row.steps }, row.id);
        const verdict = await conformTrace(kernel, source, { ...RULES, expectations: 'binding' });
        // What the agent does not make yet is counted and named; what it runs has to agree.
        if (verdict.kind === 'not-runnable') beyond.set(verdict.why, (beyond.get(verdict.why) ?? 0) + 1);
        else if (verdict.kind !== 'agree') wrong.push(`${row.id}: ${JSON.stringify(verdict)}`);
      }
      expect(wrong.join('\n')).to.equal('');
      if (!BEYOND_THE_AGENT.test(name)) expect(Object.fromEntries(beyond), 'rows that cannot run').to.deep.equal({});
      for (const [why, rows] of beyond) console.log(`      ${name}: ${rows} rows are not run on the kernel: ${why}`);
    });
  }
});
