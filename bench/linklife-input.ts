/** LinkLife of a given size as input of the binder: every process has a menu of every action on every link. */

import { type ActorInput, type ItemInput, NO_FAULTS, type WorldInput } from '../src/world/input.ts';
import { ENVIRONMENT } from '../src/world/plan.ts';
import { linkLife } from './models/linklife.ts';

export function linkLifeInput(processes: number, links: number, cgroups: number, model = linkLife): WorldInput {
  const names = (kind: string, n: number): string[] => Array.from({ length: n }, (_, i) => `${kind}${i}`);
  const perLink = names('l', links).flatMap((link): ItemInput[] => [
    ...names('c', cgroups).map((cgroup) => ({ op: 'create', args: { link, cgroup } })),
    ...['close', 'pin', 'unpin', 'open', 'update', 'detach'].map((op) => ({ op, args: { link } })),
  ]);
  const actors: ActorInput[] = names('p', processes).map((name) => ({
    name,
    script: [],
    menu: { items: [...perLink, { op: 'exit', args: {} }], times: undefined },
  }));
  const rmdir = names('c', cgroups).map((cgroup) => ({ op: 'rmdir', args: { cgroup } }));
  const check = (property: string, names: readonly string[]) =>
    names.map((of) => ({ property, params: { of }, label: `${property} ${of}` }));
  return {
    model,
    semantics: model.semantics['plain'] as WorldInput['semantics'],
    grain: 'command',
    objects: { processes, links, cgroups },
    limits: {},
    faults: NO_FAULTS,
    setup: [],
    actors: [...actors, { name: ENVIRONMENT, script: [], menu: { items: rmdir, times: undefined } }],
    properties: [
      ...['attached-is-held', 'freed-is-unheld', 'listed-once'].flatMap((name) => check(name, names('l', links))),
      ...['dead-is-empty', 'lists-attached'].flatMap((name) => check(name, names('c', cgroups))),
    ],
  };
}
