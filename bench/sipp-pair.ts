import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort, releasePorts } from '../support/free-ports.ts';
import { portTaken, type SippOutcome, type SippProcess, startSipp } from '../support/sipp.ts';
import { type CallProgress, parseProgress } from './clean.ts';
import { answering } from './stories.ts';
import { address } from './systems/system.ts';

/** SIPp is to be no bottleneck: its default holds 64 KiB. */
const receiveBuffer = ['-buff_size', '4194304'];
/** For the callee's last 200 after the caller's last call. */
const graceMs = 1_500;

export interface LoadEnd {
  readonly process: SippProcess;
  readonly port: number;
  readonly folder: string;
}

interface EndOptions {
  readonly name: string;
  readonly scenario: string;
  readonly folder: string;
  readonly port: number;
  readonly remote?: string;
  readonly calls: number;
  readonly rate: number;
  readonly timeoutMs: number;
}

async function startEnd(options: EndOptions): Promise<LoadEnd> {
  const mediaPort = await freePort(address, 4);
  const controlPort = await freePort();
  const process = await startSipp({
    ...options,
    address,
    mediaPort,
    controlPort,
    transport: 'udp',
    lossPercent: 0,
    // All of them may stand at one time: what is late is to be seen, not hidden.
    args: ['-l', String(options.calls), ...receiveBuffer],
  });
  void process.outcome.then(() => {
    releasePorts([mediaPort, mediaPort + 1, mediaPort + 2, mediaPort + 3, controlPort]);
  });
  return { process, port: options.port, folder: options.folder };
}

/** The called side; it ends after `calls`, if it gets that many. */
export async function startCallee(options: {
  readonly folder: string;
  readonly port: number;
  readonly calls: number;
  readonly timeoutMs: number;
}): Promise<LoadEnd> {
  const callee = await startEnd({
    ...options,
    folder: join(options.folder, 'callee'),
    name: 'callee',
    scenario: answering,
    rate: 1,
  });
  if (await portTaken(options.port)) return callee;
  callee.process.kill();
  throw new Error(`SIPp did not come up: ${(await callee.process.outcome).complaints}`);
}

export async function startCaller(options: {
  readonly folder: string;
  readonly scenario: string;
  readonly sipPort: number;
  readonly calls: number;
  readonly rate: number;
  readonly timeoutMs: number;
  /** Of SIPp's files; default `caller`. */
  readonly name?: string;
}): Promise<LoadEnd> {
  const { folder, sipPort, name = 'caller' } = options;
  const remote = `${address}:${sipPort}`;
  return startEnd({ ...options, name, folder: join(folder, name), port: await freePort(), remote });
}

/** The callee's outcome, once the caller has ended; killed when it waits for more. */
export async function calleeOutcome({ process }: LoadEnd): Promise<SippOutcome> {
  const abort = new AbortController();
  void delay(graceMs, undefined, { signal: abort.signal }).then(
    () => process.kill(),
    () => undefined,
  );
  return process.outcome.finally(() => abort.abort());
}

export async function progressOf({ folder }: LoadEnd): Promise<CallProgress[]> {
  return parseProgress(await readFile(join(folder, 'statistics.csv'), 'utf8').catch(() => ''));
}
