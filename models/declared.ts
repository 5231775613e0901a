/** What a trace or a scenario declares: the `objects` member of its file, as far as this model knows it. */

/** The `objects` member of a trace file, as far as this model knows it. */
export interface Declared {
  readonly progs?: readonly { readonly name: string; readonly type: string; readonly [key: string]: unknown }[];
  readonly maps?: readonly { readonly name: string; readonly type: string; readonly [key: string]: unknown }[];
  readonly cgroups?: readonly { readonly name: string; readonly parent: string | null; readonly exists?: boolean }[];
}

export type Refuse = (message: string, hint?: string) => never;
