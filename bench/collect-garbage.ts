import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { WebSocket } from 'ws';
import type { Spawned } from './systems/spawned.ts';

/**
 * Has a Node process collect all its garbage, so that what it still holds is what it needs: SIGUSR1 opens Node's inspector, at the port of
 * its `--inspect-port`. Other processes are left alone.
 */
export async function collectGarbage({ pid, inspectPort }: Spawned): Promise<void> {
  if (inspectPort === undefined) return;
  process.kill(pid, 'SIGUSR1');
  const socket = new WebSocket(await inspectorUrl(inspectPort));
  try {
    await once(socket, 'open');
    socket.send(JSON.stringify({ id: 1, method: 'HeapProfiler.collectGarbage' }));
    await once(socket, 'message');
  } finally {
    socket.close();
  }
}

async function inspectorUrl(port: number): Promise<string> {
  for (let tries = 0; ; tries += 1) {
    try {
      const response = await fetch(`http://127.0.0.1:${port}/json/list`);
      const [target] = (await response.json()) as { webSocketDebuggerUrl: string }[];
      if (target !== undefined) return target.webSocketDebuggerUrl;
    } catch (error) {
      if (tries === 100) throw error;
    }
    await delay(50);
  }
}
