/** The running kernel: an agent as a child process, spoken to over its standard input and output. */
import { type ChildProcessWithoutNullStreams, type StdioOptions, spawn } from 'node:child_process';
import process from 'node:process';
import {
  type ConformKernel,
  firstOf,
  KernelGone,
  parseReply,
  type Reply,
  type Request,
  requestLine,
} from '../protocol/line.ts';
import { buildAgent } from './build.ts';

/** The agent gives up on a step after 5 s; this is for an agent that does not. */
const SILENCE_MS = 30_000;
const STOP_MS = 5_000;
/** What is kept of standard error, or of a console: enough for the whole of an oops. */
const SEEN_MAX = 16_384;

interface Waiting {
  readonly first: number;
  readonly replies: Reply[];
  readonly count: number;
  readonly resolve: (replies: readonly Reply[]) => void;
  readonly reject: (error: Error) => void;
}

const NOT_SENT: Reply = { status: '!unsupported: a name that cannot be sent', values: new Map() };

export interface AgentOptions {
  readonly args?: readonly string[];
  /** The agent cleans up nothing: its machine is switched off. The child's descriptor 3 is the machine's console. */
  readonly machine?: boolean;
  /** What standard error says when there is nothing more to wait for. */
  readonly fatal?: RegExp;
  /** Bytes of requests that may be under way: a serial line loses what its reader leaves lying. */
  readonly window?: number;
}

/** Speaks the line protocol over any pair of streams that behaves like a child process. */
export class AgentProcess implements ConformKernel {
  readonly name: string;
  release = '';
  private readonly child: ChildProcessWithoutNullStreams;
  private readonly waiting: Waiting[] = [];
  private readonly ended: Promise<void>;
  private readonly machine: boolean;
  private readonly window: number;
  private readonly unsent: string[] = [];
  /** Lengths of the requests under way, in their order. */
  private readonly flying: number[] = [];
  private underway = 0;
  /** How often something came. */
  private heard = 0;
  private seq = 0;
  private rest = '';
  private errors = '';
  private gone: Error | undefined;
  private timer: NodeJS.Timeout | undefined;
  private greet: ((status: string) => void) | undefined;

  constructor(name: string, path: string, { args = [], machine = false, fatal, window = Infinity }: AgentOptions = {}) {
    this.name = name;
    this.machine = machine;
    this.window = window;
    // Away from the terminal's process group: an interrupt is the tool's to handle, which then stops the agent.
    const stdio: StdioOptions = ['pipe', 'pipe', 'pipe', ...(machine ? (['pipe'] as const) : [])];
    this.child = spawn(path, args, { stdio, detached: true }) as ChildProcessWithoutNullStreams;
    this.child.stdout.setEncoding('utf8');
    this.child.stdout.on('data', (text: string) => this.receive(text));
    const listen = (text: Buffer): void => {
      this.errors = (this.errors + text.toString()).slice(-SEEN_MAX);
      const [last] = fatal?.exec(this.errors) ?? [];
      if (last === undefined || this.gone !== undefined) return;
      this.lose(last);
      this.child.kill('SIGKILL');
    };
    this.child.stderr.on('data', listen);
    this.child.stdio[3]?.on('data', listen);
    this.child.stdio[3]?.on('error', () => undefined);
    this.child.stdin.on('error', () => undefined);
    this.ended = new Promise((resolve) => {
      this.child.on('error', (error) => {
        this.lose(error.message);
        resolve();
      });
      this.child.on('close', () => {
        this.lose('the agent has ended');
        resolve();
      });
    });
  }

