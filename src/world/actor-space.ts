/** Space for actors: where each one stands in its script, and the registers of the command that it runs. */
import { array, count } from '../modelling/field.ts';
import { type Objects, object } from '../modelling/object.ts';
import type { WorldInput } from './input.ts';
import { type BitAllocator, cellsOf, type ObjectCells } from './layout.ts';
import type { ActorPlan } from './plan.ts';
import type { ItemUses } from './uses.ts';

/** Fields that hold where an actor stands. What a coarser grain never stores between transitions takes no bits. */
export function frameObject(actor: ActorPlan, input: WorldInput, results: number): Objects[string] {
  const { script, menu, interrupts } = actor;
  const lock = input.grain === 'lock';
  const items = [...script, ...menu, ...interrupts];
  const longest = Math.max(1, ...items.map(({ command }) => command.stepNames.length));
  const repeats = Math.max(0, ...menu.map(({ repetitions }) => (repetitions.length > 1 ? repetitions.length : 0)));
  return object({
    fields: {
      item: count(script.length),
      running: count(lock ? items.length : 0),
      // One behind the last step stands for what is left to do before user mode.
      step: count(lock ? longest : 0),
      repetition: count(lock ? Math.max(0, repeats - 1) : 0),
      spent: count(actor.input.menu?.times ?? 0),
      used: array(count(repeats), repeats === 0 ? 0 : menu.length),
      results: array(count(input.model.errnos.length + 1), results),
    },
  });
}

/** Kind under which the frame of an actor is laid out. */
export const frameKind = (actor: string): string => `frame of ${actor}`;

/** Registers of every command that an actor uses overlap: only one command runs at a time. */
export function registerLayout(
  items: readonly ItemUses[],
  sizes: Record<string, number>,
  bits: BitAllocator,
): Map<string, ObjectCells> {
  const start = bits.mark();
  let furthest = start;
  const layouts = new Map<string, ObjectCells>();
  for (const { command } of items) {
    if (layouts.has(command.op)) continue;
    bits.reset(start);
    const fields = Object.fromEntries(
      Object.entries(command.registers).map(([name, field]) => [name, { field, cells: cellsOf(field, sizes, bits) }]),
    );
    layouts.set(command.op, { phase: undefined, fields });
    if (bits.isBeyond(furthest)) furthest = bits.mark();
  }
  bits.reset(furthest);
  return layouts;
}
