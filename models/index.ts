/** The only door to the models of BPF attachments. */
import type { ModelDefinition } from '../src/modelling/index.ts';
import { CLAIMS } from './claims.ts';
import { commands } from './commands/index.ts';
import { describe, recordedState } from './describe.ts';
import { ERRNOS, ERRNOS_OF_PROGRAMS } from './errnos.ts';
import { FAMILIES } from './families.ts';
import { IMPLICATIONS } from './implications.ts';
import { menus } from './menus.ts';
import { objects } from './objects/index.ts';
import { shows } from './observe.ts';
import { populate } from './populate.ts';
import { properties } from './properties/index.ts';
import { RULE_CITES } from './rule-cites.ts';
import { FLAG_VALUES } from './rules/flags.ts';
import { rules } from './rules/index.ts';
import { FEATURES } from './semantics/features.ts';
import { SEMANTICS } from './semantics/index.ts';
import { shorthand } from './shorthand.ts';
import { interrupt, over, ready, start, tail } from './start.ts';
import { fieldWords } from './words.ts';
import { works } from './works/index.ts';

export const bpf: ModelDefinition = {
  name: 'bpf',
  objects,
  actorKind: 'process',
  commands,
  works: Object.values(works),
  properties,
  implications: IMPLICATIONS,
  flags: FLAG_VALUES,
  errnos: ERRNOS,
  errnosFromInput: ERRNOS_OF_PROGRAMS,
  rules,
  ruleCites: RULE_CITES,
  semantics: SEMANTICS,
  features: FEATURES,
  claims: CLAIMS,
  families: FAMILIES,
  defaultSemantics: 'linux-6.18',
  populate,
  start: start as ModelDefinition['start'],
  ready: ready as ModelDefinition['ready'],
  interrupt: interrupt as ModelDefinition['interrupt'],
  interruptOps: ['exit'],
  over: over as ModelDefinition['over'],
  tail: tail as NonNullable<ModelDefinition['tail']>,
  describe: describe as ModelDefinition['describe'],
  fieldWords: fieldWords as NonNullable<ModelDefinition['fieldWords']>,
  recordedState: recordedState as NonNullable<ModelDefinition['recordedState']>,
  shows: shows as NonNullable<ModelDefinition['shows']>,
  menus,
  shorthand,
};

export type { Kernel } from './kernel.ts';
export { FEATURES, type Feature } from './semantics/features.ts';
export { LINUX } from './semantics/linux.ts';
export { type Base, type Changes, combine, type Proposal, proposal } from './semantics/proposal.ts';
