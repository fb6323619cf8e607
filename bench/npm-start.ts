import { BatonProcess } from '../support/baton-process.ts';
import { freePort } from '../support/free-ports.ts';

export interface NpmStartOptions {
  readonly address: string;
  readonly sipPort: number;
  /** Where calls go. */
  readonly targetPort: number;
  /** Path of a configuration file. */
  readonly config?: string;
  /** Default: as configured. */
  readonly signalling?: 'engine' | 'direct';
  readonly nodeOptions?: string;
}

/** Baton as a user starts it, with its own HTTP port. */
export async function startThroughNpm(options: NpmStartOptions): Promise<BatonProcess> {
  const { address, sipPort, targetPort, config, signalling, nodeOptions } = options;
  const httpPort = await freePort();
  return BatonProcess.start({
    command: ['npm', 'start', '--silent'],
    env: {
      BATON_SIP_LISTEN: `udp:${address}:${sipPort},tcp:${address}:${sipPort}`,
      BATON_HTTP_LISTEN: `${address}:${httpPort}`,
      BATON_TARGET: `sip:${address}:${targetPort}`,
      ...(config !== undefined && { BATON_CONFIG: config }),
      ...(signalling !== undefined && { BATON_SIGNALLING: signalling }),
      ...(nodeOptions !== undefined && { NODE_OPTIONS: nodeOptions }),
    },
    httpUrl: `http://${address}:${httpPort}`,
    readyWithinMs: 120_000,
  });
}

/** Of Baton itself, which npm has started. */
export function pidOf(baton: BatonProcess): number {
  return Number(baton.log.find(line => line.msg === 'ready')?.['pid']);
}
