import { type DestinationStream, destination } from 'pino';

/** Lines kept when the reader of standard output stands still; what is over that is lost, never waited for. */
const maxBacklogBytes = 16 * 1024 * 1024;
/** So long a line waits for others to be written with: one write costs as much as all that makes a line. */
const gatherMs = 20;
/** So much is written at once, whatever the time. */
const gatherBytes = 4_096;
/** pino's numbers. */
const warn = 40;
const fatal = 60;

/** What pino writes to, and asks the level of each line of. */
interface LevelledStream extends DestinationStream {
  lastLevel: number;
  flushSync(): void;
}

/**
 * Standard output, without waiting: a log reader that stops reading must not stop calls. Lines from `warn` on, and what has
 * waited with them, are written at once; everything is at the end of the process (pino sees to that).
 */
export function gatheredOutput(): DestinationStream {
  const out = destination({ dest: 1, sync: false, minLength: gatherBytes, maxLength: maxBacklogBytes });
  let isWaiting = false;
  const flush = (): void => {
    isWaiting = false;
    out.flush();
  };
  const stream: LevelledStream & Readonly<Record<symbol, unknown>> = {
    // Has pino set `lastLevel` before each line.
    [Symbol.for('pino.metadata')]: true,
    lastLevel: 0,
    write(line: string): void {
      out.write(line);
      // pino has a fatal line written before it goes on.
      if (stream.lastLevel >= fatal) return;
      if (stream.lastLevel >= warn) flush();
      else if (!isWaiting) {
        isWaiting = true;
        setTimeout(flush, gatherMs).unref();
      }
    },
    flushSync: () => out.flushSync(),
  };
  return stream;
}
