/**
 * Traces by chance about devices and namespaces: XDP by netlink and by links, tcx lists with anchors and revisions, filters of
 * qdiscs, hooks of namespaces; devices that are made, moved, set down and deleted, and namespaces that are entered, held open
 * and deleted. Each trace is about some of these families, so that what is attached meets other attachments of its kind.
 */
import type { Json, TraceFile } from '../../trace/format.ts';
import { type Actor, type Args, Dice, EXPECT } from './dice.ts';
import {
  BEHIND,
  BRIDGE,
  CAPS,
  CLS,
  FAMILIES,
  type Family,
  HERE,
  LATER,
  MODES,
  NETDEVS,
  OTHER,
  PAIRS,
  PROGRAMS,
  TCX,
  VETHS,
} from './generate-net-world.ts';

const REST = 0.09;
/** The same after steps that leave work to others. */
const REST_AFTER = 0.3;
const PATHS = ['p1', 'p2', 'p3'];
class NetGenerator extends Dice {
  private readonly bridged: boolean;
  private families: readonly Family[] = FAMILIES;
  /** Of links and programs that go by other names. */
  private readonly kinds = new Map<string, string>();
  /** Devices whose namespace nobody can enter any more, as far as this knows. */
  private readonly lost = new Set<string>();
  private readonly places = new Map<string, string>([['w1', OTHER]]);
  private readonly limited = new Set<string>();
  private readonly made = new Set<string>();
  private readonly spaces = new Set([OTHER]);

  constructor(seed: string, bridged: boolean) {
    super(seed);
    this.bridged = bridged;
  }

  trace(id: string, length: number): TraceFile {
    this.families = this.some();
    const templates = [...new Set(this.families.flatMap((family) => PROGRAMS[family]))];
    for (const { name, type } of templates) {
      this.add('P0', 'prog_load', { prog: name }, name, 'prog');
      this.kinds.set(name, type);
    }
    while (this.steps.length < length) this.one();
    return {
      id,
      kind: 'generated',
      objects: {
        progs: templates,
        netdevs: this.bridged ? [...NETDEVS, BRIDGE] : NETDEVS,
        netns: [{ name: OTHER }, { name: LATER, exists: false }],
      },
      steps: this.steps,
    };
  }

  /** One to four of the families. */
  private some(): readonly Family[] {
    const chosen = FAMILIES.filter(() => this.chance(0.5));
    return chosen.length === 0 ? [this.pick(FAMILIES)] : chosen;
  }

  private device(): string {
    if (this.chance(0.6)) return this.pick(['v0', 'v0', 'v1']);
    const chosen = this.pick([...VETHS, 'x0', 'lo', ...(this.bridged ? ['br'] : [])]);
    // Connections go over loopback, where programs might drop their packets.
    return chosen === 'lo' && this.families.includes('netns') ? 'v0' : chosen;
  }

  /** A program of this type that the actor has open, seldom another one. */
  private progOf(actor: Actor, type: string): string | number {
    if (this.chance(0.04)) return this.prog(actor);
    const open = [...actor.handles.keys()].filter((name) => this.kinds.get(name) === type);
    return open.length === 0 ? 99 : this.pick(open);
  }

  private linkOf(actor: Actor): string | undefined {
    return this.handle(actor, 'link');
  }

  private makeLink(actor: Actor, args: Args, type: string): void {
    const name = this.name('L');
    this.links.push(name);
    this.kinds.set(name, type);
    this.add(actor.name, 'link_create', args, name, 'link');
  }

  protected override share(actor: Actor): void {
    const before = this.steps.length;
    super.share(actor);
    for (const { op, args, as } of this.steps.slice(before)) {
      const name = op === 'send_fd' ? String(args['as']) : as;
      const kind = this.kinds.get(String(args['handle']));
      if (name !== undefined && kind !== undefined) this.kinds.set(name, kind);
    }
  }

  private xdpNetlink(actor: Actor): void {
    const flags: string[] = [...this.pick(MODES)];
    const args: Args = { netdev: this.device(), prog: this.chance(0.3) ? null : this.progOf(actor, 'xdp') };
    if (this.chance(0.15)) flags.push('XDP_FLAGS_UPDATE_IF_NOEXIST');
    if (this.chance(0.25)) args['oldProg'] = this.progOf(actor, 'xdp');
    else if (this.chance(0.1)) flags.push('XDP_FLAGS_REPLACE');
    if (this.chance(0.03)) flags.push('XDP_FLAGS_DRV_MODE', 'XDP_FLAGS_SKB_MODE');
    args['flags'] = [...new Set(flags)];
    this.add(actor.name, 'xdp_set', args);
  }

