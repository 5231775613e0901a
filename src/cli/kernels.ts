/** Kernels by the words of the command line: which image it is, what it is held against, and what is said when it is lost. */
import { existsSync } from 'node:fs';
import type { LiveKernels } from '../conform/kernels/live-kernels.ts';
import type { ConformKernel, KernelGone } from '../conform/protocol/line.ts';
import type { Rules } from '../conform/traces.ts';
import type { ModelDefinition } from '../modelling/model.ts';
import type { Semantics } from '../modelling/semantics.ts';
import type { Context } from './context.ts';
import { inputError } from './errors.ts';
import type { Io } from './io.ts';
import { chooseSemantics } from './load-semantics.ts';

/** The kernel image to boot; undefined is the running kernel. Throws InputError where there is none of that name. */
export async function imageNamed(word: string, cwd: string): Promise<string | undefined> {
  const { fetchedReleases, imageOf } = await import('../conform/kernels/live-kernels.ts');
  const image = imageOf(word, cwd);
  if (image === undefined || existsSync(image)) return image;
  const fetched = fetchedReleases();
  const hint =
    fetched.length === 0
      ? 'live is the running kernel; scripts/fetch-kernels.sh fetches others'
      : `live, the path of a kernel image, or the beginning of one of ${fetched.join(', ')}`;
  throw inputError('LR001', `there is no kernel "${word}"`, hint);
}

/** Semantics that are kernels, and neither proposals nor historic bugs: they stand on nothing. */
export const kernelSemantics = (model: ModelDefinition): readonly Semantics[] =>
  Object.values(model.semantics).filter(
    ({ ground, changes }) => ground === undefined && Object.keys(changes).length === 0,
  );

/** What `--semantics` names, for a verb that takes one. */
export async function chosenSemantics(
  words: readonly string[] | undefined,
  { io, model: load }: Context,
): Promise<{ readonly model: ModelDefinition; readonly semantics: Semantics | undefined }> {
  if (words !== undefined && words.length > 1)
    throw inputError('LR001', 'this verb takes one --semantics', 'run it once for each');
  const { model, chosen } = await chooseSemantics(words, await load(), io.cwd);
  const name = chosen?.[0]?.name;
  return { model, semantics: name === undefined ? undefined : model.semantics[name] };
}

/** What to hold a kernel against: what was asked for, or what it shows itself to be. */
export async function rulesFor(
  kernel: ConformKernel,
  { model, semantics }: { readonly model: ModelDefinition; readonly semantics: Semantics | undefined },
): Promise<Rules> {
  if (semantics !== undefined) return { model, semantics };
  const { probe, semanticsOf } = await import('../conform/probe/probe.ts');
  const own = semanticsOf(await probe(kernel, model, kernelSemantics(model)), model);
  return { model: { ...model, semantics: { ...model.semantics, [own.name]: own } }, semantics: own };
}

/** Starts a kernel, and says how on standard error; undefined after it was said why not. */
export async function started(word: string, agents: number, image: string | undefined, io: Io, processors = 1) {
  const { startKernels } = await import('../conform/kernels/live-kernels.ts');
  const begun = performance.now();
  const result = await startKernels(agents, image, processors);
  if (!result.ok) {
    io.stderr.write(`lastref: the kernel ${word} cannot be used: ${result.why}\n`);
    return undefined;
  }
  const { kernels } = result;
  const [first] = kernels.all;
  const how = image === undefined ? '' : `, ${kernels.all.length} booted in ${seconds(begun)} s`;
  const note = kernels.note === undefined ? '' : ` (${kernels.note})`;
  io.stderr.write(`lastref: ${word} is ${first?.release}${how}${note}\n`);
  return kernels satisfies LiveKernels;
}

const seconds = (begun: number): string => ((performance.now() - begun) / 1000).toFixed(1);

export const isKernelGone = (error: unknown): error is KernelGone =>
  error instanceof Error && error.name === 'KernelGone';

/** A kernel that broke down under a trace has shown what no model allows; one whose machine is merely gone has shown nothing. */
export const hasBrokenDown = (console: string): boolean => BREAKDOWN.test(console);
const BREAKDOWN = /Kernel panic|Oops|BUG: |general protection fault|kernel BUG at/;
