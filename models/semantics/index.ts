/** Every built-in semantics by name: kernels, proposals of the founding discussions, and historic bugs. */
import { BUGS } from './bugs/index.ts';
import { type BpfSemantics, LINUX } from './linux.ts';
import { PROPOSALS } from './proposals/index.ts';

export const SEMANTICS: Readonly<Record<string, BpfSemantics>> = { ...LINUX, ...PROPOSALS, ...BUGS };
