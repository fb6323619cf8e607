/** Other than PLAINTEXT, for who tests how it is reached. */
export const protocols = ['PLAINTEXT', 'SSL', 'SASL_PLAINTEXT', 'SASL_SSL'];

/** Of SASL, for every user; their SCRAM credentials are in the records, from the formatting on. */
const scram = ['SCRAM-SHA-256', 'SCRAM-SHA-512'];

/**
 * server.properties of one node that is broker and controller. Clients come in at `port`. Where they must not come in as they
 * are, the broker speaks to itself, and who sets it up to the broker, at `internalPort` in plain text.
 * @param {{ port: number, controllerPort: number, internalPort: number, protocol: string, users: { name: string, password: string }[],
 *   records: string, properties: string[] }} options `properties` are lines `key=value` that come last and so override the others
 */
export function serverProperties({
  port,
  controllerPort,
  internalPort,
  protocol,
  users,
  records,
  properties,
}) {
  const plain = protocol === 'PLAINTEXT';
  const served = [`CLIENT://127.0.0.1:${port}`, ...(plain ? [] : [`INTERNAL://127.0.0.1:${internalPort}`])];
  const settings = {
    'process.roles': 'broker,controller',
    'node.id': 1,
    // Fixed here and not kept in the data, so that the same data can be served on other ports.
    'controller.quorum.voters': `1@127.0.0.1:${controllerPort}`,
    listeners: [...served, `CONTROLLER://127.0.0.1:${controllerPort}`].join(),
    'advertised.listeners': served.join(),
    'listener.security.protocol.map': `CLIENT:${protocol},INTERNAL:PLAINTEXT,CONTROLLER:PLAINTEXT`,
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': plain ? 'CLIENT' : 'INTERNAL',
    ...saslSettings(protocol, users),
    'log.dirs': records,
    'num.partitions': 3,
    'auto.create.topics.enable': true,
    'default.replication.factor': 1,
    'min.insync.replicas': 1,
    'offsets.topic.replication.factor': 1,
    'offsets.topic.num.partitions': 3,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.min.isr': 1,
    'transaction.state.log.num.partitions': 3,
    'share.coordinator.state.topic.replication.factor': 1,
    'share.coordinator.state.topic.min.isr': 1,
    'share.coordinator.state.topic.num.partitions': 3,
    'group.initial.rebalance.delay.ms': 0,
    // A broker that was killed may come back only when its registration has lapsed: after 9 s by default.
    'broker.session.timeout.ms': 2_000,
    'broker.heartbeat.interval.ms': 250,
  };
  const lines = Object.entries(settings).map(([key, value]) => `${key}=${value}`);
  return [...lines, ...properties, ''].join('\n');
}

/** Arguments of StorageTool that make the users known to SCRAM. */
export function scramArguments(users) {
  const credentials = users.flatMap(({ name, password }) =>
    scram.map(mechanism => `${mechanism}=[name=${name},password=${password}]`),
  );
  return credentials.flatMap(credential => ['--add-scram', credential]);
}

function saslSettings(protocol, users) {
  if (!protocol.startsWith('SASL_')) return {};
  const known = users.map(({ name, password }) => ` user_${name}="${password}"`).join('');
  const jaas = {
    PLAIN: `org.apache.kafka.common.security.plain.PlainLoginModule required${known};`,
    ...Object.fromEntries(
      scram.map(mechanism => [
        mechanism,
        'org.apache.kafka.common.security.scram.ScramLoginModule required;',
      ]),
    ),
  };
  const configs = Object.entries(jaas).map(([mechanism, config]) => [
    `listener.name.client.${mechanism.toLowerCase()}.sasl.jaas.config`,
    config,
  ]);
  return { 'sasl.enabled.mechanisms': Object.keys(jaas).join(), ...Object.fromEntries(configs) };
}
