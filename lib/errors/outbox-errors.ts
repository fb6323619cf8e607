import type { ErrorEntry } from '../errors.ts';

/** Failures of what waits for Kafka. */
export const outboxErrors = {
  'outbox-full': {
    meaning: 'Events that wait for Kafka have reached a bound of kafka.outbox, or cannot be written to disk.',
    sipStatus: 503,
    httpStatus: 503,
    blame: 'operator',
  },
  'outbox-in-use': {
    meaning: 'Another process works in the folder of the outbox: each node has one of its own.',
    exitCode: 78,
    blame: 'operator',
  },
  'outbox-unusable': {
    meaning: 'The folder of the outbox cannot be read or written, or its disk is full.',
    exitCode: 78,
    blame: 'operator',
  },
  'outbox-held': {
    meaning: 'The outbox belongs to a Baton that is running: a command may work in it when that has stopped.',
    exitCode: 69,
    blame: 'operator',
  },
  'outbox-missing': {
    meaning: 'There is no outbox in the folder that the configuration names.',
    exitCode: 66,
    blame: 'operator',
  },
  'outbox-broken': {
    meaning: 'The file of the outbox cannot be read; the next start of Baton sets it aside.',
    exitCode: 1,
    blame: 'operator',
  },
  'dead-letter-unknown': {
    meaning: 'No event with this position is set apart.',
    exitCode: 66,
    blame: 'operator',
  },
} as const satisfies Record<string, ErrorEntry>;
