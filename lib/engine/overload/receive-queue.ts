import { readFile } from 'node:fs/promises';

/** One for each family. Linux alone has them: elsewhere nothing is known to wait. */
const tables = ['/proc/net/udp', '/proc/net/udp6'];

/** Octets, the kernel's own bookkeeping included, that wait in the receive buffers of UDP sockets on these ports. */
export async function waitingBytes(ports: readonly number[]): Promise<number> {
  const read = tables.map(file => readFile(file, 'latin1').catch(() => ''));
  const texts = await Promise.all(read);
  return texts.reduce((sum, text) => sum + waitingIn(text, ports), 0);
}

/**
 * proc(5), /proc/net/udp: `sl: ADDRESS:PORT ADDRESS:PORT st tx_queue:rx_queue …`, ports and queues in hexadecimal digits, a line
 * for each socket.
 */
export function waitingIn(table: string, ports: readonly number[]): number {
  let bytes = 0;
  for (const port of ports) {
    const wanted = `:${port.toString(16).toUpperCase().padStart(4, '0')} `;
    for (let at = table.indexOf(wanted); at >= 0; at = table.indexOf(wanted, at + 1)) {
      const [, , , , queues = ''] = lineAround(table, at).trim().split(/\s+/);
      if (isLocal(table, at)) bytes += Number.parseInt(queues.split(':')[1] ?? '', 16) || 0;
    }
  }
  return bytes;
}

function lineAround(table: string, at: number): string {
  const from = table.lastIndexOf('\n', at) + 1;
  const to = table.indexOf('\n', at);
  return table.slice(from, to < 0 ? table.length : to);
}

/** The first of the two addresses of its line: after it comes another, before it none. */
function isLocal(table: string, at: number): boolean {
  const before = table.slice(table.lastIndexOf('\n', at) + 1, at).trim();
  return /^\d+: [0-9A-F]+$/.test(before);
}
