/** What the verdict on a run is made of. */
export interface RunCounts {
  /** Calls wanted a second. */
  readonly rate: number;
  readonly calls: number;
  /** Calls of which caller and callee saw every message in order. */
  readonly right: number;
  /** One for each second of the caller's SIPp, cumulative. */
  readonly progress: readonly CallProgress[];
  /** How long a call is by its story. */
  readonly callSeconds: number;
  /** Datagrams that found a receive buffer full, at any of the sockets. */
  readonly drops: number;
}

export interface CallProgress {
  readonly elapsedSeconds: number;
  readonly created: number;
  readonly failed: number;
}

/** Behind the schedule by no more than this share of the calls… */
const lateShare = 0.03;
/** …and, once it has ended, by no more than this time: what waits in a queue is not done. */
const lateSeconds = 1;

/** Undefined when every call was right and made when it should be and nothing was dropped; else what was not. */
export function fault(run: RunCounts): string | undefined {
  if (run.drops > 0) return `${run.drops} datagrams dropped`;
  if (run.right < run.calls) return `${run.calls - run.right} of ${run.calls} calls not right`;
  for (const { elapsedSeconds, created } of run.progress) {
    // The first row comes while SIPp is still starting.
    if (created >= run.calls || elapsedSeconds < 1.5) continue;
    if (created < run.rate * elapsedSeconds * (1 - lateShare))
      return `${created} of ${Math.round(run.rate * elapsedSeconds)} calls begun after ${elapsedSeconds.toFixed(1)} s`;
  }
  const planned = run.calls / run.rate + run.callSeconds;
  const took = run.progress.at(-1)?.elapsedSeconds ?? 0;
  return took > planned + lateSeconds
    ? `took ${took.toFixed(1)} s instead of ${planned.toFixed(1)}`
    : undefined;
}

/** Of SIPp's statistics file (`-trace_stat`): semicolons, the first row names the columns. */
export function parseProgress(csv: string): CallProgress[] {
  const [head = '', ...rows] = csv.trim().split('\n');
  const columns = head.split(';');
  const [elapsed, created, failed] = ['ElapsedTime(C)', 'TotalCallCreated', 'FailedCall(C)'].map(name =>
    columns.indexOf(name),
  );
  return rows.map(row => {
    const cells = row.split(';');
    return {
      elapsedSeconds: parseClock(cells[elapsed ?? -1] ?? ''),
      created: Number(cells[created ?? -1]),
      failed: Number(cells[failed ?? -1]),
    };
  });
}

/** `00:00:05:123456`: hours, minutes, seconds, and a fraction of as many digits as there are. */
function parseClock(text: string): number {
  const [hours = 0, minutes = 0, seconds = 0] = text.split(':').map(Number);
  return hours * 3600 + minutes * 60 + seconds + Number(`0.${text.split(':')[3] ?? '0'}`);
}
