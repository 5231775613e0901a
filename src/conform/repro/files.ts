/** Names in bpffs, and its mounts, as C. */
import type { TraceStep } from '../../trace/format.ts';
import { opens } from './descriptors.ts';
import { type Checks, expected, number, simple } from './expect.ts';
import type { Operation, Writer, Written } from './writer.ts';

function onPath(call: (path: string) => string): Operation {
  return (w, step) => {
    w.only(step, 'path');
    return simple(w, step, `result(${call(w.path(step.args['path']))})`);
  };
}

function rename(w: Writer, step: TraceStep): Written {
  const { args } = step;
  w.only(step, 'path', 'to', 'flags');
  const [from, to, flags] = [w.path(args['path']), w.path(args['to']), w.flags(args['flags'])];
  const call = flags === '0' ? `rename(${from}, ${to})` : `renameat2(AT_FDCWD, ${from}, AT_FDCWD, ${to}, ${flags})`;
  return simple(w, step, `result(${call})`);
}

function twoPaths(call: string): Operation {
  return (w, step) => {
    w.only(step, 'path', 'to');
    return simple(w, step, `result(${call}(${w.path(step.args['path'])}, ${w.path(step.args['to'])}))`);
  };
}

function opener(flags: string): Operation {
  return (w, step) => {
    w.only(step, 'path', 'oPath');
    const how = step.args['oPath'] === true ? 'O_PATH' : flags;
    return opens(w, step, `result(open(${w.path(step.args['path'])}, ${how} | O_CLOEXEC))`);
  };
}

function createFile(w: Writer, step: TraceStep): Written {
  w.only(step, 'path');
  return opens(w, step, `result(open(${w.path(step.args['path'])}, O_CREAT | O_WRONLY | O_CLOEXEC, 0600))`);
}

function chmod(w: Writer, step: TraceStep): Written {
  w.only(step, 'path', 'mode');
  const mode = String(step.args['mode']);
  if (!/^0?[0-7]{3,4}$/.test(mode)) w.no('LR421', `no C form for the mode ${mode}`);
  return simple(w, step, `result(chmod(${w.path(step.args['path'])}, ${mode.startsWith('0') ? mode : `0${mode}`}))`);
}

function stat(w: Writer, step: TraceStep): Written {
  w.only(step, 'path');
  w.need('stat_path');
  const checks: Checks = {
    mode: (value) => [number(w, 'mode', String(value), 'info.st_mode')],
    nlink: (value) => [number(w, 'nlink', Number(value), 'info.st_nlink')],
  };
  const lines = ['struct stat info = { 0 };', `int got = stat_path(${w.path(step.args['path'])}, &info);`];
  return { lines, conditions: expected(w, step, 'got', checks) };
}

/** A mount lies beside the bpffs in which paths begin. */
function mountPath(w: Writer, name: unknown): string {
  const mount = String(name);
  if (mount === 'bpffs') w.no('LR421', 'no C form for a mount in the place of the bpffs in which paths begin');
  if (!/^[A-Za-z0-9_-]+$/.test(mount) || mount === 'elsewhere') w.no('LR421', `no C form for a mount called ${mount}`);
  w.need('bpffs');
  return JSON.stringify(`../${mount}`);
}

function mount(w: Writer, step: TraceStep): Written {
  const { mount: name, bindOf, private: isPrivate } = step.args;
  w.only(step, 'mount', 'bindOf', 'private');
  const source = bindOf === undefined || bindOf === null ? 'NULL' : JSON.stringify(`../${String(bindOf)}`);
  w.need('mount_at');
  const call = `mount_at(${mountPath(w, name)}, ${source})`;
  if (isPrivate !== true) return simple(w, step, call);
  w.need('leave_mounts');
  return {
    lines: ['int got = leave_mounts();', 'if (got == 0)', `\tgot = ${call};`],
    conditions: expected(w, step, 'got'),
  };
}

function umount(w: Writer, step: TraceStep): Written {
  const { mount: name, lazy } = step.args;
  w.only(step, 'mount', 'lazy');
  w.need('umount_at');
  return simple(w, step, `umount_at(${mountPath(w, name)}, ${lazy === true ? 'MNT_DETACH' : '0'})`);
}

export const FILES: Readonly<Record<string, Operation>> = {
  unlink: onPath((path) => `unlink(${path})`),
  pin_mkdir: onPath((path) => `mkdir(${path}, 0755)`),
  pin_rmdir: onPath((path) => `rmdir(${path})`),
  rename,
  hardlink: twoPaths('link'),
  symlink: twoPaths('symlink'),
  open_pin: opener('O_RDONLY'),
  open_dir: opener('O_RDONLY | O_DIRECTORY'),
  create_file: createFile,
  chmod,
  stat,
  mount_bpffs: mount,
  umount_bpffs: umount,
};
