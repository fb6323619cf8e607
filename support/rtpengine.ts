import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, releasePorts } from './free-ports.ts';

const program = '/usr/bin/rtpengine';
const howToInstall =
  'rtpengine is missing; run: sudo apt-get update && sudo apt-get install -y --no-install-recommends rtpengine-daemon';

/** RTP ports that one instance has, unless it needs more: a call takes at least four of them. */
const usualMediaPorts = 100;

export interface RtpengineOptions {
  /** Where it listens; default: any free port. Its RTP ports are others each time. */
  readonly ngPort?: number;
  /** Its --recording-dir; default: a new one that ends with it. */
  readonly recordingDir?: string;
  /** Whether the folders below it are made; default true. */
  readonly makeFolders?: boolean;
  /** Addresses of RTP, all of loopback; default 127.0.0.1. */
  readonly addresses?: readonly string[];
  /** RTP ports that it has. */
  readonly mediaPorts?: number;
  /** Further options of its command line. */
  readonly args?: readonly string[];
  /** What it is started by, which ends in it: `prlimit --fsize=8192`. */
  readonly prefix?: readonly string[];
}

/** A real rtpengine on loopback, in userspace, that records into files of its own. */
export class Rtpengine {
  readonly ngPort: number;
  readonly recordingDir: string;
  /** What it logged. */
  log = '';
  readonly #child: ChildProcess;
  readonly #ended: Promise<void>;
  readonly #ports: readonly number[];
  readonly #ownFolder: string | undefined;

  private constructor(parts: {
    child: ChildProcess;
    ngPort: number;
    recordingDir: string;
    ports: readonly number[];
    ownFolder: string | undefined;
  }) {
    this.ngPort = parts.ngPort;
    this.recordingDir = parts.recordingDir;
    this.#child = parts.child;
    this.#ports = parts.ports;
    this.#ownFolder = parts.ownFolder;
    parts.child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.log += text));
    this.#ended = new Promise(resolve => parts.child.once('close', () => resolve()));
  }

  /** Rejects with one line that says what to install where it is missing. */
  static async start(options: RtpengineOptions = {}): Promise<Rtpengine> {
    if (!existsSync(program)) throw new Error(howToInstall);
    const ownFolder =
      options.recordingDir === undefined ? await mkdtemp(join(tmpdir(), 'baton-rtpengine-')) : undefined;
    const recordingDir = options.recordingDir ?? ownFolder ?? '';
    if (options.makeFolders !== false)
      for (const folder of ['pcaps', 'tmp', 'metadata'])
        await mkdir(join(recordingDir, folder), { recursive: true });
    const ngPort = options.ngPort ?? (await freePort());
    const { mediaPorts = usualMediaPorts } = options;
    const firstPort = await freePort('127.0.0.1', mediaPorts);
    const ports = [ngPort, ...Array.from({ length: mediaPorts }, (_, at) => firstPort + at)];
    const interfaces = (options.addresses ?? ['127.0.0.1']).map(address => `--interface=lo/${address}`);
    // Debian's own configuration wants the kernel module.
    const args = [
      ...['--config-file=none', '--table=-1', '--foreground', '--log-stderr', '--log-level=5', ...interfaces],
      ...[
        `--listen-ng=127.0.0.1:${ngPort}`,
        `--port-min=${firstPort}`,
        `--port-max=${firstPort + mediaPorts - 1}`,
      ],
      ...['--num-threads=2', '--recording-method=pcap', '--recording-format=eth', '--delete-delay=0'],
      ...[`--recording-dir=${recordingDir}`, `--pidfile=${recordingDir}.pid`, ...(options.args ?? [])],
    ];
    const { prefix: [command, ...before] = [] } = options;
    const stdio = ['ignore', 'ignore', 'pipe'] as const;
    const child =
      command === undefined
        ? spawn(program, args, { stdio: [...stdio] })
        : spawn(command, [...before, program, ...args], { stdio: [...stdio] });
    const started = new Rtpengine({ child, ngPort, recordingDir, ports, ownFolder });
    if (await answers(ngPort, () => started.running)) return started;
    await started.stop();
    throw new Error(`rtpengine did not come up:\n${started.log}`);
  }

  get running(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** `host:port`, as Baton is configured. */
  get ng(): string {
    return `127.0.0.1:${this.ngPort}`;
  }

  get pcapDir(): string {
    return join(this.recordingDir, 'pcaps');
  }

  /** Ids of the calls that it has. */
  async calls(): Promise<readonly string[]> {
    const { calls } = (await asked(this.ngPort, { command: 'list' })) as { calls: string[] };
    return calls;
  }

  /** It stays and does nothing any more. */
  freeze(): void {
    this.#child.kill('SIGSTOP');
  }

  /** Ends it at once, as a crash does; its folder stays. */
  async kill(): Promise<void> {
    if (this.running) this.#child.kill('SIGKILL');
    await this.#ended;
    await rm(`${this.recordingDir}.pid`, { force: true });
  }

  /** Ends it, and takes away what it has written. */
  async stop(): Promise<void> {
    await this.kill();
    releasePorts(this.#ports);
    if (this.#ownFolder !== undefined) await rm(this.#ownFolder, { recursive: true, force: true });
  }
}

/** It does not tell when it is ready: asked until it answers. */
async function answers(port: number, isRunning: () => boolean): Promise<boolean> {
  return (await asked(port, { command: 'ping' }, isRunning)) !== undefined;
}

/** What it answers; asked again until it does. Undefined: it does not run, or says nothing for eight seconds. */
async function asked(port: number, command: object, isRunning = (): boolean => true): Promise<unknown> {
  const socket = createSocket('udp4');
  // ICMP, as long as nobody listens.
  socket.on('error', () => {});
  const cookie = randomUUID();
  const answered = new Promise<unknown>(resolve =>
    socket.once('message', bytes => resolve(JSON.parse(bytes.toString().slice(cookie.length)))),
  );
  let stop = (): void => {};
  const gaveUp = new Promise<undefined>(resolve => {
    let copies = 0;
    const asking = setInterval(() => {
      copies += 1;
      socket.send(`${cookie} ${JSON.stringify(command)}`, port, '127.0.0.1');
      if (!isRunning() || copies > 400) resolve(undefined);
    }, 20);
    stop = () => clearInterval(asking);
  });
  try {
    return await Promise.race([answered, gaveUp]);
  } finally {
    stop();
    socket.close();
  }
}
