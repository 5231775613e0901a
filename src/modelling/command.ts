/** Commands: one bpf(2) command, system call or event, written as a list of atomic steps. */
import type { Fields } from './field.ts';
import type { Objects, ValueOf, View, ViewOf } from './object.ts';
import type { World } from './world.ts';

/**
 * Shape of one argument as a scenario or a trace writes it.
 *
 * - `handle`: a descriptor of the acting process by name, a literal number, or null for 0 / not given
 * - `object`: an object of this kind by name, or of one of the kinds that `or` lists
 * - `target`: an object of this kind by name, or `{ handle }`, or a literal descriptor number
 * - `flags`: names of flags (or integers), or-ed
 * - `word`: one of the words, or any text where none are listed
 * - `integer`, `boolean`, `actor`
 * - `record`: named parts, each with a shape, or one part without its name; `named`: values of one shape under any names
 * - `list`: values of one shape; `json`: anything
 */
export type ArgShape =
  | { readonly shape: 'handle' }
  | { readonly shape: 'object'; readonly kind: string; readonly or?: readonly string[] }
  | { readonly shape: 'target'; readonly kind: string }
  | { readonly shape: 'flags' }
  | { readonly shape: 'word'; readonly words?: readonly string[]; readonly orInteger?: boolean }
  | { readonly shape: 'integer' }
  | { readonly shape: 'boolean' }
  | { readonly shape: 'actor' }
  | {
      readonly shape: 'record';
      readonly parts: Readonly<Record<string, ArgSpec>>;
      /** Part that a value without named parts is. */
      readonly bare?: string;
    }
  | { readonly shape: 'named'; readonly of: ArgShape }
  | { readonly shape: 'list'; readonly of: ArgShape }
  | { readonly shape: 'json' };

export type ArgSpec = ArgShape & { readonly optional?: boolean; readonly says?: string };
export type ArgSpecs = Readonly<Record<string, ArgSpec>>;

/** A descriptor argument after binding: which name of the process' table, or which number. */
export type BoundHandle = { readonly handle: number } | { readonly number: number };

type ShapeValue<O extends Objects, S> = S extends { shape: 'handle' }
  ? BoundHandle | null
  : S extends { shape: 'object'; kind: infer K extends keyof O & string }
    ? S extends { or: readonly (infer M extends keyof O & string)[] }
      ? ViewOf<O, K | M>
      : View<O, K>
    : S extends { shape: 'target'; kind: infer K extends keyof O & string }
      ? View<O, K> | BoundHandle
      : S extends { shape: 'flags' | 'integer' }
        ? number
        : S extends { shape: 'word'; orInteger: true }
          ? string | number
          : S extends { shape: 'word' }
            ? string
            : S extends { shape: 'boolean' }
              ? boolean
              : S extends { shape: 'actor' }
                ? number
                : S extends { shape: 'record'; parts: infer P extends ArgSpecs }
                  ? ArgsOf<O, P>
                  : S extends { shape: 'list'; of: infer E }
                    ? readonly ShapeValue<O, E>[]
                    : S extends { shape: 'named'; of: infer E }
                      ? Readonly<Record<string, ShapeValue<O, E>>>
                      : unknown;

/** Bound arguments: what is absent is null, absent flags and integers are 0, absent booleans false. */
export type ArgsOf<O extends Objects, A extends ArgSpecs> = {
  readonly [N in keyof A]: A[N] extends { optional: true }
    ? A[N] extends { shape: 'flags' | 'integer' | 'boolean' | 'handle' }
      ? ShapeValue<O, A[N]>
      : ShapeValue<O, A[N]> | null
    : ShapeValue<O, A[N]>;
};

/** Registers of a running command. They live in the state while the command is between two steps. */
export type Frame<O extends Objects, R extends Fields> = { -readonly [N in keyof R]: ValueOf<O, R[N]> };

export interface Call<
  O extends Objects,
  Actor extends keyof O & string,
  A extends ArgSpecs,
  R extends Fields,
  Made extends string,
> {
  readonly args: ArgsOf<O, A>;
  readonly frame: Frame<O, R>;
  readonly actor: View<O, Actor>;
  /** Objects that were set aside for this use of the command, still in their first phase. */
  readonly made: { readonly [K in Made]: View<O, K & keyof O & string> };
  /** Index of the handle that `as` names, or null: the descriptor is dropped at once. */
  readonly as: number | null;
}

