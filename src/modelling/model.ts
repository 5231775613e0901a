/** A model: everything the engine needs to know of a subject, and nothing of how it searches. */
import type { AnyCommand, AnyWork } from './command.ts';
import type { Sizes } from './field.ts';
import type { Objects } from './object.ts';
import type { AnyProperty, Implication } from './property.ts';
import type { Semantics } from './semantics.ts';

/** An object declared or made: its name and its constants. */
export interface Instance {
  readonly name: string;
  readonly constants?: Readonly<Record<string, unknown>>;
}

/** A reference to an object before views exist, for constants. */
export interface InstanceRef {
  readonly $ref: readonly [kind: string, name: string];
}

/** One use of a command somewhere in a scenario, before objects exist. */
export interface Use {
  readonly command: AnyCommand;
  readonly args: Readonly<Record<string, unknown>>;
  readonly actor: string;
  readonly as: string | undefined;
  /** Names of the objects that this use makes, by kind. */
  readonly made: Readonly<Record<string, string>>;
}

/** What a scenario declares, in the model's own terms. */
export interface Declarations {
  readonly objects: Readonly<Record<string, unknown>>;
  readonly actors: readonly string[];
  readonly uses: readonly Use[];
  readonly limits: Readonly<Record<string, number>>;
  /** How fine the steps will be; objects that only matter between the steps of a command can be left out. */
  readonly grain: 'command' | 'work' | 'lock';
  /** Index of every descriptor name. */
  readonly handles: ReadonlyMap<string, number>;
}

export interface Population {
  /** Instances by kind, those made by commands included. */
  readonly instances: Readonly<Record<string, readonly Instance[]>>;
  /** Further numbers that bounds of fields refer to. */
  readonly limits: Sizes;
}

/** A state in words, for counterexamples: only what differs between two states is shown. */
export interface Description {
  /** What is attached where and who runs, by place: `egress of web` → `fw1 count`. */
  readonly places: Readonly<Record<string, string>>;
  /** Who holds each object that is counted, by object: `link l` → `fd of alice, pin p`. */
  readonly holders: Readonly<Record<string, readonly string[]>>;
}

/** How scenario files may abbreviate what traces write out in full. */
export interface Shorthand {
  /** Turns the `objects` of a scenario file into those of a trace file. */
  readonly objects: (
    declared: Readonly<Record<string, unknown>>,
    refuse: (message: string, hint?: string) => never,
  ) => Readonly<Record<string, unknown>>;
  /** Completes the arguments of one operation from what is declared (attach type of the program, defaults). */
  readonly args: (
    op: string,
    args: Readonly<Record<string, unknown>>,
    objects: Readonly<Record<string, unknown>>,
  ) => Readonly<Record<string, unknown>>;
  /**
   * Steps that give `actor` a descriptor of each declared object that it names and does not make itself; `first` tells
   * that no actor before had one. They run before setup.
   */
  readonly provide: (
    name: string,
    first: boolean,
    objects: Readonly<Record<string, unknown>>,
  ) => { readonly op: string; readonly args: Readonly<Record<string, unknown>>; readonly as: string };
  /** Objects whose descriptors a step needs without naming them in its arguments. */
  readonly demands?: (
    op: string,
    args: Readonly<Record<string, unknown>>,
    objects: Readonly<Record<string, unknown>>,
  ) => readonly string[];
  /** Names of declared objects that actors may use without making them. */
  readonly provided: (objects: Readonly<Record<string, unknown>>) => readonly string[];
  /** Operation that ends an actor that only takes part in setup. */
  readonly leave: string;
}

/** A small world in which actors may do anything of a kind, written as a scenario file would be. */
export interface MenuWorld {
  readonly name: string;
  readonly says: string;
  readonly scenario: Readonly<Record<string, unknown>>;
}

export interface ModelDefinition {
  readonly name: string;
  readonly objects: Objects;
  /** Kind of object that takes steps. */
  readonly actorKind: string;
  readonly commands: Readonly<Record<string, AnyCommand>>;
  readonly works: readonly AnyWork[];
  readonly properties: Readonly<Record<string, AnyProperty>>;
  /** Values of the named flags. */
  readonly flags: Readonly<Record<string, number>>;
  /** Everything that a step may return. */
  readonly errnos: readonly string[];
  /** Those of them that no command returns unless the input says so: nobody misses them. */
  readonly errnosFromInput?: readonly string[];
  /** Rules that semantics may replace; steps reach them as `k.rules`. */
  readonly rules: object;
  readonly semantics: Readonly<Record<string, Semantics>>;
  /** What each feature is, with the change that brought it. */
  readonly features?: Readonly<Record<string, string>>;
  /** Kernel path and function of each rule, and the facts. */
  readonly ruleCites?: Readonly<Record<string, string>>;
  /** What a reader calls a field of an object (`phase`: the object itself); undefined: kind, name and field do. */
  readonly fieldWords?: (object: never, field: string) => string | undefined;
  /** Which property fails with which other, each with the reason. */
  readonly implications?: readonly Implication[];
  /** Founding claims by id, as properties and scenarios cite them. */
  readonly claims?: Readonly<Record<string, string>>;
  /** Commands, rules, works and kinds of objects by the part of the model that they belong to; for figures only. */
  readonly families?: Readonly<Record<string, readonly string[]>>;
  readonly defaultSemantics: string;
  /** Which objects exist; errors in declarations are thrown as InputError by the caller's `refuse`. */
  readonly populate: (declarations: Declarations, refuse: (message: string, hint?: string) => never) => Population;
  /** Brings the objects that exist at the start into their phases. */
  readonly start: (k: never, declarations: Declarations) => void;
  /** May this actor take a step of its script now? */
  readonly ready: (k: never, actor: never) => boolean;
  /** Name of the command that comes before the next script item (a killed process exits), or null. */
  readonly interrupt: (k: never, actor: never) => string | null;
  /** Operations that `interrupt` may name. */
  readonly interruptOps: readonly string[];
  /** Will this actor never take a step again? */
  readonly over: (k: never, actor: never) => boolean;
  /**
   * What an actor still has to do after the last step of a command, before it returns to user mode (release of files).
   * One call is one atomic step.
   */
  readonly tail?: {
    readonly pending: (k: never, actor: never) => boolean;
    readonly run: (k: never, actor: never) => void;
  };
  readonly describe: (k: never) => Description;
  /** The state in the form of recorded traces: `{ cgroups, links }`. */
  readonly recordedState?: (k: never) => {
    readonly cgroups: Readonly<Record<string, unknown>>;
    readonly links: Readonly<Record<string, unknown>>;
  };
  /**
   * What whoever looks now is told, by probe and by what it looks at. A probe that the semantics does not have is left out,
   * for every state alike.
   */
  readonly shows?: (k: never) => Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** Worlds to compare semantics in for which no scenario has to be written. */
  readonly menus?: readonly MenuWorld[];
  readonly shorthand?: Shorthand;
}
