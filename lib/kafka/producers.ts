import type { KafkaConfig } from '../config/kafka.ts';
import { BatonError } from '../errors.ts';
import { PublishError } from './failures.ts';
import { MessageWriter } from './message.ts';
import { PlainProducer } from './plain-producer.ts';
import type { EventProducer } from './publisher.ts';
import { readTlsFiles } from './tls-files.ts';
import { TransactionalProducer } from './transactional-producer.ts';

export interface ProducersOptions {
  readonly config: KafkaConfig;
  readonly node: string;
  readonly tenant: string;
  readonly outboxId: string;
}

/** What makes a producer for each attempt, as the configuration says. What outlives the process is published in transactions. */
export function producersOf({ config, node, tenant, outboxId }: ProducersOptions): () => EventProducer {
  const writer = new MessageWriter({ topics: config.topics, node });
  const transactionalId = `baton-${tenant}-${node}`;
  const group = `baton-outbox-${node}-${outboxId}`;
  return () => {
    const setup = { config, tls: tlsOf(config) };
    return config.outbox.kind === 'none'
      ? new PlainProducer(setup, writer)
      : new TransactionalProducer(setup, { transactionalId, group }, writer);
  };
}

/** Read anew each time: certificates are renewed while Baton runs. */
function tlsOf({ tls }: KafkaConfig): ReturnType<typeof readTlsFiles> {
  try {
    return readTlsFiles(tls);
  } catch (error) {
    if (!(error instanceof BatonError)) throw error;
    throw new PublishError(
      { kind: 'refused', code: 'kafka-refused', reason: error.message },
      { cause: error },
    );
  }
}
