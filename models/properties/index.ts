/** Every property, by name. */
import type { AnyProperty } from '../../src/modelling/index.ts';

const all: readonly AnyProperty[] = [];

export const properties: Readonly<Record<string, AnyProperty>> = Object.fromEntries(all.map((property) => [property.name, property]));
