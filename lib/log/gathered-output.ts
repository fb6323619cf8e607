import { type DestinationStream, destination } from 'pino';

/** Lines kept when the reader of standard output stands still; what is over that is lost, never waited for. */
const maxBacklogBytes = 16 * 1024 * 1024;
/** So long a line waits for others to be written with: one write costs as much as all that makes a line. */
const gatherMs = 20;
/** So many characters are written at once, whatever the time. */
const gatherLength = 4_096;
/** pino's number of `warn`. */
const warn = 40;

/** What pino writes to, and asks the level of each line of. */
interface LevelledStream extends DestinationStream {
  lastLevel: number;
  flushSync(): void;
}

/**
 * Standard output, without waiting: a log reader that stops reading must not stop calls. Lines from `warn` on, and what has
 * waited with them, are written at once; everything is at the end of the process.
 */
export function gatheredOutput(): DestinationStream {
  let gathered = '';
  let isWaiting = false;
  const pass = (): void => {
    isWaiting = false;
    const lines = gathered;
    gathered = '';
    if (lines !== '') out.write(lines);
  };
  // Before that of `out`, which writes what it has been given.
  process.on('exit', pass);
  const out = destination({ dest: 1, sync: false, maxLength: maxBacklogBytes });
  const stream: LevelledStream & Readonly<Record<symbol, unknown>> = {
    // Has pino set `lastLevel` before each line.
    [Symbol.for('pino.metadata')]: true,
    lastLevel: 0,
    write(line: string): void {
      gathered += line;
      if (stream.lastLevel >= warn || gathered.length >= gatherLength) pass();
      else if (!isWaiting) {
        isWaiting = true;
        setTimeout(pass, gatherMs).unref();
      }
    },
    flushSync(): void {
      pass();
      out.flushSync();
    },
  };
  return stream;
}
