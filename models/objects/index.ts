/** Every kind of object. */
import { inode, instance, modes, mount, name, path } from './bpffs.ts';
import { cgroup, slot, storage } from './cgroup.ts';
import { collector, file, map, ring, socket, table } from './file.ts';
import { hook, perf } from './hook.ts';
import { link } from './link.ts';
import { filter, netdev, netns, qdisc } from './netdev.ts';
import { packet, process } from './process.ts';
import { program } from './program.ts';

export const objects = {
  program,
  link,
  cgroup,
  slot,
  storage,
  file,
  table,
  socket,
  ring,
  map,
  collector,
  process,
  packet,
  mount,
  instance,
  name,
  inode,
  path,
  modes,
  hook,
  perf,
  netns,
  netdev,
  qdisc,
  filter,
};
