import type { Clock } from '../ports.ts';
import {
  type AnswerTo,
  type NgCommand,
  type NgCommandName,
  type NgFailure,
  type NgOutcome,
  readAnswer,
  splitDatagram,
} from './command.ts';

/** Datagrams to one instance and back. */
export interface NgWire {
  /** Never throws; what cannot be sent is told by `onUnreachable`. */
  send(datagram: string): void;
  onDatagram: (datagram: string) => void;
  /** Nobody listens there (ICMP), no such host, or it cannot be sent. */
  onUnreachable: (reason: string) => void;
  close(): void;
}

export interface NgTimeouts {
  /** One command, all its copies together. */
  readonly commandMs: number;
  /** Until the second copy; each further one after twice the time before. */
  readonly resendMs: number;
}

export interface NgMetrics {
  commandDone(done: {
    readonly instance: string;
    readonly command: NgCommandName;
    readonly outcome: 'ok' | NgFailure;
    readonly seconds: number;
  }): void;
  /** `late`: to a command that is over, or to none. `malformed`: without cookie. */
  strayAnswer(what: 'late' | 'malformed'): void;
}

export interface NgClientOptions {
  /** `host:port`, as it is configured: for log and metrics. */
  readonly name: string;
  readonly wire: NgWire;
  readonly timeouts: NgTimeouts;
  readonly clock: Clock;
  readonly metrics?: NgMetrics;
  /** Begins all its cookies: no other client of the same instance has it. */
  readonly cookiePrefix: string;
}

interface Waiting {
  readonly command: NgCommandName;
  readonly sentMs: number;
  readonly settle: (outcome: NgOutcome) => void;
  stopTimer: () => void;
}

/**
 * The control connection to one rtpengine.
 *
 *     ask ──▶ waiting ──answer──▶ settled
 *               │  └─resendMs, twice that, …──▶ the same datagram again
 *               └─commandMs, or nobody there──▶ settled as failed
 *
 * A copy has the cookie of the first: rtpengine carries a command out once and answers copies from memory.
 */
export class NgClient {
  readonly name: string;
  /** Commands that failed because the instance is not there: `timeout` or `unreachable`. */
  onSilence: (why: NgFailure) => void = () => {};
  readonly #wire: NgWire;
  readonly #timeouts: NgTimeouts;
  readonly #clock: Clock;
  readonly #metrics: NgMetrics | undefined;
  readonly #prefix: string;
  readonly #waiting = new Map<string, Waiting>();
  #count = 0;
  #closed = false;

  constructor({ name, wire, timeouts, clock, metrics, cookiePrefix }: NgClientOptions) {
    this.name = name;
    this.#wire = wire;
    this.#timeouts = timeouts;
    this.#clock = clock;
    this.#metrics = metrics;
    this.#prefix = cookiePrefix;
    wire.onDatagram = datagram => this.#receive(datagram);
    wire.onUnreachable = reason => this.#failAll('unreachable', reason);
  }

  /** Commands under way. */
  get waitingCount(): number {
    return this.#waiting.size;
  }

  /** Never rejects. `timeoutMs`: instead of that of the configuration. */
  async ask<Command extends NgCommand>(
    command: Command,
    timeoutMs = this.#timeouts.commandMs,
  ): Promise<NgOutcome<AnswerTo<Command>>> {
    if (this.#closed) return { ok: false, why: 'unreachable', reason: 'closed' };
    this.#count += 1;
    const cookie = `${this.#prefix}_${this.#count}`;
    const datagram = `${cookie} ${JSON.stringify(command)}`;
    return new Promise(resolve => {
      const waiting: Waiting = {
        command: command.command,
        sentMs: this.#clock.nowMs(),
        // readAnswer has looked whether what the command promises is there.
        settle: outcome => resolve(outcome as NgOutcome<AnswerTo<Command>>),
        stopTimer: () => {},
      };
      this.#waiting.set(cookie, waiting);
      this.#sendCopy(cookie, datagram, { waiting, leftMs: timeoutMs, nextMs: this.#timeouts.resendMs });
    });
  }

  close(): void {
    this.#closed = true;
    this.#failAll('unreachable', 'closed');
    this.#wire.close();
  }

  #sendCopy(
    cookie: string,
    datagram: string,
    { waiting, leftMs, nextMs }: { waiting: Waiting; leftMs: number; nextMs: number },
  ): void {
    const waitMs = Math.min(nextMs, leftMs);
    waiting.stopTimer = this.#clock.after(waitMs, () => {
      const rest = leftMs - waitMs;
      if (rest > 0) this.#sendCopy(cookie, datagram, { waiting, leftMs: rest, nextMs: nextMs * 2 });
      else this.#settle(cookie, { ok: false, why: 'timeout', reason: `no answer from ${this.name}` });
    });
    this.#wire.send(datagram);
  }

  #receive(datagram: string): void {
    const read = splitDatagram(datagram);
    const waiting = read && this.#waiting.get(read.cookie);
    if (read === undefined || waiting === undefined) {
      this.#metrics?.strayAnswer(read === undefined ? 'malformed' : 'late');
      return;
    }
    this.#settle(read.cookie, readAnswer(waiting.command, read.dictionary));
  }

  #failAll(why: NgFailure, reason: string): void {
    for (const cookie of [...this.#waiting.keys()]) this.#settle(cookie, { ok: false, why, reason });
  }

  #settle(cookie: string, outcome: NgOutcome): void {
    const waiting = this.#waiting.get(cookie);
    if (waiting === undefined) return;
    this.#waiting.delete(cookie);
    waiting.stopTimer();
    this.#metrics?.commandDone({
      instance: this.name,
      command: waiting.command,
      outcome: outcome.ok ? 'ok' : outcome.why,
      seconds: (this.#clock.nowMs() - waiting.sentMs) / 1000,
    });
    if (!outcome.ok && (outcome.why === 'timeout' || outcome.why === 'unreachable'))
      this.onSilence(outcome.why);
    waiting.settle(outcome);
  }
}
