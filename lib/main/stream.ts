import type { Config } from '../config.ts';
import { formatSocketAddress } from '../engine/transport/address.ts';
import type { CallEvent } from '../events/event.ts';
import { ClientThread } from '../kafka/client-thread.ts';
import { Publisher } from '../kafka/publisher.ts';
import { readTlsFiles } from '../kafka/tls-files.ts';
import type { Logger } from '../log.ts';
import type { Metrics } from '../metrics.ts';
import type { Clock, EventJournal, Outbox, StreamState } from '../ports.ts';
import { startJournal } from './journal.ts';
import type { Started } from './started.ts';

/** Its timers keep the process alive: while it stops there may be nothing else that does. */
const clock: Clock = {
  nowMs: Date.now,
  after: (delayMs, fire) => {
    const timer = setTimeout(fire, delayMs);
    return () => {
      clearTimeout(timer);
    };
  },
};

/** The way to Kafka: where events wait, and how it goes. */
export interface Stream {
  /** Undefined: there is no Kafka. */
  readonly journal?: EventJournal;
  /** What parties are told of whom an earlier process has lost: on its way to Kafka already, and to be published otherwise. */
  readonly recovered: readonly CallEvent[];
  readonly state: () => StreamState;
}

/**
 * Begins to publish what is kept; it is stopped after everything that makes events.
 * @throws {BatonError} `config-invalid`
 */
export async function startStream(
  config: Config,
  log: Logger,
  started: Started,
  metrics: Metrics,
): Promise<Stream> {
  // Told now rather than at the first attempt.
  readTlsFiles(config.kafka.tls);
  const kept = await startJournal(config, log, started, metrics);
  if (kept === undefined) return { recovered: [], state: () => ({ stream: 'off' }) };
  const { journal, recovered } = kept;
  const publisher = startPublisher(config, log, started, metrics, journal);
  started.add(() => publisher.stop(config.kafka.flushMs));
  return { journal, recovered, state: () => stateOf(publisher) };
}

function startPublisher(
  { kafka, node, tenant }: Config,
  log: Logger,
  started: Started,
  metrics: Metrics,
  outbox: Outbox,
): Publisher {
  const producers = { config: kafka, node, tenant, outboxId: outbox.id };
  const thread = new ClientThread({ producers, log, after: clock.after });
  started.add(() => thread.end());
  const publisher = new Publisher({
    outbox,
    connect: thread.connect,
    brokers: kafka.brokers.map(({ host, port }) => formatSocketAddress({ address: host, port })),
    topics: kafka.topics,
    batch: kafka.batch,
    retry: kafka.retry,
    clock,
    metrics: metrics.kafka,
    log,
  });
  publisher.start();
  return publisher;
}

function stateOf({ trouble }: Publisher): StreamState {
  if (trouble === undefined) return { stream: 'healthy' };
  const { code, reason } = trouble.failure;
  return { stream: 'unhealthy', code, reason, sinceMs: trouble.sinceMs };
}
