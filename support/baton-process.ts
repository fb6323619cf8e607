import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { CallView } from '../lib/b2bua/call-view.ts';
import { parsePrometheusText, type Sample } from './prometheus-text.ts';

export interface LogLine {
  readonly level: number;
  readonly msg: string;
  readonly [field: string]: unknown;
}

export interface BatonOptions {
  /** What to run; default: the built `baton serve`. */
  readonly command?: readonly [program: string, ...args: string[]];
  /** Path of the configuration file. */
  readonly config?: string;
  /** `BATON_*` settings; those of this process are not passed on. */
  readonly env: Readonly<Record<string, string>>;
  /** `http://…` of BATON_HTTP_LISTEN. */
  readonly httpUrl: string;
  /** With which it is asked, where tokens are configured. */
  readonly httpToken?: string;
  readonly readyWithinMs?: number;
  /** The line that says that it is where the test wants it; default `ready`. */
  readonly readyMessage?: string;
}

export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

const repository = fileURLToPath(new URL('..', import.meta.url));
const builtBaton = fileURLToPath(new URL('../dist/cli/baton.js', import.meta.url));

/** NODE_OPTIONS are those of who starts it and not Baton's, except where mocha has set them to have its events recorded. */
function environment(settings: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  const isRecorded = process.env['EVENT_RECORDS'] !== undefined;
  const inherited = Object.entries(process.env).filter(
    ([name]) => !name.startsWith('BATON_') && (isRecorded || name !== 'NODE_OPTIONS'),
  );
  // What one test leaves is no other's business.
  return { ...Object.fromEntries(inherited), BATON_STATE_DIRECTORY: 'off', ...settings };
}

/** Baton as its users run it: a child process, known by what it logs, answers and leaves behind. */
export class BatonProcess {
  readonly log: LogLine[] = [];
  /** Lines of standard output that are no JSON object. */
  readonly strayOutput: string[] = [];
  stderr = '';
  readonly httpUrl: string;
  readonly #child: ChildProcess;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #ended: Promise<Ending>;
  #unfinished = '';
  #onLine: () => void = () => {};

  private constructor(options: BatonOptions) {
    const [program, ...args] = options.command ?? [process.execPath, builtBaton, 'serve'];
    const config = options.config === undefined ? [] : ['--config', options.config];
    this.httpUrl = options.httpUrl;
    this.#headers = options.httpToken === undefined ? {} : { authorization: `Bearer ${options.httpToken}` };
    this.#child = spawn(program, [...args, ...config], {
      cwd: repository,
      env: environment(options.env),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child.stdout?.setEncoding('utf8').on('data', (text: string) => this.#receiveOutput(text));
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.stderr += text));
    this.#ended = new Promise(resolve => {
      this.#child.once('close', (code, signal) => {
        resolve({ code, signal });
      });
    });
  }

  /** Resolves once it logs `ready` (or `readyMessage`); rejects with what it wrote when it ends or stays silent instead. */
  static async start(options: BatonOptions): Promise<BatonProcess> {
    const baton = new BatonProcess(options);
    const { readyMessage = 'ready', readyWithinMs = 15_000 } = options;
    const ready = await baton.#waitForLine(line => line.msg === readyMessage, readyWithinMs);
    if (ready) return baton;
    await baton.stop('SIGKILL');
    throw new Error(`Baton did not get ready\n${baton.lastWords}`);
  }

  /** Whether it runs, and the last it wrote: for failures. */
  get lastWords(): string {
    const state = this.running
      ? 'Baton runs'
      : `Baton ended: ${this.#child.exitCode ?? this.#child.signalCode}`;
    const lines = this.log.slice(-10).map(line => JSON.stringify(line));
    return [state, ...lines, ...this.strayOutput.slice(-5), this.stderr.slice(-3_000)].join('\n');
  }

  /** Of the process started, which may be npm. */
  get pid(): number {
    return this.#child.pid ?? -1;
  }

  get running(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  async getJson(path: string): Promise<unknown> {
    const response = await fetch(this.httpUrl + path, { headers: this.#headers });
    if (!response.ok) throw new Error(`GET ${path}: ${response.status} ${await response.text()}`);
    return response.json();
  }

  async metrics(): Promise<Sample[]> {
    const response = await fetch(`${this.httpUrl}/metrics`, { headers: this.#headers });
    return parsePrometheusText(await response.text());
  }

  /** `GET /v1/calls`. */
  async calls(): Promise<readonly CallView[]> {
    const { calls } = (await this.getJson('/v1/calls')) as { calls: readonly CallView[] };
    return calls;
  }

  /** SIGTERM, and SIGKILL when that is not heard within `patienceMs`. */
  async stop(signal: NodeJS.Signals = 'SIGTERM', patienceMs = 15_000): Promise<Ending> {
    if (this.running) this.#child.kill(signal);
    const impatience = setTimeout(() => this.#child.kill('SIGKILL'), patienceMs);
    try {
      return await this.#ended;
    } finally {
      clearTimeout(impatience);
    }
  }

  async #waitForLine(wanted: (line: LogLine) => boolean, withinMs: number): Promise<boolean> {
    const seen = new Promise<boolean>(resolve => {
      this.#onLine = () => this.log.some(wanted) && resolve(true);
      this.#onLine();
    });
    const ended = this.#ended.then(() => false);
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<boolean>(resolve => (timer = setTimeout(resolve, withinMs, false)));
    return Promise.race([seen, ended, late]).finally(() => clearTimeout(timer));
  }

  #receiveOutput(text: string): void {
    const lines = (this.#unfinished + text).split('\n');
    this.#unfinished = lines.pop() ?? '';
    for (const line of lines) this.#receiveLine(line);
    this.#onLine();
  }

  #receiveLine(text: string): void {
    try {
      this.log.push(JSON.parse(text) as LogLine);
    } catch {
      if (text !== '') this.strayOutput.push(text);
    }
  }
}
