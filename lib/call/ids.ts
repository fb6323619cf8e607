import type { Brand } from '../brand.ts';

/**
 * Ours, of the whole call: `<16 hex digits>@<tenant>:<node>`.
 * @pattern ^[0-9a-f]{16}@[A-Za-z0-9_-]+:[A-Za-z0-9_-]+$
 */
export type ConnId = Brand<string, 'ConnId'>;

/** Neither tenant nor node has an @ or a colon. */
export function tenantOf(connId: string): string {
  return connId.slice(connId.indexOf('@') + 1, connId.lastIndexOf(':'));
}

/**
 * 16 hex digits that link the calls of one story.
 * @pattern ^[0-9a-f]{16}$
 */
export type CallThreadId = Brand<string, 'CallThreadId'>;
/** A directory number: who is behind a leg. */
export type Dn = Brand<string, 'Dn'>;
