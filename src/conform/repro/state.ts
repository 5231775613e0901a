/** Recorded states, as C: after a step what differs from the state before, at the end all of it. */
import type { RecordedState, TraceStep } from '../../trace/format.ts';
import { quoted } from './say.ts';
import type { Body, Writer } from './writer.ts';

type Shown = RecordedState['cgroups'][string];

const MODES: Readonly<Record<string, string>> = { BPF_F_ALLOW_MULTI: 'multi', BPF_F_ALLOW_OVERRIDE: 'override' };

function cgroup(w: Writer, name: string, shown: Shown, attachType: string): string {
  if ('errno' in shown) {
    w.need('gone');
    return `gone(${w.cgroup(name)})`;
  }
  w.need('shows');
  const mode = shown.mode.map((flag) => MODES[flag] ?? flag).join(' ') || 'none';
  const lists = [shown.list, shown.effective].map((list) => quoted(list.join(' ')));
  return `shows(${[w.cgroup(name), attachType, ...lists, quoted(mode), shown.revision].join(', ')})`;
}

/** The conditions of the state after this step; undefined if nothing is new. */
export function stateAfter(w: Writer, steps: readonly TraceStep[], index: number): Body | undefined {
  const { state } = steps[index] as TraceStep;
  const asked = steps.find(({ args }) => typeof args['attachType'] === 'string')?.args['attachType'];
  if (state === undefined || asked === undefined) return undefined;
  const before = index === steps.length - 1 ? undefined : steps[index - 1]?.state;
  const isNew = (section: 'cgroups' | 'links', name: string): boolean =>
    JSON.stringify(before?.[section][name]) !== JSON.stringify(state[section][name]);
  const cgroups = Object.entries(state.cgroups).filter(([name]) => isNew('cgroups', name));
  const links = Object.entries(state.links).filter(([name]) => isNew('links', name));
  if (cgroups.length + links.length === 0) return undefined;
  if (links.length > 0) w.need('link_shows');
  return {
    lines: [],
    conditions: [
      ...cgroups.map(([name, shown]) => cgroup(w, name, shown, w.attachType(asked))),
      ...links.map(
        ([name, { prog, cgroup: at }]) => `link_shows(${w.link(name)}, ${quoted(prog)}, ${quoted(at ?? 'none')})`,
      ),
    ],
  };
}
