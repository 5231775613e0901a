/** The language that models are written in. */
export { type Chart, type ChartConfig, chart, type EventOf, type PhaseOf } from './chart.ts';
export {
  type AnyCommand,
  type AnyWork,
  type ArgSpec,
  type ArgSpecs,
  type ArgsOf,
  type BoundHandle,
  type Call,
  language,
  type Next,
} from './command.ts';
export {
  array,
  type Bound,
  choice,
  constant,
  count,
  type Fields,
  fixed,
  fixedList,
  flag,
  list,
  ref,
  type Sizes,
  set,
} from './field.ts';
export type {
  Declarations,
  Description,
  Instance,
  InstanceRef,
  MenuWorld,
  ModelDefinition,
  Population,
  Use,
} from './model.ts';
export { type ListView, type Objects, object, type View } from './object.ts';
export { type AnyProperty, type Check, type Implication, propertyLanguage } from './property.ts';
export {
  type Change,
  type Changes,
  changeText,
  featuresAfter,
  layersOf,
  listChanges,
  restored,
  type Semantics,
} from './semantics.ts';
export { type Replaceable, under, unknownNames } from './under.ts';
export type { Happening, World } from './world.ts';
