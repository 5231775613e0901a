/**
 * Builders for the steps of oracle rows. A builder names one operation of docs/vocabulary.md; the terminal call (`ok`,
 * `fails`, `gives`) states what the kernel answered, so that no step can be written without an expectation:
 *
 *     attach('A', { flags: [MULTI] }).ok()
 *     linkCreate('B').as('LB').fails('EPERM')
 *     query({ flags: [EFFECTIVE] }).by('P1').gives({ progs: ['A'] })
 *
 * Defaults: actor P0, cgroup `c`, attach type cgroup_inet_ingress.
 */
import type { CgroupDecl, Expectation, Json, ProgTemplate } from '../../src/trace/format.ts';
import type { OracleRow, RowObjects, RowStep } from './row.ts';

export const OVERRIDE = 'BPF_F_ALLOW_OVERRIDE';
export const MULTI = 'BPF_F_ALLOW_MULTI';
export const REPLACE = 'BPF_F_REPLACE';
export const BEFORE = 'BPF_F_BEFORE';
export const AFTER = 'BPF_F_AFTER';
export const ID = 'BPF_F_ID';
export const PREORDER = 'BPF_F_PREORDER';
export const LINK = 'BPF_F_LINK';
export const EFFECTIVE = 'BPF_F_QUERY_EFFECTIVE';
export const RDONLY = 'BPF_F_RDONLY';
export const WRONLY = 'BPF_F_WRONLY';

export const INGRESS = 'cgroup_inet_ingress';
export const EGRESS = 'cgroup_inet_egress';

/** A descriptor number that no process ever has open. */
export const NOT_OPEN = 99;
/** A flag bit that no cgroup command knows. */
export const UNKNOWN_FLAG = 128;
/** An id that no object ever has. */
export const NO_SUCH_ID = 2147483647;

/** A handle name of the acting process, or a literal descriptor number. */
export type Handle = string | number;
export type Flag = string | number;
/** A cgroup by name, by a descriptor the actor holds, or by a literal descriptor number. */
export type Target = string | number | { readonly handle: string };
export type Attr = { readonly tail: true } | { readonly beyond: true } | { readonly size: number };
export type Relative =
  | { readonly prog: Handle }
  | { readonly link: Handle }
  | { readonly progId: string }
  | { readonly linkId: string }
  | { readonly id: number };

type Args = Readonly<Record<string, Json | undefined>>;

/** An operation that still lacks its expectation; every method returns something new, nothing is changed in place. */
export interface Call {
  /** Another acting process than P0. */
  by(actor: string): Call;
  /** The name of the descriptor (or process) the step yields; dropped when the step is expected to fail. */
  as(name: string): Call;
  ok(): RowStep;
  fails(errno: string): RowStep;
  /** Result keys, see docs/vocabulary.md. */
  gives(expect: Expectation): RowStep;
  /** As `gives`, after all pending kernel work has run; only for steps that read. */
  eventually(expect: Expectation): RowStep;
}

function defined(args: Args): RowStep['args'] {
  const kept: Record<string, Json> = {};
  for (const [key, value] of Object.entries(args)) {
    if (value !== undefined) kept[key] = value;
  }
  return kept;
}

/** Any operation of the vocabulary; the named builders below are preferred where they exist. */
export function call(op: string, args: Args = {}, actor = 'P0', name?: string): Call {
  const plain = { actor, op, args: defined(args) };
  const yielding = name === undefined ? plain : { ...plain, as: name };
  return {
    by: (other) => call(op, args, other, name),
    as: (other) => call(op, args, actor, other),
    ok: () => ({ ...yielding, expect: { ok: true } }),
    fails: (errno) => ({ ...plain, expect: { errno } }),
    gives: (expect) => ({ ...yielding, expect }),
    eventually: (expect) => ({ ...yielding, expect: { ...expect, eventually: true } }),
  };
}

// --- bpf(2): programs, attachments, queries ---------------------------------------------------------------------------

export interface AttachOptions {
  readonly cgroup?: Target;
  readonly attachType?: string | number;
  readonly flags?: readonly Flag[];
  readonly replace?: Handle;
  readonly relative?: Relative;
  readonly expectedRevision?: number;
  readonly attr?: Attr;
}

export interface LinkOptions extends Omit<AttachOptions, 'replace'> {
  /** Address array of a kprobe link: bytes that a cgroup link does not use. */
  readonly addrs?: readonly number[];
  readonly cookie?: number;
}

