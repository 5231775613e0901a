/** Where code of a model runs: inside which rule, step or work. Sites are named by it. */
import type { AnyCommand, AnyWork, Next } from '../../modelling/command.ts';
import type { ModelDefinition } from '../../modelling/model.ts';
import type { Act, Instrument, Primitive } from '../../world/instrument.ts';

/** Pieces of a model that can be left out, answered for, or given other arguments. */
export type Piece = 'rule' | 'step' | 'cleanup' | 'ready' | 'work' | 'tail' | 'flags';

/** The assignment inside a get or put. */
export type Counting = 'count';

/** A use of a primitive, or the call of a piece. */
export type AnyAct = Act<Primitive | Piece | Counting>;

/** A step that runs before another one, for what a mutant does too early. */
export interface Early {
  readonly op: string;
  /** Name of the step that it comes before. */
  readonly step: string;
  readonly name: string;
  /** `step` is the step that comes next. */
  readonly run: (step: () => unknown) => void;
}

type Code = (...args: unknown[]) => unknown;

/** A lock that a step holds is part of its name: `replace [cgroup_mutex]`. */
export const isLocked = (step: string): boolean => /\[[^\]]+\]/.test(step);

const ACTS: Readonly<Record<string, (on: string) => string>> = {
  fire: (on) => `${on.replace(' ', ' fires ')}`,
  assign: (on) => `${on} assigned`,
  insert: (on) => `${on} inserted`,
  replace: (on) => `${on} replaced`,
  remove: (on) => `${on} removed`,
  clear: (on) => `${on} cleared`,
  'put-cell': (on) => `${on} put`,
  add: (on) => `${on} added`,
  delete: (on) => `${on} deleted`,
  'clear-set': (on) => `${on} cleared`,
  'is-empty': (on) => `${on} empty`,
  check: (on) => `check "${on}"`,
  allocate: (on) => `memory for ${on}`,
  'try-to-allocate': (on) => `memory for ${on}, if there is any`,
  get: (on) => `gets ${on}`,
  put: (on) => `puts ${on}`,
};

/** A piece that runs, and how often it has called each rule. */
interface Running {
  readonly scope: string;
  readonly calls: Map<string, number>;
}

const NOTHING_EARLY: readonly Early[] = [];

export abstract class Scopes implements Instrument {
  private readonly stack: Running[] = [];
  /** Counter of the get or put that is under way. */
  private counting: string | undefined;

  /** The outermost piece that is running. */
  protected get outermost(): string | undefined {
    return this.stack[0]?.scope;
  }

  /** Every piece that is running, the outermost first. */
  protected running(): readonly string[] {
    return this.stack.map(({ scope }) => scope);
  }

  /** Answers for one use of a primitive or one call of a piece at a site; `nth` counts calls of a rule by one piece from 0. */
  protected abstract at(site: string, act: AnyAct, nth: number): unknown;

  /** Steps that are to run before others. */
  protected readonly early: readonly Early[] = NOTHING_EARLY;

  act(act: Act): unknown {
    const running = this.stack.at(-1);
    // What belongs to no rule, step or work makes the first state, or is a property that looks.
    if (running === undefined) return act.run(...act.args);
    const name = ACTS[act.primitive]?.(act.on) ?? act.on;
    const site = `${running.scope} › ${name}`;
    if (act.primitive === 'get' || act.primitive === 'put') return this.at(site, this.asCounting(act), 0);
    if (act.primitive === 'assign' && act.on === this.counting) return this.at(site, { ...act, primitive: 'count' }, 0);
    return this.at(site, act, 0);
  }

  /** A get or put, during which the assignment of its counter is no assignment of its own. */
  private asCounting(act: Act): Act {
    return {
      ...act,
      run: (...args) => {
        const outer = this.counting;
        this.counting = act.on;
        try {
          return act.run(...args);
        } finally {
          this.counting = outer;
        }
      },
    };
  }

  wrap(model: ModelDefinition): ModelDefinition {
    const { tail } = model;
    return {
      ...model,
      rules: Object.fromEntries(
        Object.entries(model.rules).map(([name, rule]: [string, Code]) => [
          name,
          this.piece('rule', `rule ${name}`, rule),
        ]),
      ),
      commands: Object.fromEntries(
        Object.entries(model.commands).map(([op, command]) => [op, this.wrapCommand(command)]),
      ),
      works: model.works.map((work) => this.wrapWork(work)),
      ...(tail === undefined
        ? {}
        : { tail: { ...tail, run: this.piece('tail', 'return to user mode', tail.run as Code) as typeof tail.run } }),
    };
  }

  private piece(primitive: Piece, scope: string, code: Code): Code {
    return (...given) => {
      const run = (...args: readonly unknown[]): unknown => {
        this.stack.push({ scope, calls: new Map() });
        try {
          return code(...args);
        } finally {
          this.stack.pop();
        }
      };
      const calls = this.stack.at(-1)?.calls;
      const nth = calls?.get(scope) ?? 0;
      calls?.set(scope, nth + 1);
      return this.at(scope, { primitive, on: scope, args: given, run }, nth);
    };
  }

  private wrapCommand(command: AnyCommand): AnyCommand {
    const { op, cleanup } = command;
    const steps: [string, (k: never, call: never) => Next][] = [];
    for (const [name, step] of Object.entries(command.steps)) {
      const code = this.withFlags(command, this.piece('step', `step ${op} / ${name}`, step as Code));
      for (const early of this.early)
        if (early.op === op && early.step === name)
          steps.push([early.name, (k, call) => early.run(() => code(k, call)) as Next]);
      steps.push([name, code as (k: never, call: never) => Next]);
    }
    return {
      ...command,
      steps: Object.fromEntries(steps),
      stepNames: steps.map(([name]) => name),
      cleanup:
        cleanup === undefined
          ? undefined
          : (this.withFlags(command, this.piece('cleanup', `cleanup ${op}`, cleanup as Code)) as typeof cleanup),
    };
  }

  /** Lets the flags that a command is given pass by the instrument. */
  private withFlags({ op, args: specs }: AnyCommand, code: Code): Code {
    const names = Object.keys(specs).filter((name) => specs[name]?.shape === 'flags');
    if (names.length === 0) return code;
    const seen = new WeakMap<object, object>();
    return (k, given, ...rest) => {
      const call = given as { readonly args: Readonly<Record<string, number>> };
      let passed = seen.get(call);
      if (passed === undefined) {
        const args: Record<string, unknown> = { ...call.args };
        for (const name of names) {
          const site = `command ${op} › ${name}`;
          args[name] = this.at(
            site,
            { primitive: 'flags', on: site, args: [call.args[name]], run: (flags) => flags },
            0,
          );
        }
        passed = { ...call, args };
        seen.set(call, passed);
      }
      return code(k, passed, ...rest);
    };
  }

  private wrapWork(work: AnyWork): AnyWork {
    return {
      ...work,
      ready: this.piece('ready', `ready ${work.name}`, work.ready as Code) as AnyWork['ready'],
      run: this.piece('work', `work ${work.name}`, work.run as Code) as AnyWork['run'],
    };
  }
}
