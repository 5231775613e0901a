/** References between objects before views exist. */
import type { InstanceRef } from '../src/modelling/index.ts';

export const refTo = (kind: string, name: string): InstanceRef => ({ $ref: [kind, name] });