export interface UpdateOptions {
  readonly oldProg?: Handle;
  readonly flags?: readonly Flag[];
  readonly attr?: Attr;
}

export interface QueryOptions {
  readonly cgroup?: Target;
  readonly attachType?: string | number;
  readonly flags?: readonly Flag[];
  readonly capacity?: number;
  readonly noBuffers?: true;
  readonly progAttachFlags?: true;
  readonly linkIds?: true;
  readonly attr?: Attr;
}

const slot = { cgroup: 'c', attachType: INGRESS } as const;

/** Loads template `prog`; the program and its descriptor get the name `as`. */
export const load = (prog: string, as: string = prog): Call => call('prog_load', { prog }).as(as);
/** Several programs loaded without a failure by P0. */
export const loads = (...progs: readonly string[]): readonly RowStep[] => progs.map((prog) => load(prog).ok());

export const attach = (prog: Handle, options: AttachOptions = {}): Call =>
  call('prog_attach', { prog, ...slot, ...options });
/** `prog` null: no program named (the kernel sees descriptor 0). */
export const detach = (prog: Handle | null, options: Omit<AttachOptions, 'replace'> = {}): Call =>
  call('prog_detach', { prog, ...slot, ...options });
export const query = (options: QueryOptions = {}): Call => call('query', { ...slot, ...options });

export const linkCreate = (prog: Handle, options: LinkOptions = {}): Call =>
  call('link_create', { prog, ...slot, ...options });
/** Setup shorthand: link `name` of `prog` is created. */
export const link = (name: string, prog: Handle, options: LinkOptions = {}): RowStep =>
  linkCreate(prog, options).as(name).ok();
/** The four ways to attach to a cgroup; a link counts as MULTI. */
export type Mode = 'NONE' | 'OVERRIDE' | 'MULTI' | 'LINK';
export const MODES: readonly Mode[] = ['NONE', 'OVERRIDE', 'MULTI', 'LINK'];
/** What a query reports as attachFlags for the mode. */
export const modeFlags: Readonly<Record<Mode, readonly string[]>> = {
  NONE: [],
  OVERRIDE: [OVERRIDE],
  MULTI: [MULTI],
  LINK: [MULTI],
};
/** Attaches in a mode; a link gets the name `L` + program. */
export const attachAs = (mode: Mode, prog: string, cgroup = 'c'): Call =>
  mode === 'LINK' ? linkCreate(prog, { cgroup }).as(`L${prog}`) : attach(prog, { cgroup, flags: modeFlags[mode] });

export const linkUpdate = (link: Handle, prog: Handle, options: UpdateOptions = {}): Call =>
  call('link_update', { link, prog, ...options });
export const linkDetach = (link: Handle, options: { readonly attr?: Attr } = {}): Call =>
  call('link_detach', { link, ...options });
export const linkInfo = (link: Handle): Call => call('link_info', { link });

export interface ByIdOptions {
  readonly rawOpenFlags?: readonly Flag[];
  readonly attr?: Attr;
}
const byId = (key: string, of: string | { readonly id: number }): Args => (typeof of === 'string' ? { [key]: of } : of);
export const progById = (of: string | { readonly id: number }, options: ByIdOptions = {}): Call =>
  call('prog_get_fd_by_id', { ...byId('progId', of), ...options });
export const linkById = (of: string | { readonly id: number }, options: ByIdOptions = {}): Call =>
  call('link_get_fd_by_id', { ...byId('linkId', of), ...options });
export const listIds = (kind: 'prog' | 'map' | 'link'): Call => call('list_ids', { kind });

// --- what a query shows -----------------------------------------------------------------------------------------------

/** The slot's own list, in list order. */
export const list = (progs: readonly string[], also: Expectation = {}, options: QueryOptions = {}): RowStep =>
  query(options).gives({ progs, count: progs.length, ...also });
/** What runs in the cgroup, in run order. */
export const effective = (progs: readonly string[], options: QueryOptions = {}): RowStep =>
  query({ ...options, flags: [EFFECTIVE] }).gives({ progs, count: progs.length });
export const revision = (number: number, options: QueryOptions = {}): RowStep =>
  query(options).gives({ revision: number });
/** Nothing was ever attached here: what a failed attach must leave behind. */
export const untouched = (options: QueryOptions = {}): RowStep => list([], { attachFlags: [], revision: 1 }, options);

