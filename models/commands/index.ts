/** Every command, by the operation's name in traces and scenarios. */
import type { AnyCommand } from '../../src/modelling/index.ts';
import * as bpffs from './bpffs.ts';
import { cgroupStat, mkdir, openCgroup, openSocket, rmdir } from './cgroups.ts';
import {
  close,
  dup,
  dup2,
  epollAdd,
  fillFds,
  freeFds,
  getCloexec,
  mmapFd,
  openPlain,
  openProcFd,
  pidfdGetfd,
  readFd,
  readlinkFd,
  setCloexec,
  writeFd,
} from './descriptors.ts';
import { fire, send } from './events.ts';
import { flock } from './flock.ts';
import { fdinfo, linkInfo, listIds, mapInfo, progInfo } from './info.ts';
import { iterCreate, iterRead } from './iterators.ts';
import { linkCreate } from './link-create.ts';
import { linkDetach, linkUpdate } from './link-update.ts';
import {
  ioUringRegister,
  ioUringSetup,
  mapCreate,
  mapGetFdById,
  progBindMap,
  taskFdQuery,
  unknownCommand,
} from './maps.ts';
import { mapDelete, mapFreeze, mapLookup, mapUpdate } from './maps-entries.ts';
import { recvMsg, sendFd, sendMsg, socketpair } from './messages.ts';
import * as netdevs from './netdevs.ts';
import { enter, netnsAdd, netnsDelete, openNetns } from './netns.ts';
import { perfEventDisable, perfEventEnable, perfEventOpen, perfEventQuery, perfEventSetBpf } from './perf-events.ts';
import { objGet, objPin } from './pins.ts';
import { cloneFiles, closeRange, execve, exit, fork, join, kill, setCaps, sleep, wait } from './processes.ts';
import { progAttach } from './prog-attach.ts';
import { progDetach } from './prog-detach.ts';
import { linkGetFdById, progGetFdById, progLoad } from './prog-load.ts';
import { query } from './prog-query.ts';
import { rawTpOpen } from './raw-tp-open.ts';
import { enableStats } from './statistics.ts';
import { tcFilterAttach, tcFilterDetach, tcFilterQuery, tcHookCreate, tcHookDestroy } from './tc.ts';
import { progTestRun } from './test-run.ts';
import { xdpQuery, xdpSet } from './xdp.ts';

const all = [
  progLoad,
  progAttach,
  progDetach,
  query,
  linkCreate,
  linkUpdate,
  linkDetach,
  linkInfo,
  progInfo,
  mapInfo,
  progGetFdById,
  linkGetFdById,
  mapGetFdById,
  listIds,
  objPin,
  objGet,
  mapCreate,
  mapLookup,
  mapUpdate,
  mapDelete,
  mapFreeze,
  progBindMap,
  progTestRun,
  enableStats,
  rawTpOpen,
  perfEventOpen,
  perfEventEnable,
  perfEventDisable,
  perfEventSetBpf,
  perfEventQuery,
  iterCreate,
  iterRead,
  taskFdQuery,
  unknownCommand,
  close,
  dup,
  dup2,
  closeRange,
  setCloexec,
  getCloexec,
  fillFds,
  freeFds,
  openPlain,
  pidfdGetfd,
  readFd,
  writeFd,
  mmapFd,
  openProcFd,
  epollAdd,
  readlinkFd,
  fdinfo,
  fork,
  cloneFiles,
  execve,
  exit,
  kill,
  wait,
  setCaps,
  join,
  sleep,
  socketpair,
  sendMsg,
  recvMsg,
  sendFd,
  ioUringSetup,
  ioUringRegister,
  mkdir,
  rmdir,
  openCgroup,
  cgroupStat,
  openSocket,
  fire,
  send,
  xdpSet,
  xdpQuery,
  tcHookCreate,
  tcHookDestroy,
  tcFilterAttach,
  tcFilterDetach,
  tcFilterQuery,
  netdevs.netdevAdd,
  netdevs.netdevDelete,
  netdevs.netdevMove,
  netdevs.netdevUp,
  netdevs.netdevExists,
  netdevs.netdevEnslave,
  netdevs.bondMode,
  netnsAdd,
  netnsDelete,
  enter,
  openNetns,
  bpffs.unlink,
  bpffs.rename,
  bpffs.hardlink,
  bpffs.symlink,
  bpffs.pinMkdir,
  bpffs.pinRmdir,
  bpffs.createFile,
  bpffs.stat,
  bpffs.chmod,
  bpffs.openPin,
  bpffs.openDir,
  flock,
  bpffs.mountBpffs,
  bpffs.umountBpffs,
] as const;

/** Every command with its static types, by operation. */
export type Commands = { readonly [C in (typeof all)[number] as C['op']]: C };

export const commands = Object.fromEntries(all.map((command) => [command.op, command])) as unknown as Commands &
  Readonly<Record<string, AnyCommand>>;
