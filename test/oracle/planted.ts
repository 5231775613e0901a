/** Wrong expectations, made from right ones: a replay that accepts any of them proves nothing. */
import type { Expectation, Json, TraceStep } from '../../src/trace/format.ts';

/** A value of the same kind that is not this one. */
function other(value: Json): Json {
  if (typeof value === 'number') return value + 1;
  if (typeof value === 'boolean') return !value;
  if (Array.isArray(value)) return [...(value as readonly Json[]), Array.isArray(value[0]) ? ['nothing'] : 'nothing'];
  if (typeof value === 'object' && value !== null) return { ...value, nothing: 1 };
  return value === 'allow' ? 'deny' : value === 'deny' || value === 'dropped' ? 'allow' : 'nothing';
}

/** No command of the models ever says this. */
const NEVER = 'EL2HLT';

/** One wrong expectation for every key of the right one. */
export function wrongExpectations(expect: Expectation): readonly Expectation[] {
  return Object.keys(expect).flatMap((key): Expectation[] => {
    switch (key) {
      case 'eventually':
        return [];
      case 'ok':
      case 'error':
        return [{ ...without(expect, key), errno: NEVER }];
      case 'errno':
        return [
          { ...expect, errno: NEVER },
          { ...without(expect, 'errno'), ok: true },
        ];
      case 'mayBe':
        return [{ ...expect, mayBe: [...(expect['mayBe'] as readonly Json[]), { errno: NEVER }] }];
      // These demand too much or too little of a list rather than all of it.
      case 'ranIncludes':
      case 'includes':
        return [{ ...expect, [key]: ['nothing'] }];
      case 'notRan':
      case 'excludes':
        return [];
      default:
        return [{ ...expect, [key]: other(expect[key] as Json) }];
    }
  });
}

function without(expect: Expectation, key: string): Expectation {
  return Object.fromEntries(Object.entries(expect).filter(([name]) => name !== key));
}

/** The same steps, with another one at `index`. Later ones stay: they may make what earlier ones name too early. */
export function withStep(steps: readonly TraceStep[], index: number, step: TraceStep): readonly TraceStep[] {
  return steps.map((old, i) => (i === index ? step : old));
}

/** The step with one falsified entry of its recorded state. */
export function wrongStates(step: TraceStep): readonly TraceStep[] {
  const { state } = step;
  if (state === undefined) return [];
  const [cgroup, shown] = Object.entries(state.cgroups)[0] ?? [];
  const [link, info] = Object.entries(state.links)[0] ?? [];
  const wrong: NonNullable<TraceStep['state']>[] = [];
  if (cgroup !== undefined && shown !== undefined && 'list' in shown)
    for (const falsified of [
      { ...shown, list: [...shown.list, 'nothing'] },
      { ...shown, effective: [...shown.effective, 'nothing'] },
      { ...shown, mode: [...shown.mode, 'nothing'] },
      { ...shown, revision: shown.revision + 1 },
    ])
      wrong.push({ ...state, cgroups: { ...state.cgroups, [cgroup]: falsified } });
  if (link !== undefined && info !== undefined)
    wrong.push({ ...state, links: { ...state.links, [link]: { ...info, prog: 'nothing' } } });
  return wrong.map((falsified) => ({ ...step, state: falsified }));
}
