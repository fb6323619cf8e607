import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdir, readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { eventsReceived } from './sipp-messages.ts';

export interface SippOptions {
  /** For messages and file names: `uac`, `uas`, … */
  readonly name: string;
  /** Path of the XML file. */
  readonly scenario: string;
  /** An empty folder of its own; its traces stay there. */
  readonly folder: string;
  /** Local address, without brackets. */
  readonly address: string;
  /** Local SIP port. */
  readonly port: number;
  /** The first of four for SIPp's media sockets, which it opens whether it needs them or not. */
  readonly mediaPort: number;
  readonly controlPort: number;
  /** `host:port` of the peer; only a UAC has one. */
  readonly remote?: string;
  readonly transport: 'udp' | 'tcp';
  readonly calls: number;
  readonly rate: number;
  /** Percent of the messages lost, each way. */
  readonly lossPercent: number;
  /** After which SIPp gives up and fails. */
  readonly timeoutMs: number;
  readonly args: readonly string[];
}

export interface SippOutcome {
  readonly name: string;
  /** 0: every call went as the scenario says. Null: killed. */
  readonly exit: number | null;
  /** Cumulative statistics: `SuccessfulCall`, `FailedCall`, `Retransmissions`, … */
  readonly statistics: ReadonlyMap<string, number>;
  /** Per message of the scenario: `3_200_Recv`, `0_INVITE_Retrans`, … */
  readonly messages: ReadonlyMap<string, number>;
  /** What it was told by INFO; nothing when its messages were too many to be traced. */
  readonly events: readonly unknown[];
  /** What SIPp complains of. */
  readonly complaints: string;
}

export interface SippProcess {
  readonly outcome: Promise<SippOutcome>;
  /** Ends it at once. */
  kill(): void;
}

/**
 * Up to here messages are traced, which helps to read a failure and costs too much under load, and read one at a time:
 * a second one that is read before SIPp has sent what the first asks for would be unexpected to it.
 */
const fewCalls = 20;

function commandLine(options: SippOptions, scenario: string): string[] {
  const { name, folder, address, calls, rate, timeoutMs } = options;
  const host = address.includes(':') ? `[${address}]` : address;
  const line = ['-sf', scenario, '-i', host, '-p', `${options.port}`, '-mp', `${options.mediaPort}`];
  line.push(
    '-ci',
    '127.0.0.1',
    '-cp',
    `${options.controlPort}`,
    '-t',
    options.transport === 'udp' ? 'u1' : 't1',
    '-nostdin',
  );
  line.push('-m', `${calls}`, '-r', `${rate}`, '-cid_str', `${name}-%u-%p@%s`);
  line.push('-timeout', `${Math.ceil(timeoutMs / 1000)}`, '-timeout_error');
  line.push('-trace_err', '-error_file', join(folder, 'errors.log'), '-trace_counts');
  line.push('-trace_stat', '-stf', join(folder, 'statistics.csv'), '-fd', '1');
  if (calls <= fewCalls) {
    line.push('-trace_msg', '-message_file', join(folder, 'messages.log'), '-max_recv_loops', '1');
  }
  if (options.lossPercent > 0) line.push('-lost', `${options.lossPercent}`);
  line.push(...options.args);
  if (options.remote !== undefined) line.push(options.remote);
  return line;
}

/** The last row of one of SIPp's CSV files as numbers by column; cumulative columns lose their `(C)`. */
async function lastRow(path: string | undefined): Promise<Map<string, number>> {
  const text = path === undefined ? '' : await readFile(path, 'utf8').catch(() => '');
  const rows = text.trim().split('\n');
  const values = (rows.length > 1 ? (rows.at(-1) ?? '') : '').split(';');
  const columns = (rows[0] ?? '').split(';');
  const cells = columns.map(
    (column, at) => [column.replace('(C)', ''), Number(values[at] || 'NaN')] as const,
  );
  return new Map(cells.filter(([column, value]) => column !== '' && !Number.isNaN(value)));
}

async function readOutcome(options: SippOptions, exit: number | null, output: string): Promise<SippOutcome> {
  const counts = (await readdir(options.folder)).find(file => file.endsWith('_counts.csv'));
  const errors = await readFile(join(options.folder, 'errors.log'), 'utf8').catch(() => '');
  const trace = await readFile(join(options.folder, 'messages.log'), 'utf8').catch(() => '');
  return {
    name: options.name,
    exit,
    statistics: await lastRow(join(options.folder, 'statistics.csv')),
    messages: await lastRow(counts === undefined ? undefined : join(options.folder, counts)),
    events: eventsReceived(trace),
    complaints: errors.trim() === '' ? output.trim() : errors.trim(),
  };
}

/** Starts SIPp with its own ports and trace files. It ends by itself after `calls` calls or `timeoutMs`. */
export async function startSipp(options: SippOptions): Promise<SippProcess> {
  await mkdir(options.folder, { recursive: true });
  // SIPp writes some traces beside the scenario: it gets a copy.
  const scenario = join(options.folder, basename(options.scenario));
  await copyFile(options.scenario, scenario);
  const child = spawn('sipp', commandLine(options, scenario), {
    cwd: options.folder,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let output = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output += text));
  const deadline = setTimeout(() => child.kill('SIGKILL'), options.timeoutMs + 5_000);
  const ended = once(child, 'close').then(
    ([code]) => code as number | null,
    (failure: unknown) => {
      output += String(failure);
      return null;
    },
  );
  const outcome = ended.then(code => {
    clearTimeout(deadline);
    return readOutcome(options, code, output);
  });
  return {
    outcome,
    kill: () => {
      child.kill('SIGKILL');
    },
  };
}

const socketTables = ['udp', 'udp6', 'tcp', 'tcp6'].map(name => `/proc/net/${name}`);

/** Resolves once somebody on this machine has bound the port (SIPp does not tell); false after `withinMs`. */
export async function portTaken(port: number, withinMs = 5_000): Promise<boolean> {
  const wanted = `:${port.toString(16).toUpperCase().padStart(4, '0')} `;
  const until = Date.now() + withinMs;
  while (Date.now() < until) {
    const tables = await Promise.all(socketTables.map(path => readFile(path, 'utf8').catch(() => '')));
    const locals = tables
      .join('\n')
      .split('\n')
      .map(line => `${line.trim().split(/\s+/)[1] ?? ''} `);
    if (locals.some(local => local.endsWith(wanted))) return true;
    await delay(10);
  }
  return false;
}
