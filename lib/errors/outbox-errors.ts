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
} as const satisfies Record<string, ErrorEntry>;
