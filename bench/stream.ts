import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises';
import { pino } from 'pino';
import type { CallThreadId, ConnId } from '../lib/call/ids.ts';
import { type Config, loadConfig } from '../lib/config.ts';
import type { CallHandlingEvent } from '../lib/events/event.ts';
import type { CallHandlingEventName } from '../lib/events/names.ts';
import { startJournal } from '../lib/main/journal.ts';
import { Started } from '../lib/main/started.ts';
import { startStream } from '../lib/main/stream.ts';
import { Metrics } from '../lib/metrics.ts';
import type { EventJournal } from '../lib/ports.ts';
import type { KafkaBroker } from '../support/kafka-broker.ts';
import { KafkaReader } from '../support/kafka-reader.ts';
import { percentile } from './report.ts';

export interface DrainOptions {
  readonly broker: KafkaBroker;
  /** So many, or a few more. */
  readonly events: number;
}

export interface SustainedOptions {
  readonly broker: KafkaBroker;
  /** Undefined: as many as go through. */
  readonly wantedPerSecond: number | undefined;
  readonly seconds: number;
}

export interface DrainFigures {
  readonly events: number;
  /** Into the outbox, nothing published meanwhile. */
  readonly keptPerSecond: number;
  /** Out of the full outbox into Kafka, nothing kept meanwhile. */
  readonly drainedPerSecond: number;
  readonly read: ReadFigures;
}

export interface SustainedFigures {
  readonly publishedPerSecond: number;
  /** From the time of an event until its transaction is committed, milliseconds. */
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Events that wait at the end: a stream that keeps up has hardly any. */
  readonly waiting: number;
  readonly read: ReadFigures;
}

/** What a reader of everything committed finds. */
export interface ReadFigures {
  readonly missing: number;
  readonly doubled: number;
}

/** Of a call's events as they are decided: which, and to whom. */
const decisions: readonly (readonly [CallHandlingEventName, 'alice' | 'bob'][])[] = [
  [['EventDialing', 'alice']],
  [['EventRinging', 'bob']],
  [
    ['EventEstablished', 'alice'],
    ['EventEstablished', 'bob'],
  ],
  [
    ['EventReleased', 'alice'],
    ['EventReleased', 'bob'],
  ],
];
/** What stands at one time in the load of calls, and as long. */
const callsAtOnce = 50;
const tickMs = 10;
const pollMs = 10;
const warmUpSeconds = 3;
const readWithinMs = 120_000;
/** Where as many go as can, so many wait at most. */
const maxWaiting = 2_000;
const decisionsAtOnce = 10;

const log = pino({ level: 'error' });

/** A simple call's decisions, one after the other, each when it is asked for. */
function* callOf(number: number): Generator<CallHandlingEvent[], void> {
  const hex = number.toString(16).padStart(16, '0');
  for (const decision of decisions)
    yield decision.map(([id, dn]) => ({
      id,
      time: Date.now(),
      Server: 'baton/bench',
      ConnID: `${hex}@default:bench` as ConnId,
      CallID: number,
      CallThreadID: hex as CallThreadId,
      CallType: 'Internal',
      CallState: 'Ok',
      ThisDN: dn,
      ThisDNRole: dn === 'alice' ? 'Origination' : 'Destination',
      OtherDN: dn === 'alice' ? 'bob' : 'alice',
      OtherDNRole: dn === 'alice' ? 'Destination' : 'Origination',
      ANI: 'alice',
      DNIS: 'bob',
      UserData: userData,
    }));
}

const userData = [
  { key: 'CaseId', type: 'string', value: 'A-1042' },
  { key: 'CustomerName', type: 'string', value: 'Ada Lovelace' },
  { key: 'CustomerSegment', type: 'string', value: 'gold' },
] as const;

/** The events of many calls, woven into each other as those of calls that stand at one time. */
function* decisionsOfCalls(): Generator<CallHandlingEvent[], never> {
  const standing = Array.from({ length: callsAtOnce }, (_, at) => callOf(at + 1));
  for (let next = callsAtOnce + 1, at = 0; ; at = (at + 1) % callsAtOnce) {
    const { value } = (standing[at] ?? callOf(next)).next();
    if (value !== undefined) yield value;
    else {
      standing[at] = callOf(next);
      next += 1;
    }
  }
}

/** The way of events as `baton serve` has it, without the calls: with a topic and an outbox of its own. */
class Line {
  /** Of each event that is published. */
  readonly latenciesMs: number[] = [];
  kept = 0;
  readonly #config: Config;
  readonly #metrics = new Metrics();
  readonly #decisions = decisionsOfCalls();
  readonly #reader: KafkaReader;
  #journal: EventJournal | undefined;
  #started = new Started();

