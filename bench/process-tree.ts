import { readdir, readFile } from 'node:fs/promises';
import {
  parseMachineSeconds,
  parseProcessStat,
  parseProportionalBytes,
  parseUdpDrops,
  type ProcessStat,
} from './proc-text.ts';

async function textOf(path: string): Promise<string | undefined> {
  // A process may end at any time.
  return readFile(path, 'utf8').catch(() => undefined);
}

/** A process and all it has started that still runs, by process id; empty when it has ended. */
export async function treeOf(root: number): Promise<Map<number, ProcessStat>> {
  const pids = (await readdir('/proc')).map(Number).filter(pid => pid > 0);
  const stats = new Map<number, ProcessStat>();
  await Promise.all(
    pids.map(async pid => {
      const text = await textOf(`/proc/${pid}/stat`);
      if (text !== undefined) stats.set(pid, parseProcessStat(text));
    }),
  );
  const tree = new Map<number, ProcessStat>();
  const add = (pid: number, stat: ProcessStat): void => {
    tree.set(pid, stat);
    for (const [child, of] of stats) if (of.parent === pid) add(child, of);
  };
  const stat = stats.get(root);
  if (stat !== undefined) add(root, stat);
  return tree;
}

/** CPU seconds of a process and all it has started since, those that have ended too. */
export async function cpuSecondsOfTree(root: number): Promise<number> {
  const tree = await treeOf(root);
  return [...tree.values()].reduce((sum, stat) => sum + stat.cpuSeconds + stat.endedChildrenCpuSeconds, 0);
}

/** RAM of a process and of all it has started; what they share counts once. */
export async function residentBytesOfTree(root: number): Promise<number> {
  let bytes = 0;
  for (const pid of (await treeOf(root)).keys()) {
    bytes += parseProportionalBytes((await textOf(`/proc/${pid}/smaps_rollup`)) ?? '');
  }
  return bytes;
}

/** CPU seconds that this machine has given to processes, ours and others'. */
export async function machineSeconds(): Promise<number> {
  return parseMachineSeconds((await textOf('/proc/stat')) ?? '');
}

/** Datagrams that the sockets of these ports have dropped so far, by port. */
export async function udpDrops(ports: readonly number[]): Promise<Map<number, number>> {
  return parseUdpDrops((await textOf('/proc/net/udp')) ?? '', ports);
}