  /** The last lines of standard error or of the console. */
  get seen(): string {
    return this.errors;
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  /** `ok`, or why the agent cannot work here. */
  greeting(): Promise<string> {
    return new Promise((resolve) => {
      if (this.gone === undefined) this.greet = resolve;
      else resolve(this.gone.message);
    });
  }

  run(requests: readonly Request[]): Promise<readonly Reply[]> {
    if (this.gone !== undefined) return Promise.reject(this.gone);
    if (requests.length === 0) return Promise.resolve([]);
    return new Promise((resolve, reject) => {
      const replies: Reply[] = [];
      const first = this.seq + 1;
      for (const request of requests) {
        this.seq++;
        this.unsent.push(requestLine(this.seq, request) ?? `${this.seq}\t-\tunsendable\t-`);
      }
      this.waiting.push({ first, replies, count: requests.length, resolve, reject });
      this.send();
      this.watch();
    });
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    if (this.machine) this.child.kill('SIGKILL');
    else this.child.stdin.end();
    const late = setTimeout(() => this.child.kill('SIGTERM'), STOP_MS);
    const tooLate = setTimeout(() => this.child.kill('SIGKILL'), 2 * STOP_MS);
    await this.ended;
    clearTimeout(late);
    clearTimeout(tooLate);
  }

  /** As many requests as may be under way, in one write. */
  private send(): void {
    let text = '';
    for (let line = this.unsent[0]; line !== undefined; line = this.unsent[0]) {
      const size = line.length + 1;
      if (this.underway > 0 && this.underway + size > this.window) break;
      this.unsent.shift();
      this.flying.push(size);
      this.underway += size;
      text += `${line}\n`;
    }
    if (text !== '') this.child.stdin.write(text);
  }

  private watch(): void {
    clearTimeout(this.timer);
    if (this.waiting.length === 0) return;
    const { heard } = this;
    this.timer = setTimeout(() => {
      // Perhaps it was we who did not listen, because the model had a long step to think about: what has come is read first.
      setImmediate(() => {
        if (this.heard !== heard || this.gone !== undefined) return;
        this.lose(`the agent has been silent for ${SILENCE_MS / 1000} s`);
        this.child.kill('SIGKILL');
      });
    }, SILENCE_MS);
  }

  private receive(text: string): void {
    this.heard++;
    const lines = (this.rest + text).split('\n');
    this.rest = lines.pop() ?? '';
    for (const line of lines) this.line(line);
    this.send();
    this.watch();
  }

  private line(line: string): void {
    const { seq, reply } = parseReply(line);
    if (seq === 0) {
      this.release = firstOf(reply, 'release') ?? '';
      this.greet?.(reply.status);
      this.greet = undefined;
      if (reply.status !== 'ok') this.lose(reply.status.replace(/^!/, ''));
      return;
    }
    const [batch] = this.waiting;
    if (batch === undefined || seq !== batch.first + batch.replies.length) {
      this.lose('the agent lost its place');
      return;
    }
    this.underway -= this.flying.shift() ?? 0;
    batch.replies.push(reply.status.startsWith('!unsupported: operation unsendable') ? NOT_SENT : reply);
    if (batch.replies.length < batch.count) return;
    this.waiting.shift();
    batch.resolve(batch.replies);
  }

  private lose(message: string): void {
    if (this.gone !== undefined) return;
    this.gone = new KernelGone(message, this.errors);
    this.greet?.(`!${message}`);
    this.greet = undefined;
    clearTimeout(this.timer);
    for (const { reject } of this.waiting.splice(0)) reject(this.gone);
  }
}

export type Started =
  | { readonly ok: true; readonly kernel: AgentProcess; readonly note: string | undefined }
  | { readonly ok: false; readonly why: string };

export interface LiveOptions {
  /** How long one step may take, in milliseconds. */
  readonly stepMs?: number;
}

/** Starts an agent on the running kernel; says what is missing if that cannot be. */
export async function startLive({ stepMs }: LiveOptions = {}): Promise<Started> {
  if (process.platform !== 'linux') return { ok: false, why: 'this is not Linux' };
  if (process.geteuid?.() !== 0) return { ok: false, why: 'not root: cgroups, mounts and bpf(2) need it' };
  const built = buildAgent();
  if (!built.ok) return built;
  const args = stepMs === undefined ? [] : ['--step-ms', String(stepMs)];
  const kernel = new AgentProcess('live', built.path, { args });
  const status = await kernel.greeting();
  if (status === 'ok') return { ok: true, kernel, note: built.note };
  await kernel.stop();
  return { ok: false, why: status.replace(/^!/, '') };
}
