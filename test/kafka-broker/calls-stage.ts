import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { BatonProcess } from '../../support/baton-process.ts';
import { freePort, releasePorts } from '../../support/free-ports.ts';
import { sumOf } from '../../support/prometheus-text.ts';
import { portTaken, type SippOutcome, type SippProcess, startSipp } from '../../support/sipp.ts';

export interface CallsOptions {
  /** Stands before the numbers of its calls. */
  readonly series: string;
  readonly calls: number;
  /** A second. */
  readonly rate: number;
}

const address = '127.0.0.1';
/** From the answer to the end of a call. */
const holdMs = 1_000;
/** A call of which nothing is heard for so long is given up: its Baton is gone. Machines on which tests run are slow. */
const silenceMs = 20_000;
const patienceMs = 120_000;
const lookMs = 100;

const party = (file: string): string =>
  fileURLToPath(new URL(`../../sipp-scenarios/parties/${file}`, import.meta.url));

/** Alice calls bob through a Baton of its own that publishes to `bootstrap`. */
export class CallsStage {
  readonly #folder: string;
  readonly #bootstrap: string;
  readonly #ports: Readonly<Record<'sip' | 'http' | 'bob', number>>;
  readonly #sipps: SippProcess[] = [];
  #baton: BatonProcess | undefined;

  private constructor(bootstrap: string, folder: string, [sip = 0, http = 0, bob = 0]: readonly number[]) {
    this.#bootstrap = bootstrap;
    this.#folder = folder;
    this.#ports = { sip, http, bob };
  }

  static async open(bootstrap: string): Promise<CallsStage> {
    const folder = await mkdtemp(join(tmpdir(), 'baton-calls-'));
    const ports = [await freePort(), await freePort(), await freePort()];
    const stage = new CallsStage(bootstrap, folder, ports);
    const outbox = { directory: join(folder, 'outbox') };
    await writeFile(join(folder, 'baton.yaml'), JSON.stringify({ node: 'soak', kafka: { outbox } }));
    await stage.#startBob();
    return stage;
  }

  async close(): Promise<void> {
    for (const sipp of this.#sipps) sipp.kill();
    await Promise.all(this.#sipps.map(({ outcome }) => outcome));
    if (this.#baton?.running === true) await this.#baton.stop('SIGKILL');
    releasePorts(Object.values(this.#ports));
    await rm(this.#folder, { recursive: true, force: true });
  }

  get baton(): BatonProcess {
    if (this.#baton === undefined) throw new Error('no Baton was started');
    return this.#baton;
  }

  /** On the same ports, with the same outbox. */
  async startBaton(): Promise<BatonProcess> {
    const { sip, http, bob } = this.#ports;
    this.#baton = await BatonProcess.start({
      config: join(this.#folder, 'baton.yaml'),
      env: {
        BATON_SIP_LISTEN: `udp:${address}:${sip}`,
        BATON_HTTP_LISTEN: `${address}:${http}`,
        BATON_TARGET: `sip:${address}:${bob}`,
        BATON_KAFKA_BROKERS: this.#bootstrap,
      },
      httpUrl: `http://${address}:${http}`,
      readyWithinMs: patienceMs,
    });
    return this.#baton;
  }

  /** Resolves once alice has begun to call. */
  async call({ series, calls, rate }: CallsOptions): Promise<Calls> {
    const log = join(this.#folder, `${series}.log`);
    const args = ['-key', 'series', series, '-d', String(holdMs), '-recv_timeout', String(silenceMs)];
    const sipp = await this.#startSipp({
      name: series,
      scenario: party('counting-caller.xml'),
      port: await freePort(),
      remote: `${address}:${this.#ports.sip}`,
      calls,
      rate,
      // However many are cut, others are begun.
      args: [...args, '-l', String(calls), '-trace_logs', '-log_file', log],
    });
    return new Calls(series, calls, log, sipp);
  }

  /** Looks some times a second whether it is so. */
  async until(isSo: () => boolean | Promise<boolean>, what: string): Promise<void> {
    for (const deadline = Date.now() + patienceMs; !(await isSo()); ) {
      if (Date.now() > deadline) throw new Error(`never came true: ${what}\n${this.#baton?.lastWords}`);
      await delay(lookMs);
    }
  }

  /** Of `GET /readyz`. */
  async streamState(): Promise<string> {
    const { stream } = (await this.baton.getJson('/readyz')) as { stream: string };
    return stream;
  }

  /** Events that wait for Kafka. */
  async waiting(): Promise<number> {
    return sumOf(await this.baton.metrics(), 'baton_outbox_records');
  }

  /** Of the Baton that runs. */
  get told(): readonly string[] {
    return toldBy(this.baton.pid);
  }

  async #startBob(): Promise<void> {
    const port = this.#ports.bob;
    await this.#startSipp({
      name: 'bob',
      scenario: party('slow-callee.xml'),
      port,
      calls: 1_000_000,
      rate: 10,
      args: [],
    });
    if (!(await portTaken(port, patienceMs))) throw new Error('SIPp did not come up');
  }

  async #startSipp(
    part: Pick<Parameters<typeof startSipp>[0], 'name' | 'scenario' | 'port' | 'calls' | 'rate' | 'args'> & {
      remote?: string;
    },
  ): Promise<SippProcess> {
    const sipp = await startSipp({
      ...part,
      folder: join(this.#folder, part.name),
      address,
      mediaPort: await freePort(address, 4),
      controlPort: await freePort(),
      transport: 'udp',
      lossPercent: 0,
      timeoutMs: 300_000,
    });
    this.#sipps.push(sipp);
    return sipp;
  }
}

/** Calls that are being made. */
export class Calls {
  readonly outcome: Promise<SippOutcome>;
  readonly #series: string;
  readonly #count: number;
  readonly #log: string;

  constructor(series: string, count: number, log: string, { outcome }: SippProcess) {
    this.#series = series;
    this.#count = count;
    this.#log = log;
    this.outcome = outcome;
  }

  /** Numbers of the calls that have gone as they should, up to now. */
  get completed(): readonly string[] {
    return wholeLines(this.#log);
  }

  /** All others. */
  get failed(): readonly string[] {
    const completed = new Set(this.completed);
    const all = Array.from({ length: this.#count }, (_, at) => `${this.#series}-${at + 1}`);
    return all.filter(number => !completed.has(number));
  }
}

/** Everything that a Baton has told, by what test/support/event-recorder.mjs has written as it was told. */
export function toldBy(pid: number): readonly string[] {
  const folder = process.env['EVENT_RECORDS'];
  if (folder === undefined) throw new Error('events are not recorded: run it as .mocharc.json says');
  return wholeLines(join(folder, String(pid))).filter(line => !line.startsWith('#'));
}

/** Who is killed may leave half a line. */
function wholeLines(path: string): string[] {
  try {
    return readFileSync(path, 'utf8').split('\n').slice(0, -1);
  } catch {
    return [];
  }
}
