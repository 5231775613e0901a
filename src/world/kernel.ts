/** The world object that steps, works and properties receive. */
import type { Semantics } from '../modelling/semantics.ts';
import type { Counted, Happening, Reference } from '../modelling/world.ts';
import type { AnyViews } from './any-view.ts';
import type { Coverage } from './coverage.ts';
import type { Instrument } from './instrument.ts';
import { BLOCKED, BoundSignal, ErrnoSignal, LawSignal } from './signals.ts';

/** What the running transition does; the runner sets it, steps and properties read it. */
export interface Running {
  actor: string;
  op: string;
  errno: string | null;
  /** What the command returned besides success. */
  values: Record<string, unknown> | undefined;
  /** Name of the step inside the command, for traces at grain `lock`. */
  stepName: string;
  /** The command began in an earlier transition. */
  continued: boolean;
  /** Errno that the actor sees although the command succeeded; remembered as its result. */
  seen: string | null;
  /** Which allocation of the transition fails, counted from 0; -1 none. */
  failing: number;
  /** Allocations that the transition has met. */
  allocations: number;
}

export interface KernelParts {
  readonly views: AnyViews;
  readonly past: () => AnyViews;
  readonly semantics: Semantics;
  readonly rules: object;
  readonly handles: readonly string[];
  readonly calls: () => readonly unknown[];
  readonly coverage: Coverage;
  readonly running: Running;
  readonly watch: (happening: Happening) => void;
  /** Label of the property that is being checked. */
  readonly propertyLabel: () => string | undefined;
  readonly instrument: Instrument | undefined;
}

export interface AnyKernel {
  readonly all: AnyViews;
  readonly rules: object;
}

/** The two primitives that every reference goes through. */
function references(watch: KernelParts['watch']) {
  return {
    get(object: Counted<string>, counter: string, { why, what }: Reference) {
      const refs = object[counter] as number;
      object[counter] = refs + 1;
      watch({ type: 'get', object: what ?? `${object.kind} ${object.name}`, refs: refs + 1, why });
    },
    put(object: Counted<string>, counter: string, { why, what }: Reference, last?: () => void) {
      const refs = (object[counter] as number) - 1;
      object[counter] = refs;
      watch({ type: 'put', object: what ?? `${object.kind} ${object.name}`, refs, why });
      if (refs === 0) last?.();
    },
  };
}

export function makeKernel(parts: KernelParts): AnyKernel {
  const { coverage, running, semantics, instrument } = parts;
  const allocated = (what: string): boolean => {
    const fails = running.allocations === running.failing;
    running.allocations++;
    coverage.checks.add(`${running.op} memory for ${what} ${fails ? 'false' : 'true'}`);
    return !fails;
  };
  const kernel = {
    all: parts.views,
    get before() {
      return parts.past();
    },
    handles: parts.handles,
    calls: parts.calls,
    rules: parts.rules,
    step: running,
    has: (feature: string) => semantics.features.has(feature),
    check(name: string, condition: unknown, errno: string) {
      coverage.checks.add(`${running.op} ${name} ${condition ? 'true' : 'false'}`);
      if (!condition) throw new ErrnoSignal(errno, name);
    },
    fail(name: string, errno: string) {
      coverage.checks.add(`${running.op} ${name} false`);
      throw new ErrnoSignal(errno, name);
    },
    allocates(what: string) {
      if (!allocated(what)) throw new ErrnoSignal('ENOMEM', `memory for ${what}`);
    },
    allocated,
    when(condition: unknown) {
      if (!condition) throw BLOCKED;
    },
    returns(values: Readonly<Record<string, unknown>>) {
      running.values = { ...running.values, ...values };
    },
    sees(errno: string) {
      running.seen = errno;
    },
    ...references(parts.watch),
    tell: parts.watch,
    subject() {
      const label = parts.propertyLabel();
      if (label !== undefined) coverage.subjects.add(label);
    },
    exceeded(what: string) {
      throw new BoundSignal(what);
    },
    broken(law: string, why: string) {
      throw new LawSignal(law, why);
    },
  };
  return instrument === undefined ? kernel : Object.assign(kernel, instrumentedKernel(kernel, instrument));
}

/** What ends commands and what counts references, as an instrument lets it happen. */
function instrumentedKernel(
  {
    check,
    allocates,
    allocated,
    get,
    put,
  }: Readonly<Record<'check' | 'allocates' | 'allocated' | 'get' | 'put', (...args: never[]) => unknown>>,
  instrument: Instrument,
): object {
  const run =
    (code: (...args: never[]) => unknown, ...first: unknown[]) =>
    (...rest: readonly unknown[]): unknown =>
      code(...([...first, ...rest] as never[]));
  const asked = (name: string, condition: unknown, errno: string): unknown =>
    instrument.act({ primitive: 'check', on: name, args: [Boolean(condition), errno], run: run(check, name) });
  const counted =
    (primitive: 'get' | 'put', code: (...args: never[]) => unknown) =>
    (...args: [{ readonly kind: string }, string, ...unknown[]]) =>
      void instrument.act({ primitive, on: `${args[0].kind}.${args[1]}`, args, run: run(code) });
  return {
    check: (name: string, condition: unknown, errno: string) => void asked(name, condition, errno),
    fail: (name: string, errno: string) => asked(name, false, errno),
    allocates: (what: string) =>
      void instrument.act({ primitive: 'allocate', on: what, args: [], run: run(allocates, what) }),
    allocated: (what: string) =>
      instrument.act({ primitive: 'try-to-allocate', on: what, args: [], run: run(allocated, what) }),
    get: counted('get', get),
    put: counted('put', put),
  };
}
