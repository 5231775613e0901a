/** Mounts, instances, names and paths that a scenario speaks of. */
import type { Declarations, Instance } from '../src/modelling/index.ts';
import { refTo } from './ref-to.ts';
import { DEFAULT_MODES } from './rules/pins.ts';

/** The mount that paths without `..` lie on. */
export const DEFAULT_MOUNT = 'bpffs';
/** NAME_MAX. */
const NAME_MAX = 255;

interface Written {
  readonly where: 'bpffs' | 'elsewhere' | 'fd';
  readonly mount: string;
  /** Relative to the root of the instance; empty is the root. */
  readonly relative: string;
}

function parse(written: string): Written {
  if (written.startsWith('fd:')) return { where: 'fd', mount: '', relative: written.slice(3) };
  if (written.startsWith('/')) return { where: 'elsewhere', mount: '', relative: written };
  if (written.startsWith('../')) {
    const [mount = '', ...rest] = written.slice(3).split('/');
    return { where: 'bpffs', mount, relative: rest.join('/') };
  }
  return { where: 'bpffs', mount: DEFAULT_MOUNT, relative: written === '.' ? '' : written };
}

const faultOf = (relative: string): string | null => {
  const parts = relative.split('/');
  if (parts.some((part) => part.length > NAME_MAX)) return 'long';
  return parts.some((part) => part.includes('.')) ? 'dot' : null;
};

/** A path and every directory above it. */
const withParents = (relative: string): string[] => {
  const parts = relative.split('/');
  return parts.map((_, i) => parts.slice(0, i + 1).join('/'));
};

/** Which instance each mount shows: its own, or that of the mount it is bound to. */
function instancesByMount(declarations: Declarations): Map<string, string> {
  const uses = declarations.uses.filter(({ command }) => command.op === 'mount_bpffs' || command.op === 'umount_bpffs');
  const mounts = new Map<string, string>([[DEFAULT_MOUNT, DEFAULT_MOUNT]]);
  for (const { args } of uses) {
    const mount = String(args['mount']);
    if (typeof args['bindOf'] === 'string') mounts.set(mount, mounts.get(args['bindOf']) ?? args['bindOf']);
    else if (!mounts.has(mount)) mounts.set(mount, mount);
  }
  return mounts;
}

export interface BpffsPopulation {
  readonly instances: Readonly<Record<string, readonly Instance[]>>;
  readonly inodes: number;
  /** Largest index of a mode. */
  readonly modes: number;
}

export function bpffsInstances(declarations: Declarations, made: readonly Instance[]): BpffsPopulation {
  const pathArgs = declarations.uses.flatMap(({ command, args }) =>
    Object.entries(command.args).flatMap(([name, spec]) =>
      spec.shape === 'object' && spec.kind === 'path' && typeof args[name] === 'string' ? [args[name] as string] : [],
    ),
  );
  const written = [...new Set(pathArgs)];
  const modes = [
    ...new Set([
      ...DEFAULT_MODES,
      ...declarations.uses.flatMap(({ command, args }) =>
        command.op === 'chmod' && typeof args['mode'] === 'string' ? [args['mode'] as string] : [],
      ),
    ]),
  ];
  if (written.length === 0 && !declarations.uses.some(({ command }) => command.op.includes('bpffs')))
    return { instances: { mount: [], instance: [], inode: [], name: [], path: [], modes: [] }, inodes: 0, modes: 0 };
  const mounts = instancesByMount(declarations);
  for (const path of written) {
    const { where, mount } = parse(path);
    if (where === 'bpffs' && !mounts.has(mount)) mounts.set(mount, mount);
  }
  const instances = [...new Set(mounts.values())];
  const usesPathFd = declarations.uses.some(({ args }) => args['pathFd'] !== undefined);
  return {
    instances: {
      mount: [...mounts].map(([mount, instance]) => ({
        name: mount,
        constants: { instance: refTo('instance', instance) },
      })),
      instance: instances.map((name) => ({ name, constants: { root: refTo('inode', `root of ${name}`) } })),
      inode: [...instances.map((name) => ({ name: `root of ${name}` })), ...made],
      ...namesAndPaths(written, mounts, usesPathFd ? instances : [], declarations),
      modes: [{ name: 'modes', constants: { list: modes } }],
    },
    inodes: made.length,
    modes: modes.length - 1,
  };
}

function namesAndPaths(
  written: readonly string[],
  mounts: ReadonlyMap<string, string>,
  everywhere: readonly string[],
  declarations: Declarations,
): Record<'name' | 'path', Instance[]> {
  const names = new Map<string, Instance>();
  const id = (instance: string, relative: string): string => `${instance}/${relative}`;
  const paths = written.map((path): Instance => {
    const { where, mount, relative } = parse(path);
    const home = mounts.get(mount) ?? mount;
    const found = where !== 'bpffs' || relative === '' ? [] : [...new Set([home, ...everywhere])];
    for (const instance of found)
      for (const step of withParents(relative)) {
        const parent = step.includes('/') ? step.slice(0, step.lastIndexOf('/')) : null;
        const constants = {
          instance: refTo('instance', instance),
          path: step,
          parent: parent === null ? null : refTo('name', id(instance, parent)),
        };
        names.set(id(instance, step), { name: id(instance, step), constants });
      }
    return {
      name: path,
      constants: {
        written: path,
        where,
        mount: where === 'bpffs' ? refTo('mount', mount) : null,
        names: found.map((instance) => refTo('name', id(instance, relative))),
        handle: where === 'fd' ? (declarations.handles.get(relative) ?? null) : null,
        fault: where === 'bpffs' ? faultOf(relative) : null,
      },
    };
  });
  return { name: [...names.values()], path: paths };
}
