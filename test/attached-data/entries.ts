import type { DataLimits } from '../../lib/attached-data/attached-data.ts';
import type { Entry, Origin, Scope } from '../../lib/attached-data/entry.ts';
import type { LegId } from '../../lib/call/signal.ts';

/** Entries for tests, as the parties bring them. */

export const alice: Origin = { leg: 'leg-alice' as LegId, atMs: 1_000 };
export const bob: Origin = { leg: 'leg-bob' as LegId, atMs: 2_000 };
export const carol: Origin = { party: '7003', atMs: 3_000 };

/** For what comes over the wire, with T-Library's default. */
export const wireLimits: DataLimits = { packedBytes: 16_000, mode: 'drop' };

/** `X-MS-Custom-<key>: <value>` from Alice. */
export function header(key: string, value: string, from: Origin = alice): Entry {
  return { key, type: 'string', value, scope: 'sip', from, headerName: `X-MS-Custom-${key}` };
}

/** A string pair that did not come as a header. */
export function pair(key: string, value: string, scope: Scope = 'call', from: Origin = carol): Entry {
  return { key, type: 'string', value, scope, from };
}

export function int(key: string, value: number): Entry {
  return { key, type: 'int', value, scope: 'call', from: carol };
}

/** `key=value` of each entry, in order. */
export function shown(data: readonly Entry[]): string[] {
  return data.map(
    ({ key, value }) => `${key}=${typeof value === 'object' ? JSON.stringify(value) : String(value)}`,
  );
}