  private xdpLink(actor: Actor): void {
    const args: Args = { netdev: this.device(), attachType: 'xdp', prog: this.progOf(actor, 'xdp') };
    args['flags'] = [...this.pick(MODES)];
    this.makeLink(actor, args, 'xdp');
  }

  private xdp(actor: Actor): void {
    const what = this.below(10);
    if (what < 4) this.xdpNetlink(actor);
    else if (what < 8) this.xdpLink(actor);
    else this.add(actor.name, 'xdp_query', { netdev: this.device() });
  }

  private tcxAttach(actor: Actor): void {
    const flags: string[] = [];
    const args: Args = { netdev: this.device(), attachType: this.pick(TCX), prog: this.progOf(actor, 'sched_cls') };
    const link = this.chance(0.5);
    if (!link && this.chance(0.2)) {
      flags.push('BPF_F_REPLACE');
      args['replace'] = this.progOf(actor, 'sched_cls');
    } else this.netAnchor(actor, flags, args);
    if (this.chance(0.2)) args['expectedRevision'] = 1 + this.below(6);
    args['flags'] = [...new Set(flags)];
    if (link) this.makeLink(actor, args, 'sched_cls');
    else this.add(actor.name, 'prog_attach', args);
  }

  private netAnchor(actor: Actor, flags: string[], args: Args): void {
    if (this.chance(0.6)) return;
    flags.push(this.pick(['BPF_F_BEFORE', 'BPF_F_AFTER']));
    if (this.chance(0.05)) flags.push('BPF_F_BEFORE', 'BPF_F_AFTER');
    if (this.chance(0.3)) return;
    const link = this.chance(0.5) ? this.linkOf(actor) : undefined;
    if (link !== undefined && this.chance(0.95)) flags.push('BPF_F_LINK');
    if (!this.chance(0.3)) {
      args['relative'] = link === undefined ? { prog: this.progOf(actor, 'sched_cls') } : { link };
      return;
    }
    flags.push('BPF_F_ID');
    const id = link === undefined ? { progId: this.pick(CLS).name } : { linkId: link };
    const known = link === undefined ? this.families.some((one) => one === 'tcx') : this.links.includes(link);
    args['relative'] = this.chance(0.05) || !known ? { id: 2147483000 } : id;
  }

  private tcxDetach(actor: Actor): void {
    const flags: string[] = [];
    const args: Args = { netdev: this.device(), attachType: this.pick(TCX) };
    args['prog'] = this.chance(0.3) ? null : this.progOf(actor, 'sched_cls');
    if (this.chance(0.3)) this.netAnchor(actor, flags, args);
    if (this.chance(0.15)) args['expectedRevision'] = 1 + this.below(6);
    args['flags'] = [...new Set(flags)];
    this.add(actor.name, 'prog_detach', args);
  }

  private tcx(actor: Actor): void {
    const what = this.below(10);
    if (what < 6) this.tcxAttach(actor);
    else if (what < 8) this.tcxDetach(actor);
    else {
      const args: Args = { netdev: this.device(), attachType: this.pick(TCX) };
      if (this.chance(0.2)) args['capacity'] = 1 + this.below(3);
      else if (this.chance(0.1)) args['noBuffers'] = true;
      this.add(actor.name, 'query', args);
    }
  }

  private filterArgs(): Args {
    const args: Args = {
      netdev: this.device(),
      direction: this.pick(['ingress', 'ingress', 'egress', 'ingress_qdisc']),
    };
    if (this.chance(0.6)) args['priority'] = 1 + this.below(3);
    if (this.chance(0.5)) args['handle'] = 1 + this.below(3);
    return args;
  }

  private tc(actor: Actor): void {
    const what = this.below(12);
    if (what < 3) {
      const args: Args = { netdev: this.device(), qdisc: this.pick(['clsact', 'clsact', 'clsact', 'ingress']) };
      if (this.chance(0.3)) args['replace'] = true;
      this.add(actor.name, 'tc_hook_create', args);
    } else if (what < 4) {
      const args: Args = { netdev: this.device(), qdisc: this.pick(['clsact', 'clsact', 'clsact', 'ingress']) };
      if (this.chance(0.3)) args['direction'] = this.pick(['ingress', 'egress']);
      this.add(actor.name, 'tc_hook_destroy', args);
    } else if (what < 8) {
      const args: Args = { ...this.filterArgs(), prog: this.progOf(actor, 'sched_cls') };
      if (this.chance(0.3)) args['replaceExisting'] = true;
      else if (this.chance(0.2)) args['change'] = true;
      this.add(actor.name, 'tc_filter_attach', args);
    } else if (what < 10) this.add(actor.name, 'tc_filter_detach', this.filterArgs());
    else this.add(actor.name, 'tc_filter_query', this.filterArgs());
  }

