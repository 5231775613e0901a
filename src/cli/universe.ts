/** Everything that the model could do, for "never covered". */
import type { ModelDefinition } from '../modelling/model.ts';
import { chartTransitions } from '../report/chart.ts';
import type { Universe } from '../report/suite.ts';
import { chartsOf } from './chart.ts';

export function universeOf(model: ModelDefinition): Universe {
  return {
    commands: Object.values(model.commands).map(({ op }) => op),
    errnos: model.errnos.filter((errno) => model.errnosFromInput?.includes(errno) !== true),
    charts: [...chartsOf(model)].flatMap(([kind, chart]) => chartTransitions(kind, chart)),
    works: model.works.map(({ name }) => name),
  };
}
