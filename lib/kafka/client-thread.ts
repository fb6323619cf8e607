import { Worker } from 'node:worker_threads';
import type { Clock, OutboxRecord } from '../ports.ts';
import { type Failure, PublishError } from './failures.ts';
import type { ProducersOptions } from './producers.ts';
import type { EventProducer } from './publisher.ts';
import { packRecords } from './record-batch.ts';
import type { ThreadAnswer, ThreadRequest } from './thread-messages.ts';

const producerProgram = new URL(
  import.meta.url.endsWith('.ts') ? '../../scripts/kafka/thread-from-source.mjs' : './producer-thread.js',
  import.meta.url,
);

/** A thread takes its time to begin. */
const startMs = 10_000;

const closed: Failure = { kind: 'retry', code: 'kafka-unreachable', reason: 'closed' };
const died: Failure = { kind: 'retry', code: 'internal', reason: 'the Kafka client has died' };
const silent: Failure = { kind: 'retry', code: 'internal', reason: 'the Kafka client gives no answer' };

export interface ClientThreadOptions {
  readonly producers: ProducersOptions;
  readonly log: { error(fields: object, message: string): void };
  readonly after: Clock['after'];
  /** What it runs. */
  readonly program?: URL;
}

/**
 * The Kafka client in a thread of its own: what it computes delays no call, and a defect of it ends the thread, not the process. It
 * begins with the first producer and, when it has died, with the next. One that gives no answer at all is ended.
 */
export class ClientThread {
  readonly #options: ClientThreadOptions;
  #worker: Worker | undefined;
  #count = 0;
  #current: ThreadedProducer | undefined;
  #stopWatching: () => void = () => {};

  constructor(options: ClientThreadOptions) {
    this.#options = options;
  }

  connect = (): EventProducer => {
    this.#count += 1;
    const producer = new ThreadedProducer(this.#count, (request, transfer) => this.#post(request, transfer));
    this.#current = producer;
    return producer;
  };

  async end(): Promise<void> {
    const worker = this.#worker;
    this.#worker = undefined;
    this.#stopWatching();
    await worker?.terminate();
  }

  #post(request: ThreadRequest, transfer: ArrayBuffer[]): void {
    // There is nothing to close in a thread that has died.
    const worker = request.kind === 'close' ? this.#worker : (this.#worker ??= this.#start());
    this.#stopWatching();
    worker?.postMessage(request, transfer);
    if (request.kind !== 'close') this.#watch();
  }

  #start(): Worker {
    const { producers, program = producerProgram, log } = this.#options;
    const worker = new Worker(program, { workerData: producers });
    worker.on('message', (answer: ThreadAnswer) => {
      if (this.#worker !== worker) return;
      if (answer.kind !== 'lost') this.#stopWatching();
      this.#current?.receive(answer);
    });
    // Then it exits.
    worker.on('error', error => log.error({ err: error }, died.reason));
    worker.on('exit', () => {
      if (this.#worker === worker) this.#giveUp(died);
    });
    return worker;
  }

  /** More than all requests of one publication take that are all just in time. */
  #watch(): void {
    const timeoutMs = 10 * this.#options.producers.config.requestTimeoutMs + startMs;
    this.#stopWatching = this.#options.after(timeoutMs, () => {
      this.#options.log.error({ timeoutMs }, silent.reason);
      void this.#worker?.terminate();
      this.#giveUp(silent);
    });
  }

  #giveUp(failure: Failure): void {
    this.#stopWatching();
    this.#worker = undefined;
    this.#current?.fail(failure);
  }
}

type Post = (request: ThreadRequest, transfer: ArrayBuffer[]) => void;

/** A producer in that thread. */
class ThreadedProducer implements EventProducer {
  onLost: (() => void) | undefined;
  readonly #number: number;
  readonly #post: Post;
  /** Who waits for an answer. */
  #waiting:
    | { readonly resolve: (position?: number) => void; readonly reject: (error: Error) => void }
    | undefined;
  #isClosed = false;

  constructor(number: number, post: Post) {
    this.#number = number;
    this.#post = post;
  }

  async open(): Promise<number | undefined> {
    return await this.#ask({ kind: 'open', producer: this.#number });
  }

  async publish(records: readonly OutboxRecord[], position: number): Promise<void> {
    const batch = packRecords(records);
    await this.#ask({ kind: 'publish', producer: this.#number, batch, position }, [batch.values.buffer]);
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#post({ kind: 'close', producer: this.#number }, []);
    this.fail(closed);
  }

  receive(answer: ThreadAnswer): void {
    if (answer.producer !== this.#number) return;
    switch (answer.kind) {
      case 'done':
        this.#waiting?.resolve(answer.position);
        this.#waiting = undefined;
        return;
      case 'failed':
        this.fail(answer.failure, answer.error);
        return;
      case 'lost':
        this.onLost?.();
        return;
      default:
        answer satisfies never;
    }
  }

  /** What is under way, or else the connection. */
  fail(failure: Failure, cause?: unknown): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (waiting === undefined) this.onLost?.();
    else waiting.reject(new PublishError(failure, { cause }));
  }

  async #ask(request: ThreadRequest, transfer: ArrayBuffer[] = []): Promise<number | undefined> {
    return await new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      this.#post(request, transfer);
    });
  }
}
