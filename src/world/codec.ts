/** Codecs: from the values that models see to the small integers that cells hold, with bounds checked. */
import type { ScalarField, Sizes } from '../modelling/field.ts';
import type { AnyView, AnyViews } from './any-view.ts';
import { largest } from './layout.ts';
import { BoundSignal, LawSignal } from './signals.ts';

/** How a value of a scalar field is stored. */
export interface Codec {
  readonly encode: (value: unknown, what: string) => number;
  readonly decode: (code: number) => unknown;
}

function refCodec(field: Extract<ScalarField, { type: 'ref' }>, views: AnyViews, nullable: boolean): Codec {
  const starts = new Map<string, number>();
  const flat: AnyView[] = [];
  for (const kind of field.kinds) {
    starts.set(kind, flat.length);
    flat.push(...(views[kind] ?? []));
  }
  const shift = nullable ? 1 : 0;
  return {
    encode(value, what) {
      if (value === null && nullable) return 0;
      const view = value as AnyView;
      const start = starts.get(view.kind);
      if (start === undefined) throw new Error(`LR903 ${what} cannot refer to a ${view.kind}`);
      return start + view.index + shift;
    },
    decode: (code) => (nullable && code === 0 ? null : flat[code - shift]),
  };
}

/** `nullable` is false inside lists: an element is never null. */
export function codec(field: ScalarField, sizes: Sizes, views: AnyViews, nullable: boolean): Codec {
  switch (field.type) {
    case 'flag':
      return { encode: (value) => (value === true ? 1 : 0), decode: (code) => code === 1 };
    case 'count': {
      const most = largest(field, sizes);
      return {
        encode(value, what) {
          const number = value as number;
          if (number < 0) throw new LawSignal('count-below-zero', `${what} would become ${number}`);
          if (number > most) throw new BoundSignal(`${what} would exceed its maximum ${most}`);
          return number;
        },
        decode: (code) => code,
      };
    }
    case 'choice':
      return {
        encode(value, what) {
          const code = field.names.indexOf(value as string);
          if (code < 0) throw new Error(`LR903 ${what} cannot be ${String(value)}`);
          return code;
        },
        decode: (code) => field.names[code],
      };
    case 'ref':
      return refCodec(field, views, nullable);
  }
}
