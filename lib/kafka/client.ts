import {
  type Base,
  type BaseOptions,
  type Broker,
  type Callback,
  type ClusterMetadata,
  type Connection,
  kGetConnection,
  kListApis,
  NetworkError,
  Producer,
  type ProducerOptions,
  ProduceAcks,
  SASLMechanisms,
  UserError,
} from '@platformatic/kafka';
import { isIP } from 'node:net';
import type { KafkaConfig } from '../config/kafka.ts';
import { protocolFailure, PublishError } from './failures.ts';
import type { TlsFiles } from './tls-files.ts';

/** What @platformatic/kafka needs to be told, and where it has to be held by the hand. */

/** As a broker that is up answers within some milliseconds. */
const connectTimeoutMs = 2_000;
/** Leaders move; a request to the old one fails, and then all is asked anew. */
const metadataMaxAgeMs = 30_000;

const mechanisms = {
  plain: SASLMechanisms.PLAIN,
  'scram-sha-256': SASLMechanisms.SCRAM_SHA_256,
  'scram-sha-512': SASLMechanisms.SCRAM_SHA_512,
} as const;

export const acksOf = {
  all: ProduceAcks.ALL,
  leader: ProduceAcks.LEADER,
  none: ProduceAcks.NO_RESPONSE,
} as const;

/** What a producer is made with. */
export interface ProducerSetup {
  readonly config: KafkaConfig;
  readonly tls: TlsFiles | undefined;
}

/** How to connect. Nothing is tried again within the client: the publisher does that, with another client. */
export function clientOptions({ config, tls }: ProducerSetup): BaseOptions {
  const { brokers, clientId, sasl, requestTimeoutMs } = config;
  const { mechanism, username, password } = sasl;
  return {
    bootstrapBrokers: [...brokers],
    clientId,
    connectTimeout: connectTimeoutMs,
    requestTimeout: requestTimeoutMs,
    // Of a transaction: five requests, of which each may take its time. What a killed process has begun blocks readers for so long.
    timeout: requestTimeoutMs * 5,
    retries: false,
    metadataMaxAge: metadataMaxAgeMs,
    ...(tls !== undefined && { tls, tlsServerName: serverNameOf(config) }),
    ...(mechanism !== 'none' && { sasl: { mechanism: mechanisms[mechanism], username, password } }),
  };
}

/** RFC 6066 §3: an address is no server name. True: that of the broker. */
function serverNameOf({ brokers, tls }: KafkaConfig): string | boolean {
  return tls.serverName ?? !brokers.some(({ host }) => isIP(host) !== 0);
}

/** The client's producer. */
export class BatonProducer extends Producer {
  constructor(options: ProducerOptions<Buffer, Buffer, Buffer, Buffer>) {
    // A producer that is given no id and no epoch claims those that 0 stands for, and is fenced as somebody else.
    super({ ...options, producerId: -1n, producerEpoch: -1, repeatOnStaleMetadata: false });
  }

  /** KIP-890: from version 4 on AddPartitionsToTxn is for brokers among themselves, who have rights that a producer has not. */
  override [kListApis](callback: Parameters<Producer[typeof kListApis]>[0]): void {
    super[kListApis]((error, apis) => {
      callback(
        error,
        apis?.map(api =>
          api.name === 'AddPartitionsToTxn' ? { ...api, maxVersion: Math.min(api.maxVersion, 3) } : api,
        ),
      );
    });
  }
}

/** A client whose connections are known, so that they can be ended at once. */
export class Held<Client extends Base> {
  readonly client: Client;
  onLost: (() => void) | undefined;
  readonly #connections = new Set<Connection>();

  constructor(client: Client) {
    this.client = client;
    refuseGoneBrokers(client);
    client.connections.on('connecting', ({ connection }) => {
      this.#connections.add(connection);
      // One that fails a second time says so to nobody else, and an 'error' that nobody hears ends the thread.
      connection.on('error', () => {});
    });
    client.connections.on('disconnect', () => this.onLost?.());
  }

  /** What is under way rejects. Leaves neither sockets nor timers. */
  end(): void {
    this.onLost = undefined;
    for (const connection of this.#connections) {
      // Ends a timer of SASL too, which the end of the socket does not.
      connection.close(() => {});
      connection.socket.destroy();
    }
    this.client.close(() => {});
  }
}

/**
 * A coordinator may be named that is not among the brokers: one that has just gone, or has not come back. The client would throw
 * where nobody can catch it.
 */
function refuseGoneBrokers(client: Base): void {
  const getConnection = client[kGetConnection].bind(client);
  client[kGetConnection] = (broker: Broker | undefined, callback: Callback<Connection>) => {
    if (broker === undefined) callback(new NetworkError('the coordinator is not among the brokers'));
    else getConnection(broker, callback);
  };
}

/**
 * The leaders of topics and how many partitions they have; what is not known yet is asked for. With `create` the brokers may make
 * a topic that is missing, as their auto.create.topics.enable says.
 * @throws {PublishError} of kind `topic`, with its name
 */
export async function readTopics(
  client: Base,
  names: Iterable<string>,
  { create }: { readonly create: boolean },
): Promise<ClusterMetadata> {
  const topics = [...new Set(names)];
  // One by one: an error is that of one topic.
  for (const topic of topics) {
    try {
      await client.metadata({ topics: [topic], autocreateTopics: create });
    } catch (error) {
      // The client's own words for it, without the name that Kafka has.
      if (!(error instanceof UserError)) throw error;
      throw new PublishError(protocolFailure('UNKNOWN_TOPIC_OR_PARTITION', undefined, topic), {
        cause: error,
      });
    }
  }
  return await client.metadata({ topics });
}
