/** What the command line asks for. */
import { join } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { didYouMean } from '../src/world/suggest.ts';
import { PEERS, type Places } from './peers.ts';
import { SIZES } from './sizes.ts';

export const MODELS = ['LinkLife', 'LinkLifeWide', 'suite'] as const;

export const HELP = `npm run bench -- [options]

  --model NAME      LinkLife (default); LinkLifeWide, the same with states of
                    32 words; suite, the scenarios from start to exit
  --size P,L,C      processes, links, cgroups (default 3,3,2); one of
                    ${SIZES.slice(0, 5).join(' ')}
                    ${SIZES.slice(5).join(' ')}
  --peers A,B       engines to run as well, interleaved with ours:
                    ${Object.keys(PEERS).join(', ')}
  --peers-dir DIR   folder of the peers (default: LASTREF_PEERS, or
                    ../shared/bench/peers)
  --rounds N        runs of each engine; medians are shown (default 5)
  --check           only compare states and transitions with the known ones,
                    sizes 2,2,1 to 3,3,2
  --json            one JSON object per run
  --scenario FILE   suite: the small scenario of the cold start
  --help            this text

exit codes: 0 done; 1 a count is wrong, or an engine failed; 2 usage error`;

/** A usage error: one line, exit code 2. */
export class UsageError extends Error {}

export interface Options {
  readonly model: (typeof MODELS)[number];
  readonly size: string;
  readonly peers: readonly string[];
  readonly rounds: number;
  readonly check: boolean;
  readonly json: boolean;
  readonly scenario: string | undefined;
  readonly help: boolean;
  /** Run our engine once, here, instead of in processes of its own. */
  readonly here: boolean;
  readonly places: Places;
}

const ROUNDS_MAX = 1000;

function known<T extends string>(what: string, name: string, names: readonly T[]): T {
  const found = names.find((candidate) => candidate === name);
  if (found === undefined)
    throw new UsageError(`unknown ${what} "${name}"; ${didYouMean(name, names) ?? `known: ${names.join(', ')}`}`);
  return found;
}

function roundsOf(text: string): number {
  const rounds = Number(text);
  if (!Number.isInteger(rounds) || rounds < 1 || rounds > ROUNDS_MAX)
    throw new UsageError(`--rounds takes a whole number from 1 to ${ROUNDS_MAX}, not "${text}"`);
  return rounds;
}

function parsed(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      strict: true,
      options: {
        model: { type: 'string', default: 'LinkLife' },
        size: { type: 'string', default: '3,3,2' },
        peers: { type: 'string', default: '' },
        'peers-dir': { type: 'string' },
        rounds: { type: 'string', default: '5' },
        check: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        scenario: { type: 'string' },
        help: { type: 'boolean', default: false },
        here: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    // parseArgs adds advice about positional arguments, which we do not take.
    throw new UsageError((error as Error).message.split('. ')[0] as string);
  }
}

export function parseOptions(argv: readonly string[], root: string): Options {
  const values = parsed(argv);
  const names = values.peers.split(',').filter((name) => name !== '');
  const model = known('model', values.model, MODELS);
  if (names.length > 0 && model !== 'LinkLife') throw new UsageError(`the peers have no model ${model}`);
  return {
    model,
    size: known('size', values.size, SIZES),
    peers: names.map((name) => known('peer', name, Object.keys(PEERS))),
    rounds: roundsOf(values.rounds),
    check: values.check,
    json: values.json,
    scenario: values.scenario,
    help: values.help,
    here: values.here,
    places: {
      peers: values['peers-dir'] ?? process.env['LASTREF_PEERS'] ?? join(root, '../shared/bench/peers'),
      build: join(root, 'bench/build'),
    },
  };
}
