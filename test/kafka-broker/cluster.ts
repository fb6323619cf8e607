import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  Admin,
  AclOperations,
  AclPermissionTypes,
  ResourcePatternTypes,
  ResourceTypes,
} from '@platformatic/kafka';
import { freePort, releasePorts } from '../../support/free-ports.ts';
import { KafkaBroker } from '../../support/kafka-broker.ts';
import { type Certified, selfSigned } from '../support/certificate.ts';
import { RealStream } from './real-stream.ts';
import { KafkaRelay } from './relay.ts';

/** Users that the broker knows, who may do nothing until it is allowed. */
export const users = { alice: 'alicesSecret', bob: 'bobsSecret' } as const;

const resources = {
  topic: ResourceTypes.TOPIC,
  group: ResourceTypes.GROUP,
  transactionalId: ResourceTypes.TRANSACTIONAL_ID,
} as const;

/** `host:port` of each way into the broker, by what it asks of who comes. */
type Listener = 'plain' | 'sasl' | 'tls' | 'mutualTls' | 'relayed';

/** One broker for all tests of a run, with a way in of each kind. */
export class Cluster {
  readonly broker: KafkaBroker;
  readonly relay: KafkaRelay;
  readonly bootstrap: Readonly<Record<Listener, string>>;
  readonly folder: string;
  #names = 0;

  private constructor(broker: KafkaBroker, relay: KafkaRelay, folder: string) {
    this.broker = broker;
    this.relay = relay;
    this.folder = folder;
    const at = (offset: number): string => `127.0.0.1:${broker.port + offset}`;
    this.bootstrap = { sasl: at(0), plain: at(2), tls: at(3), mutualTls: at(4), relayed: at(6) };
  }

  static async start(): Promise<Cluster> {
    const folder = mkdtempSync(join(tmpdir(), 'baton-kafka-keys-'));
    const port = await freePort('127.0.0.1', portCount);
    const own = selfSigned('broker', ['127.0.0.1']);
    const client = selfSigned('baton');
    writeKeys(folder, own, client);
    const broker = await KafkaBroker.start({
      port,
      protocol: 'SASL_PLAINTEXT',
      users,
      properties: properties(port, folder),
    });
    const relay = new KafkaRelay(port + 5);
    await relay.start(port + 6);
    const cluster = new Cluster(broker, relay, folder);
    await cluster.#warmUp();
    return cluster;
  }

  /** The first transaction of all makes the broker's own topics, which takes it some seconds. */
  async #warmUp(): Promise<void> {
    const config = { brokers: this.bootstrap.plain, 'topics.callThread': await this.topic() };
    const stream = new RealStream({ node: this.name('node'), config });
    stream.outbox.keep('a');
    await stream.drained();
    await stream.stop();
  }

  async stop(): Promise<void> {
    await this.relay.stop();
    await this.broker.stop();
    releasePorts(Array.from({ length: portCount }, (_, at) => this.broker.port + at));
    rmSync(this.folder, { recursive: true });
  }

  /** One that nobody else has: a node, a topic. */
  name(of: string): string {
    this.#names += 1;
    return `${of}-${this.#names}`;
  }

  async topic(configs: Readonly<Record<string, string>> = {}, partitions = 3): Promise<string> {
    const topic = this.name('topic');
    await this.broker.createTopic(topic, { partitions, configs });
    return topic;
  }

  /** Of a group, `name` is what its name begins with. */
  async allow(
    user: keyof typeof users,
    resource: keyof typeof resources,
    name: string,
    ...operations: readonly ('READ' | 'WRITE' | 'DESCRIBE')[]
  ): Promise<void> {
    const admin = new Admin({ clientId: 'test', bootstrapBrokers: [this.bootstrap.plain] });
    try {
      await admin.createAcls({
        creations: operations.map(operation => ({
          resourceType: resources[resource],
          resourceName: name,
          // Whoever names a group knows only how it begins.
          resourcePatternType:
            resource === 'group' ? ResourcePatternTypes.PREFIXED : ResourcePatternTypes.LITERAL,
          principal: `User:${user}`,
          host: '*',
          operation: AclOperations[operation],
          permissionType: AclPermissionTypes.ALLOW,
        })),
      });
    } finally {
      await admin.close();
    }
  }
}

/** Those of the listeners, of the controller and of the relay. */
const portCount = 7;

function writeKeys(folder: string, own: Certified, client: Certified): void {
  writeFileSync(join(folder, 'broker.pem'), own.key + own.certificate);
  writeFileSync(join(folder, 'ca.pem'), own.certificate);
  writeFileSync(join(folder, 'client.pem'), client.certificate);
  writeFileSync(join(folder, 'client.key'), client.key);
}

function properties(port: number, folder: string): Record<string, string> {
  const at = (name: string, offset: number): string => `${name}://127.0.0.1:${port + offset}`;
  const served = [at('CLIENT', 0), at('INTERNAL', 2), at('TLS', 3), at('MUTUAL', 4)];
  return {
    listeners: [...served, at('RELAYED', 5), at('CONTROLLER', 1)].join(),
    // Who comes through the relay stays behind it.
    'advertised.listeners': [...served, at('RELAYED', 6)].join(),
    'listener.security.protocol.map': [
      ...['CLIENT:SASL_PLAINTEXT', 'TLS:SSL', 'MUTUAL:SSL'],
      ...['INTERNAL', 'CONTROLLER', 'RELAYED'].map(name => `${name}:PLAINTEXT`),
    ].join(),
    'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
    // Who comes without SASL and without a certificate may do everything; so may who has ours.
    'super.users': 'User:ANONYMOUS;User:CN=baton',
    ...keystore('tls', folder),
    ...keystore('mutual', folder),
    'listener.name.mutual.ssl.client.auth': 'required',
    'listener.name.mutual.ssl.truststore.type': 'PEM',
    'listener.name.mutual.ssl.truststore.location': join(folder, 'client.pem'),
  };
}

function keystore(listener: string, folder: string): Record<string, string> {
  return {
    [`listener.name.${listener}.ssl.keystore.type`]: 'PEM',
    [`listener.name.${listener}.ssl.keystore.location`]: join(folder, 'broker.pem'),
  };
}

let started: Promise<Cluster> | undefined;

/** The one of this run. */
export function theCluster(): Promise<Cluster> {
  return (started ??= Cluster.start());
}

after(async () => {
  await (await started)?.stop();
});
