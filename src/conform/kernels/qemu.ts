/** A kernel booted in QEMU with the agent as its only program, spoken to over its second serial line. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { accessSync, constants, existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { buildAgent } from './build.ts';
import { initramfs, type ModuleFile } from './initramfs.ts';
import { AgentProcess, type Started } from './live.ts';

const QEMU = 'qemu-system-x86_64';

/** A boot takes about 4 s, under emulation on a busy machine many times that. */
const BOOT_MS = { kvm: 12_000, plain: 120_000 } as const;

/** The kernel's end holds 64 KiB for a reader, some of it as bookkeeping. */
const WINDOW = 16_384;

/** Upon this QEMU stops the machine and stays. */
const FATAL = /KVM internal error[^\r\n]*/;

/** Why KVM failed: the next machine does not wait for it again. */
let kvmFailed: string | undefined;

/** Lines of the console that explain a failed boot. */
const CONSOLE_LINES = 25;

type Acceleration = keyof typeof BOOT_MS;

const CPU: Readonly<Record<Acceleration, readonly string[]>> = {
  kvm: ['-enable-kvm', '-cpu', 'host,arch-capabilities=off'],
  // Older models lack what the JIT asks for; with newer ones some kernels panic early.
  plain: ['-cpu', 'Haswell'],
};

/** An oops ends the machine, so that it is seen at once and its console is the last that was heard. */
const KERNEL_WORDS = 'console=ttyS0 panic=-1 oops=panic nokaslr mitigations=off random.trust_cpu=on';

export interface MachineOptions {
  /** For the kernel's command line. */
  readonly words?: string;
  /** More than one only where actors run freely: under emulation each costs a thread. */
  readonly processors?: number;
}

export function qemuArguments(
  image: string,
  initrd: string,
  acceleration: Acceleration,
  { words = '', processors = 1 }: MachineOptions = {},
): readonly string[] {
  return [
    ...CPU[acceleration],
    ...['-smp', String(processors)],
    ...['-nodefaults', '-no-user-config', '-display', 'none', '-no-reboot', '-m', '512', '-nic', 'none'],
    ...['-chardev', 'socket,id=console,fd=3', '-serial', 'chardev:console'],
    ...['-chardev', 'stdio,id=line,signal=off', '-serial', 'chardev:line'],
    ...['-kernel', image, '-initrd', initrd, '-append', `${KERNEL_WORDS} ${words}`.trimEnd()],
  ];
}

/** In a folder beside the image, as scripts/fetch-kernels.sh leaves them. */
function modulesOf(image: string): readonly ModuleFile[] {
  const folder = join(dirname(image), 'modules');
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder).filter((name) => name.endsWith('.ko'));
  return names.sort().map((name) => ({ name, content: readFileSync(join(folder, name)) }));
}

/** Written next to the agent, whose name carries a hash of its sources; this one carries a hash of the modules. */
function initrdFor(agent: string, image: string): string {
  const modules = modulesOf(image);
  const hash = createHash('sha256');
  for (const { name, content } of modules) hash.update(name).update('\0').update(content);
  const path = `${agent}-${hash.digest('hex').slice(0, 16)}.initrd`;
  if (existsSync(path)) return path;
  const half = `${path}.${process.pid}`;
  writeFileSync(half, initramfs(readFileSync(agent), modules));
  renameSync(half, path);
  return path;
}

/**
 * Why KVM cannot be used here, if that is known without a try. The module kvm_pvm makes virtual machines without help of the
 * processor, for kernels built with CONFIG_PVM_GUEST. The privileged code of any other kernel it interprets instruction by
 * instruction, about a million a second, until one comes that it does not know (cmpxchg16b of the slab allocator): slower than
 * plain emulation, and then "emulation failure".
 */
export function kvmObstacle(device = '/dev/kvm', modules = '/sys/module'): string | undefined {
  try {
    accessSync(device, constants.R_OK | constants.W_OK);
  } catch {
    return `${device} cannot be opened`;
  }
  const has = (name: string): boolean => existsSync(join(modules, name));
  return has('kvm_pvm') && !has('kvm_intel') && !has('kvm_amd')
    ? 'this KVM is kvm_pvm, which only interprets kernels that were not built for it'
    : undefined;
}

function obstacle(image: string): string | undefined {
  if (process.platform !== 'linux') return 'this is not Linux';
  if (!existsSync(image)) return `there is no file ${image}`;
  if (spawnSync(QEMU, ['--version']).status !== 0)
    return `${QEMU} is not installed; scripts/fetch-kernels.sh installs it`;
  return undefined;
}

const tail = (console: string): string =>
  console.replaceAll('\r', '').trimEnd().split('\n').slice(-CONSOLE_LINES).join('\n');

async function boot(
  image: string,
  agent: string,
  acceleration: Acceleration,
  options: MachineOptions,
): Promise<Started> {
  const args = ['--tied', QEMU, ...qemuArguments(image, initrdFor(agent, image), acceleration, options)];
  const kernel = new AgentProcess(image, agent, { args, machine: true, window: WINDOW, fatal: FATAL });
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(
      () => resolve(`!no answer ${BOOT_MS[acceleration] / 1000} s after its start`),
      BOOT_MS[acceleration],
    );
  });
  const status = await Promise.race([kernel.greeting(), late]);
  clearTimeout(timer);
  if (status === 'ok') {
    return { ok: true, kernel, note: undefined };
  }
  await kernel.stop();
  return { ok: false, why: `${status.replace(/^!/, '')}; its console ends:\n${tail(kernel.seen)}` };
}

/** Boots a kernel image; says what is missing, or what its console said, if that cannot be. */
export async function startQemu(image: string, options: MachineOptions = {}): Promise<Started> {
  const why = obstacle(image);
  if (why !== undefined) return { ok: false, why };
  const built = buildAgent();
  if (!built.ok) return built;
  if (built.note !== undefined) return { ok: false, why: built.note };
  kvmFailed ??= kvmObstacle();
  if (kvmFailed === undefined) {
    const started = await boot(image, built.path, 'kvm', options);
    if (started.ok) return started;
    kvmFailed = `a boot with KVM failed: ${started.why.split('\n')[0]}`;
  }
  const started = await boot(image, built.path, 'plain', options);
  return started.ok ? { ...started, note: `plain emulation: ${kvmFailed}` } : started;
}
