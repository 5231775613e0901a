/** Charts of objects for readers: Mermaid, and the machine as XState's JSON. */
import type { Chart } from '../modelling/chart.ts';

/** Mermaid takes words as identifiers; anything else needs an alias. */
const identifier = (phase: string): string => phase.replace(/\W/g, '_');

export function chartMermaid({ config, phases }: Chart): string {
  const aliases = phases
    .filter((phase) => identifier(phase) !== phase)
    .map((phase) => `  state "${phase.replaceAll('"', "'")}" as ${identifier(phase)}`);
  const described = phases.flatMap((phase) => {
    const text = config.states[phase]?.description;
    return text === undefined ? [] : [`  ${identifier(phase)}: ${text.replace(/\s+/g, ' ')}`];
  });
  const arrows = phases.flatMap((phase) =>
    Object.entries(config.states[phase]?.on ?? {}).map(
      ([event, target]) => `  ${identifier(phase)} --> ${identifier(target)}: ${event}`,
    ),
  );
  const ends = phases
    .filter((phase) => Object.keys(config.states[phase]?.on ?? {}).length === 0)
    .map((phase) => `  ${identifier(phase)} --> [*]`);
  return `${['stateDiagram-v2', ...aliases, ...described, `  [*] --> ${identifier(config.initial)}`, ...arrows, ...ends].join('\n')}\n`;
}

/** The config of XState's `createMachine`, as the Stately tools import it. */
export function chartJson({ id, config }: Chart): object {
  const states = Object.fromEntries(
    Object.entries(config.states).map(([phase, { on, description }]) => [
      phase,
      {
        ...(description === undefined ? {} : { description }),
        ...(on === undefined || Object.keys(on).length === 0 ? { type: 'final' } : { on }),
      },
    ]),
  );
  return { id, initial: config.initial, states };
}

/** `kind: PHASE -EVENT-> PHASE` of every transition, as coverage names them. */
export function chartTransitions(kind: string, { config, phases }: Chart): string[] {
  return phases.flatMap((phase) =>
    Object.entries(config.states[phase]?.on ?? {}).map(([event, target]) => `${kind}: ${phase} -${event}-> ${target}`),
  );
}
