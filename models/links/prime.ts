/** bpf_link_prime: descriptor number, id and file are reserved, and the link is listed. Facts link-core 3.1 C5, C6. */
import type { Kernel } from '../kernel.ts';
import { checkRoom } from '../rules/resolve.ts';
import type { LinkCreate } from './link-type.ts';

export function primeLink(k: Kernel, { made, actor }: LinkCreate): void {
  k.allocates('the link');
  checkRoom(k, actor);
  made.link.fire('PRIME');
  made.link.refs = 1;
}
