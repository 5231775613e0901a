/** Every built-in semantics by name: kernels, and proposals of the founding discussions. */
import { type BpfSemantics, LINUX } from './linux.ts';
import { linkHoldsCgroup } from './proposals/link-holds-cgroup.ts';

export const SEMANTICS: Readonly<Record<string, BpfSemantics>> = { ...LINUX, [linkHoldsCgroup.name]: linkHoldsCgroup };
