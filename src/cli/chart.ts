/** `lastref chart [object]`: the phases of an object, as Mermaid or as the JSON of its XState machine. */
import type { Chart } from '../modelling/chart.ts';
import type { ModelDefinition } from '../modelling/model.ts';
import { chartJson, chartMermaid } from '../report/chart.ts';
import { didYouMean } from '../world/suggest.ts';
import { type Context, emit, json } from './context.ts';
import { inputError } from './errors.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import type { OutputOptions } from './options.ts';

export type ChartFormat = 'mermaid' | 'json';

export function chartsOf(model: ModelDefinition): ReadonlyMap<string, Chart> {
  return new Map(
    Object.entries(model.objects).flatMap(([kind, { chart }]) =>
      chart === undefined ? [] : [[kind, chart as Chart] as const],
    ),
  );
}

export async function chart(
  kind: string | undefined,
  options: OutputOptions<ChartFormat>,
  { io, model }: Context,
): Promise<ExitCode> {
  const charts = chartsOf(await model());
  const names = [...charts.keys()];
  if (kind !== undefined && !charts.has(kind))
    throw inputError(
      'LR005',
      `no object "${kind}" has phases`,
      didYouMean(kind, names) ?? `there are ${names.join(', ')}`,
    );
  const wanted = [...charts].filter(([name]) => kind === undefined || name === kind);
  const only = wanted[0]?.[1];
  if (options.format === 'json')
    emit(
      json(
        kind !== undefined && only !== undefined
          ? chartJson(only)
          : Object.fromEntries(wanted.map(([name, each]) => [name, chartJson(each)])),
      ),
      options,
      io,
    );
  else
    emit(
      wanted.map(([name, each]) => (kind === undefined ? `%% ${name}\n` : '') + chartMermaid(each)).join('\n'),
      options,
      io,
    );
  return EXIT.expected;
}
