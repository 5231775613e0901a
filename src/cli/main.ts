/** The command line. Each verb is loaded when it is asked for, so that starting stays cheap. */
import { Argument, Command, CommanderError, Option } from 'commander';
import type { ModelDefinition } from '../modelling/model.ts';
import type { Context } from './context.ts';
import { asProblem, showProblem } from './errors.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { addGate, addPromote } from './gate-command.ts';
import { type Io, processIo } from './io.ts';
import {
  choices,
  DEFAULT_KERNELS,
  FORMATS,
  kernelNames,
  names,
  percentage,
  wholeNumber,
  withBounds,
  withGrain,
  withOutput,
  withRules,
  withSearch,
  withSelection,
  withSemantics,
} from './options.ts';
import type { SchemaName } from './schema.ts';
import { version } from './version.ts';

const EXITS = `
Exit codes: 0 as expected, 1 violated or an expectation missed, 2 usage or input error, 3 unknown (a bound was hit),
4 cannot run here, 5 vacuous, 70 internal error.`;

/** A verb with the options it was given; the exit code goes where `main` finds it. */
type Run = (start: (context: Context) => Promise<ExitCode> | ExitCode) => Promise<void>;

function addCheck(program: Command, run: Run): void {
  const check = program
    .command('check')
    .description('run scenarios: every order of their steps, with a verdict for each property')
    .argument('[paths...]', 'scenario files, or folders of them (default: scenarios)')
    .option('-v, --verbose', 'expected counterexamples in full, every property by name')
    .option('--progress', 'show progress also where standard error is no terminal')
    .option('--reports [folder]', 'also write check.txt, check.json and check.junit.xml (default folder: reports/run)');
  withSelection(withOutput(withSearch(withRules(check)), FORMATS));
  check.action((paths: string[], options: Parameters<typeof import('./check.ts')['check']>[1]) =>
    run(async (context) => (await import('./check.ts')).check(paths, options, context)),
  );
}

function addRivals(program: Command, run: Run): void {
  const rivals = program
    .command('rivals')
    .description('set rival designs and semantics against each other: what each keeps of the same claims')
    .argument('[claims...]', 'only questions that stand for one of these claims (C29)')
    .option('--from <folder>', 'folder of the scenarios: QUESTION.yaml, or QUESTION.DESIGN.yaml', 'scenarios/rivals');
  withOutput(rivals, ['text', 'markdown', 'json']);
  rivals.action((claims: string[], options: Parameters<typeof import('./rivals.ts')['rivals']>[1]) =>
    run(async (context) => (await import('./rivals.ts')).rivals(claims, options, context)),
  );
}

function addMutate(program: Command, run: Run): void {
  const mutate = program
    .command('mutate')
    .description(
      'plant mistakes in a semantics, one at a time, and see which of them the scenarios tell: a mutation score',
    )
    .argument('[paths...]', 'scenario files, or folders of them (default: scenarios)')
    .option('--operators <names>', 'only these kinds of mistakes', names)
    .option('--family <names>', 'only mistakes in these parts of the models: cgroup, link, pin ...', names)
    .option('--max-mutants <n>', 'a sample of so many', wholeNumber)
    .option('--seed <text>', 'seed of the sample', '1')
    .option('--at-least <percent>', 'a lower score is exit code 1', percentage, 95)
    .option('--show <id>', 'one mutant, and the trace that tells it from the original')
    .option(
      '--equivalent <file>',
      'mutants that nothing can tell, with reasons (default: test/mutants/equivalent.yaml)',
    )
    .option('--progress', 'show progress also where standard error is no terminal');
  withOutput(withSemantics(mutate), ['text', 'json', 'markdown']);
  mutate.action((paths: string[], options: Parameters<typeof import('./mutate.ts')['mutate']>[1]) =>
    run(async (context) => (await import('./mutate.ts')).mutate(paths, options, context)),
  );
}

function addReplay(program: Command, run: Run): void {
  const replay = program
    .command('replay')
    .description('run trace files strictly, or the choices of a counterexample again')
    .argument('[files...]', 'trace files (JSON)')
    .option('--scenario <file>', 'the scenario of a counterexample')
    .option('--choices <numbers>', 'its choices, as it prints them', choices)
    .option('--live', 'compare also what the live kernel answered beyond the expectation');
  withOutput(withRules(replay), FORMATS);
  replay.action((files: string[], options: Parameters<typeof import('./replay.ts')['replay']>[1]) =>
    run(async (context) => (await import('./replay.ts')).replay(files, options, context)),
  );
}

