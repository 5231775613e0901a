/** The command line in this process, in a folder of its own, with what it printed. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { register } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { ExitCode } from '../../../src/cli/exit-code.ts';
import type { Io, Output } from '../../../src/cli/io.ts';
import type { main as Main } from '../../../src/cli/main.ts';

/**
 * Mocha loads tests by `require`, and the command line loads its verbs by `import`: two instances of every module. So the
 * command line is imported as well.
 */
export const commandLine = async (): Promise<typeof Main> => (await import('../../../src/cli/main.ts')).main;

export interface Printed {
  readonly code: ExitCode;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Surroundings {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly terminal?: boolean;
  readonly onInterrupt?: Io['onInterrupt'];
}

export async function run(
  argv: readonly string[],
  { cwd = tmpdir(), env = {}, terminal = false, onInterrupt = () => () => undefined }: Surroundings = {},
): Promise<Printed> {
  const printed = { stdout: '', stderr: '' };
  const output = (name: 'stdout' | 'stderr'): Output => ({
    write: (text) => {
      printed[name] += text;
    },
    isTerminal: terminal,
    columns: terminal ? 100 : undefined,
  });
  const io: Io = { stdout: output('stdout'), stderr: output('stderr'), env, cwd, onInterrupt };
  const main = await commandLine();
  const code = await main(argv, io);
  return { code, ...printed };
}

/** A temporary folder; `write` makes files in it. */
export class Folder {
  readonly path = mkdtempSync(join(tmpdir(), 'lastref-cli-'));

  write(file: string, text: string): string {
    const path = join(this.path, file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    return path;
  }

  run(argv: readonly string[], surroundings: Omit<Surroundings, 'cwd'> = {}): Promise<Printed> {
    return run(argv, { ...surroundings, cwd: this.path });
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

/** Lets a user's file in a temporary folder import `lastref/models`, as bin/lastref.js does. */
export function letUserFilesImport(): void {
  register('../../../bin/user-files.js', import.meta.url);
}

/** alice attaches with PROG_ATTACH and exits: nobody holds what stays. */
export const LEGACY = `title: the process that attached a firewall exits
claims: [C2]
objects:
  cgroups: { web: {} }
  programs: { fw: cgroup_skb/egress }
actors:
  alice:
    - prog_attach: { cgroup: web, prog: fw, flags: [multi] }
    - exit
check:
  - no-orphan
`;