  private netnsOf(actor: Actor): Json {
    const held = this.chance(0.3) ? this.handle(actor, 'netns') : undefined;
    if (held !== undefined) return { handle: held };
    return this.chance(0.6) ? HERE : this.pick([OTHER, OTHER, LATER]);
  }

  private filter(actor: Actor): void {
    const args: Args = { attachType: 'netfilter', prog: this.progOf(actor, 'netfilter'), pf: 'ipv4' };
    args['hooknum'] = this.pick(['pre_routing', 'local_in', 'local_out']);
    args['priority'] = this.pick([-100, 0, 10]);
    this.makeLink(actor, args, 'netfilter');
  }

  private hooks(actor: Actor): void {
    if (this.chance(0.25)) {
      this.filter(actor);
      return;
    }
    const attachType = this.pick(['flow_dissector', 'sk_lookup', 'sk_lookup']);
    const prog = this.progOf(actor, attachType);
    const what = this.below(10);
    if (what < 5) this.makeLink(actor, { netns: this.netnsOf(actor), attachType, prog }, attachType);
    else if (what < 7) this.add(actor.name, 'prog_attach', { attachType, prog });
    else if (what < 8) this.add(actor.name, 'prog_detach', { attachType, prog });
    else this.add(actor.name, 'query', { netns: this.netnsOf(actor), attachType });
  }

  private update(actor: Actor): void {
    const link = this.linkOf(actor);
    if (link === undefined) return;
    const type = this.kinds.get(link) ?? 'xdp';
    const args: Args = { link, prog: this.progOf(actor, type) };
    if (this.chance(0.3)) args['oldProg'] = this.progOf(actor, type);
    if (args['oldProg'] !== undefined ? this.chance(0.9) : this.chance(0.05)) args['flags'] = ['BPF_F_REPLACE'];
    this.add(actor.name, 'link_update', args);
  }

  private linkOnly(actor: Actor, op: string): void {
    const link = this.linkOf(actor);
    if (link !== undefined) this.add(actor.name, op, { link });
  }

  private devices(actor: Actor): void {
    const netdev = this.device();
    const what = this.below(10);
    if (what < 1) this.add(actor.name, 'netdev_delete', { netdev });
    else if (what < 2 && !this.made.has('x0')) {
      // A device that is made again is one of its own, and has no name here.
      this.made.add('x0');
      this.add(actor.name, 'netdev_add', { netdev: 'x0' });
    } else if (what < 3) this.add(actor.name, 'netdev_exists', { netdev });
    else if (what < 6) {
      const args: Args = { netdev };
      if (this.chance(0.3)) args['down'] = true;
      this.add(actor.name, 'netdev_up', args);
    } else if (what < 8) {
      const netns = this.pick([HERE, OTHER, OTHER]);
      const stays = netdev === 'lo' || netdev === 'br';
      if (!stays && (this.spaces.has(netns) || netns === HERE)) this.places.set(netdev, netns);
      this.add(actor.name, 'netdev_move', { netdev, netns });
    } else if (what < 9 && !BEHIND.includes(netdev))
      this.add(actor.name, 'netdev_enslave', { netdev, master: this.bridged && this.chance(0.8) ? 'br' : 'v1' });
  }

  private namespaces(actor: Actor): void {
    const what = this.below(10);
    if (what < 5) {
      const netns = this.chance(0.5) ? HERE : this.pick([OTHER, LATER]);
      this.add(actor.name, 'enter_netns', { netns });
    } else if (what < 7)
      this.add(actor.name, 'open_netns', { netns: this.pick([HERE, OTHER]) }, this.name('n'), 'netns');
    else if (what < 9) {
      this.spaces.add(LATER);
      this.add(actor.name, 'netns_add', { netns: LATER });
    } else {
      const netns = this.pick([OTHER, LATER]);
      this.spaces.delete(netns);
      for (const [device, place] of this.places) if (place === netns) this.lost.add(device);
      this.add(actor.name, 'netns_delete', { netns });
    }
  }

