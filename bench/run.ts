// npm run bench [-- --only STORIES --systems NAMES …]: Baton and its peers compared (options.ts); writes report.json and report.html.
// npm run bench -- load [CALLS_PER_SECOND SECONDS]: calls; ends with 1 when one failed or was left.
// npm run bench -- changes [CHANGES CHANGES_PER_SECOND]: one call's data changes; ends with 1 when an observer missed one.
// npm run bench -- transfers [TRANSFERS PER_S BACKGROUND_CALLS_PER_S]: ends with 1 when one failed or anything was left.
// npm run bench -- workers [CPU_S_PER_1000_CALLS THAT_OF_THE_LOAD]: what more threads would bring, by calculation.
// npm run bench -- stream [EVENTS CALLS_PER_SECOND SECONDS]: events into Kafka, and what that costs a call.
// npm run bench -- recording [POSTS ROUNDS CALLS_PER_SECOND]: ends with 1 when a command failed, came late, or a call failed.
// All print their figures as Markdown.
import { KafkaBroker } from '../support/kafka-broker.ts';
import { compare } from './comparison.ts';
import { type ChangesFigures, runChanges } from './changes.ts';
import { type LoadFigures, runLoad } from './load.ts';
import { parseOptions } from './options.ts';
import { type RecordingFigures, runRecording } from './recording.ts';
import { machine, percentile, table } from './report.ts';
import { writeReport } from './report-files.ts';
import { reportText } from './report-text.ts';
import {
  type DrainFigures,
  type ReadFigures,
  runDrain,
  runSustained,
  type SustainedFigures,
} from './stream.ts';
import { type CostFigures, runStreamCost } from './stream-cost.ts';
import { runTransfers, type TransferFigures } from './transfers.ts';
import { runWorkers } from './workers.ts';

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

const readText = ({ missing, doubled }: ReadFigures): string => `${missing} / ${doubled}`;

function drainTable(figures: DrainFigures): string {
  return table([
    ['a full outbox', 'value'],
    ['events', figures.events],
    ['kept', `${figures.keptPerSecond.toFixed(0)}/s`],
    ['drained into Kafka', `${figures.drainedPerSecond.toFixed(0)}/s`],
    ['missing / doubled at a reader', readText(figures.read)],
  ]);
}

function sustainedTable(rows: readonly (readonly [wanted: string, SustainedFigures])[]): string {
  return table([
    [
      'events/s wanted',
      'published',
      'event to committed p50',
      'p99',
      'waiting at the end',
      'missing / doubled',
    ],
    ...rows.map(([wanted, figures]) => [
      wanted,
      `${figures.publishedPerSecond.toFixed(0)}/s`,
      `${figures.p50Ms.toFixed(0)} ms`,
      `${figures.p99Ms.toFixed(0)} ms`,
      figures.waiting,
      readText(figures.read),
    ]),
  ]);
}

function costTable(figures: CostFigures): string {
  const all = (values: readonly number[]): string => values.map(value => value.toFixed(2)).join(', ');
  const [without, withStream] = [figures.without, figures.with].map(values => percentile(values, 0.5));
  return table([
    ['CPU per 1,000 calls', 'median', 'rounds'],
    ['without the stream', `${without?.toFixed(2)} s`, all(figures.without)],
    ['with the stream', `${withStream?.toFixed(2)} s`, all(figures.with)],
    ['more', `${(((withStream ?? 0) / (without ?? 1) - 1) * 100).toFixed(0)} %`, ''],
    ['failed calls', figures.failedCalls, ''],
  ]);
}

/** Asserts nothing. */
async function stream(events = 100_000, callsPerSecond = 100, seconds = 20): Promise<void> {
  console.log(machine());
  const broker = await KafkaBroker.start();
  try {
    // The first transactions make topics that the broker keeps them in.
    await runDrain({ broker, events: events / 5 });
    console.log(`\n${drainTable(await runDrain({ broker, events }))}`);
    const rows: [string, SustainedFigures][] = [];
    for (const wantedPerSecond of [300, 1_200, 3_000, undefined]) {
      const figures = await runSustained({ broker, wantedPerSecond, seconds: 10 });
      rows.push([String(wantedPerSecond ?? 'as many as go'), figures]);
    }
    console.log(`\n${sustainedTable(rows)}`);
    const figures = await runStreamCost({ broker, callsPerSecond, seconds, rounds: 5 });
    console.log(`\n${callsPerSecond} calls/s for ${seconds} s each\n\n${costTable(figures)}`);
  } finally {
    await broker.stop();
  }
}

function recordingTable(figures: RecordingFigures): string {
  const ms = (value: number) => `${value.toFixed(1)} ms`;
  return table([
    [`back end ${figures.backend}`, 'value'],
    ['commands', `${figures.rounds} × ${figures.posts} at one time, each for a standing call of its own`],
    ['other calls meanwhile', `${figures.callsPerSecond}/s, ${figures.failedCalls} failed`],
    ['answered other than "0"', figures.failed],
    [
      'sent to answered, p50 / p99 / worst',
      `${ms(figures.p50Ms)} / ${ms(figures.p99Ms)} / ${ms(figures.worstMs)}`,
    ],
    ['recordings that the back end has', `${figures.recorded} of ${figures.posts * (figures.rounds + 1)}`],
  ]);
}

/** What an IVR waits for at most. */
const budgetMs = 1_500;

async function recording(posts = 200, rounds = 5, callsPerSecond = 100): Promise<void> {
  console.log(machine());
  for (const backend of ['http', 'rtpengine'] as const) {
    const figures = await runRecording({ backend, posts, rounds, callsPerSecond });
    console.log(`\n${recordingTable(figures)}`);
    const { failed, failedCalls, recorded, worstMs } = figures;
    if (failed + failedCalls > 0 || recorded !== posts * (rounds + 1) || worstMs > budgetMs)
      process.exitCode = 1;
  }
}

/** Asserts nothing. */
async function comparison(args: readonly string[]): Promise<void> {
  const options = parseOptions(args);
  const report = await compare(options);
  console.log(reportText(report));
  console.log(`\n${(await writeReport(report, options.out)).join(', ')}`);
}

async function workers(cpuPerThousand = 0.5, loadPerThousand = 0.2): Promise<void> {
  const { datagramPairUs, handOverPairUs, rows } = await runWorkers({ cpuPerThousand, loadPerThousand });
  const rates = rows.map(({ cores, oneProcess, withWorkers }) => [
    cores,
    `${oneProcess.toFixed(0)}/s`,
    `${withWorkers.toFixed(0)}/s`,
  ]);
  const measured = table([
    ['measured', 'value'],
    ['a datagram received and one sent', `${datagramPairUs.toFixed(2)} us`],
    ['a message handed over and one taken back', `${handOverPairUs.toFixed(2)} us`],
  ]);
  const calculated = table([['cores', 'one process', 'with workers'], ...rates]);
  console.log(`${machine()}\n\n${measured}\n\n${calculated}`);
}

const [first, ...rest] = process.argv.slice(2);
if (first === 'changes') await changes(...rest.map(Number));
else if (first === 'transfers') await transfers(...rest.map(Number));
else if (first === 'stream') await stream(...rest.map(Number));
else if (first === 'recording') await recording(...rest.map(Number));
else if (first === 'workers') await workers(...rest.map(Number));
else if (first === 'load') await load(...rest.map(Number));
else if (first === undefined || first.startsWith('--')) await comparison(process.argv.slice(2));
else throw new Error(`no ${first}: see bench/README.md`);
