// npm run bench [-- CALLS_PER_SECOND SECONDS]: calls; ends with 1 when one failed or was left.
// npm run bench -- changes [CHANGES CHANGES_PER_SECOND]: one call's data changes; ends with 1 when an observer missed one.
// npm run bench -- transfers [TRANSFERS PER_S BACKGROUND_CALLS_PER_S]: ends with 1 when one failed or anything was left.
// All print their figures as Markdown.
import { type ChangesFigures, runChanges } from './changes.ts';
import { type LoadFigures, runLoad } from './load.ts';
import { machine, table } from './report.ts';
import { runTransfers, type TransferFigures } from './transfers.ts';

const mebibyte = 1024 * 1024;

function loadTable(figures: LoadFigures): string {
  const mib = (bytes: number) => `${(bytes / mebibyte).toFixed(1)} MiB`;
  return table([
    ['figure', 'value'],
    [
      'load',
      `${figures.callsPerSecond} calls/s for ${figures.seconds} s (${figures.calls} calls), 100 ms hold, UDP`,
    ],
    ['failed calls', figures.failedCalls],
    ['retransmissions seen by SIPp', figures.retransmissions],
    ['calls left in GET /v1/calls, 1 s after', figures.callsLeft],
    ['dialogs / transactions left in the engine', `${figures.dialogsLeft} / ${figures.transactionsLeft}`],
    [
      'heap before → after (full collection)',
      `${mib(figures.heapBeforeBytes)} → ${mib(figures.heapAfterBytes)}`,
    ],
    ['resident before → after', `${mib(figures.residentBeforeBytes)} → ${mib(figures.residentAfterBytes)}`],
    ['CPU per 1,000 calls', `${figures.cpuSecondsPerThousandCalls.toFixed(2)} s`],
    ['npm start to ready', `${(figures.startMs / 1000).toFixed(2)} s`],
  ]);
}

async function load(callsPerSecond = 200, seconds = 30): Promise<void> {
  const figures = await runLoad({ callsPerSecond, seconds });
  console.log(`${machine()}\n\n${loadTable(figures)}`);
  if (figures.complaints !== '') console.log(`\n${figures.complaints}`);
  if (figures.failedCalls > 0 || figures.callsLeft > 0) process.exitCode = 1;
}

function changesTables(figures: ChangesFigures): string {
  const ms = (value: number) => `${value.toFixed(2)} ms`;
  const observers = figures.observers.map(({ observer, missing, doubled, p50Ms, p99Ms, worstMs }) => [
    observer,
    missing,
    doubled,
    ...[p50Ms, p99Ms, worstMs].map(ms),
  ]);
  const whole = table([
    ['figure', 'value'],
    ['changes', `${figures.changes} at ${figures.perSecond}/s by ${figures.writers} writers`],
    ['achieved', `${figures.achievedPerSecond.toFixed(0)}/s`],
    ['requests refused', figures.refused],
    ['request to answer, p50 / p99', `${ms(figures.answerP50Ms)} / ${ms(figures.answerP99Ms)}`],
    ['event INFOs not delivered', figures.undelivered],
    ['CPU per 1,000 changes', `${figures.cpuSecondsPerThousandChanges.toFixed(2)} s`],
  ]);
  return `${whole}\n\n${table([['observer', 'missing', 'doubled', 'p50', 'p99', 'worst'], ...observers])}`;
}

async function changes(count = 10_000, perSecond = 500): Promise<void> {
  const figures = await runChanges({ changes: count, perSecond, writers: 8 });
  console.log(`${machine()}\n\n${changesTables(figures)}`);
  const wrong = figures.observers.some(({ missing, doubled }) => missing + doubled > 0);
  if (wrong || figures.refused > 0 || figures.undelivered > 0) process.exitCode = 1;
}

function transfersTable(figures: TransferFigures): string {
  const { left } = figures;
  return table([
    ['figure', 'value'],
    [`${figures.kind} transfers`, `${figures.transfers} at ${figures.perSecond}/s`],
    ['transferred', figures.transferred],
    ['failed for one of the three', figures.failed],
    [
      'other calls meanwhile',
      `${figures.backgroundCalls} at ${figures.backgroundPerSecond}/s, ${figures.backgroundFailed} failed`,
    ],
    [
      'left: calls / dialogs / transactions / timers',
      [left.calls, left.dialogs, left.transactions, left.timers].join(' / '),
    ],
  ]);
}

async function transfers(count = 100, perSecond = 10, backgroundPerSecond = 100): Promise<void> {
  console.log(machine());
  for (const kind of ['blind', 'attended'] as const) {
    const figures = await runTransfers({ kind, transfers: count, perSecond, backgroundPerSecond });
    console.log(`\n${transfersTable(figures)}`);
    if (figures.complaints !== '') console.log(`\n${figures.complaints}`);
    const left = Object.values(figures.left).some(count => count > 0);
    if (figures.failed > 0 || figures.backgroundFailed > 0 || left) process.exitCode = 1;
  }
}

const [first, ...rest] = process.argv.slice(2);
if (first === 'changes') await changes(...rest.map(Number));
else if (first === 'transfers') await transfers(...rest.map(Number));
else await load(...process.argv.slice(2).map(Number));
