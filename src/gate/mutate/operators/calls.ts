/** Rules, steps and works that are left out, answer otherwise, or give up. */
import type { World } from '../../../modelling/world.ts';
import { ErrnoSignal } from '../../../world/signals.ts';
import { ONLY, type Operator } from '../operator.ts';

/** Other answers of a rule, by name. */
const ANSWERS: Readonly<Record<string, (answer: unknown) => unknown>> = {
  yes: () => true,
  no: () => false,
  zero: () => 0,
  'one more': (answer) => (answer as number) + 1,
  nothing: () => [],
  reversed: (answer) => [...(answer as unknown[])].reverse(),
  'all but the last': (answer) => (answer as unknown[]).slice(0, -1),
};

function otherAnswers(answer: unknown): readonly string[] {
  if (typeof answer === 'boolean') return ['yes', 'no'];
  if (typeof answer === 'number') return ['zero', 'one more'];
  return Array.isArray(answer) ? ['nothing', 'reversed', 'all but the last'] : [];
}

const differs = (one: unknown, other: unknown): boolean =>
  Array.isArray(one) && Array.isArray(other)
    ? one.length !== other.length || one.some((item, i) => item !== other[i])
    : one !== other;

const ifVoid = (_act: unknown, _where: unknown, result: unknown): readonly string[] =>
  result === undefined ? ONLY : [];

export const calls: readonly Operator[] = [
  {
    name: 'rule-does-nothing',
    says: 'does nothing',
    on: ['rule'],
    afterwards: true,
    variants: ifVoid,
    matters: () => true,
    act: () => undefined,
  },
  {
    name: 'only-the-first-call',
    says: 'is done once where it has to be done for each of several',
    on: ['rule'],
    afterwards: true,
    variants: (act, where, result) => (where.nth > 0 ? ifVoid(act, where, result) : []),
    matters: (_act, { nth }) => nth > 0,
    act: ({ args, run }, { nth }) => (nth > 0 ? undefined : run(...args)),
  },
  {
    name: 'rule-answers-otherwise',
    says: 'answers',
    on: ['rule'],
    afterwards: true,
    variants: (_act, _where, result) => otherAnswers(result),
    matters: (_act, _where, variant, result) => differs(ANSWERS[variant]?.(result), result),
    act: ({ args, run }, _where, variant) => ANSWERS[variant]?.(run(...args)),
  },
  {
    name: 'fallible-teardown',
    says: 'takes memory, and gives up where there is none',
    on: ['rule'],
    afterwards: true,
    variants: ifVoid,
    matters: (_act, { faults }) => faults,
    act({ args, run, on }) {
      try {
        (args[0] as World).allocates(on);
      } catch (signal) {
        if (signal instanceof ErrnoSignal) return undefined;
        throw signal;
      }
      return run(...args);
    },
  },
  {
    name: 'step-does-nothing',
    says: 'does nothing',
    on: ['step', 'cleanup'],
    matters: () => true,
    act({ args, run }, { rehearse }) {
      // Which step follows is no part of what it does.
      try {
        return rehearse(() => run(...args));
      } catch (signal) {
        if (signal instanceof ErrnoSignal) return undefined;
        throw signal;
      }
    },
  },
  {
    name: 'work-never-runs',
    says: 'is never ready',
    on: ['ready'],
    afterwards: true,
    matters: (_act, _where, _variant, result) => result === true,
    act: () => false,
  },
];
