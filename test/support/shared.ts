/**
 * Founding material (facts, recorded kernel traces, claims) lies beside the checkout, in `../shared`, and is not part
 * of the repository. Tests that read it say so with these helpers, and are skipped, with the reason printed, where it
 * is missing.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const SHARED = fileURLToPath(new URL('../../../shared', import.meta.url));

/** Where a file or folder of the founding material is, whether or not it exists. */
export function sharedPath(...parts: readonly string[]): string {
  return join(SHARED, ...parts);
}

/**
 * `describe` for tests that need the founding material. `body` may read it at once: it is not called where it is
 * missing. One pending test stands for the whole suite then, so that the summary counts what was left out.
 */
export function describeWithShared(name: string, body: () => void): void {
  if (existsSync(SHARED)) {
    describe(name, body);
    return;
  }
  const reason = `needs ../shared, which is not beside this checkout`;
  describe(name, () => {
    it(`skipped: ${reason}`, function () {
      console.log(`      ${name}: skipped, ${reason}`);
      this.skip();
    });
  });
}
