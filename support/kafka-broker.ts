import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Admin } from '@platformatic/kafka';
import { freePort, releasePorts } from './free-ports.ts';

export interface KafkaBrokerOptions {
  /** Lines of server.properties, over those of scripts/kafka/settings.mjs. */
  readonly properties?: Readonly<Record<string, string | number | boolean>>;
  /** How clients reach `bootstrap`; then `internalBootstrap` serves plain text. Keys and certificates are `properties`. */
  readonly protocol?: 'PLAINTEXT' | 'SSL' | 'SASL_PLAINTEXT' | 'SASL_SSL';
  /** Passwords by name, of letters and digits: who may come in by SASL (PLAIN, SCRAM-SHA-256, SCRAM-SHA-512). */
  readonly users?: Readonly<Record<string, string>>;
  /** Where its records are kept; default: scratch, which goes with it. */
  readonly dataDir?: string;
  /** It takes the two after it too. Default: free ones. */
  readonly port?: number;
  /** The first start on a machine fetches Kafka. */
  readonly readyWithinMs?: number;
}

export interface NewTopic {
  readonly partitions?: number;
  /** Kafka's topic settings, such as `max.message.bytes`. */
  readonly configs?: Readonly<Record<string, string>>;
}

export interface BrokerEnding {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

const script = fileURLToPath(new URL('../scripts/kafka.mjs', import.meta.url));
/** Brokers that run. None outlives this process, however it ends. */
const running = new Set<KafkaBroker>();
process.on('exit', () => {
  for (const broker of running) broker.abandon();
});

/** A real Kafka broker, as `npm run kafka` starts it, that can be killed, paused and started again. */
export class KafkaBroker {
  readonly port: number;
  /** `127.0.0.1:port`. */
  readonly bootstrap: string;
  /** Where who sets it up comes in: as `bootstrap`, unless that needs more than plain text. */
  readonly internalBootstrap: string;
  readonly dataDir: string;
  readonly #options: KafkaBrokerOptions;
  #script: ChildProcess | undefined;
  #ended: Promise<BrokerEnding> | undefined;
  #output = '';

  private constructor(port: number, options: KafkaBrokerOptions) {
    this.port = port;
    this.bootstrap = `127.0.0.1:${port}`;
    const plain = (options.protocol ?? 'PLAINTEXT') === 'PLAINTEXT';
    this.internalBootstrap = plain ? this.bootstrap : `127.0.0.1:${port + 2}`;
    this.dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), 'baton-kafka-'));
    this.#options = options;
  }

  /** Resolves once it serves; rejects with what it said when it ends or stays silent instead. */
  static async start(options: KafkaBrokerOptions = {}): Promise<KafkaBroker> {
    const broker = new KafkaBroker(options.port ?? (await freePort('127.0.0.1', 3)), options);
    try {
      await broker.#launch();
      return broker;
    } catch (error) {
      await broker.stop();
      throw error;
    }
  }

  /** Whether it runs, and the last it wrote: for failures. */
  get lastWords(): string {
    const log = readText(join(this.dataDir, 'kafka.log')).split('\n').slice(-20);
    return [`Kafka ${this.running ? 'runs' : 'has ended'}`, this.#output.slice(-3_000), ...log].join('\n');
  }

  get running(): boolean {
    return this.#ended !== undefined;
  }

  /** Of Java, which serves. */
  get pid(): number {
    return Number(readText(join(this.dataDir, 'broker.pid')));
  }

  /** As a machine ends that loses its power, but that what was written is on the disk. */
  async kill(): Promise<void> {
    this.#signal('SIGKILL');
    await this.#ended;
  }

  /** On the same port and with the same records; kills it first if it runs. */
  async restart(): Promise<void> {
    if (this.running) await this.kill();
    await this.#launch();
  }

  /** Its connections stay, and nothing is answered, until `resume`. */
  pause(): void {
    this.#signal('SIGSTOP');
  }

  resume(): void {
    this.#signal('SIGCONT');
  }

  /** Ends it as SIGTERM does, and removes its scratch. */
  async stop(): Promise<BrokerEnding | undefined> {
    if (this.running) this.#signal('SIGCONT');
    this.#script?.kill('SIGTERM');
    const ending = await this.#ended;
    releasePorts([this.port, this.port + 1, this.port + 2]);
    this.#removeScratch();
    return ending;
  }

  async createTopic(name: string, { partitions = 3, configs = {} }: NewTopic = {}): Promise<void> {
    const admin = new Admin({ clientId: 'test', bootstrapBrokers: [this.internalBootstrap] });
    try {
      await admin.createTopics({
        topics: [name],
        partitions,
        replicas: 1,
        configs: Object.entries(configs).map(([name, value]) => ({ name, value })),
      });
    } finally {
      await admin.close();
    }
  }

  /** For a process that ends now: nothing is waited for. */
  abandon(): void {
    this.#signal('SIGKILL');
    this.#script?.kill('SIGKILL');
    this.#removeScratch();
  }

  async #launch(): Promise<void> {
    const { NODE_OPTIONS: _, ...env } = process.env;
    const child = spawn(process.execPath, [script, ...this.#flags()], { env, stdio: 'pipe' });
    const ended = new Promise<BrokerEnding>(resolve => {
      child.once('close', (code, signal) => {
        running.delete(this);
        this.#ended = undefined;
        resolve({ code, signal });
      });
    });
    this.#script = child;
    this.#ended = ended;
    running.add(this);
    const serves = new Promise<boolean>(resolve => {
      for (const stream of [child.stdout, child.stderr])
        stream.setEncoding('utf8').on('data', (text: string) => {
          this.#output += text;
          if (/^Kafka \S+ serves /m.test(text)) resolve(true);
        });
    });
    const { readyWithinMs = 120_000 } = this.#options;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<boolean>(resolve => (timer = setTimeout(resolve, readyWithinMs, false)));
    const ready = await Promise.race([serves, late, ended.then(() => false)]);
    clearTimeout(timer);
    if (!ready) throw new Error(`Kafka did not get ready\n${this.lastWords}`);
  }

  #flags(): string[] {
    const { protocol = 'PLAINTEXT', users = {}, properties = {} } = this.#options;
    return [
      ...['--port', String(this.port), '--data', this.dataDir, '--protocol', protocol, '--end-with-input'],
      ...Object.entries(users).flatMap(([name, password]) => ['--user', `${name}:${password}`]),
      ...Object.entries(properties).flatMap(([key, value]) => ['--property', `${key}=${value}`]),
    ];
  }

  #signal(signal: NodeJS.Signals): void {
    const { pid } = this;
    if (this.running && pid > 0) process.kill(pid, signal);
  }

  #removeScratch(): void {
    if (this.#options.dataDir === undefined) rmSync(this.dataDir, { recursive: true, force: true });
  }
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
