import { readFileSync } from 'node:fs';
import type { KafkaConfig } from '../config/kafka.ts';
import { BatonError } from '../errors.ts';

/** What TLS to the brokers is made with, in the shape of `tls.connect`. */
export interface TlsFiles {
  readonly ca?: Buffer;
  readonly cert?: Buffer;
  readonly key?: Buffer;
}

/**
 * Reads the files that the configuration names; undefined without TLS.
 * @throws {BatonError} `config-invalid`, with the key of the file that cannot be read
 */
export function readTlsFiles({ enabled, ca, cert, key }: KafkaConfig['tls']): TlsFiles | undefined {
  if (!enabled) return undefined;
  const files = Object.entries({ ca, cert, key }).flatMap(([name, path]) =>
    path === undefined ? [] : [[name, readPem(name, path)] as const],
  );
  return Object.fromEntries(files);
}

function readPem(name: string, path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new BatonError('config-invalid', `kafka.tls.${name}: ${reason}`, { cause: error });
  }
}
