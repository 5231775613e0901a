/**
 * Sockmaps and sockhashes as bpf(2) reaches their entries, which are sockets that these models do not know: nothing is ever there.
 * Kernel: net/core/sock_map.c sock_map_update_elem_sys, __sock_map_delete, sock_hash_delete_elem, sock_map_lookup_sys; docs/observations.md obs-013.
 */
import type { Kernel } from '../kernel.ts';
import { descriptor } from '../rules/resolve.ts';
import type { MapType } from './map-type.ts';

const entries = (onDelete: 'EINVAL' | 'ENOENT'): MapType => ({
  update(k: Kernel, { value: { prog }, actor }) {
    const number = prog !== null && 'number' in prog ? prog.number : null;
    k.check('value is open', number === 0 || (prog !== null && descriptor(actor, prog) !== null), 'EBADF');
    k.fail('value is a socket', 'ENOTSOCK');
  },
  delete: (k) => k.fail('a socket is there', onDelete),
  // The cookie of a socket takes 8 bytes.
  lookup: (k) => k.fail('value has room for a cookie', 'ENOSPC'),
});

export const sockmap = entries('EINVAL');
export const sockhash = entries('ENOENT');
