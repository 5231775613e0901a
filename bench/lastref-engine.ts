/** Our engine on LinkLife: one thread, breadth-first, full states stored, invariants on. */
import process from 'node:process';
import { explore } from '../src/explore/explore.ts';
import { BreadthFirst } from '../src/explore/strategies/bfs.ts';
import { bind } from '../src/world/bind.ts';
import { linkLifeInput } from './linklife-input.ts';
import { linkLife, withBallast } from './models/linklife.ts';
import type { Run } from './run.ts';
import { parseSize } from './sizes.ts';

/** Nothing may stop the run: a bound would make its counts worthless. */
const UNBOUNDED = {
  maxStates: Number.POSITIVE_INFINITY,
  maxSeconds: Number.POSITIVE_INFINITY,
  maxDepth: Number.POSITIVE_INFINITY,
  maxBytes: Number.POSITIVE_INFINITY,
};

/** LinkLife itself, and with states as long as those of real models: 32 words at size 3,3,2. */
const ENGINE_MODELS = { LinkLife: linkLife, LinkLifeWide: withBallast(linkLife, 14) };

export function runLastref(model: keyof typeof ENGINE_MODELS, size: string): Run {
  const machine = bind(linkLifeInput(...parseSize(size), ENGINE_MODELS[model]));
  const before = process.cpuUsage();
  const { states, transitions, seconds, bytes, findings, bounds } = explore(machine, {
    frontier: new BreadthFirst(),
    budget: UNBOUNDED,
    outcomes: false,
  });
  if (findings.length > 0 || bounds.length > 0) throw new Error('LinkLife broke an invariant, or hit a bound');
  const { user, system } = process.cpuUsage(before);
  return {
    engine: 'lastref',
    model,
    size,
    threads: 1,
    states,
    transitions,
    seconds,
    cpuSeconds: (user + system) / 1e6,
    transitionsPerSecond: transitions / seconds,
    bytesPerState: bytes / states,
    peakRssBytes: process.resourceUsage().maxRSS * 1024,
  };
}
