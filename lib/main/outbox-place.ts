import { join } from 'node:path';
import type { Config } from '../config.ts';

/** A call thread that has been silent for so long, with nobody on it, begins anew at sequence 1. */
const sequenceIdleMs = 3_600_000;

/** Where the outbox of a node lies, and what it may hold. */
export function outboxPlace({ kafka, node, attachedData }: Config) {
  const { sync, maxBytes, maxAgeMs, maxDeadLetters, directory } = kafka.outbox;
  return {
    folder: join(directory, node),
    ...{ sync, maxBytes, maxAgeMs, maxDeadLetters },
    // After-call changes may come as late as this.
    sequenceIdleMs: sequenceIdleMs + attachedData.retainAfterReleaseMs,
  };
}
