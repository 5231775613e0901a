/** Every mutation operator. */
import type { Operator } from '../operator.ts';
import { calls } from './calls.ts';
import { checks } from './checks.ts';
import { lists } from './lists.ts';
import { references } from './references.ts';
import { state } from './state.ts';

export const OPERATORS: readonly Operator[] = [...references, ...lists, ...state, ...checks, ...calls];

export const OPERATOR_NAMES: readonly string[] = [...new Set(OPERATORS.map(({ name }) => name))];
