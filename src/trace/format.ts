/**
 * The trace file: a fixed schedule of operations with an expected result each. Shapes only; docs/vocabulary.md says what
 * the operations and result keys mean.
 */

/** A JSON value as it stands in arguments and results. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** A program template; `type` and `expectedAttachType` are kernel names in lower case without their prefix. */
export interface ProgTemplate {
  readonly name: string;
  readonly type: string;
  readonly expectedAttachType?: string | null;
  readonly returns?: number;
  readonly setRetval?: number;
  readonly [key: string]: Json | undefined;
}

/** A cgroup of the tree; `parent: null` is a neutral directory; `exists: false` is made by a `mkdir` step. */
export interface CgroupDecl {
  readonly name: string;
  readonly parent: string | null;
  readonly exists?: boolean;
}

export interface TraceObjects {
  readonly progs?: readonly ProgTemplate[];
  readonly maps?: readonly { readonly name: string; readonly [key: string]: Json | undefined }[];
  readonly cgroups?: readonly CgroupDecl[];
  readonly netdevs?: readonly { readonly name: string; readonly [key: string]: Json | undefined }[];
  readonly netns?: readonly { readonly name: string; readonly [key: string]: Json | undefined }[];
}

/** What a step must return: `{ok: true}`, `{errno}`, `{error: true}`, or result keys. */
export type Expectation = { readonly [key: string]: Json };

/** Full state after a step, as PROG_QUERY and link info show it (recorded traces). */
export interface RecordedState {
  readonly cgroups: Readonly<
    Record<
      string,
      | {
          readonly list: readonly string[];
          readonly effective: readonly string[];
          readonly mode: readonly string[];
          readonly revision: number;
        }
      | { readonly errno: string }
    >
  >;
  readonly links: Readonly<Record<string, { readonly prog: string; readonly cgroup: string | null }>>;
}

export interface TraceStep {
  readonly actor: string;
  readonly op: string;
  readonly args: { readonly [key: string]: Json };
  readonly as?: string;
  readonly expect: Expectation;
  readonly live?: Expectation;
  readonly state?: RecordedState;
}

export interface TraceFile {
  readonly id: string;
  readonly source?: string;
  readonly family?: string;
  readonly kernelMin?: string;
  readonly kernel?: string;
  readonly kind?: string;
  readonly requires?: readonly string[];
  readonly liveKernel?: string;
  readonly notes?: string;
  readonly objects: TraceObjects;
  readonly steps: readonly TraceStep[];
}
