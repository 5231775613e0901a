/** What a reader calls the fields of objects. Empty: nothing that a reader needs to hear of. */
import type {
  Cgroup,
  Inode,
  Instance,
  Kernel,
  Link,
  Name,
  OpenFile,
  Packet,
  Process,
  Program,
  Slot,
  Socket,
  Table,
} from './kernel.ts';
import { ownerName } from './rules/slots.ts';

const short = (attachType: string): string => attachType.replace(/^cgroup_/, '').replace(/^inet_/, '');
/** `egress of web`; the modes of XDP as ip(8) calls them. */
export const placeOf = (slot: Slot): string =>
  `${slot.xdpMode === 'generic' ? 'xdpgeneric' : short(slot.attachType)} of ${ownerName(slot)}`;

/** What made it, where the scenario gave it no name: `link_create.3` becomes `the file of link_create`. */
const fileName = (file: OpenFile): string => file.name.replace(/\.\d+$/, '');

type Words<V> = (view: V, field: string) => string | undefined;

const slot: Words<Slot> = (view, field) =>
  ({
    entries: `the list at ${placeOf(view)}`,
    effective: `what runs at ${placeOf(view)}`,
    mode: `the mode of ${placeOf(view)}`,
    changes: `the changes counted at ${placeOf(view)}`,
    preorders: '',
  })[field];

const link: Words<Link> = ({ name }, field) =>
  ({
    phase: `link ${name}`,
    prog: `the program of link ${name}`,
    slot: `what link ${name} is attached to`,
    refs: `the references to link ${name}`,
    settled: `whether the id of link ${name} is published`,
    deferred: `whether a work item frees link ${name}`,
  })[field];

const program: Words<Program> = ({ name }, field) =>
  ({
    phase: `program ${name}`,
    refs: `the references to program ${name}`,
    readers: `the invocations that the grace period of ${name} waits for`,
  })[field];

const cgroup: Words<Cgroup> = ({ name }, field) =>
  ({
    phase: `cgroup ${name}`,
    cssRefs: `the css references to ${name}`,
    bpfRefs: `the references to the BPF state of ${name}`,
  })[field];

const file: Words<OpenFile> = (view, field) =>
  ({
    type: '',
    target: `what the file of ${fileName(view)} stands for`,
    refs: `the references to the file of ${fileName(view)}`,
  })[field];

const table: Words<Table> = ({ name }, field) =>
  ({
    fds: `the open files in the ${name}`,
    names: '',
    cloexec: '',
    users: `the users of the ${name}`,
    full: `whether the ${name} is full`,
  })[field];

const process: Words<Process> = ({ name }, field) =>
  ({
    phase: `process ${name}`,
    killed: `whether ${name} is to be killed`,
    releasing: `the links that ${name} is about to free`,
    cgroup: `the cgroup of ${name}`,
  })[field];

const packet: Words<Packet> = ({ owner }, field) =>
  ({
    running: `whether an event of ${owner} is under way`,
    array: `what the event of ${owner} has still to run`,
    ran: `what the event of ${owner} ran`,
    current: `whether the array of the event of ${owner} is still the published one`,
    slot: `where the event of ${owner} is`,
  })[field];

const inode: Words<Inode> = (view, field) =>
  ({
    type: '',
    target: `what the inode of ${view.name.replace(/\.\d+$/, '')} stands for`,
    nlink: `the names of the inode of ${view.name.replace(/\.\d+$/, '')}`,
  })[field];

const name: Words<Name> = ({ path }, field) => (field === 'inode' ? `what stands at ${path}` : undefined);

const socket: Words<Socket> = (view, field) =>
  ({ queue: `the messages that wait at ${view.name}`, cgroup: `the cgroup that socket ${view.name} keeps` })[field];

const instance: Words<Instance> = ({ name: of }, field) =>
  ({ mounts: `the mounts of ${of}`, alive: `whether ${of} is there` })[field];

const KINDS = { slot, link, program, cgroup, file, table, process, packet, inode, name, socket, instance };

/** Undefined where kind, name and field say it well enough. */
export function fieldWords(view: Kernel['all'][keyof Kernel['all']][number], field: string): string | undefined {
  return Object.hasOwn(KINDS, view.kind) ? KINDS[view.kind as keyof typeof KINDS](view as never, field) : undefined;
}
