/** One scenario under two semantics at one grain. */
import type { Budget } from '../../explore/budget.ts';
import type { ModelDefinition } from '../../modelling/model.ts';
import type { Semantics } from '../../modelling/semantics.ts';
import { failure, type Problem, type Result, success } from '../../scenario/problem.ts';
import { replayCommand } from '../../scenario/proof.ts';
import type { Scenario } from '../../scenario/scenario.ts';
import { type ScenarioWorld, toWorld } from '../../scenario/to-world.ts';
import { bind } from '../../world/bind.ts';
import { type Grain, InputError, type WorldInput } from '../../world/input.ts';
import type { Machine } from '../../world/machine.ts';
import { Product } from './product.ts';
import { partingRow, prove, type Run } from './proof.ts';
import type { Difference, Explored } from './result.ts';
import type { Finding, Row } from './search.ts';
import { differenceInSetup } from './setup.ts';
import type { Look } from './side.ts';

export interface Compared {
  readonly semantics: Semantics;
  /** How the command line names it. */
  readonly as: string;
}

export interface ComparisonOptions {
  readonly grain: Grain;
  readonly budget: Budget;
}

/** Setup may fail under some semantics; everything else that binding refuses is a mistake of the scenario. */
const IN_SETUP = new Set(['LR230', 'LR231']);

type Bound = { readonly machine: Machine } | { readonly refused: InputError };

function bound(input: WorldInput): Bound {
  try {
    return { machine: bind(input) };
  } catch (error) {
    if (error instanceof InputError && IN_SETUP.has(error.code)) return { refused: error };
    throw error;
  }
}

/** A run without its first rows. */
function withoutGiven(run: Run, given: number): Run {
  const broken = run.broken.map(({ label, row }) => ({ label, row: Math.max(0, row - given) }));
  const initial = run.steps[given]?.before ?? run.initial;
  const steps = run.steps.slice(given).map((step, i) => step && { ...step, number: i + 1 });
  return { ...run, initial, steps, broken };
}

export class ScenarioComparison {
  private readonly scenario: Scenario;
  private readonly model: ModelDefinition;
  private readonly sides: readonly [a: Compared, b: Compared];
  private readonly options: ComparisonOptions;
  private readonly product: Product | undefined;
  private inSetup: Difference | undefined;
  private readonly incomparable: string | undefined;

  private constructor(
    scenario: Scenario,
    model: ModelDefinition,
    sides: readonly [a: Compared, b: Compared],
    options: ComparisonOptions,
    worlds: readonly [a: ScenarioWorld, b: ScenarioWorld],
  ) {
    this.scenario = scenario;
    this.model = model;
    this.sides = sides;
    this.options = options;
    const inputs = [worlds[0].input, worlds[1].input] as const;
    const [a, b] = inputs.map(bound) as [Bound, Bound];
    if ('machine' in a && 'machine' in b) {
      const product = new Product([a.machine, b.machine], model, options.budget);
      if (product.beginsAlike) {
        this.product = product;
        return;
      }
    }
    const given = worlds[0].provided;
    const difference = differenceInSetup(inputs, model, given);
    const refused = 'refused' in a ? a.refused : 'refused' in b ? b.refused : undefined;
    if (difference === undefined) this.incomparable = refused?.message ?? 'the first states differ after equal steps';
    else {
      const proved = this.proved(difference.finding, difference.rows, difference.machines, difference.look);
      this.inSetup = {
        ...proved,
        parts: proved.parts - given,
        runs: [withoutGiven(proved.runs[0], given), withoutGiven(proved.runs[1], given)],
      };
    }
  }

  /** Problems: those of writing the scenario out. Throws InputError for what binding refuses besides setup. */
  static of(
    scenario: Scenario,
    model: ModelDefinition,
    sides: readonly [a: Compared, b: Compared],
    options: ComparisonOptions,
  ): Result<ScenarioComparison> {
    const problems: Problem[] = [];
    const worlds = sides.map(({ semantics }) => {
      const world = toWorld(scenario, model, semantics, options.grain);
      if (!world.ok) problems.push(...world.problems);
      return world.ok ? world.value : undefined;
    });
    const [a, b] = worlds;
    if (a === undefined || b === undefined) return failure(problems);
    return success(new ScenarioComparison(scenario, model, sides, options, [a, b]));
  }

  get done(): boolean {
    return this.inSetup === undefined && (this.product?.done ?? true);
  }

  /** Looks at all schedules of `length` steps; those that are shorter were looked at before. */
  advance(length: number): readonly Difference[] {
    if (this.inSetup !== undefined) {
      if (this.inSetup.steps > length) return [];
      const found = this.inSetup;
      this.inSetup = undefined;
      return [found];
    }
    const { product } = this;
    if (product === undefined || product.done) return [];
    return product
      .advance()
      .map((finding) => this.proved(finding, finding.rows(), product.machines, product.look, product));
  }

  explored(): Explored {
    const { product, scenario, options, incomparable } = this;
    return {
      file: scenario.file,
      grain: options.grain,
      states: product?.states ?? 0,
      depth: product?.depth ?? 0,
      seconds: product?.seconds ?? 0,
      exhausted: this.done && (product === undefined || product.bounds.length === 0),
      bounds: product?.bounds ?? [],
      incomparable,
    };
  }

  private proved(
    finding: Finding,
    rows: readonly Row[],
    machines: readonly [Machine, Machine],
    look: Look,
    product?: Product,
  ): Difference {
    const { scenario, model, sides, options } = this;
    const runs = prove(machines, finding, rows, look, model.describe);
    const { grain } = options;
    const replays = runs.map(({ choices }, side) =>
      product === undefined
        ? undefined
        : replayCommand({ file: scenario.file, semantics: sides[side === 0 ? 0 : 1].as, grain }, choices),
    );
    return {
      signature: finding.signature,
      file: scenario.file,
      title: scenario.title,
      op: finding.op,
      contrast: finding.contrast,
      steps: finding.steps,
      setupSteps: product === undefined ? 0 : scenario.setup.length,
      inSetup: product === undefined,
      only: finding.only,
      parts: partingRow(rows, finding.only) + 1,
      runs,
      replays: [replays[0], replays[1]],
    };
  }
}
