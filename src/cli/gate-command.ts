/** The options of `lastref gate` and `lastref promote`. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Context } from './context.ts';
import type { ExitCode } from './exit-code.ts';
import { GATE_FORMATS, positive, withOutput, withSelection } from './options.ts';

type Run = (start: (context: Context) => Promise<ExitCode> | ExitCode) => Promise<void>;

function day(word: string): string {
  if (!/^\d{4}-\d\d-\d\d$/.test(word) || Number.isNaN(Date.parse(word)))
    throw new InvalidArgumentError('A day is written as 2027-03-31.');
  return word;
}

function withRecords(command: Command): Command {
  return command
    .option('--golden <folder>', 'folder of the accepted records (default: reports/golden)')
    .option('--waivers <file>', 'waivers (default: lastref-waivers.yaml, if it is there)')
    .addOption(new Option('--today <day>', 'judge expiry of waivers as on that day').argParser(day));
}

export function addGate(program: Command, run: Run): void {
  const gate = program
    .command('gate')
    .description('compare a proposal with what was accepted: verdicts, outcomes, errnos, coverage')
    .argument('[paths...]', 'scenario files, or folders of them (default: scenarios)')
    .requiredOption('--candidate <semantics>', 'a built-in semantics, or a TypeScript file')
    .option('--baseline <semantics>', 'compare with a run of this instead of the accepted records')
    .option('--self-test', 'plant mutants into the candidate instead: exit 0 when the gate turns red')
    .option('-v, --verbose', 'every trace in full, also of what is waived')
    .option('--progress', 'show progress also where standard error is no terminal')
    .addOption(new Option('--max-states <n>', 'bound on stored states of one run').argParser(positive(true)))
    .addOption(new Option('--max-seconds <s>', 'bound on the time of one run').argParser(positive(false)));
  withSelection(withOutput(withRecords(gate), GATE_FORMATS));
  gate.action((paths: string[], options: Parameters<typeof import('./gate.ts')['gate']>[1]) =>
    run(async (context) => (await import('./gate.ts')).gate(paths, options, context)),
  );
}

export function addPromote(program: Command, run: Run): void {
  const promote = program
    .command('promote')
    .description('accept the present verdicts of the default semantics as the records that gate compares with')
    .argument('[paths...]', 'scenario files, or folders of them (default: scenarios)')
    .option('--check', 'write nothing; exit 1 where something would be written')
    .option('--with-waivers', 'also accept what is waived; the waivers are then unused and must go');
  withSelection(withRecords(promote));
  promote.action((paths: string[], options: Parameters<typeof import('./promote.ts')['promote']>[1]) =>
    run(async (context) => (await import('./promote.ts')).promote(paths, options, context)),
  );
}
