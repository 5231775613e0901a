/** Shapes of arguments in words. */
import type { ArgShape, ArgSpec, ArgSpecs } from '../modelling/command.ts';

export function shapeText(shape: ArgShape): string {
  switch (shape.shape) {
    case 'handle':
      return 'descriptor by name, a number, or null';
    case 'object':
      return `name of a ${[shape.kind, ...(shape.or ?? [])].join(' or ')}`;
    case 'target':
      return `name of a ${shape.kind}, or a descriptor`;
    case 'flags':
      return 'list of flags';
    case 'word':
      return shape.words === undefined ? 'word' : `one of ${shape.words.join(', ')}`;
    case 'record':
      return `{ ${Object.entries(shape.parts)
        .map(([name, part]) => `${name}: ${shapeText(part)}`)
        .join('; ')} }`;
    case 'named':
      return `any names, with: ${shapeText(shape.of)}`;
    case 'list':
      return `list of: ${shapeText(shape.of)}`;
    case 'boolean':
      return 'true or false';
    case 'json':
      return 'anything';
    default:
      return shape.shape;
  }
}

/** Name and shape of each argument; optional ones in brackets. */
export function argumentRows(specs: ArgSpecs): readonly (readonly [name: string, text: string])[] {
  return Object.entries(specs).map(([name, spec]: [string, ArgSpec]) => [
    spec.optional === true ? `[${name}]` : name,
    spec.says === undefined ? shapeText(spec) : `${shapeText(spec)}: ${spec.says}`,
  ]);
}