/** The program object is alive (the descriptor gained to see it is dropped at once). */
export const exists = (prog: string): RowStep => progById(prog).ok();
/** The program object is gone; the release of ids may lag behind the call that caused it. */
export const gone = (prog: string): RowStep => progById(prog).eventually({ errno: 'ENOENT' });
export const linkExists = (link: string): RowStep => linkById(link).ok();
export const linkGone = (link: string): RowStep => linkById(link).eventually({ errno: 'ENOENT' });

// --- processes and descriptors ----------------------------------------------------------------------------------------

export const close = (handle: Handle): Call => call('close', { handle });
export const dup = (handle: Handle, as: string): Call => call('dup', { handle }).as(as);
export const dup2 = (handle: Handle, over: string): Call => call('dup2', { handle, over });
export const fork = (child: string): Call => call('fork').as(child);
export const exit = (actor: string): RowStep => call('exit', {}, actor).ok();
export const kill = (target: string): Call => call('kill', { target });
export const wait = (target: string): Call => call('wait', { target });
export const cloneFiles = (child: string): Call => call('clone_files').as(child);
export const execve = (actor: string): RowStep => call('execve', {}, actor).ok();
export const setCloexec = (handle: Handle, on: boolean): Call => call('set_cloexec', { handle, on });
export const getCloexec = (handle: Handle): Call => call('get_cloexec', { handle });
export const sendFd = (handle: Handle, to: string, as?: string): Call => call('send_fd', { handle, to, as });
export const socketpair = (first: string, peer: string): Call => call('socketpair', { peer }).as(first);
export const sendMsg = (socket: Handle, handle: Handle): Call => call('send_msg', { socket, handle });
export const recvMsg = (socket: Handle, as: string): Call => call('recv_msg', { socket }).as(as);
export const pidfdGetfd = (from: string, handle: string, as: string): Call =>
  call('pidfd_getfd', { from, handle }).as(as);
export const openSocket = (as: string): Call => call('open_socket').as(as);
/** One datagram through an open socket of the actor. */
export const send = (socket: Handle): Call => call('send', { socket });
export const fillFds = (): Call => call('fill_fds');
export const freeFds = (): Call => call('free_fds');
export type Capability = 'CAP_BPF' | 'CAP_NET_ADMIN' | 'CAP_PERFMON' | 'CAP_SYS_ADMIN';
/** The actor becomes uid 65534 with exactly these capabilities. */
export const setCaps = (
  actor: string,
  caps: readonly Capability[],
  options: { readonly userns?: true } = {},
): RowStep => call('set_caps', { caps, ...options }, actor).ok();
export type FileKind = 'regular' | 'dev_null' | 'cgroup_file' | 'cgroup1_dir' | 'cgroup1_removed_dir' | 'btf';
/** A descriptor that is no BPF object. */
export const openFile = (kind: FileKind, as: string): RowStep => call('open_file', { kind }).as(as).ok();
export const readlinkFd = (handle: Handle): Call => call('readlink_fd', { handle });
export const openProcFd = (handle: Handle): Call => call('open_proc_fd', { handle });
export const fdinfo = (handle: Handle): Call => call('fdinfo', { handle });

// --- cgroups, bpffs, events -------------------------------------------------------------------------------------------

export const mkdir = (cgroup: string): Call => call('mkdir', { cgroup });
export const rmdir = (cgroup: string, options: { readonly expectBusy?: true } = {}): Call =>
  call('rmdir', { cgroup, ...options });
export const join = (cgroup: string): Call => call('join', { cgroup });
export const openCgroup = (cgroup: string, as: string, options: { readonly oPath?: true } = {}): RowStep =>
  call('open_cgroup', { cgroup, ...options })
    .as(as)
    .ok();
export const cgroupStat = (cgroup: Target): Call => call('cgroup_stat', { cgroup });

export interface PinOptions {
  readonly flags?: readonly Flag[];
  readonly pathFd?: Handle;
  readonly bpfFd?: Handle;
  readonly attr?: Attr;
}
export const pin = (obj: Handle, path: string, options: PinOptions = {}): Call =>
  call('obj_pin', { obj, path, ...options });
export const objGet = (path: string, options: PinOptions = {}): Call => call('obj_get', { path, ...options });
export const unlink = (path: string): Call => call('unlink', { path });
export const rename = (path: string, to: string, options: { readonly flags?: readonly Flag[] } = {}): Call =>
  call('rename', { path, to, ...options });
