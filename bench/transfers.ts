import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BatonProcess } from '../support/baton-process.ts';
import { freePort } from '../support/free-ports.ts';
import { sumOf } from '../support/prometheus-text.ts';
import { portTaken, type SippOutcome, type SippProcess, startSipp } from '../support/sipp.ts';
import { settle } from './load.ts';
import { CpuMeter } from './cpu-meter.ts';
import { pidOf, startThroughNpm } from './npm-start.ts';

export interface TransferOptions {
  readonly kind: 'blind' | 'attended';
  readonly transfers: number;
  readonly perSecond: number;
  /** Calls a second that have nothing to do with transfers, all the while. */
  readonly backgroundPerSecond: number;
  /** Default: as configured. */
  readonly signalling?: 'engine' | 'direct';
  /** Whether the end of all transactions is awaited before what is left is counted; default true. */
  readonly settles?: boolean;
}

export interface TransferFigures extends TransferOptions {
  readonly transferred: number;
  /** Transfers that SIPp did not see as the story has it, of any of the three parties. */
  readonly failed: number;
  readonly backgroundCalls: number;
  readonly backgroundFailed: number;
  /** What is left when all transactions have ended. */
  readonly left: Readonly<Record<'calls' | 'dialogs' | 'transactions' | 'timers', number>>;
  /** Of Baton, what other calls cost included. */
  readonly cpuSecondsPerThousandTransfers: number;
  readonly foreignCores: number;
  /** What SIPp complained of, shortened. */
  readonly complaints: string;
}

/** Who calls to be transferred, and everybody else: told apart by their address. */
const desk = '127.0.0.2';
const others = '127.0.0.1';

interface Party {
  readonly story: string;
  readonly file: string;
  readonly address: string;
  readonly port: number;
  readonly calls: number;
  readonly rate: number;
  readonly remote?: string;
  readonly args?: readonly string[];
}

async function play(folder: string, party: Party, seconds: number): Promise<SippProcess> {
  const { story, file, address, port, calls, rate, remote, args = [] } = party;
  const name = `${story}-${file}`;
  const sipp = await startSipp({
    name,
    scenario: fileURLToPath(new URL(`../sipp-scenarios/${story}/${file}.xml`, import.meta.url)),
    folder: join(folder, name),
    address,
    port,
    mediaPort: await freePort(address, 4),
    controlPort: await freePort(),
    transport: 'udp',
    calls,
    rate,
    lossPercent: 0,
    timeoutMs: (seconds + 60) * 1000,
    args: [...args],
    ...(remote !== undefined && { remote }),
  });
  if (remote === undefined && !(await portTaken(port))) throw new Error(`${name} did not come up`);
  return sipp;
}

interface Ports {
  readonly sip: number;
  /** Of the stories' `uas.xml` and `target.xml`. */
  readonly uas: number;
  readonly target: number;
  readonly background: number;
}

/** A load of plain calls, and amid it the transfers. */
async function playAll(
  folder: string,
  ports: Ports,
  options: TransferOptions,
): Promise<readonly SippOutcome[][]> {
  const { kind, transfers, perSecond, backgroundPerSecond } = options;
  const seconds = Math.ceil(transfers / perSecond) + 4;
  const plain = {
    story: 'load',
    address: others,
    rate: backgroundPerSecond,
    calls: backgroundPerSecond * seconds,
  };
  const moved = { story: `refer-${kind}`, address: desk, rate: perSecond, calls: transfers };
  const answering: [Promise<SippProcess>, Promise<SippProcess>] = [
    play(folder, { ...moved, file: 'target', port: ports.target }, seconds),
    play(
      folder,
      { ...moved, file: 'uas', port: ports.uas, args: ['-key', 'carol', `${desk}:${ports.target}`] },
      seconds,
    ),
  ];
  const [target, uas] = await Promise.all(answering);
  const remote = `${others}:${ports.sip}`;
  const background =
    backgroundPerSecond === 0
      ? []
      : [
          await play(folder, { ...plain, file: 'uas', port: ports.background }, seconds),
          await play(folder, { ...plain, file: 'uac', port: await freePort(), remote }, seconds),
        ].toReversed();
  const moving = await play(folder, { ...moved, file: 'uac', port: await freePort(desk), remote }, seconds);
  return Promise.all([outcomesOf(background), outcomesOf([moving, uas, target])]);
}

async function outcomesOf(sipps: readonly SippProcess[]): Promise<SippOutcome[]> {
  return Promise.all(sipps.map(({ outcome }) => outcome));
}

async function figuresOf(
  baton: BatonProcess,
  [plain = [], moved = []]: readonly SippOutcome[][],
  options: TransferOptions,
): Promise<Omit<TransferFigures, 'cpuSecondsPerThousandTransfers' | 'foreignCores'>> {
  if (options.settles !== false) await settle(baton);
  const metrics = await baton.metrics();
  const good = (outcomes: readonly SippOutcome[]): number =>
    Math.min(...outcomes.map(({ statistics }) => statistics.get('SuccessfulCall') ?? 0));
  const bad = [...plain, ...moved].filter(({ exit }) => exit !== 0);
  const [caller] = plain;
  const backgroundCalls = caller?.statistics.get('TotalCallCreated') ?? 0;
  return {
    ...options,
    transferred: sumOf(metrics, 'baton_transfers_total{outcome="transferred"}'),
    failed: options.transfers - good(moved),
    backgroundCalls,
    backgroundFailed: plain.length === 0 ? 0 : backgroundCalls - good(plain),
    left: {
      calls: (await baton.calls()).length,
      dialogs: sumOf(metrics, 'baton_engine_dialogs'),
      transactions: sumOf(metrics, 'baton_engine_transactions'),
      timers: sumOf(metrics, 'baton_engine_timers'),
    },
    complaints: bad.map(({ name, complaints }) => `${name}: ${complaints.slice(0, 500)}`).join('\n'),
  };
}

/** Transfers amid a load of other calls, through `npm start`. */
export async function runTransfers(options: TransferOptions): Promise<TransferFigures> {
  const folder = await mkdtemp(join(tmpdir(), 'baton-bench-'));
  const ports: Ports = {
    sip: await freePort(),
    uas: await freePort(desk),
    target: await freePort(desk),
    background: await freePort(),
  };
  const config = join(folder, 'baton.yaml');
  const trunks = [{ name: 'desk', sources: [`${desk}/32`] }];
  const routes = [
    { trunk: 'desk', number: '^carol$', targets: [`sip:${desk}:${ports.target}`] },
    { trunk: 'desk', targets: [`sip:${desk}:${ports.uas}`] },
  ];
  await writeFile(config, JSON.stringify({ trunks, routes }));
  const baton = await startThroughNpm({
    address: others,
    sipPort: ports.sip,
    targetPort: ports.background,
    config,
    ...(options.signalling !== undefined && { signalling: options.signalling }),
  });
  try {
    const meter = await CpuMeter.start({ baton: pidOf(baton) });
    const outcomes = await playAll(folder, ports, options);
    const measured = await meter.stop();
    return {
      ...(await figuresOf(baton, outcomes, options)),
      cpuSecondsPerThousandTransfers: (measured.cpuSeconds['baton'] ?? 0) / (options.transfers / 1000),
      foreignCores: measured.foreignCores,
    };
  } finally {
    await baton.stop();
    await rm(folder, { recursive: true, force: true });
  }
}
