/**
 * Peers: the same model in other tools, from the founding material. That folder is only read; what is built goes to
 * bench/build, where Node also finds our packages.
 */
import { copyFileSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { EngineError, installed, lastJson, type Measured, measure } from './measure.ts';
import type { Run } from './run.ts';
import { countsOf, parseSize } from './sizes.ts';

export interface Places {
  /** Folder of the peers. */
  readonly peers: string;
  /** Folder for what is built. */
  readonly build: string;
}

/** What a peer tells about its search, besides what its process used. */
interface Found {
  readonly states: number;
  readonly transitions: number;
  readonly seconds: number;
  readonly cpuSeconds?: number | undefined;
}

export interface Peer {
  readonly is: string;
  /** Why it cannot run here, or undefined. */
  readonly missing: (places: Places) => string | undefined;
  /** The largest size it does in about a minute, if not all. */
  readonly largest?: string;
  readonly run: (size: string, places: Places) => { readonly found: Found; readonly measured: Measured };
}

/** With fewer states, what a process holds says more about its garbage collector than about states. */
const STATES_THAT_TELL = 100_000;

const slotBits = (size: string): number => Math.max(16, Math.ceil(Math.log2(countsOf(size).states / 0.6)));
const numbers = (size: string): string[] => parseSize(size).map(String);

function fromJson(measured: Measured): { found: Found; measured: Measured } {
  const { states, transitions, seconds, cpu } = lastJson(measured.output);
  return {
    found: {
      states: Number(states),
      transitions: Number(transitions),
      seconds: Number(seconds),
      cpuSeconds: typeof cpu === 'number' ? cpu : undefined,
    },
    measured,
  };
}

function absent(places: Places, file: string, ...programs: readonly string[]): string | undefined {
  if (!existsSync(join(places.peers, file)))
    return `${join(places.peers, file)} does not exist (set --peers-dir or LASTREF_PEERS)`;
  const program = programs.find((name) => !installed(name));
  return program === undefined ? undefined : `${program} is not installed`;
}

function buildC(size: string, { peers, build }: Places): string {
  const [p, l, c] = parseSize(size);
  const program = join(build, `c-${p}${l}${c}`);
  const defines = [`-DP=${p}`, `-DL=${l}`, `-DC=${c}`];
  if (!existsSync(program))
    measure('gcc', ['-O3', '-march=native', '-w', ...defines, join(peers, 'c/linklife.c'), '-o', program]);
  return program;
}

function buildSpin(size: string, { peers, build }: Places): string {
  const folder = join(build, `spin-${size.replaceAll(',', '')}`);
  const program = join(folder, 'pan');
  if (existsSync(program)) return program;
  mkdirSync(folder, { recursive: true });
  const { output } = measure(process.execPath, [join(peers, 'spin/gen.mjs'), ...numbers(size)]);
  writeFileSync(join(folder, 'model.pml'), output);
  measure('spin', ['-a', 'model.pml'], { cwd: folder });
  measure('gcc', ['-O2', '-DSAFETY', '-DNOREDUCE', '-w', '-o', 'pan', 'pan.c'], { cwd: folder });
  return program;
}

function runSpin(size: string, places: Places): { found: Found; measured: Measured } {
  const measured = measure(buildSpin(size, places), ['-m4000000', '-n', `-w${slotBits(size) + 1}`]);
  const { output } = measured;
  const number = (pattern: RegExp): number => Number(pattern.exec(output)?.[1] ?? Number.NaN);
  if (!output.includes('errors: 0')) throw new EngineError(`pan: ${output.slice(0, 400)}`);
  // Spin counts the initial state as a transition.
  const found = {
    states: number(/(\d+) states, stored/),
    transitions: number(/(\d+) transitions \(/) - 1,
    seconds: number(/elapsed time ([\d.e+]+)/),
  };
  return { found, measured };
}

/** Scripts of the peers that import xstate, copied to where Node finds it. */
function xstateScript(name: string, { peers, build }: Places): string {
  const folder = join(build, 'xstate');
  mkdirSync(folder, { recursive: true });
  for (const file of readdirSync(join(peers, 'xstate'))) copyFileSync(join(peers, 'xstate', file), join(folder, file));
  return join(folder, name);
}

const xstate =
  (how: string): Peer['run'] =>
  (size, places) =>
    fromJson(measure(process.execPath, [xstateScript('graph.mjs', places), 'flat', how, ...numbers(size)]));

export const PEERS: Readonly<Record<string, Peer>> = {
  c: {
    is: 'plain C, packed states, open addressing',
    missing: (places) => absent(places, 'c/linklife.c', 'gcc'),
    run: (size, places) => fromJson(measure(buildC(size, places), [String(slotBits(size))])),
  },
  spin: {
    is: 'Spin, pan -O2, natural Promela, depth-first',
    missing: (places) => absent(places, 'spin/gen.mjs', 'spin', 'gcc'),
    largest: '3,3,2',
    run: runSpin,
  },
  xstate: {
    is: 'a loop over XState transition()',
    missing: (places) => absent(places, 'xstate/graph.mjs'),
    largest: '2,2,2',
    run: xstate('bfs'),
  },
  'xstate-graph': {
    is: 'xstate/graph getAdjacencyMap()',
    missing: (places) => absent(places, 'xstate/graph.mjs'),
    largest: '2,2,2',
    run: xstate('adjacency'),
  },
  js: {
    is: 'JavaScript generated from a declarative table',
    missing: (places) => absent(places, 'js/explore.mjs'),
    run: (size, { peers }) => {
      const options = [`lg=${slotBits(size)}`];
      const script = join(peers, 'js/explore.mjs');
      return fromJson(measure(process.execPath, [script, 'inplace', 'gen', ...numbers(size), ...options]));
    },
  },
  tlc: {
    is: 'TLC, one worker',
    missing: (places) =>
      process.env['TLC_CLASSPATH'] === undefined
        ? 'TLC_CLASSPATH does not name a tla2tools.jar'
        : absent(places, 'tla/run.sh', 'java'),
    largest: '2,3,2',
    run: runTlc,
  },
  stateright: {
    is: 'Stateright, one thread',
    missing: () =>
      process.env['STATERIGHT_BIN'] === undefined
        ? 'STATERIGHT_BIN does not name a binary of stateright/main.rs'
        : undefined,
    largest: '3,3,2',
    run: (size) => fromJson(measure(process.env['STATERIGHT_BIN'] as string, [...numbers(size), '1'])),
  },
};

function runTlc(size: string, { peers }: Places): { found: Found; measured: Measured } {
  const measured = measure('sh', [join(peers, 'tla/run.sh'), ...numbers(size), '1', '0']);
  const counts = /(\d+) states generated, (\d+) distinct states found, 0 states left/.exec(measured.output);
  const time = /TIME ([\d.]+) s/.exec(measured.output);
  if (counts === null || time === null) throw new EngineError(`TLC: ${measured.output.trim().slice(-400)}`);
  const found = { states: Number(counts[2]), transitions: Number(counts[1]) - 1, seconds: Number(time[1]) };
  return { found, measured };
}

/** One run of a peer. `idleBytes`: what its process holds at the smallest size. */
export function runPeer(engine: string, size: string, places: Places, idleBytes: number | null): Run {
  const { found, measured } = (PEERS[engine] as Peer).run(size, places);
  const { states, transitions, seconds } = found;
  const { peakRssBytes } = measured;
  const known = peakRssBytes !== null && idleBytes !== null && states >= STATES_THAT_TELL;
  return {
    engine,
    model: 'LinkLife',
    size,
    threads: 1,
    states,
    transitions,
    seconds,
    cpuSeconds: found.cpuSeconds ?? measured.cpuSeconds,
    transitionsPerSecond: transitions / seconds,
    bytesPerState: known ? Math.max(0, peakRssBytes - idleBytes) / states : null,
    peakRssBytes,
  };
}
