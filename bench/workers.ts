import { fork } from 'node:child_process';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';

/** What more threads would cost and bring, calculated from what is measured here. */
export interface WorkersFigures {
  /** Receiving a datagram and sending one, microseconds of CPU. */
  readonly datagramPairUs: number;
  /** Handing a message to another thread and taking one back, microseconds of the first thread's time. */
  readonly handOverPairUs: number;
  readonly rows: readonly WorkersRow[];
}

export interface WorkersRow {
  readonly cores: number;
  /** Highest rates by calculation, calls/s. */
  readonly oneProcess: number;
  readonly withWorkers: number;
}

export interface WorkersModel {
  /** Of one process that does everything, CPU seconds per 1,000 calls. */
  readonly cpuPerThousand: number;
  /** Of what makes the calls on the same machine, CPU seconds per 1,000 calls; 0: it runs elsewhere. */
  readonly loadPerThousand: number;
  readonly datagramPairUs: number;
  readonly handOverPairUs: number;
}

/** Of one call: INVITE, 180, 200, ACK, BYE, 200 on both legs, and our 100. */
const messagesPerCall = 13;
const datagrams = 100_000;
const handOvers = 400_000;
const batch = 32;
const message = 'x'.repeat(900);
/** What the other thread does. */
const echo = `const { parentPort } = require('node:worker_threads'); parentPort.on('message', lines => parentPort.postMessage(lines));`;

/**
 * One thread owns the socket, `workers` others have the calls, hashed by Call-ID. A rate is possible as long as no thread needs
 * more than its core, and all together not more than there are.
 */
export function highestRates(cores: number, model: WorkersModel): WorkersRow {
  const { cpuPerThousand, loadPerThousand, datagramPairUs, handOverPairUs } = model;
  // Seconds a call.
  const all = cpuPerThousand / 1000;
  const load = loadPerThousand / 1000;
  const io = (messagesPerCall * datagramPairUs) / 2 / 1e6;
  const handOver = (messagesPerCall * handOverPairUs) / 2 / 1e6;
  const owner = io + handOver;
  const worker = Math.max(all - io, 0) + handOver;
  const workers = Math.max(cores - 1, 1);
  const oneProcess = Math.min(1 / all, cores / (all + load));
  const withWorkers = Math.min(1 / owner, workers / worker, cores / (owner + worker + load));
  return { cores, oneProcess, withWorkers };
}

export async function runWorkers(
  of: Pick<WorkersModel, 'cpuPerThousand' | 'loadPerThousand'>,
): Promise<WorkersFigures> {
  const datagramPairUs = await measureDatagrams();
  const handOverPairUs = await measureHandOver();
  const rows = [2, 4, 8, 16].map(cores =>
    highestRates(cores, {
      ...of,
      datagramPairUs,
      handOverPairUs,
      // Who has more than two cores does not make its calls on them.
      loadPerThousand: cores === 2 ? of.loadPerThousand : 0,
    }),
  );
  return { datagramPairUs, handOverPairUs, rows };
}

async function bound(): Promise<Socket> {
  const socket = createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return socket;
}

/** Echoes what another process sends. */
async function measureDatagrams(): Promise<number> {
  const socket = await bound();
  const sender = fork(fileURLToPath(import.meta.url), [String(socket.address().port)], {
    execArgv: ['--import=tsx'],
  });
  try {
    const before = process.cpuUsage();
    await new Promise<void>(resolve => {
      let echoed = 0;
      socket.on('message', (bytes, { port, address }) => {
        socket.send(bytes, port, address);
        echoed += 1;
        if (echoed === datagrams) resolve();
      });
    });
    const { user, system } = process.cpuUsage(before);
    return (user + system) / datagrams;
  } finally {
    sender.kill();
    socket.close();
  }
}

/** So many under way that the echo is never idle, and not so many that they are lost. */
async function sendForEver(port: number): Promise<void> {
  const socket = await bound();
  const bytes = Buffer.from(message);
  const send = (): void => socket.send(bytes, port, '127.0.0.1');
  socket.on('message', send);
  for (let under = 0; under < 64; under += 1) send();
}

async function measureHandOver(): Promise<number> {
  const worker = new Worker(echo, { eval: true });
  try {
    await once(worker, 'online');
    const lines = Array.from({ length: batch }, () => message);
    await new Promise<void>(resolve => {
      worker.once('message', () => resolve());
      worker.postMessage(lines);
    });
    const before = performance.eventLoopUtilization();
    await new Promise<void>(resolve => {
      let back = 0;
      worker.on('message', (echoed: readonly string[]) => {
        back += echoed.length;
        if (back >= handOvers) resolve();
        else worker.postMessage(lines);
      });
      for (let under = 0; under < 4; under += 1) worker.postMessage(lines);
    });
    const { active } = performance.eventLoopUtilization(before);
    return (active * 1000) / handOvers;
  } finally {
    await worker.terminate();
  }
}

if (process.send !== undefined && process.argv[1] === fileURLToPath(import.meta.url))
  await sendForEver(Number(process.argv[2]));
