/** The trace file as a schema: what zod checks, and what editors complete. docs/vocabulary.md says what the words mean. */
import { z } from 'zod';
import type { Json } from './format.ts';

/** A length check would read the length of whatever stands there, text or not, and some values refuse that. */
const NOT_EMPTY = /[\s\S]/;

const json: z.ZodType<Json> = z.json();
const name = z.string().regex(NOT_EMPTY, 'must not be empty');
const names = z.array(name);

/** A program template. Members beyond these are unknown to the vocabulary. */
const prog = z.strictObject({
  name,
  type: z.string().regex(NOT_EMPTY, 'must not be empty'),
  expectedAttachType: z.string().nullable().optional(),
  returns: z.int().optional(),
  setRetval: z.int().optional(),
  attach: json.optional(),
  subprogs: json.optional(),
  mainFunc: z.string().optional(),
  tailCall: json.optional(),
  cgroupStorage: z.string().optional(),
  iterOutput: z.string().optional(),
  redirectMap: z.string().optional(),
  progFlags: json.optional(),
  changesPacket: z.boolean().optional(),
  writableProbe: json.optional(),
  btf: z.boolean().optional(),
  ctxStruct: z.string().optional(),
});

const map = z.strictObject({
  name,
  type: z.string().regex(NOT_EMPTY, 'must not be empty'),
  key: z.enum(['cgroup', 'cgroup+attachType']).optional(),
  keySize: z.int().optional(),
  valueSize: z.int().optional(),
  maxEntries: z.int().optional(),
  linkFlag: z.boolean().optional(),
  structOps: json.optional(),
});

const objects = z.strictObject({
  progs: z.array(prog).optional(),
  maps: z.array(map).optional(),
  cgroups: z.array(z.strictObject({ name, parent: name.nullable(), exists: z.boolean().optional() })).optional(),
  netdevs: z.array(z.looseObject({ name })).optional(),
  netns: z.array(z.looseObject({ name })).optional(),
});

const errno = z.string().regex(/^E[A-Z0-9]+$/, 'an errno is written as its name, such as ENOENT');
const count = z.int().nonnegative();

/** Result keys of the vocabularies. */
const results = {
  ok: z.literal(true),
  errno,
  error: z.literal(true),
  ran: names,
  ranSet: names,
  ranCounts: z.record(z.string(), count),
  ranTotal: count,
  ranIncludes: names,
  notRan: names,
  verdict: z.enum(['allow', 'deny', 'dropped']),
  progs: names,
  progsSet: names,
  links: z.array(name.nullable()),
  linkIdsWritten: json,
  count,
  revision: count,
  attachFlags: z.array(json),
  progAttachFlags: z.array(z.array(json)),
  type: z.string(),
  attachType: json,
  prog: name.nullable(),
  link: name.nullable(),
  cgroup: name.nullable(),
  netdev: name.nullable(),
  netns: name.nullable(),
  targetProg: name.nullable(),
  map: name.nullable(),
  pf: json,
  hooknum: json,
  nfFlags: json,
  sameAs: name,
  numberOf: name,
  includes: names,
  excludes: names,
  retval: z.int(),
  rawRetval: z.int(),
  runCountMin: count,
  hasTarget: z.boolean(),
  textContains: json,
  exists: z.boolean(),
  value: json,
  handle: json,
  priority: json,
  attached: json,
  fdType: z.string(),
  name: z.string(),
  btfId: json,
  nrDying: count,
  cloexec: z.boolean(),
  linkType: z.string(),
  target: z.string(),
  mode: z.string(),
  nlink: count,
  unloaded: names,
  notified: z.array(z.string()),
};

/** Keys under which the kernel's own records stand: a step that says nothing there noted nothing. */
export const RECORD_KEYS: readonly string[] = ['unloaded', 'notified'];

/** Keys of an expectation that are compared with what a command returned. */
export const RESULT_KEYS: readonly string[] = Object.keys(results);

const answer = z.strictObject(results).partial();

const expectation = answer.extend({
  eventually: z.literal(true).optional(),
  mayBe: z.array(answer).min(2).optional(),
});

const cgroupState = z.union([
  z.strictObject({ list: names, effective: names, mode: z.array(z.string()), revision: count }),
  z.strictObject({ errno }),
]);

const recordedState = z.strictObject({
  cgroups: z.record(z.string(), cgroupState),
  links: z.record(z.string(), z.strictObject({ prog: name, cgroup: name.nullable() })),
});

const step = z.strictObject({
  actor: name,
  op: name,
  args: z.record(z.string(), json),
  as: name.optional(),
  expect: expectation,
  live: expectation.optional(),
  state: recordedState.optional(),
});

export const traceFile = z.strictObject({
  $schema: z.string().optional(),
  id: name,
  source: z.string().optional(),
  family: z.string().optional(),
  kernelMin: z.string().optional(),
  kernel: z.string().optional(),
  kind: z.string().optional(),
  requires: z.array(z.string()).optional(),
  liveKernel: z.string().optional(),
  notes: z.string().optional(),
  objects,
  steps: z.array(step).min(1),
});

/** The schema of trace files, for editors. */
export function traceSchema(): Readonly<Record<string, unknown>> {
  return z.toJSONSchema(traceFile, { unrepresentable: 'any' }) as Readonly<Record<string, unknown>>;
}
