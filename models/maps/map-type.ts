/** What a type of maps does with its entries: the part of `struct bpf_map_ops` that bpf(2) reaches. */
import type { BoundHandle, BpfMap, Kernel, Netdev, Process } from '../kernel.ts';

/** What BPF_MAP_UPDATE_ELEM writes, by the parts that a trace names. */
export interface MapValue {
  readonly number: number | null;
  readonly prog: BoundHandle | null;
  readonly netdev: Netdev | null;
  readonly qsize: number | null;
  /** Of a struct_ops map. */
  readonly members: Readonly<Record<string, BoundHandle | null>> | null;
}

export interface MapUpdate {
  readonly map: BpfMap;
  readonly key: number;
  readonly value: MapValue;
  readonly flags: number;
  readonly actor: Process;
}

export interface MapType {
  /** map_update_elem, under RCU; the checks in the kernel's order. */
  readonly update: (k: Kernel, update: MapUpdate) => void;
  /** map_delete_elem */
  readonly delete: (k: Kernel, map: BpfMap, key: number) => void;
  /** map_lookup_elem as bpf(2) does it: returns what the value shows. */
  readonly lookup: (k: Kernel, map: BpfMap, key: number) => void;
}

/** Flags of BPF_MAP_UPDATE_ELEM (include/uapi/linux/bpf.h). */
export const BPF_NOEXIST = 1;
export const BPF_EXIST = 2;
