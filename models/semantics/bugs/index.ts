/**
 * Historic bugs as semantics: each restores what a fix changed, over a kernel that has the fix. They are the checker's own
 * test: `scenarios/bugs` finds each by a shortest trace and shows that the base is free of it.
 */
import type { BpfSemantics } from '../linux.ts';
import { cg01 } from './cg01.ts';
import { cg05 } from './cg05.ts';
import { cg08 } from './cg08.ts';
import { cg15 } from './cg15.ts';
import { cg16 } from './cg16.ts';
import { lk02 } from './lk02.ts';
import { lk07 } from './lk07.ts';
import { nn04 } from './nn04.ts';
import { pa01 } from './pa01.ts';
import { sm02 } from './sm02.ts';
import { tc01 } from './tc01.ts';
import { tc04 } from './tc04.ts';
import { tr01 } from './tr01.ts';
import { tr05 } from './tr05.ts';
import { xd01 } from './xd01.ts';
import { xd02 } from './xd02.ts';
import { xd05 } from './xd05.ts';

const all: readonly BpfSemantics[] = [
  ...[cg01, cg05, cg08, cg15, cg16, lk02, lk07, nn04, pa01],
  ...[sm02, tc01, tc04, tr01, tr05, xd01, xd02, xd05],
];

export const BUGS: Readonly<Record<string, BpfSemantics>> = Object.fromEntries(all.map((bug) => [bug.name, bug]));