  private isLost(netdev: string): boolean {
    return this.lost.has(netdev) || this.lost.has(PAIRS[netdev] ?? netdev);
  }

  private event(): void {
    const frame = !this.families.includes('netns') || this.chance(0.5);
    if (!frame) {
      const netns = this.spaces.has(OTHER) && this.chance(0.3) ? OTHER : HERE;
      this.fire({ hook: this.pick(['flow_dissector', 'sk_lookup', 'sk_lookup', 'netfilter']), netns });
      return;
    }
    const netdev = this.chance(0.15) ? 'lo' : this.chance(0.6) ? this.pick(['v0', 'v1']) : this.pick(VETHS);
    if (netdev === 'lo') this.fire({ hook: 'loop', netdev });
    else if (!this.isLost(netdev)) this.fire({ hook: this.pick(['rx', 'rx', 'tx']), netdev });
  }

  private fire(args: Args): void {
    this.steps.push({ actor: '-', op: 'fire', args, expect: EXPECT });
  }

  private pins(actor: Actor): void {
    const path = this.pick(PATHS);
    const obj = this.chance(0.7) ? this.linkOf(actor) : this.handle(actor, 'prog');
    const what = this.below(10);
    if (what < 4 && obj !== undefined) this.add(actor.name, 'obj_pin', { obj, path });
    else if (what < 7) this.add(actor.name, 'unlink', { path });
    else this.add(actor.name, 'obj_get', { path }, this.name('o'), 'link');
  }

  private byId(actor: Actor): void {
    const link = this.links.length === 0 ? undefined : this.pick(this.links);
    if (link === undefined) return;
    const name = this.name('i');
    const kind = this.kinds.get(link);
    if (kind !== undefined) this.kinds.set(name, kind);
    this.add(actor.name, 'link_get_fd_by_id', { linkId: link }, name, 'link');
  }

  protected override processes(actor: Actor): void {
    const before = this.steps.length;
    super.processes(actor);
    // Who may not kill has killed nobody, and would wait for ever.
    const kill = this.steps.slice(before).find(({ op }) => op === 'kill');
    const spared = String(kill?.args['target']);
    if (kill !== undefined && this.limited.has(kill.actor) && !this.limited.has(spared)) this.steps.length = before;
    const child = this.steps.slice(before).find(({ op }) => op === 'fork')?.as;
    // Only who has privileges can give some away.
    if (child === undefined || this.limited.has(actor.name)) {
      if (child !== undefined) this.limited.add(child);
      return;
    }
    if (!this.chance(0.15)) return;
    this.limited.add(child);
    this.add(child, 'set_caps', { caps: CAPS.filter(() => this.chance(0.5)) });
  }

  private one(): void {
    // What a deleted filter or namespace leaves to workers may or may not be done before each later step.
    const last = this.steps.at(-1)?.op ?? '';
    const rest = /^(tc_hook|tc_filter_(attach|detach)|netns_delete|netdev_delete)/.test(last) ? REST_AFTER : REST;
    if (this.chance(rest)) this.steps.push({ actor: '-', op: 'sleep', args: { ms: 1 }, expect: {} });
    const actor = this.pick(this.actors);
    const what = this.below(100);
    if (what < 44) this.attach(actor, this.pick(this.families));
    else if (what < 52) this.update(actor);
    else if (what < 55) this.linkOnly(actor, 'link_detach');
    else if (what < 58) this.linkOnly(actor, 'link_info');
    else if (what < 66) this.devices(actor);
    else if (what < 70) this.namespaces(actor);
    else if (what < 75) this.close(actor);
    else if (what < 78) this.share(actor);
    else if (what < 81) this.processes(actor);
    else if (what < 85) this.pins(actor);
    else if (what < 87) this.byId(actor);
    else this.event();
  }

  private attach(actor: Actor, family: Family): void {
    if (family === 'xdp') this.xdp(actor);
    else if (family === 'tcx') this.tcx(actor);
    else if (family === 'tc') this.tc(actor);
    else this.hooks(actor);
  }
}

/** A trace of this seed. */
export const netTrace = (seed: string, id: string, length: number): TraceFile =>
  new NetGenerator(seed, false).trace(id, length);

/** The same with a bridge among the devices. */
export const bridgeTrace = (seed: string, id: string, length: number): TraceFile =>
  new NetGenerator(seed, true).trace(id, length);
