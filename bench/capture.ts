import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type CapturedDatagram, datagramsIn } from '../support/pcap.ts';

/** Until the kernel has handed over what it has seen. */
const lastPacketsMs = 300;

/** What comes to and leaves a port of this machine's loopback while something goes on. */
export async function captured(
  port: number,
  meanwhile: () => Promise<void>,
): Promise<readonly CapturedDatagram[]> {
  const folder = await mkdtemp(join(tmpdir(), 'baton-capture-'));
  const file = join(folder, 'load.pcap');
  const filter = `udp port ${port}`;
  const tcpdump = spawn(
    'tcpdump',
    ['-i', 'lo', '-n', '-s', '0', '--immediate-mode', '-U', '-B', '16384', '-Z', 'root', '-w', file, filter],
    {
      stdio: ['ignore', 'ignore', 'pipe'],
    },
  );
  tcpdump.once('error', () => undefined);
  const ended = once(tcpdump, 'close').catch(() => undefined);
  try {
    await listening(tcpdump.stderr);
    await meanwhile();
    await delay(lastPacketsMs);
    tcpdump.kill('SIGINT');
    await ended;
    return datagramsIn(await readFile(file));
  } finally {
    tcpdump.kill('SIGKILL');
    await rm(folder, { recursive: true, force: true });
  }
}

/** Rejects with what tcpdump says when it ends instead. */
async function listening(output: NodeJS.ReadableStream): Promise<void> {
  let said = '';
  return new Promise((resolve, reject) => {
    output.on('data', chunk => {
      said += String(chunk);
      if (said.includes('listening on')) resolve();
    });
    output.once('close', () => reject(new Error(`no capture: ${said.trim()}`)));
  });
}
