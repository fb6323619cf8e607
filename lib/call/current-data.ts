import { customHeadersFromEntries } from '../attached-data/custom-headers.ts';
import { isCustomHeader, isUserToUser } from '../attached-data/custom-name.ts';
import { profileOf } from '../attached-data/profile.ts';
import { valueText } from '../attached-data/views.ts';
import type { Call } from './call.ts';
import type { Payload } from './signal.ts';

/**
 * The caller's INVITE as it goes to a further target: what has changed since then goes along, by the headers it would have come in.
 * Without a change the caller's own lines stay as they are.
 */
export function withCurrentData(call: Call, invite: Payload): Payload {
  if (call.revision === 0) return invite;
  const { dataHeaders } = call.caller.trunk;
  const uui = call.data.filter(({ scope, from }) => scope === 'uui' && from.atMs > call.startedAtMs);
  // User-to-User that nobody has changed stays as it came: what could not be attached is relayed all the same.
  const others = invite.headers.filter(
    ({ name }) => !isCustomHeader(name, dataHeaders) && (uui.length === 0 || !isUserToUser(name)),
  );
  const custom = customHeadersFromEntries(call.data, profileOf('plain'), dataHeaders).headers;
  const changed = uui.map(entry => ({ name: entry.headerName ?? 'User-to-User', value: valueText(entry) }));
  return { ...invite, headers: [...others, ...custom, ...changed] };
}
