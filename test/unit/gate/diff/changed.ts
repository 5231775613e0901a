/** Semantics that differ from `linux-2` of the tiny model in one thing each. */
import type { Semantics } from '../../../../src/modelling/index.ts';
import { tiny } from '../../../support/tiny-model.ts';

const ground = tiny.semantics['linux-2'] as Semantics;

const patch = (name: string, changes: Semantics['changes']): Semantics => ({
  name,
  says: name,
  features: ground.features,
  changes,
  ground,
});

interface Link {
  readonly phase: string;
  fire(event: string): void;
}
interface World {
  readonly all: { readonly link: readonly Link[] };
  fail(name: string, errno: string): never;
}
type Step = (k: World, call: unknown) => undefined;

/** A step of the model as it is. */
const original = (op: string, step: string): Step => tiny.commands[op]?.steps[step] as unknown as Step;

const all: readonly Semantics[] = [
  tiny.semantics['linux-1'] as Semantics,
  patch('never-frees', { works: { link_free: { ready: () => false } } }),
  patch('frees-at-once', {
    steps: {
      close: {
        close: ((k: World, call: unknown) => {
          original('close', 'close')(k, call);
          for (const link of k.all.link) if (link.phase === 'DYING') link.fire('FREE');
        }) as never,
      },
    },
  }),
  patch('rmdir-is-refused', { steps: { rmdir: { rmdir: ((k: World) => k.fail('never', 'EINVAL')) as never } } }),
  patch('detach-does-nothing', { steps: { link_detach: { detach: (() => undefined) as never } } }),
  patch('same-work-written-anew', {
    works: {
      link_free: {
        ready: (_k: never, link: Link) => link.phase === 'DYING',
        run: (_k: never, link: Link) => link.fire('FREE'),
      },
    },
  }),
  patch('creates-in-more-steps', {
    steps: {
      link_create: {
        prime: { look: original('link_create', 'prime') as never, wait: (() => undefined) as never },
      },
    },
  }),
];

/** By name, which says what is different. */
export const changed: Readonly<Record<string, Semantics>> = Object.fromEntries(
  all.map((semantics) => [semantics.name, semantics]),
);
