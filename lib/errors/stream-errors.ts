import type { ErrorEntry } from '../errors.ts';

/** What keeps events from Kafka. */
export const streamErrors = {
  'kafka-unreachable': {
    meaning: 'No Kafka broker can be reached, or none answers in time; events wait.',
    blame: 'network',
  },
  'kafka-failing': {
    meaning:
      'A Kafka broker answers, and cannot take events now: an election, too few replicas, a coordinator that moves; events wait.',
    blame: 'operator',
  },
  'kafka-refused': {
    meaning: 'The Kafka brokers do not let Baton in: TLS, SASL, or rights of the user; events wait.',
    blame: 'operator',
  },
  'kafka-name-taken': {
    meaning: 'Another process produces to Kafka by the name of this one: tenant and node are not its own.',
    blame: 'operator',
  },
  'kafka-topic-unknown': {
    meaning: 'A topic does not exist and may not be created; its events are set apart.',
    blame: 'operator',
  },
  'kafka-topic-refused': {
    meaning: 'The Kafka user may not write to a topic, or its name is none; its events are set apart.',
    blame: 'operator',
  },
  'kafka-record-too-large': {
    meaning: 'The event is larger than its topic takes (max.message.bytes); it is set apart.',
    blame: 'operator',
  },
  'kafka-record-refused': {
    meaning: 'The Kafka broker refuses the event as it is; it is set apart.',
    blame: 'operator',
  },
  'outbox-failing': {
    meaning:
      'An event that Kafka does not take cannot be set apart: the outbox cannot be read or written. Nothing is published until it can.',
    blame: 'operator',
  },
} as const satisfies Record<string, ErrorEntry>;
