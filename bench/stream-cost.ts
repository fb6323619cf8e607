import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { BatonProcess } from '../support/baton-process.ts';
import { freePort } from '../support/free-ports.ts';
import type { KafkaBroker } from '../support/kafka-broker.ts';
import { sumOf } from '../support/prometheus-text.ts';
import { type LoadOptions, playCalls } from './load.ts';
import { pidOf, startThroughNpm } from './npm-start.ts';
import { cpuSecondsOf } from './process-figures.ts';

export interface CostOptions extends LoadOptions {
  readonly broker: KafkaBroker;
  /** Loads with the stream, and as many without. */
  readonly rounds: number;
}

/** CPU seconds of Baton's process per 1,000 calls, of each round. */
export interface CostFigures {
  readonly without: readonly number[];
  readonly with: readonly number[];
  readonly failedCalls: number;
}

interface Side {
  readonly baton: BatonProcess;
  readonly folder: string;
  readonly sipPort: number;
  readonly targetPort: number;
}

const address = '127.0.0.1';
const warmUpSeconds = 10;

/** Two Batons that differ by the stream alone have the same load in turn; the other one has nothing to do meanwhile. */
export async function runStreamCost(options: CostOptions): Promise<CostFigures> {
  const folder = await mkdtemp(join(tmpdir(), 'baton-bench-'));
  const sides: Side[] = [];
  try {
    sides.push(await startSide(join(folder, 'without'), {}));
    const outbox = { directory: join(folder, 'outbox') };
    sides.push(await startSide(join(folder, 'with'), { brokers: [options.broker.bootstrap], outbox }));
    return await measure(sides, options);
  } finally {
    await Promise.all(sides.map(({ baton }) => baton.stop()));
    await rm(folder, { recursive: true, force: true });
  }
}

async function startSide(folder: string, kafka: object): Promise<Side> {
  await mkdir(folder);
  const config = join(folder, 'baton.yaml');
  await writeFile(config, JSON.stringify({ kafka }));
  const ports = { sipPort: await freePort(), targetPort: await freePort() };
  return { ...ports, folder, baton: await startThroughNpm({ ...ports, address, config }) };
}

async function measure(sides: readonly Side[], options: CostOptions): Promise<CostFigures> {
  const perThousand: [number[], number[]] = [[], []];
  let failedCalls = 0;
  for (const side of sides) await play(side, 'warm-up', { ...options, seconds: warmUpSeconds });
  for (let round = 0; round < options.rounds; round += 1)
    // Each goes first as often as second.
    for (const at of round % 2 === 0 ? [0, 1] : [1, 0]) {
      const side = sides[at];
      if (side === undefined) continue;
      const { cpuSeconds, failed } = await play(side, `round-${round}`, options);
      perThousand[at]?.push(cpuSeconds / ((options.callsPerSecond * options.seconds) / 1000));
      failedCalls += failed;
    }
  return { without: perThousand[0], with: perThousand[1], failedCalls };
}

/** CPU from the first INVITE until the last event has left. */
async function play(
  { baton, folder, sipPort, targetPort }: Side,
  name: string,
  options: LoadOptions,
): Promise<{ cpuSeconds: number; failed: number }> {
  const pid = pidOf(baton);
  const before = await cpuSecondsOf(pid);
  const [caller] = await playCalls({ folder: join(folder, name), sipPort, targetPort }, options);
  while (sumOf(await baton.metrics(), 'baton_outbox_records') > 0) await delay(100);
  const cpuSeconds = (await cpuSecondsOf(pid)) - before;
  const calls = options.callsPerSecond * options.seconds;
  return { cpuSeconds, failed: calls - (caller?.statistics.get('SuccessfulCall') ?? 0) };
}
