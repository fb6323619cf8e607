import type { HeaderList } from './header-list.ts';
import { splitList } from './name-addr.ts';

/** The members of a list header (Supported, Require, Allow, Recv-Info …) over all its lines, in order, as spelled. */
export function listTokens(headers: HeaderList, key: string): string[] {
  if (!headers.has(key)) return [];
  return headers.all(key).flatMap(line => splitList(line));
}