function addDiff(program: Command, run: Run): void {
  const diff = program
    .command('diff')
    .description('the shortest schedule after which an observer can tell two semantics apart')
    .argument('<a>', 'a kernel, proposal or historic bug by name, or a TypeScript file')
    .argument('<b>', 'the other one')
    .argument('[paths...]', 'scenario files, or folders of them (default: scenarios, and the menu worlds)')
    .option('--generate', 'menu worlds, for which no scenario has to be written')
    .option('--all', 'every essentially different one, and not only those as short as the shortest')
    .option('--progress', 'show progress also where standard error is no terminal');
  withSelection(withOutput(withBounds(withGrain(diff)), ['text', 'markdown', 'json']));
  diff.action((a: string, b: string, paths: string[], options: Parameters<typeof import('./diff.ts')['diff']>[2]) =>
    run(async (context) => (await import('./diff.ts')).diff([a, b], paths, options, context)),
  );
}

function addProbe(program: Command, run: Run): void {
  const probe = program
    .command('probe')
    .description('find out by harmless calls which features a kernel has, and which named semantics it equals')
    .option('--kernel <name>', 'live, the path of a kernel image, or a fetched one by its release', 'live');
  withOutput(withSemantics(probe), ['text', 'json']);
  probe.action((options: Parameters<typeof import('./probe.ts')['probeVerb']>[0]) =>
    run(async (context) => (await import('./probe.ts')).probeVerb(options, context)),
  );
}

function addConform(program: Command, run: Run): void {
  const conform = program
    .command('conform')
    .description('hold the model against a real kernel: the same traces on both, every result and state compared')
    .argument('[files...]', 'trace files (JSON), scenarios (YAML), or folders of them')
    .addOption(
      new Option(
        '--kernel <names>',
        'live: the running kernel (root is needed); the path of a kernel image, or a fetched one by its release: QEMU boots it; several with commas',
      )
        .argParser(kernelNames)
        .default(DEFAULT_KERNELS, 'live'),
    )
    .option('--generate <n>', 'also at least n generated steps', wholeNumber)
    .option('--schedules <n>', 'every schedule of scenarios that have at most n, of others a sample', wholeNumber, 200)
    .option(
      '--stress <n>',
      'instead: let the actors of scenarios run freely, n times, and look for strange outcomes',
      wholeNumber,
    )
    .option('--seed <text>', 'seed of generated traces and of samples', '1')
    .option('--length <n>', 'steps of a generated trace', wholeNumber, 80)
    .option(
      '--family <names>',
      'what generated traces are about, in turn: cgroup (unless said otherwise), net, bridge, events, trampolines',
      names,
    )
    .option('--jobs <n>', 'agents that run traces at the same time', wholeNumber, 6);
  withOutput(withSemantics(conform), ['text', 'json']);
  conform.action((files: string[], options: Parameters<typeof import('./conform.ts')['conform']>[1]) =>
    run(async (context) => (await import('./conform.ts')).conform(files, options, context)),
  );
}

function addRepro(program: Command, run: Run): void {
  const repro = program
    .command('repro')
    .description('a trace, or a counterexample at grain command, as one C file that runs on a real kernel')
    .argument('[file]', 'trace file (JSON)')
    .option('--scenario <file>', 'the scenario of a counterexample')
    .option('--choices <numbers>', 'its choices, as it prints them', choices);
  withOutput(withRules(repro), ['c']);
  repro.action((file: string | undefined, options: Parameters<typeof import('./repro.ts')['repro']>[1]) =>
    run(async (context) => (await import('./repro.ts')).repro(file, options, context)),
  );
}

