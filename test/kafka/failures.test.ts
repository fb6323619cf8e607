import {
  AuthenticationError,
  MultipleErrors,
  NetworkError,
  protocolErrors,
  ResponseError,
  TimeoutError,
  UnsupportedCompressionError,
  UserError,
} from '@platformatic/kafka';
import { expect } from 'chai';
import { BatonError } from '../../lib/errors.ts';
import { streamErrors } from '../../lib/errors/stream-errors.ts';
import { failureOf, protocolFailure, PublishError } from '../../lib/kafka/failures.ts';

function coded(code: string, message = code): Error {
  return Object.assign(new Error(message), { code });
}

/** As the client wraps it when it cannot connect. */
function notConnected(...causes: readonly Error[]): Error {
  const errors = causes.map(cause => new NetworkError('Connection to kafka1:9092 failed.', { cause }));
  return new MultipleErrors('Cannot connect to any broker.', errors);
}

const codeOf = (name: string): number => protocolErrors[name]?.code ?? Number.NaN;

/** The answer to a Produce request, with one error for each topic. */
function produceAnswer(
  ...errors: readonly (readonly [topic: string, error: string, text?: string])[]
): Error {
  const responses = errors.map(([name]) => ({ name, partitionResponses: [{ index: 0 }] }));
  const byPath = errors.map(
    ([, error, text], at) =>
      [`/responses/${at}/partition_responses/0`, [codeOf(error), text ?? null]] as const,
  );
  const answer = new ResponseError(0, 11, Object.fromEntries(byPath) as never, { responses });
  return new MultipleErrors('Producing messages failed.', [answer]);
}

describe('failureOf', () => {
  const selfSigned = coded('SELF_SIGNED_CERT_IN_CHAIN');
  const wrongPassword = new AuthenticationError('SASL authentication failed.');

  for (const [what, error, kind, code] of [
    ['an outbox that fails', new BatonError('outbox-failing', 'ENOSPC'), 'refused', 'outbox-failing'],
    ['a refused connection', notConnected(coded('ECONNREFUSED')), 'retry', 'kafka-unreachable'],
    ['a name that nobody knows', notConnected(coded('ENOTFOUND')), 'retry', 'kafka-unreachable'],
    ['a connection that closes', new NetworkError('Connection closed'), 'retry', 'kafka-unreachable'],
    ['an answer that does not come', new TimeoutError('Request timed out'), 'retry', 'kafka-unreachable'],
    ['a wrong password', notConnected(wrongPassword), 'refused', 'kafka-refused'],
    [
      'a wrong password at one of several brokers',
      notConnected(coded('ECONNREFUSED'), wrongPassword),
      'refused',
      'kafka-refused',
    ],
    ['a certificate nobody vouches for', notConnected(selfSigned), 'refused', 'kafka-refused'],
    [
      'a certificate of somebody else',
      notConnected(coded('ERR_TLS_CERT_ALTNAME_INVALID')),
      'refused',
      'kafka-refused',
    ],
    ['a compression that is not here', new UnsupportedCompressionError('zstd'), 'refused', 'kafka-refused'],
    ['a defect of ours', new TypeError('x is not a function'), 'retry', 'internal'],
    [
      'a wrong use of the client',
      new UserError('There is already an active transaction.'),
      'retry',
      'internal',
    ],
    ['something thrown that is no error', 'oops', 'retry', 'internal'],
  ] as const) {
    it(`${what}: ${kind}, ${code}`, () => {
      expect(failureOf(error)).to.include({ kind, code });
    });
  }

  for (const [name, kind, code] of [
    ['NOT_ENOUGH_REPLICAS', 'retry', 'kafka-failing'],
    ['NOT_LEADER_OR_FOLLOWER', 'retry', 'kafka-failing'],
    ['COORDINATOR_LOAD_IN_PROGRESS', 'retry', 'kafka-failing'],
    ['INVALID_PRODUCER_ID_MAPPING', 'retry', 'kafka-failing'],
    ['OUT_OF_ORDER_SEQUENCE_NUMBER', 'retry', 'kafka-failing'],
    ['PRODUCER_FENCED', 'fenced', 'kafka-name-taken'],
    ['INVALID_PRODUCER_EPOCH', 'fenced', 'kafka-name-taken'],
    ['TRANSACTIONAL_ID_AUTHORIZATION_FAILED', 'refused', 'kafka-refused'],
    ['GROUP_AUTHORIZATION_FAILED', 'refused', 'kafka-refused'],
    ['UNKNOWN_TOPIC_OR_PARTITION', 'topic', 'kafka-topic-unknown'],
    ['TOPIC_AUTHORIZATION_FAILED', 'topic', 'kafka-topic-refused'],
    ['INVALID_TOPIC_EXCEPTION', 'topic', 'kafka-topic-refused'],
    ['MESSAGE_TOO_LARGE', 'record', 'kafka-record-too-large'],
    ['RECORD_LIST_TOO_LARGE', 'record', 'kafka-record-too-large'],
    ['INVALID_RECORD', 'record', 'kafka-record-refused'],
    ['INVALID_TIMESTAMP', 'record', 'kafka-record-refused'],
  ] as const) {
    it(`${name}: ${kind}, ${code}`, () => {
      const failure = { kind, code, topic: 'calls', reason: name };
      expect(failureOf(produceAnswer(['calls', name]))).to.deep.equal(failure);
    });
  }

  it('names the topic that is meant, not one that failed only with it', () => {
    const answer = produceAnswer(
      ['calls', 'OPERATION_NOT_ATTEMPTED'],
      ['agents', 'TOPIC_AUTHORIZATION_FAILED'],
    );
    expect(failureOf(answer)).to.include({ kind: 'topic', topic: 'agents' });
  });

  it('gives the words of the broker, where there are any', () => {
    const answer = produceAnswer(['calls', 'INVALID_RECORD', 'a key is missing']);
    expect(failureOf(answer).reason).to.equal('INVALID_RECORD: a key is missing');
  });

  it('gives the words that lie deepest', () => {
    const refusedConnection = coded('ECONNREFUSED', 'connect ECONNREFUSED 127.0.0.1:9092');
    expect(failureOf(notConnected(refusedConnection)).reason).to.equal(refusedConnection.message);
  });

  it('takes a failure that is known as it is', () => {
    const failure = protocolFailure('UNKNOWN_TOPIC_OR_PARTITION', undefined, 'calls');
    expect(failureOf(new PublishError(failure))).to.equal(failure);
  });

  it('knows no error that Kafka does not have', () => {
    const known = Object.keys(streamErrors);
    for (const name of Object.keys(protocolErrors))
      expect(known).to.include(protocolFailure(name).code, name);
  });
});
