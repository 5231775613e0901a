/** Semantics: a named set of rules. A kernel release is a set of features; a proposal is a patch over a base. */

/** Replacements by name; only what exists can be replaced. */
export interface Changes<Rules extends object = object, Feature extends string = string> {
  readonly features?: { readonly add?: readonly Feature[]; readonly remove?: readonly Feature[] };
  /** Rules of the models, by name. */
  readonly rules?: Partial<Rules>;
}

export interface Semantics<Rules extends object = object, Feature extends string = string> {
  readonly name: string;
  readonly says: string;
  readonly features: ReadonlySet<Feature>;
  readonly rules: Partial<Rules>;
  readonly base?: string;
  readonly claims?: readonly string[];
}
