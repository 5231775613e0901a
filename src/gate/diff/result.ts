/** What comparing two semantics found. Reports read this and compute nothing. */
import type { Grain } from '../../world/input.ts';
import type { SideIndex } from './choices.ts';
import type { Contrast } from './observation.ts';
import type { Run } from './proof.ts';

/** A schedule after which an observer can tell the sides apart, and not before. */
export interface Difference {
  /** Equal for differences that are essentially the same. */
  readonly signature: string;
  readonly file: string;
  readonly title: string;
  /** The last step: a command, or deferred work. */
  readonly op: string;
  readonly contrast: Contrast;
  /** Steps of the schedule, the differing one included. */
  readonly steps: number;
  /** Steps of the scenario's setup before the schedule; 0 where the schedule is the setup. */
  readonly setupSteps: number;
  readonly inSetup: boolean;
  /** See Finding.only. */
  readonly only: SideIndex | undefined;
  /** Row of the schedule at which the sides part, counted from 1. What follows is how the other side may go on. */
  readonly parts: number;
  readonly runs: readonly [a: Run, b: Run];
  /** Commands that replay each side up to the last step; undefined where the schedule is the setup. */
  readonly replays: readonly [a: string | undefined, b: string | undefined];
}

/** How far one scenario was looked at. */
export interface Explored {
  readonly file: string;
  readonly grain: Grain;
  /** Pairs of states, or at the fine grains states with what the other side may be in. */
  readonly states: number;
  /** Length of the schedules that were all looked at. */
  readonly depth: number;
  readonly seconds: number;
  /** Nothing was left. */
  readonly exhausted: boolean;
  /** Bounds that were hit. */
  readonly bounds: readonly string[];
  /** Why the scenario could not be compared, under both sides alike; undefined if it was. */
  readonly incomparable: string | undefined;
}

export interface Comparison {
  /** How the command line names the sides. */
  readonly names: readonly [a: string, b: string];
  /** Shortest first; none essentially the same as another. */
  readonly differences: readonly Difference[];
  readonly explored: readonly Explored[];
  /** Every essentially different one was asked for. */
  readonly all: boolean;
  readonly seconds: number;
}
