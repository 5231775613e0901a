/** netkit pairs: both lists belong to the primary device. Kernel: drivers/net/netkit.c netkit_dev_fetch. Facts net 6, netkit-002 to netkit-007. */
import type { Kernel, Netdev, Process, Slot } from '../kernel.ts';
import { findNetdev } from './netdev.ts';
import { slotOf } from './slots.ts';

export function netkitSlot(k: Kernel, actor: Process | null, named: Netdev | null, attachType: string): Slot {
  const netdev = findNetdev(k, actor, named);
  k.check('device is a netkit', netdev.type === 'netkit', 'ENXIO');
  k.check('device is the primary one', netdev.primary, 'EACCES');
  return slotOf(k, netdev, attachType);
}
