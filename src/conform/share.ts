/** Work that several kernels share: while one waits for its kernel, the model follows another. */
import type { ConformKernel } from './protocol/line.ts';

/**
 * Each kernel takes the next item when it is done with its last one. `each` hears of the results in the order of the
 * items, whoever was faster. An error ends the work of all.
 */
export async function share<T, R>(
  kernels: readonly ConformKernel[],
  items: Iterable<T>,
  run: (kernel: ConformKernel, item: T) => Promise<R>,
  each: (item: T, result: R) => void,
): Promise<void> {
  const iterator = items[Symbol.iterator]();
  const done = new Map<number, { readonly item: T; readonly result: R }>();
  let taken = 0;
  let told = 0;
  const work = async (kernel: ConformKernel): Promise<void> => {
    for (let next = iterator.next(); next.done !== true; next = iterator.next()) {
      const { value: item } = next;
      const place = taken++;
      done.set(place, { item, result: await run(kernel, item) });
      for (let first = done.get(told); first !== undefined; first = done.get(++told)) {
        done.delete(told);
        each(first.item, first.result);
      }
    }
  };
  await Promise.all(kernels.map(work));
}
