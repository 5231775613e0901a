/** Views without their static types, as the engine handles them. */

/** A view without its static type; models see `View<O, K>`. */
export interface AnyView {
  readonly kind: string;
  readonly index: number;
  readonly name: string;
  readonly phase: string;
  fire(event: string): void;
  readonly [field: string]: unknown;
}

export type AnyViews = Readonly<Record<string, readonly AnyView[]>>;
