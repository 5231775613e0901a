/** How each historic bug is found: where, by which property, and in how many steps at the least. */
import type { Grain } from '../../src/world/input.ts';

export interface FoundBug {
  /** Id in the catalogue of historic bugs. */
  readonly id: string;
  /** Scenario under scenarios/bugs, without its ending; the id where absent. */
  readonly scenario?: string;
  /** Semantics that has the bug; `bug-<id>` where absent. Protocols of user space are wrong on today's kernel. */
  readonly semantics?: string;
  /** The coarsest grain at which it can be seen. */
  readonly grain: Grain;
  /** Label of the check that finds it. */
  readonly label: string;
  /** Invariant of the catalogue that the label stands for. */
  readonly invariant: string;
  /** Steps of a shortest trace. */
  readonly steps: number;
  /** Where it is mended: the same scenario under this semantics, or another scenario. */
  readonly fixed: { readonly scenario?: string; readonly semantics: string };
}

const FIXED = { semantics: 'linux-6.18' } as const;
const USER_SPACE = { semantics: 'linux-6.18', grain: 'command' } as const;

export const FOUND: readonly FoundBug[] = [
  {
    id: 'CG01',
    grain: 'command',
    label: 'no-use-after-free',
    invariant: 'no-use-after-free',
    steps: 9,
    fixed: FIXED,
  },
  {
    id: 'CG05',
    grain: 'command',
    label: 'no-use-after-free',
    invariant: 'no-use-after-free',
    steps: 2,
    fixed: FIXED,
  },
  { id: 'CG08', grain: 'command', label: 'effective-order', invariant: 'order-on-replace', steps: 3, fixed: FIXED },
  { id: 'CG15', grain: 'command', label: 'hierarchy-modes', invariant: 'hierarchy-flags', steps: 2, fixed: FIXED },
  {
    id: 'CG16',
    grain: 'command',
    label: 'no-gap',
    invariant: 'no-gap-on-replace',
    steps: 1,
    fixed: { scenario: 'CG16-fixed', semantics: 'linux-6.18' },
  },
  { id: 'LK07', grain: 'command', label: 'unbroken-by', invariant: 'owner-only', steps: 2, fixed: FIXED },
  { id: 'TC01', grain: 'command', label: 'no-use-after-free', invariant: 'no-use-after-free', steps: 2, fixed: FIXED },
  { id: 'TC04', grain: 'lock', label: 'no-use-after-free', invariant: 'no-use-after-free', steps: 2, fixed: FIXED },
  {
    id: 'LK02',
    grain: 'lock',
    label: 'no-use-after-free',
    invariant: 'no-use-after-free',
    steps: 5,
    fixed: FIXED,
  },
  { id: 'NN04', grain: 'lock', label: 'no-use-after-free', invariant: 'no-use-after-free', steps: 3, fixed: FIXED },
  { id: 'PA01', grain: 'command', label: 'no-unbounded-run', invariant: 'no-unbounded-run', steps: 2, fixed: FIXED },
  { id: 'SM02', grain: 'lock', label: 'errno-contract', invariant: 'errno-contract', steps: 4, fixed: FIXED },
  { id: 'TR01', grain: 'command', label: 'ref-balance', invariant: 'ref-balance', steps: 1, fixed: FIXED },
  {
    id: 'TR05',
    grain: 'lock',
    label: 'no-use-after-free',
    invariant: 'no-use-after-free',
    steps: 6,
    fixed: FIXED,
  },
  {
    id: 'US01',
    ...USER_SPACE,
    label: 'no-gap',
    invariant: 'no-gap-on-replace',
    steps: 1,
    fixed: { scenario: 'US01-fixed', semantics: 'linux-6.18' },
  },
  {
    id: 'US06',
    ...USER_SPACE,
    label: 'no-double-run',
    invariant: 'no-double-run',
    steps: 3,
    fixed: { scenario: 'US06-fixed', semantics: 'linux-6.18' },
  },
  {
    id: 'US14',
    ...USER_SPACE,
    label: 'what is pinned runs on',
    invariant: 'pinned-survives-exit',
    steps: 3,
    fixed: { scenario: 'US14-fixed', semantics: 'linux-6.18' },
  },
  { id: 'XD01', grain: 'lock', label: 'no-orphan', invariant: 'no-orphan', steps: 4, fixed: FIXED },
  { id: 'XD02', grain: 'command', label: 'legacy-owner-only', invariant: 'owner-only', steps: 2, fixed: FIXED },
  { id: 'XD05', grain: 'command', label: 'removable', invariant: 'detach-always-possible', steps: 3, fixed: FIXED },
];
