import { BatonError } from '../errors.ts';
import type { streamErrors } from '../errors/stream-errors.ts';

/**
 * What a failure says about what to do next:
 * - `retry`: the same again, later
 * - `refused`: the same again, later; somebody has to do something before it works
 * - `fenced`: the same again, later; somebody else has taken our name
 * - `topic`: this topic takes nothing, another may
 * - `record`: one of the records, nobody says which, is not taken
 */
export type FailureKind = 'retry' | 'refused' | 'fenced' | 'topic' | 'record';

/** Why something was not published. */
export interface Failure {
  readonly kind: FailureKind;
  readonly code: keyof typeof streamErrors | 'internal';
  /** For people: what the broker or the system said. */
  readonly reason: string;
  /** Name of the topic, where one is meant. */
  readonly topic?: string | undefined;
}

type Sort = Pick<Failure, 'kind' | 'code'>;

const refused: Sort = { kind: 'refused', code: 'kafka-refused' };
const fenced: Sort = { kind: 'fenced', code: 'kafka-name-taken' };
const failing: Sort = { kind: 'retry', code: 'kafka-failing' };
const unreachable: Sort = { kind: 'retry', code: 'kafka-unreachable' };
const defect: Sort = { kind: 'retry', code: 'internal' };

/** Kafka's protocol errors that do not just pass (https://kafka.apache.org/protocol#protocol_error_codes). All others may. */
const sortByError: Readonly<Record<string, Sort>> = {
  // KIP-588: a producer that is fenced hears the first of its coordinator, the second of a partition's leader.
  PRODUCER_FENCED: fenced,
  INVALID_PRODUCER_EPOCH: fenced,

  CLUSTER_AUTHORIZATION_FAILED: refused,
  TRANSACTIONAL_ID_AUTHORIZATION_FAILED: refused,
  GROUP_AUTHORIZATION_FAILED: refused,
  SASL_AUTHENTICATION_FAILED: refused,
  UNSUPPORTED_SASL_MECHANISM: refused,
  ILLEGAL_SASL_STATE: refused,
  SECURITY_DISABLED: refused,
  UNSUPPORTED_VERSION: refused,
  UNSUPPORTED_COMPRESSION_TYPE: refused,
  UNSUPPORTED_FOR_MESSAGE_FORMAT: refused,
  INVALID_REQUIRED_ACKS: refused,
  INVALID_TRANSACTION_TIMEOUT: refused,

  UNKNOWN_TOPIC_OR_PARTITION: { kind: 'topic', code: 'kafka-topic-unknown' },
  TOPIC_AUTHORIZATION_FAILED: { kind: 'topic', code: 'kafka-topic-refused' },
  INVALID_TOPIC_EXCEPTION: { kind: 'topic', code: 'kafka-topic-refused' },

  MESSAGE_TOO_LARGE: { kind: 'record', code: 'kafka-record-too-large' },
  RECORD_LIST_TOO_LARGE: { kind: 'record', code: 'kafka-record-too-large' },
  INVALID_RECORD: { kind: 'record', code: 'kafka-record-refused' },
  INVALID_TIMESTAMP: { kind: 'record', code: 'kafka-record-refused' },
};

/** What counts first when one answer has several errors: the others may only follow from it. */
const weight: Readonly<Record<FailureKind, number>> = {
  fenced: 0,
  refused: 1,
  topic: 2,
  record: 3,
  retry: 4,
};

/** A failure whose meaning is known where it happens. */
export class PublishError extends Error {
  readonly failure: Failure;

  constructor(failure: Failure, options?: ErrorOptions) {
    super(failure.reason, options);
    this.name = 'PublishError';
    this.failure = failure;
  }
}

/** The protocol error with this name, of this topic. */
export function protocolFailure(name: string, text?: string | null, topic?: string): Failure {
  const reason = text === undefined || text === null || text === '' ? name : `${name}: ${text}`;
  return { ...(sortByError[name] ?? failing), reason, topic };
}

/** What an error of the Kafka client means, looked for in all that it has gathered. */
export function failureOf(error: unknown): Failure {
  const found = failuresIn(error, undefined).sort((one, other) => weight[one.kind] - weight[other.kind]);
  return found[0] ?? { ...defect, reason: String(error) };
}

/** The client's errors, as far as they are looked at. */
interface ClientError extends Error {
  readonly code?: string;
  /** Errors that it has gathered. */
  readonly errors?: readonly unknown[];
  /** The answer in which they stand. */
  readonly response?: unknown;
  /** Of a protocol error: its name, where it stands in the answer, and what the broker says about it. */
  readonly apiId?: string;
  readonly path?: string;
  readonly serverErrorMessage?: string | null;
}

/** What lies deepest comes first: it is nearest to the reason. */
function failuresIn(error: unknown, response: unknown): Failure[] {
  if (error instanceof PublishError) return [error.failure];
  // Where events come from: nothing goes on before it does.
  if (error instanceof BatonError && error.code === 'outbox-failing')
    return [{ kind: 'refused', code: error.code, reason: error.message }];
  if (!(error instanceof Error)) return [];
  const failed: ClientError = error;
  const { apiId, path = '', serverErrorMessage, errors = [], cause } = failed;
  if (apiId !== undefined) return [protocolFailure(apiId, serverErrorMessage, topicAt(response, path))];
  const inner = [...errors, cause].flatMap(one => failuresIn(one, failed.response ?? response));
  return inner.length > 0 ? inner : [{ ...sortOf(failed.code), reason: failed.message }];
}

/** What no answer of a broker stands behind. */
function sortOf(code: string | undefined): Sort {
  if (code === undefined || code === 'PLT_KFK_USER') return defect;
  if (code === 'PLT_KFK_AUTHENTICATION' || code.startsWith('PLT_KFK_UNSUPPORTED') || isCertificateCode(code))
    return refused;
  // Of the client's network, or of the system's.
  return unreachable;
}

/** OpenSSL's and Node's words for a certificate that is not good (https://nodejs.org/docs/latest-v20.x/api/tls.html). */
function isCertificateCode(code: string): boolean {
  return (
    code.includes('CERT') ||
    code.startsWith('UNABLE_TO_') ||
    code.startsWith('ERR_SSL') ||
    code === 'ERR_OSSL'
  );
}

/** The name that stands last on the way to `path` (`/topics/0/partitions/2`) in an answer whose members are in camelCase. */
function topicAt(response: unknown, path: string): string | undefined {
  let place = response;
  let name: string | undefined;
  for (const step of path.split('/').slice(1)) {
    if (typeof place !== 'object' || place === null) break;
    const member = step.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
    place = (place as Readonly<Record<string, unknown>>)[member];
    if (typeof place === 'object' && place !== null && 'name' in place) name = String(place.name);
  }
  return name;
}
