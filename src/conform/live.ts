/** The running kernel: an agent as a child process, spoken to over its standard input and output. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import process from 'node:process';
import { buildAgent } from './build.ts';
import { type ConformKernel, KernelGone, parseReply, type Reply, type Request, requestLine } from './line.ts';

/** The agent gives up on a step after 5 s; this is for an agent that does not. */
const SILENCE_MS = 30_000;
const STOP_MS = 5_000;

interface Waiting {
  readonly first: number;
  readonly replies: Reply[];
  readonly count: number;
  readonly resolve: (replies: readonly Reply[]) => void;
  readonly reject: (error: Error) => void;
}

const NOT_SENT: Reply = { status: '!unsupported: a name that cannot be sent', values: new Map() };

/** Speaks the line protocol over any pair of streams that behaves like a child process. */
export class AgentProcess implements ConformKernel {
  readonly name: string;
  private readonly child: ChildProcessWithoutNullStreams;
  private readonly waiting: Waiting[] = [];
  private readonly ended: Promise<void>;
  private seq = 0;
  private rest = '';
  private errors = '';
  private gone: Error | undefined;
  private timer: NodeJS.Timeout | undefined;
  private greet: ((status: string) => void) | undefined;

  constructor(name: string, path: string) {
    this.name = name;
    // Away from the terminal's process group: an interrupt is the tool's to handle, which then stops the agent.
    this.child = spawn(path, [], { stdio: ['pipe', 'pipe', 'pipe'], detached: true });
    this.child.stdout.setEncoding('utf8');
    this.child.stdout.on('data', (text: string) => this.receive(text));
    this.child.stderr.on('data', (text: Buffer) => {
      this.errors = (this.errors + text.toString()).slice(-4096);
    });
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
      const lines = requests.map((request) => {
        this.seq++;
        return requestLine(this.seq, request) ?? `${this.seq}\t-\tunsendable\t-`;
      });
      this.waiting.push({ first, replies, count: requests.length, resolve, reject });
      this.child.stdin.write(`${lines.join('\n')}\n`);
      this.watch();
    });
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    this.child.stdin.end();
    const late = setTimeout(() => this.child.kill('SIGTERM'), STOP_MS);
    const tooLate = setTimeout(() => this.child.kill('SIGKILL'), 2 * STOP_MS);
    await this.ended;
    clearTimeout(late);
    clearTimeout(tooLate);
  }

  private watch(): void {
    clearTimeout(this.timer);
    if (this.waiting.length === 0) return;
    this.timer = setTimeout(() => {
      this.lose(`the agent has been silent for ${SILENCE_MS / 1000} s`);
      this.child.kill('SIGKILL');
    }, SILENCE_MS);
  }

  private receive(text: string): void {
    const lines = (this.rest + text).split('\n');
    this.rest = lines.pop() ?? '';
    for (const line of lines) this.line(line);
    this.watch();
  }

  private line(line: string): void {
    const { seq, reply } = parseReply(line);
    if (seq === 0) {
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

/** Starts an agent on the running kernel; says what is missing if that cannot be. */
export async function startLive(): Promise<Started> {
  if (process.platform !== 'linux') return { ok: false, why: 'this is not Linux' };
  if (process.geteuid?.() !== 0) return { ok: false, why: 'not root: cgroups, mounts and bpf(2) need it' };
  const built = buildAgent();
  if (!built.ok) return built;
  const kernel = new AgentProcess('live', built.path);
  const status = await kernel.greeting();
  if (status === 'ok') return { ok: true, kernel, note: built.note };
  await kernel.stop();
  return { ok: false, why: status.replace(/^!/, '') };
}
