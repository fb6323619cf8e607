import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';

/** Below the range the kernel hands out by itself (Linux: 32768 and up), so that nobody gets one of these by chance. */
const firstPort = 20_000;
const lastPort = 31_999;
let next = firstPort + Math.floor(Math.random() * (lastPort - firstPort));
const claimed = new Set<number>();

async function bindsUdp(port: number, address: string): Promise<boolean> {
  const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4');
  try {
    socket.bind({ port, address, exclusive: true });
    await once(socket, 'listening');
    return true;
  } catch {
    return false;
  } finally {
    socket.close();
  }
}

async function bindsTcp(port: number, address: string): Promise<boolean> {
  const server = createServer();
  try {
    server.listen({ port, host: address, exclusive: true });
    await once(server, 'listening');
    return true;
  } catch {
    return false;
  } finally {
    server.close();
  }
}

async function isFree(port: number, address: string): Promise<boolean> {
  return (await bindsUdp(port, address)) && (await bindsTcp(port, address));
}

async function areFree(ports: readonly number[], address: string): Promise<boolean> {
  for (const port of ports) if (claimed.has(port) || !(await isFree(port, address))) return false;
  return true;
}

/**
 * The first of `count` ports in a row that are free for UDP and TCP on `address` and were given to nobody else in this
 * process. For programs that must be told their port (SIPp, Baton as a child); everything in process binds port 0.
 */
export async function freePort(address = '127.0.0.1', count = 1): Promise<number> {
  for (let tries = 0; tries < 200; tries += 1) {
    const first = next + count > lastPort ? firstPort : next;
    next = first + count;
    const ports = Array.from({ length: count }, (_, at) => first + at);
    if (await areFree(ports, address)) {
      for (const port of ports) claimed.add(port);
      return first;
    }
  }
  throw new Error(`no free port between ${firstPort} and ${lastPort} on ${address}`);
}

/** Lets others of this process have the ports again. */
export function releasePorts(ports: Iterable<number>): void {
  for (const port of ports) claimed.delete(port);
}
