/**
 * server.properties of one node that is broker and controller.
 * @param {{ port: number, controllerPort: number, records: string, properties: string[] }} options `properties` are lines
 *   `key=value` that come last and so override the others
 */
export function serverProperties({ port, controllerPort, records, properties }) {
  const settings = {
    'process.roles': 'broker,controller',
    'node.id': 1,
    // Fixed here and not kept in the data, so that the same data can be served on other ports.
    'controller.quorum.voters': `1@127.0.0.1:${controllerPort}`,
    listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${port}`,
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'PLAINTEXT',
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
