import type { CallEvent } from '../../lib/events/event.ts';
import { StoredEvent } from '../../lib/stream/stored-event.ts';
import type { Answer, Letter } from '../../lib/webhooks/endpoint.ts';
import type { WebhookLog, WebhookMetrics } from '../../lib/webhooks/webhook-target.ts';
import { changeOf } from '../../support/sample-change.ts';

/** An event of a call, by the number of its position. */
export function stored(number: number, call = 'one', other: Partial<CallEvent> = {}): StoredEvent {
  return new StoredEvent(number, changeOf(`${number}`, { ConnID: call, ...other } as object));
}

/** Counts and writes down: `gave-up crm webhook-refused 1`. */
export class MetricsRecorder implements WebhookMetrics {
  readonly outcomes: string[] = [];
  readonly gaveUp: string[] = [];
  readonly seconds: number[] = [];
  depth = 0;

  webhookAttempted(_target: string, outcome: string): void {
    this.outcomes.push(outcome);
  }

  webhookDelivered(_target: string, seconds: number): void {
    this.seconds.push(seconds);
  }

  webhookGaveUp(_target: string, code: string, count: number): void {
    this.gaveUp.push(`${code} ${count}`);
  }

  webhookQueued(_target: string, depth: number): void {
    this.depth = depth;
  }
}

export class LogRecorder implements WebhookLog {
  readonly lines: object[] = [];

  warn(fields: object, msg: string): void {
    this.lines.push({ msg, ...fields });
  }
}

/** Time stands still until the test moves it. */
export class FakeTime {
  nowMs = 1_700_000_000_000;
  readonly #due = new Map<() => void, number>();

  readonly after = (delayMs: number, fire: () => void): (() => void) => {
    const once = (): void => {
      this.#due.delete(once);
      fire();
    };
    this.#due.set(once, this.nowMs + delayMs);
    return () => this.#due.delete(once);
  };

  /** Milliseconds until each timer that runs. */
  get delaysMs(): number[] {
    return [...this.#due.values()].map(atMs => atMs - this.nowMs);
  }

  async pass(ms: number): Promise<void> {
    this.nowMs += ms;
    for (const [fire, atMs] of this.#due) if (atMs <= this.nowMs) fire();
    await settled();
  }
}

/** A receiver that answers when the test says. */
export class EndpointDouble {
  readonly posted: Letter[] = [];
  isClosed = false;
  /** The answer to everything; undefined: it waits for `answer`. */
  always: Answer | undefined;
  readonly #waiting: ((answer: Answer) => void)[] = [];

  async post(letter: Letter): Promise<Answer> {
    this.posted.push(letter);
    return this.always ?? new Promise(resolve => this.#waiting.push(resolve));
  }

  /** Answers the request that has waited longest. */
  async answer(answer: Answer): Promise<void> {
    this.#waiting.shift()?.(answer);
    await settled();
  }

  async close(): Promise<void> {
    this.isClosed = true;
    for (const resolve of this.#waiting.splice(0)) resolve({ kind: 'failed', why: 'network' });
    await settled();
  }

  get ids(): string[] {
    return this.posted.map(({ id }) => id);
  }
}

export const answered = (status: number, retryAfterMs?: number): Answer => ({
  kind: 'answered',
  status,
  retryAfterMs,
});

/** Everything that follows from what has happened has happened. */
export async function settled(): Promise<void> {
  await new Promise(resolve => setImmediate(resolve));
}
