/** What an agent could leave behind, looked for from outside: processes, namespaces, cgroups, mounts, devices, BPF objects. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import type { AgentProcess } from '../../src/conform/kernels/live.ts';
import { agentMounts, agents, subtreesOf } from './support.ts';

const NAMESPACES = ['pid', 'net', 'mnt'] as const;

function attempt<T>(read: () => T, otherwise: T): T {
  try {
    return read();
  } catch {
    return otherwise;
  }
}

const namespace = (pid: number | 'self', kind: string): string =>
  attempt(() => readlinkSync(`/proc/${pid}/ns/${kind}`), '');

/** Network namespaces of the present trace: the hub has their names. */
const keptOpen = (pid: number): readonly string[] =>
  attempt(() => readdirSync(`/proc/${pid}/fd`), [])
    .map((fd) => attempt(() => readlinkSync(`/proc/${pid}/fd/${fd}`), ''))
    .filter((name) => name.startsWith('net:'));

/** An agent as it is seen while it lives. */
export interface Family {
  readonly supervisor: number;
  readonly janitor: number;
  readonly hub: number;
  readonly namespaces: ReadonlySet<string>;
}

/** Undefined: it is still starting. */
export function familyOf(supervisor: number): Family | undefined {
  const children = agents().filter(({ parent }) => parent === supervisor);
  const own = namespace('self', 'pid');
  const hub = children.find(({ pid }) => !['', own].includes(namespace(pid, 'pid')));
  const janitor = children.find(({ pid }) => namespace(pid, 'pid') === own);
  if (hub === undefined || janitor === undefined) return undefined;
  const namespaces = new Set([...NAMESPACES.map((kind) => namespace(hub.pid, kind)), ...keptOpen(hub.pid)]);
  return { supervisor, janitor: janitor.pid, hub: hub.pid, namespaces };
}

/** Processes of the traces that the hub executes. */
export const actorsOf = ({ hub }: Family): readonly number[] => {
  const all = agents();
  const found = new Set([hub]);
  for (let before = 0; before !== found.size; ) {
    before = found.size;
    for (const { pid, parent } of all) if (found.has(parent)) found.add(pid);
  }
  return [...found].filter((pid) => pid !== hub);
};

/** Agents that descend from a supervisor of somebody else: numbers of namespaces are used again at once. */
function strangers(supervisors: ReadonlySet<number>): ReadonlySet<number> {
  const all = new Map(agents().map(({ pid, parent }) => [pid, parent]));
  const top = (pid: number): number => (all.has(all.get(pid) ?? 0) ? top(all.get(pid) ?? 0) : pid);
  return new Set([...all.keys()].filter((pid) => !supervisors.has(top(pid)) && top(pid) !== pid));
}

/** Whoever is in one of the namespaces, holds one open, or sees it mounted. */
function keepers(families: readonly Family[]): readonly string[] {
  const namespaces = new Set(families.flatMap((family) => [...family.namespaces]));
  const others = strangers(new Set(families.map(({ supervisor }) => supervisor)));
  const pids = readdirSync('/proc').filter((entry) => /^\d+$/.test(entry) && !others.has(Number(entry)));
  return pids.flatMap((pid) => {
    const inside = NAMESPACES.map((kind) => namespace(Number(pid), kind));
    const open = attempt(() => readdirSync(`/proc/${pid}/fd`), []).map((fd) =>
      attempt(() => readlinkSync(`/proc/${pid}/fd/${fd}`), ''),
    );
    const mounted = attempt(() => readFileSync(`/proc/${pid}/mountinfo`, 'utf8'), '').split(/\s+/);
    const kept = [...inside, ...open, ...mounted].filter((name) => namespaces.has(name));
    return kept.length === 0 ? [] : [`process ${pid} keeps ${kept.join()}`];
  });
}

/** Network devices of this process's namespace that have a name as agents give it. */
const devices = (): readonly string[] => readdirSync('/sys/class/net').filter((name) => /^lr/.test(name));

/** Ids of BPF objects that an agent has told us. */
export interface Ids {
  readonly links: Set<string>;
  readonly progs: Set<string>;
}

export const noIds = (): Ids => ({ links: new Set(), progs: new Set() });

/** Those that the kernel still lists: somebody, or a pin, holds them. */
async function objectsLeft(by: AgentProcess, { links, progs }: Ids): Promise<readonly string[]> {
  const args = { links: [...links].join(), progs: [...progs].join() };
  const [reply] = await by.run([{ actor: '-', op: 'listed', args }]);
  return [...(reply?.values ?? [])].flatMap(([kind, ids]) => ids.map((id) => `${kind} ${id}`));
}

/** Everything that is left of an agent. */
export async function remainsOf(families: readonly Family[], ids: Ids, by: AgentProcess): Promise<readonly string[]> {
  const pids = new Set(families.flatMap(({ supervisor, janitor, hub }) => [supervisor, janitor, hub]));
  return [
    ...agents()
      .filter(({ pid }) => pids.has(pid))
      .map(({ pid, state }) => `process ${pid} (${state})`),
    ...keepers(families),
    ...subtreesOf(families.map(({ supervisor }) => supervisor)).map((path) => `cgroup ${path}`),
    ...agentMounts().map((line) => `mount ${line}`),
    ...devices().map((name) => `device ${name}`),
    ...(await objectsLeft(by, ids)),
  ];
}
