/** `lastref schema [scenario|trace|report|waivers]`: JSON Schemas, for editors and for scripts. */
import { type Context, emit, json } from './context.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import type { OutputOptions } from './options.ts';

export const SCHEMAS = ['scenario', 'trace', 'report', 'waivers'] as const;
export type SchemaName = (typeof SCHEMAS)[number];

const LOADERS: Readonly<Record<SchemaName, (context: Context) => Promise<unknown>>> = {
  scenario: async ({ model }) => (await import('../scenario/json-schema.ts')).scenarioSchema(await model()),
  trace: async () => (await import('../trace/schema.ts')).traceSchema(),
  report: async () => (await import('../report/schema.ts')).reportJsonSchema(),
  waivers: async () => (await import('../gate/waivers.ts')).waiversJsonSchema(),
};

export async function schema(
  name: SchemaName,
  options: Pick<OutputOptions<string>, 'out'>,
  context: Context,
): Promise<ExitCode> {
  emit(json(await LOADERS[name](context)), options, context.io);
  return EXIT.expected;
}
