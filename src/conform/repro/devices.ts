/** Devices and namespaces of a trace: what a reproducer makes before the first step, and where each is at a step. */
import type { Json, TraceFile, TraceStep } from '../../trace/format.ts';
import type { Names } from './names.ts';

/** What devices ask of who writes. */
interface Asked {
  readonly names: Names;
  readonly trace: TraceFile;
  readonly before: readonly TraceStep[];
  need(...sections: readonly string[]): void;
  no(code: 'LR421', message: string): never;
}

/** The namespace that all processes start in. */
export const FIRST = 'N0';
/** What no device here is: one end of a pair whose other end the trace does not know plays it. */
const PHYSICAL = 'physical';
const PAIRS = new Set(['veth', 'netkit', PHYSICAL]);
const SINGLE = new Set(['bridge', 'bond', 'dummy']);

interface Device {
  readonly name: string;
  readonly kind: string;
  /** The other end, declared or not. */
  readonly peer: string | undefined;
  readonly netns: string;
  readonly mtu: number;
  readonly later: boolean;
}

const text = (value: Json | undefined): string | undefined => (typeof value === 'string' ? value : undefined);

export class Devices {
  private readonly devices: readonly Device[];
  private readonly spaces: ReadonlyMap<string, boolean>;
  private readonly w: Asked;

  constructor(w: Asked, { netdevs = [], netns = [] }: TraceFile['objects']) {
    this.w = w;
    const declared = netdevs.map((device): Device => {
      const kind = text(device['kind']) ?? 'veth';
      const peer = text(device['peer']) ?? text(device['peerOf']);
      const other = netdevs.find((each) => (text(each['peer']) ?? text(each['peerOf'])) === device.name)?.name;
      return {
        name: device.name,
        kind,
        peer: PAIRS.has(kind) ? (peer ?? other ?? `${device.name}_peer`) : undefined,
        netns: text(device['netns']) ?? FIRST,
        mtu: Number(device['mtu'] ?? 0),
        later: device['exists'] === false,
      };
    });
    const hidden = declared.flatMap((device): readonly Device[] => {
      const { peer } = device;
      if (peer === undefined || declared.some(({ name }) => name === peer)) return [];
      return [{ ...device, name: peer, peer: device.name, mtu: 0 }];
    });
    this.devices = [...declared, ...hidden];
    const spaces = new Map(netns.map(({ name, exists }) => [name, exists === false]));
    for (const { netns: at } of this.devices) if (!spaces.has(at)) spaces.set(at, false);
    this.spaces = spaces;
  }

  /** The trace has devices or namespaces of its own. */
  get any(): boolean {
    return this.devices.length + this.spaces.size > 0;
  }

  get namespaces(): readonly string[] {
    return [...new Set([FIRST, ...this.spaces.keys()])];
  }

  /** Names in the order of their numbers. */
  get names(): readonly string[] {
    return this.devices.filter(({ kind }) => kind !== 'loopback').map(({ name }) => name);
  }

  private device(name: Json | undefined): Device {
    const found = this.devices.find((device) => device.name === name);
    return found ?? this.w.no('LR421', `there is no device "${String(name)}"`);
  }

  /** The number of a device, which it keeps wherever it goes. */
  index(name: Json | undefined): string {
    const { kind } = this.device(name);
    if (kind === 'loopback') return '1 /* lo */';
    if (!PAIRS.has(kind) && !SINGLE.has(kind)) this.w.no('LR421', `no C form for devices of kind ${kind}`);
    return this.w.names.of('device', String(name));
  }

  /** In the namespace where the device is at this step, as far as the steps before it say. */
  place(name: string): string {
    const device = this.device(name);
    const ends = [name, device.peer];
    const moved = this.w.before.findLast(
      ({ op, args, expect }) =>
        expect['errno'] === undefined &&
        ((op === 'netdev_move' && args['netdev'] === name) ||
          (op === 'netdev_add' && ends.includes(text(args['netdev'])))),
    );
    if (moved?.op === 'netdev_move') return String(moved.args['netns']);
    return moved === undefined ? device.netns : this.placeOf(moved.actor);
  }

