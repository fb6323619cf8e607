import type { Brand } from '../brand.ts';

/** Ours, of the whole call: `<16 hex digits>@<tenant>:<node>`. */
export type ConnId = Brand<string, 'ConnId'>;

/** Neither tenant nor node has an @ or a colon. */
export function tenantOf(connId: string): string {
  return connId.slice(connId.indexOf('@') + 1, connId.lastIndexOf(':'));
}

/** 16 hex digits that link the calls of one story. */
export type CallThreadId = Brand<string, 'CallThreadId'>;
/** A directory number: who is behind a leg. */
export type Dn = Brand<string, 'Dn'>;
