/**
 * Families of attachments, by the words of the vocabulary that only they use. A model that does not know such a word
 * lacks the family; that is told apart from a misspelt word, because a trace of another family is no mistake.
 */

const OPERATIONS: readonly (readonly [RegExp, string])[] = [
  [/^xdp_/, 'xdp'],
  [/^tc_/, 'tc'],
  [/^netdev_/, 'netdev'],
  [/^netns_/, 'netns'],
  [/^perf_event_|^task_fd_query$/, 'perf'],
  [/^raw_tp_open$/, 'raw_tp'],
  [/^iter_/, 'iter'],
  [/^map_(create|update|delete|lookup|info|get_fd_by_id)$|^prog_bind_map$/, 'maps'],
  [/^prog_test_run$|^enable_stats$/, 'test runs'],
];

const ATTACH_TYPES: readonly (readonly [RegExp, string])[] = [
  [/^tcx_/, 'tcx'],
  [/^netkit_/, 'netkit'],
  [/^xdp/, 'xdp'],
  [/^(flow_dissector|sk_lookup)$/, 'netns'],
  [/^sk_(skb|msg|reuseport)/, 'sockmap'],
  [/^netfilter$/, 'netfilter'],
  [/^perf_event$/, 'perf'],
  [/^trace_(kprobe|uprobe)/, 'kprobe'],
  [/^trace_iter$/, 'iter'],
  [/^(trace_f|modify_return)/, 'tracing'],
  [/^trace_raw_tp$/, 'raw_tp'],
  [/^lsm_mac$/, 'lsm'],
  [/^struct_ops$/, 'struct_ops'],
];

const ARGUMENTS: Readonly<Record<string, string>> = {
  netdev: 'netdev',
  netns: 'netns',
  map: 'sockmap',
  perfEvent: 'perf',
  targetProg: 'freplace',
  targetFunc: 'freplace',
  structOpsMap: 'struct_ops',
  oldMap: 'struct_ops',
  pf: 'netfilter',
  hooknum: 'netfilter',
  priority: 'netfilter',
  nfFlags: 'netfilter',
  iter: 'iter',
  tp: 'raw_tp',
  syms: 'kprobe',
  cnt: 'kprobe',
};

const HOOKS: Readonly<Record<string, string>> = {
  loop: 'tcx',
  rx: 'xdp',
  tx: 'netdev',
  sk_lookup: 'netns',
  netfilter: 'netfilter',
  tcp_congestion: 'struct_ops',
  tracepoint: 'raw_tp',
  perf_event: 'perf',
  lsm: 'lsm',
};

/** Sections of `objects` and the kind of object a model needs for them. */
export const SECTIONS: readonly { readonly section: 'netdevs' | 'netns'; readonly kind: string }[] = [
  { section: 'netdevs', kind: 'netdev' },
  { section: 'netns', kind: 'netns' },
];

const match = (table: readonly (readonly [RegExp, string])[], word: unknown): string | undefined =>
  typeof word === 'string' ? table.find(([pattern]) => pattern.test(word))?.[1] : undefined;

export const familyOfOperation = (op: string): string | undefined => match(OPERATIONS, op);
export const familyOfAttachType = (attachType: unknown): string | undefined => match(ATTACH_TYPES, attachType);
export const familyOfArgument = (name: string): string | undefined =>
  Object.hasOwn(ARGUMENTS, name) ? ARGUMENTS[name] : undefined;
export const familyOfHook = (hook: unknown): string | undefined =>
  typeof hook === 'string' && Object.hasOwn(HOOKS, hook) ? HOOKS[hook] : undefined;
