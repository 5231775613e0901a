/**
 * What rtnetlink says to whoever listens, of attachments: XDP programs, qdiscs, filters. Links and tcx are silent.
 * Kernel: net/core/rtnetlink.c do_setlink, rtmsg_ifinfo; net/sched/sch_api.c qdisc_notify; net/sched/cls_api.c tfilter_notify. Facts
 * net 11, misc-001 to misc-019.
 */
import type { Kernel } from '../kernel.ts';

export type Message = 'RTM_NEWQDISC' | 'RTM_DELQDISC' | 'RTM_NEWTFILTER' | 'RTM_DELTFILTER';

export function notify(k: Kernel, message: Message): void {
  k.tell({ type: 'record', key: 'notified', object: message });
}

/** The message of a changed device carries the program that is attached now, by whom and in which mode ever. */
export function notifyXdp(k: Kernel, program: string | null): void {
  k.tell({ type: 'record', key: 'notified', object: `RTM_NEWLINK xdp ${program ?? 'none'}` });
}