  /** The namespace that a process is in at this step. */
  private placeOf(actor: string): string {
    const entered = this.w.before.findLast(
      (step) => step.op === 'enter_netns' && step.actor === actor && step.expect['errno'] === undefined,
    );
    return String(entered?.args['netns'] ?? FIRST);
  }

  /** The other end. */
  peer(name: Json | undefined): string {
    const { peer } = this.device(name);
    return peer ?? this.w.no('LR421', `no C form for a frame that comes to ${String(name)}: it is no end of a pair`);
  }

  isLoopback(name: Json | undefined): boolean {
    return this.device(name).kind === 'loopback';
  }

  /** The call that makes a device and its other end, where the trace says or where the caller is. */
  add(name: Json | undefined, inPlace: boolean): string {
    const device = this.device(name);
    this.w.need('devices');
    const kind = device.kind === PHYSICAL ? 'veth' : device.kind;
    const end = (each: Device): string => {
      const at = inPlace ? 'NULL' : JSON.stringify(each.netns);
      return `(struct device){ ${[this.index(each.name), JSON.stringify(each.name.slice(0, 15)), at, each.mtu].join(', ')} }`;
    };
    const other = device.peer === undefined ? '(struct device){ 0, NULL, NULL, 0 }' : end(this.device(device.peer));
    return `add_devices(${JSON.stringify(kind)}, ${end(device)}, ${other})`;
  }

  /** Statements that set both ends up. */
  up(name: string): readonly string[] {
    const { peer } = this.device(name);
    this.w.need('running');
    const ends = peer === undefined ? [name] : [name, peer];
    return [
      ...ends.map((end) => this.bringUp(end, false)),
      // A carrier needs both ends.
      ...(peer === undefined ? [] : ends.map((end) => this.bringUp(end, true))),
    ].map((call) => `${call};`);
  }

  private bringUp(name: string, awaited: boolean): string {
    return `bring_up(${JSON.stringify(name.slice(0, 15))}, ${JSON.stringify(this.place(name))}, ${awaited})`;
  }

  /** A card goes back to where it came from when its namespace ends; what plays it here does not. */
  private checkCards(steps: readonly TraceStep[]): void {
    const dies = steps.some(({ op }) => op === 'netns_delete');
    const moves = steps.some(({ op }) => op === 'netdev_move') || this.devices.some(({ netns }) => netns !== FIRST);
    if (dies && moves && this.devices.some(({ kind }) => kind === PHYSICAL))
      this.w.no('LR421', 'no C form for a card whose namespace ends: what plays it here ends as well');
  }

  /** What is made before the first step. */
  prepare(): readonly string[] {
    const quoted = (name: string): string => JSON.stringify(name);
    const made = [...this.spaces].filter(([name, later]) => name !== FIRST && !later).map(([name]) => name);
    this.w.need('enter_netns');
    this.checkCards(this.w.trace.steps);
    const firsts = this.devices.filter(
      ({ name, peer, kind, later }, i) =>
        !later &&
        kind !== 'loopback' &&
        !this.devices.slice(0, i).some((other) => other.name === peer && other.peer === name),
    );
    return [
      `if (add_netns("${FIRST}") < 0 || enter_netns("${FIRST}") < 0)`,
      '\tskip("no network namespaces");',
      ...made.flatMap((name) => [`if (add_netns(${quoted(name)}) < 0)`, '\tskip("no network namespaces");']),
      ...firsts.flatMap(({ name, kind }) => [
        `if (${this.add(name, false)} < 0)`,
        `\tskip("this kernel makes no ${kind === PHYSICAL ? 'veth' : kind}");`,
        ...this.up(name),
      ]),
    ];
  }
}
