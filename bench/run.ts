// npm run bench -- streams: see streams.ts.
// npm run bench [-- CALLS_PER_SECOND SECONDS]: prints the figures as Markdown; ends with 1 when a call failed or was left.
import { spawnSync } from 'node:child_process';
import { cpus, release, totalmem } from 'node:os';
import { type LoadFigures, runLoad } from './load.ts';

const [callsPerSecond = 200, seconds = 30] = process.argv.slice(2).map(Number);
const mebibyte = 1024 * 1024;

function machine(): string {
  const sipp = /SIPp (v[\d.]+)/.exec(spawnSync('sipp', ['-v'], { encoding: 'utf8' }).stdout)?.[1] ?? 'none';
  const [cpu] = cpus();
  const memory = `${(totalmem() / 1024 ** 3).toFixed(1)} GiB`;
  return `${cpus().length} × ${cpu?.model.trim() ?? 'unknown'}, ${memory}, Linux ${release()}, Node ${process.version}, SIPp ${sipp}`;
}

function table(figures: LoadFigures): string {
  const mib = (bytes: number) => `${(bytes / mebibyte).toFixed(1)} MiB`;
  const rows = [
    [
      'load',
      `${figures.callsPerSecond} calls/s for ${figures.seconds} s (${figures.calls} calls), 100 ms hold, UDP`,
    ],
    ['failed calls', `${figures.failedCalls}`],
    ['retransmissions seen by SIPp', `${figures.retransmissions}`],
    ['calls left in GET /v1/calls, 1 s after', `${figures.callsLeft}`],
    ['dialogs / transactions left in the engine', `${figures.dialogsLeft} / ${figures.transactionsLeft}`],
    [
      'heap before → after (full collection)',
      `${mib(figures.heapBeforeBytes)} → ${mib(figures.heapAfterBytes)}`,
    ],
    ['resident before → after', `${mib(figures.residentBeforeBytes)} → ${mib(figures.residentAfterBytes)}`],
    ['CPU per 1,000 calls', `${figures.cpuSecondsPerThousandCalls.toFixed(2)} s`],
    ['npm start to ready', `${(figures.startMs / 1000).toFixed(2)} s`],
  ];
  return ['| figure | value |', '|---|---|', ...rows.map(([name, value]) => `| ${name} | ${value} |`)].join(
    '\n',
  );
}

async function load(): Promise<void> {
  const figures = await runLoad({ callsPerSecond, seconds });
  console.log(`${machine()}\n\n${table(figures)}`);
  if (figures.complaints !== '') console.log(`\n${figures.complaints}`);
  if (figures.failedCalls > 0 || figures.callsLeft > 0) process.exitCode = 1;
}

if (process.argv[2] === 'streams') await import('./streams.ts');
else await load();
