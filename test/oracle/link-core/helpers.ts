/** Builders and setups that only the rows of link-core use; the general ones are in ../steps.ts. */
import type { Expectation, Json } from '../../../src/trace/format.ts';
import type { OracleRow, RowObjects, RowStep } from '../row.ts';
import * as s from '../steps.ts';

export { mapCreate, pinMkdir } from '../process-steps.ts';

export const PATH_FD = 'BPF_F_PATH_FD';

// --- operations ---------------------------------------------------------------------------------------------------------

export const pinRmdir = (path: string): s.Call => s.call('pin_rmdir', { path });
export const symlink = (path: string, to: string): s.Call => s.call('symlink', { path, to });
export const createFile = (path: string): s.Call => s.call('create_file', { path });
export const openPin = (path: string, options: { readonly oPath?: true } = {}): s.Call =>
  s.call('open_pin', { path, ...options });
export const openDir = (path: string, as: string): RowStep => s.call('open_dir', { path }).as(as).ok();
export const epollAdd = (handle: s.Handle): s.Call => s.call('epoll_add', { handle });
export const iterCreate = (link: s.Handle, options: { readonly flags?: readonly s.Flag[] } = {}): s.Call =>
  s.call('iter_create', { link, ...options });
export const mountPrivate = (mount: string): s.Call => s.call('mount_bpffs', { mount, private: true });
export const mountBind = (mount: string, bindOf: string): s.Call => s.call('mount_bpffs', { mount, bindOf });
/** The info buffer of BPF_OBJ_GET_INFO_BY_FD: its size, or a non-zero byte behind what the kernel knows. */
export const linkInfoSized = (link: s.Handle, info: { readonly size: number } | { readonly beyond: true }): s.Call =>
  s.call('link_info', { link, info });
export const listIdsFrom = (kind: 'prog' | 'map' | 'link', start: number): s.Call =>
  s.call('list_ids', { kind, start });
/** Programs whose last reference this call drops, in the order in which the kernel reports their unloading. */
export const unloading = (op: 'exit' | 'close_range' | 'execve', actor: string, unloaded: readonly string[]): RowStep =>
  s.call(op, {}, actor).gives({ unloaded });

// --- observations -------------------------------------------------------------------------------------------------------

const shown = (progs: readonly string[]): { readonly [key: string]: Json } => ({ progs, count: progs.length });
/** A query while kernel work is pending: each of these lists is a legal answer. */
export const attachedMayBe = (...lists: readonly (readonly string[])[]): RowStep =>
  s.query().gives({ mayBe: lists.map(shown) });
/** What is attached after all pending kernel work has run. */
export const attachedSoon = (...progs: readonly string[]): RowStep => s.query().eventually(shown(progs));
/** The program is gone at once: its id does not lag behind the call before. */
export const goneNow = (prog: string): RowStep => s.progById(prog).fails('ENOENT');
/** A descriptor of this link that is looked at and dropped. */
export const isLink = (link: string): Expectation => ({ sameAs: link });

// --- setups -------------------------------------------------------------------------------------------------------------

export const SOCK: s.ProgOptions = { type: 'cgroup_sock', expectedAttachType: 'cgroup_inet_sock_create', returns: 1 };
export const DEVICE: s.ProgOptions = { type: 'cgroup_device', expectedAttachType: 'cgroup_device', returns: 1 };
export const SYSCTL: s.ProgOptions = { type: 'cgroup_sysctl', expectedAttachType: 'cgroup_sysctl', returns: 1 };
export const XDP: s.ProgOptions = { type: 'xdp', expectedAttachType: 'xdp', returns: 2 };
export const RAW_TRACEPOINT: s.ProgOptions = {
  type: 'raw_tracepoint',
  expectedAttachType: null,
  attach: { tp: 'sys_enter' },
  returns: 0,
};
export const MAP = { name: 'M', type: 'array', keySize: 4, valueSize: 4, maxEntries: 1 } as const;

export const ONE_PROG: RowObjects = { progs: [s.prog('A')], cgroups: [{ name: 'c', parent: null, exists: true }] };
export const TWO_PROGS: RowObjects = {
  progs: [s.prog('A'), s.prog('B')],
  cgroups: [{ name: 'c', parent: null, exists: true }],
};

/** Link `name` of program `prog`; the program's own descriptor is closed, so that only the link holds it. */
export const soleLink = (name: string, prog: string): readonly RowStep[] => [
  s.load(prog).ok(),
  s.link(name, prog),
  s.close(prog).ok(),
];
/** The same steps, done by another process. */
export const doneBy = (actor: string, ...steps: s.StepList): readonly RowStep[] =>
  (steps.flat() as readonly RowStep[]).map((step) => ({ ...step, actor }));
/** P1 alone holds link L of program A. */
export const HOLDER: readonly RowStep[] = [s.fork('P1').ok(), ...doneBy('P1', soleLink('L', 'A'))];

// --- rows ---------------------------------------------------------------------------------------------------------------

/** Rows that were recorded on an older kernel. */
export const onKernel = (semantics: 'linux-6.12' | 'linux-6.1', ...rows: readonly OracleRow[]): readonly OracleRow[] =>
  rows.map((row) => ('notExecutable' in row ? row : { ...row, semantics }));
