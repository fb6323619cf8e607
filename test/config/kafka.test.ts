import zlib from 'node:zlib';
import { expect } from 'chai';
import { ConfigError, loadConfig } from '../../lib/config.ts';

function load(values: Readonly<Record<string, unknown>>, env = {}) {
  return loadConfig({ env, flags: new Map(Object.entries(values)) }).kafka;
}

function problemsOf(values: Readonly<Record<string, unknown>>): string[] {
  try {
    load(values);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems.map(({ key, message }) => `${key}: ${message}`);
    throw error;
  }
  return [];
}

describe('the configuration of the event stream', () => {
  it('has no brokers by default, and keeps what waits for them on disk', () => {
    expect(load({})).to.deep.include({ brokers: [], tenant: undefined, userDataEvents: false });
    expect(load({}).outbox).to.deep.equal({
      kind: 'lmdb',
      directory: 'data/outbox',
      sync: false,
      maxBytes: 1_073_741_824,
      maxAgeMs: 604_800_000,
      onFull: 'block-new-calls',
      maxDeadLetters: 10_000,
    });
  });

  it('reads brokers from the environment, with commas between', () => {
    const env = { BATON_KAFKA_BROKERS: 'Kafka1.example.com:9092, 192.0.2.1:9093,[2001:db8::1]:9094,' };
    expect(load({}, env).brokers).to.deep.equal([
      { host: 'kafka1.example.com', port: 9092 },
      { host: '192.0.2.1', port: 9093 },
      { host: '2001:db8::1', port: 9094 },
    ]);
  });

  it('reads user and password from the environment', () => {
    const env = { BATON_KAFKA_USERNAME: 'baton', BATON_KAFKA_PASSWORD: 'secret' };
    expect(load({ 'kafka.sasl.mechanism': 'scram-sha-512' }, env).sasl).to.deep.equal({
      mechanism: 'scram-sha-512',
      username: 'baton',
      password: 'secret',
    });
  });

  it('takes less than acks all where nothing outlives the process', () => {
    expect(load({ 'kafka.acks': 'leader', 'kafka.outbox.kind': 'none' }).acks).to.equal('leader');
  });

  it('takes zstd where Node has it', () => {
    const problems = problemsOf({ 'kafka.compression': 'zstd' });
    expect(problems).to.deep.equal(
      'zstdCompressSync' in zlib ? [] : ['kafka.compression: zstd needs Node 22.15 or newer'],
    );
  });

  for (const [what, values, problem] of [
    ['a broker without port', { 'kafka.brokers': 'kafka' }, 'brokers[0]: "kafka": the port is missing'],
    [
      'a port out of range',
      { 'kafka.brokers': 'k:70000' },
      'brokers[0]: "k:70000": the port must be 0 to 65535',
    ],
    ['port 0', { 'kafka.brokers': 'k:0' }, 'brokers[0]: "k:0": nothing can be reached at port 0'],
    [
      'IPv6 without brackets',
      { 'kafka.brokers': '::1:9092' },
      'brokers[0]: "::1:9092": IPv6 addresses need brackets',
    ],
    ['no host', { 'kafka.brokers': ':9092' }, 'brokers[0]: ":9092": expected host or host:port'],
    ['a host that is none', { 'kafka.brokers': 'a..b:9092' }, 'brokers[0]: "a..b:9092": expected host:port'],
    ['one broker twice', { 'kafka.brokers': 'k:1,K:1' }, 'brokers[1]: "k:1" is there twice'],
    [
      'a tenant that is none',
      { 'kafka.tenant': 'a:b' },
      'tenant: expected letters, digits, _ and - (at most 64)',
    ],
    [
      'a topic that Kafka would not take',
      { 'kafka.topics.callThread': 'a b' },
      'topics.callThread: expected letters, digits, ., _ and - (at most 249)',
    ],
    [
      'one topic for both',
      { 'kafka.topics.agentState': 'voice-callthread' },
      'topics.agentState: must be another topic than topics.callThread',
    ],
    [
      'an outbox on disk with less than acks all',
      { 'kafka.acks': 'leader' },
      'acks: must be all where events are kept in an outbox',
    ],
    [
      'SASL without a password',
      { 'kafka.sasl.mechanism': 'plain', 'kafka.sasl.username': 'baton' },
      'sasl.password: must be set where sasl.mechanism is',
    ],
    [
      'a certificate without its key',
      { 'kafka.tls.cert': 'baton.pem' },
      'tls.key: tls.cert and tls.key go together',
    ],
    [
      'waits that become shorter',
      { 'kafka.retry.firstMs': 3_000 },
      'retry.firstMs: must not be over retry.maxMs',
    ],
    [
      'more for one request than brokers take',
      { 'kafka.batch.maxBytes': 100_000_000 },
      'batch.maxBytes: expected number to be <=50000000',
    ],
    ['an outbox of another kind', { 'kafka.outbox.kind': 'file' }, 'outbox.kind: expected one of lmdb, none'],
    [
      'no folder',
      { 'kafka.outbox.directory': '' },
      'outbox.directory: expected string to have >=1 characters',
    ],
    ['next to no room', { 'kafka.outbox.maxBytes': 1 }, 'outbox.maxBytes: expected number to be >=65536'],
    [
      'a word it does not know',
      { 'kafka.outbox.onFull': 'panic' },
      'outbox.onFull: expected one of block-new-calls, drop-oldest',
    ],
  ] as const) {
    it(`refuses ${what}`, () => {
      expect(problemsOf(values)).to.deep.equal([`kafka.${problem}`]);
    });
  }
});