/** What a step says of what follows: nothing (the next step), `'again'` (this step), `'done'`, or the name of a step. */
export type Next<Steps extends string = string> = void | 'again' | 'done' | Steps;

export interface CommandSpec<
  W,
  O extends Objects,
  Actor extends keyof O & string,
  A extends ArgSpecs,
  R extends Fields,
  Made extends string,
  Steps extends string,
  Op extends string = string,
> {
  /** The vocabulary's name of the operation. */
  readonly op: Op;
  /** The kernel's name: BPF_LINK_UPDATE, unlink(2). */
  readonly name: string;
  /** Kernel path and function, and the ids of the facts. */
  readonly cites: string;
  readonly args: A;
  readonly registers?: R;
  /** Kinds of the objects that one use brings into being. */
  readonly makes?: readonly Made[];
  /** Kind whose object takes the name that `as` gives. */
  readonly names?: Made;
  /** `as` names the descriptor that the command returns. */
  readonly yieldsHandle?: boolean;
  /** Arguments that give further descriptors a name (`peer` of socketpair, `as` of send_fd). */
  readonly handleArguments?: readonly string[];
  /** Argument that `as` fills, for commands whose `as` names something else than a descriptor (the child of fork). */
  readonly asArgument?: string;
  readonly steps: { readonly [S in Steps]: (k: W, call: Call<O, Actor, A, R, Made>) => Next<NoInfer<Steps>> };
  /** Undoes what earlier steps took when a check fails, and puts transient references; runs after success too. */
  readonly cleanup?: (k: W, call: Call<O, Actor, A, R, Made>, failed: boolean) => void;
}

/** A command without its static types, as the engine runs it. */
export interface AnyCommand {
  readonly op: string;
  readonly name: string;
  readonly cites: string;
  readonly args: ArgSpecs;
  readonly registers: Fields;
  readonly makes: readonly string[];
  readonly names: string | undefined;
  readonly yieldsHandle: boolean;
  readonly handleArguments: readonly string[];
  readonly asArgument: string | undefined;
  readonly stepNames: readonly string[];
  readonly steps: Readonly<Record<string, (k: never, call: never) => Next>>;
  readonly cleanup: ((k: never, call: never, failed: boolean) => void) | undefined;
}

/** A deferred kernel action: ready when the object says so, run by a kernel worker at any later time. */
export interface AnyWork {
  readonly name: string;
  readonly cites: string;
  readonly on: string;
  readonly ready: (k: never, object: never) => boolean;
  /** One atomic step; at coarser grains it repeats while the work is ready. */
  readonly run: (k: never, object: never) => void;
}

export interface WorkSpec<W, O extends Objects, K extends keyof O & string, Name extends string = string> {
  readonly name: Name;
  readonly cites: string;
  readonly on: K;
  readonly ready: (k: W, object: View<O, K>) => boolean;
  readonly run: (k: W, object: View<O, K>) => void;
}

/** Constructors of commands and works for one set of objects. `W` is the world type that steps receive. */
export function language<W extends World<O>, O extends Objects, Actor extends keyof O & string>() {
  return {
    command<
      const A extends ArgSpecs,
      const R extends Fields,
      const Made extends keyof O & string,
      Steps extends string,
      const Op extends string,
    >(
      spec: CommandSpec<W, O, Actor, A, R, Made, Steps, Op>,
    ): AnyCommand & { readonly op: Op; readonly steps: CommandSpec<W, O, Actor, A, R, Made, Steps>['steps'] } {
      return {
        op: spec.op,
        name: spec.name,
        cites: spec.cites,
        args: spec.args,
        registers: spec.registers ?? {},
        makes: spec.makes ?? [],
        names: spec.names,
        yieldsHandle: spec.yieldsHandle ?? false,
        handleArguments: spec.handleArguments ?? [],
        asArgument: spec.asArgument,
        stepNames: Object.keys(spec.steps),
        steps: spec.steps as never,
        cleanup: spec.cleanup as never,
      };
    },
    work<K extends keyof O & string, const Name extends string>(
      spec: WorkSpec<W, O, K, Name>,
    ): AnyWork & WorkSpec<W, O, K, Name> {
      return spec as AnyWork & WorkSpec<W, O, K, Name>;
    },
  };
}
