import type { CallThreadId, ConnId } from '../lib/call/ids.ts';
import type { EventAttachedDataChanged } from '../lib/events/event.ts';

/** Bob's copy of a change by Carol; `value` is what she wrote. */
export function changeOf(
  value: string,
  other: Partial<EventAttachedDataChanged> = {},
): EventAttachedDataChanged {
  return {
    id: 'EventAttachedDataChanged',
    time: 1_700_000_000_000,
    Server: 'baton/n1',
    ConnID: '0123456789abcdef@acme:n1' as ConnId,
    CallID: 7,
    CallThreadID: 'fedcba9876543210' as CallThreadId,
    CallType: 'Inbound',
    CallState: 'Ok',
    ThisDN: 'bob',
    ThisDNRole: 'Destination',
    ThirdPartyDN: 'carol',
    UserData: [{ key: 'Note', type: 'string', value }],
    ...other,
  };
}

/** The copy of an author who is not on the call: it has no ThisDN. */
export function changeOfThirdParty(value: string): EventAttachedDataChanged {
  const { ThisDN: _dn, ThisDNRole: _role, ...rest } = changeOf(value);
  return rest;
}