export const hardlink = (path: string, to: string): Call => call('hardlink', { path, to });
export const chmod = (path: string, mode: string): Call => call('chmod', { path, mode });
export const stat = (path: string): Call => call('stat', { path });
export const mountBpffs = (mount: string): Call => call('mount_bpffs', { mount });
export const umountBpffs = (mount: string, options: { readonly lazy?: true } = {}): Call =>
  call('umount_bpffs', { mount, ...options });

export interface FireOptions {
  readonly cgroup?: string;
  readonly socket?: string;
  readonly lsm?: string;
  readonly name?: string;
  readonly device?: string;
  readonly access?: string;
}
/** Exactly one event at `hook`, made by no actor. */
export const fire = (hook: string, options: FireOptions = {}): Call =>
  call('fire', { hook, ...(options.socket === undefined ? { cgroup: 'c' } : {}), ...options }, '-');
/** All pending kernel work has run afterwards. */
export const sleep = (ms = 300): RowStep => call('sleep', { ms }).gives({});

// --- objects and rows -------------------------------------------------------------------------------------------------

export interface ProgOptions {
  readonly type?: string;
  readonly expectedAttachType?: string | null;
  readonly returns?: number;
  readonly setRetval?: number;
  readonly [key: string]: Json | undefined;
}

/** A program template; without options: cgroup_skb for ingress that returns 1. */
export function prog(name: string, options: ProgOptions = {}): ProgTemplate {
  return { name, type: 'cgroup_skb', expectedAttachType: INGRESS, returns: 1, ...options };
}

/** Programs of other types that the fact sheet's rows use again and again. */
export const SOCK_OPS: ProgOptions = { type: 'sock_ops', expectedAttachType: 'cgroup_sock_ops', returns: 1 };
export const SOCKET_FILTER: ProgOptions = { type: 'socket_filter', expectedAttachType: null, returns: 1 };
export const CONNECT4: ProgOptions = {
  type: 'cgroup_sock_addr',
  expectedAttachType: 'cgroup_inet4_connect',
  returns: 1,
};
/** An egress program with a congestion verdict: the only cgroup_skb kind bound to the type it was loaded for. */
export const EGRESS_CN: ProgOptions = { type: 'cgroup_skb', expectedAttachType: EGRESS, returns: 2 };

export interface WorldOptions {
  /** Programs beyond (or instead of) A to E. */
  readonly progs?: Readonly<Record<string, ProgOptions>>;
  /** Name to parent (null: below a neutral directory); default: the one cgroup `c`. */
  readonly cgroups?: Readonly<Record<string, string | null>>;
  /** Cgroups of `cgroups` that a `mkdir` step makes. */
  readonly later?: readonly string[];
  readonly maps?: NonNullable<RowObjects['maps']>;
}

/** Programs A to E (and more), one cgroup `c` (or a tree). */
export function world(options: WorldOptions = {}): RowObjects {
  const progs = options.progs ?? {};
  const names = [...new Set(['A', 'B', 'C', 'D', 'E', ...Object.keys(progs)])];
  const cgroups = Object.entries(options.cgroups ?? { c: null }).map(
    ([name, parent]): CgroupDecl => ({ name, parent, exists: !(options.later ?? []).includes(name) }),
  );
  const objects = { progs: names.map((name) => prog(name, progs[name])), cgroups };
  return options.maps === undefined ? objects : { ...objects, maps: options.maps };
}

/** Steps, or lists of steps that a common prefix consists of. */
export type StepList = readonly (RowStep | readonly RowStep[])[];

const flatten = (steps: StepList): readonly RowStep[] => steps.flat() as readonly RowStep[];

/** A row as one self-contained trace. */
export function row(id: string, objects: RowObjects, ...steps: StepList): OracleRow {
  return { id, objects, steps: flatten(steps) };
}

/** Rows that continue each other: each one repeats the setup and the steps of all rows before it. */
export function chain(
  objects: RowObjects,
  setup: StepList,
  links: readonly (readonly [id: string, ...steps: StepList])[],
): readonly OracleRow[] {
  let past = flatten(setup);
  return links.map(([id, ...steps]) => {
    past = [...past, ...flatten(steps)];
    return { id, objects, steps: past };
  });
}
