import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { BatonProcess } from '../support/baton-process.ts';
import { sumOf } from '../support/prometheus-text.ts';
import { parseProcessStat } from './proc-text.ts';

/** User and system time of a process since its start. */
export async function cpuSecondsOf(pid: number): Promise<number> {
  return parseProcessStat(await readFile(`/proc/${pid}/stat`, 'utf8')).cpuSeconds;
}

/** Memory of the process that is in RAM. */
export async function residentBytesOf(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(text)?.[1] ?? 0) * 1024;
}

/**
 * Has the process write a heap snapshot (Node's `--heapsnapshot-signal=SIGUSR2`), which begins with a full collection, and gives the heap
 * in use after it.
 */
export async function collectGarbage(baton: BatonProcess, pid: number, folder: string): Promise<number> {
  process.kill(pid, 'SIGUSR2');
  for (let tries = 0; tries < 300; tries += 1) {
    await delay(200);
    const snapshots = (await readdir(folder)).filter(file => file.endsWith('.heapsnapshot'));
    if (snapshots.length === 0) continue;
    // The process answers again once the snapshot is written.
    const used = sumOf(await baton.metrics(), 'nodejs_heap_size_used_bytes');
    await Promise.all(snapshots.map(file => rm(join(folder, file))));
    return used;
  }
  throw new Error('no heap snapshot came');
}
