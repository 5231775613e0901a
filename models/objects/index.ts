/** Every kind of object, and the types that commands, rules and properties are written against. */
import { type BoundHandle, language, propertyLanguage, type View, type World } from '../../src/modelling/index.ts';
import type { Rules } from '../rules/index.ts';
import type { Feature } from '../semantics/features.ts';
import { inode, instance, modes, mount, name, path } from './bpffs.ts';
import { cgroup, slot, storage } from './cgroup.ts';
import { collector, file, map, ring, socket, table } from './file.ts';
import { link } from './link.ts';
import { packet, process } from './process.ts';
import { program } from './program.ts';

export const objects = { program, link, cgroup, slot, storage, file, table, socket, ring, map, collector, process, packet, mount, instance, name, inode, path, modes };
export type BpfObjects = typeof objects;

/** What steps receive: the world, the rules of the semantics, and features by their names. */
export interface Kernel extends World<BpfObjects> {
  readonly rules: Rules;
  has(feature: Feature): boolean;
}

export type Program = View<BpfObjects, 'program'>;
export type Link = View<BpfObjects, 'link'>;
export type Cgroup = View<BpfObjects, 'cgroup'>;
export type Slot = View<BpfObjects, 'slot'>;
export type OpenFile = View<BpfObjects, 'file'>;
export type Table = View<BpfObjects, 'table'>;
export type Socket = View<BpfObjects, 'socket'>;
export type Process = View<BpfObjects, 'process'>;
export type Packet = View<BpfObjects, 'packet'>;
export type Inode = View<BpfObjects, 'inode'>;
export type Name = View<BpfObjects, 'name'>;
export type Path = View<BpfObjects, 'path'>;
export type Mount = View<BpfObjects, 'mount'>;
export type Instance = View<BpfObjects, 'instance'>;
/** An attachment: a program attached by PROG_ATTACH, or a link. */
export type Entry = Program | Link;
export type { BoundHandle };

export const { command, work } = language<Kernel, BpfObjects, 'process'>();
export const { property } = propertyLanguage<Kernel, BpfObjects>();