function addShowing(program: Command, run: Run): void {
  const list = program
    .command('list')
    .description('what there is: scenarios, semantics, properties, commands, features, errors ...')
    .argument('[topic]');
  withSelection(withOutput(list, ['text', 'json'])).action(
    (topic: string | undefined, options: Parameters<typeof import('./list.ts')['list']>[1]) =>
      run(async (context) => (await import('./list.ts')).list(topic, options, context)),
  );
  const explain = program
    .command('explain')
    .description('what a property, command, semantics, rule, claim or error code means; or why a scenario breaks')
    .argument('[name]')
    .option('--why <scenario>', 'why properties of this scenario fail: who changed what, because of what')
    .option('--graph', 'which property fails with which other, as text and as a Mermaid diagram')
    .option('--property <label>', 'with --why: only this check of the scenario');
  withOutput(withRules(explain), ['text', 'json']).action(
    (name: string | undefined, options: Parameters<typeof import('./explain.ts')['explain']>[1]) =>
      run(async (context) => (await import('./explain.ts')).explain(name, options, context)),
  );
  const chart = program
    .command('chart')
    .description('the phases of an object, as Mermaid or as the JSON of its XState machine')
    .argument('[object]');
  withOutput(chart, ['mermaid', 'json']).action(
    (kind: string | undefined, options: Parameters<typeof import('./chart.ts')['chart']>[1]) =>
      run(async (context) => (await import('./chart.ts')).chart(kind, options, context)),
  );
}

function addMaking(program: Command, run: Run): void {
  const schema = program
    .command('schema')
    .description('JSON Schema of scenario files, of trace files, of waivers, or of the JSON report')
    .addArgument(new Argument('[name]').choices(['scenario', 'trace', 'report', 'waivers']).default('scenario'));
  withOutput(schema, ['json']).action((name: SchemaName, options: { readonly out?: string }) =>
    run(async (context) => (await import('./schema.ts')).schema(name, options, context)),
  );
  program
    .command('init')
    .description('write a scenario, a proposal or a trace to start from')
    .addArgument(new Argument('<kind>').choices(['scenario', 'proposal', 'trace']))
    .argument('<name>')
    .option('--dir <folder>', 'where to write it', '.')
    .action((kind: 'scenario' | 'proposal' | 'trace', name: string, options: { readonly dir: string }) =>
      run(async (context) => (await import('./init.ts')).init(kind, name, options, context)),
    );
}

function programFor(io: Io, run: Run): Command {
  const program = new Command('lastref')
    .description('A lifecycle model checker for the ways BPF programs are attached to Linux.')
    .version(version(), '-V, --version', 'print the version')
    .helpCommand('help [verb]', 'help for a verb')
    .addHelpText('after', EXITS)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text),
      outputError: (text, write) => write(text.replace(/^error: /, 'lastref: LR001 ')),
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    })
    .showHelpAfterError('Try `lastref --help`, or `lastref VERB --help`.');
  addCheck(program, run);
  addRivals(program, run);
  addGate(program, run);
  addPromote(program, run);
  addMutate(program, run);
  addReplay(program, run);
  addDiff(program, run);
  addConform(program, run);
  addProbe(program, run);
  addRepro(program, run);
  addShowing(program, run);
  addMaking(program, run);
  return program;
}

/** Says what went wrong and how to report it; the stack is for whoever mends it. */
function internalError(error: unknown, { stderr, env }: Io): ExitCode {
  const shown = error instanceof Error ? error : new Error(String(error));
  const [, ...frames] = (shown.stack ?? '').split('\n');
  const stack = env['LASTREF_DEBUG'] === undefined ? frames.slice(0, 3) : frames;
  stderr.write(
    [
      `lastref: internal error: ${shown.message}`,
      ...stack,
      'This is a mistake of lastref, not of your input. Please report it with the command line, the files that it names,',
      'and what LASTREF_DEBUG=1 adds to this message.',
      '',
    ].join('\n'),
  );
  return EXIT.internal;
}

const builtInModel = async (): Promise<ModelDefinition> => (await import('../../models/index.ts')).bpf;

/** Runs the command line and returns the exit code. Never throws. */
export async function main(
  argv: readonly string[],
  io: Io = processIo(),
  model: Context['model'] = builtInModel,
): Promise<ExitCode> {
  let code: ExitCode = EXIT.input;
  const program = programFor(io, async (start) => {
    code = await start({ io, model });
  });
  try {
    if (argv.length === 0) program.outputHelp({ error: true });
    else await program.parseAsync([...argv], { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.expected : EXIT.input;
    const problem = asProblem(error);
    if (problem === undefined) return internalError(error, io);
    showProblem(problem, io);
    return EXIT.input;
  }
}
