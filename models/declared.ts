/** What a trace or a scenario declares: the `objects` member of its file, as far as this model knows it. */

/** A device as a trace file declares it; `peerOf` is the other way round. */
export interface DeclaredNetdev {
  readonly name: string;
  readonly kind?: string;
  readonly peer?: string;
  readonly peerOf?: string;
  readonly netns?: string;
  readonly exists?: boolean;
  readonly mtu?: number;
  readonly native?: boolean;
  readonly [key: string]: unknown;
}

export interface DeclaredNetns {
  readonly name: string;
  readonly exists?: boolean;
  readonly [key: string]: unknown;
}

/** The namespace that all actors start in; it needs no declaration. */
export const FIRST_NETNS = 'N0';
/** The `objects` member of a trace file, as far as this model knows it. */
export interface Declared {
  readonly progs?: readonly { readonly name: string; readonly type: string; readonly [key: string]: unknown }[];
  readonly maps?: readonly { readonly name: string; readonly type: string; readonly [key: string]: unknown }[];
  readonly cgroups?: readonly { readonly name: string; readonly parent: string | null; readonly exists?: boolean }[];
  readonly netdevs?: readonly DeclaredNetdev[];
  readonly netns?: readonly DeclaredNetns[];
}

export type Refuse = (message: string, hint?: string) => never;