  constructor(bootstrap: string, topic: string, folder: string) {
    const flags = new Map<string, unknown>([
      ['kafka.brokers', bootstrap],
      ['kafka.topics.callThread', topic],
      ['kafka.outbox.directory', folder],
    ]);
    this.#config = loadConfig({ flags });
    this.#reader = new KafkaReader({ bootstrap, topic });
    const { kafka } = this.#metrics;
    const count = kafka.eventPublished.bind(kafka);
    kafka.eventPublished = (name, seconds) => {
      count(name, seconds);
      this.latenciesMs.push(seconds * 1000);
    };
  }

  /** Events are kept, and nothing is published. */
  async keepOnly(): Promise<void> {
    const opened = await startJournal(this.#config, log, this.#started, new Metrics());
    this.#journal = opened?.journal;
  }

  /** Events are kept and published. */
  async publish(): Promise<void> {
    await this.#started.stop();
    this.#started = new Started();
    const { journal, recovered } = await startStream(this.#config, log, this.#started, this.#metrics);
    this.#journal = journal;
    // Calls that the fill has left.
    this.kept += recovered.length;
  }

  /** One decision. */
  keep(): void {
    const { value } = this.#decisions.next();
    this.#journal?.keep(value);
    this.kept += value.length;
  }

  get waiting(): number {
    return this.kept - this.latenciesMs.length;
  }

  async drained(): Promise<void> {
    while (this.waiting > 0) await delay(pollMs);
  }

  async read(): Promise<ReadFigures> {
    await this.#reader.until(({ length }) => length >= this.kept, 'everything is read', readWithinMs);
    const records = await this.#reader.catchUp();
    const positions = new Set(records.map(({ headers }) => headers['baton-position']));
    return { missing: this.kept - positions.size, doubled: records.length - positions.size };
  }

  async close(): Promise<void> {
    await this.#reader.close();
    await this.#started.stop();
  }
}

async function onLine<Figures>(
  broker: KafkaBroker,
  measure: (line: Line) => Promise<Figures>,
): Promise<Figures> {
  const folder = await mkdtemp(join(tmpdir(), 'baton-bench-'));
  const topic = basename(folder);
  await broker.createTopic(topic);
  const line = new Line(broker.bootstrap, topic, folder);
  try {
    return await measure(line);
  } finally {
    await line.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Fills an outbox, and then lets it drain, as after a restart. */
export async function runDrain({ broker, events }: DrainOptions): Promise<DrainFigures> {
  return onLine(broker, async line => {
    await line.keepOnly();
    const fillMs = performance.now();
    while (line.kept < events) line.keep();
    const filledMs = performance.now();
    const { kept } = line;
    await line.publish();
    const drainMs = performance.now();
    await line.drained();
    const doneMs = performance.now();
    return {
      events: line.kept,
      keptPerSecond: (kept / (filledMs - fillMs)) * 1000,
      drainedPerSecond: (line.kept / (doneMs - drainMs)) * 1000,
      read: await line.read(),
    };
  });
}

/** Keeps and publishes at the same time. */
export async function runSustained(options: SustainedOptions): Promise<SustainedFigures> {
  return onLine(options.broker, async line => {
    await line.publish();
    await feed(line, { ...options, seconds: warmUpSeconds });
    await line.drained();
    const before = line.latenciesMs.length;
    await feed(line, options);
    const latenciesMs = line.latenciesMs.slice(before);
    const { waiting } = line;
    await line.drained();
    return {
      publishedPerSecond: latenciesMs.length / options.seconds,
      p50Ms: percentile(latenciesMs, 0.5),
      p99Ms: percentile(latenciesMs, 0.99),
      waiting,
      read: await line.read(),
    };
  });
}

async function feed(line: Line, { wantedPerSecond, seconds }: SustainedOptions): Promise<void> {
  const { kept } = line;
  const startMs = performance.now();
  for (let passedMs = 0; passedMs < seconds * 1000; passedMs = performance.now() - startMs) {
    if (wantedPerSecond !== undefined) {
      while (line.kept - kept < (wantedPerSecond * passedMs) / 1000) line.keep();
      await delay(tickMs);
    } else {
      // So few at once that what is published is not kept waiting.
      for (let count = 0; count < decisionsAtOnce && line.waiting < maxWaiting; count += 1) line.keep();
      await nextTurn();
    }
  }
}
