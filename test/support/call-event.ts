import type { CallThreadId, ConnId } from '../../lib/call/ids.ts';
import type { CallEvent } from '../../lib/events/event.ts';

type CallPartEvent = Extract<CallEvent, { readonly ConnID: ConnId }>;

type KeysOf<T> = T extends unknown ? keyof T : never;

/** An event of bob's in the call of alice and bob, with what `parts` says otherwise. */
export function callEvent(parts: Partial<Record<KeysOf<CallPartEvent>, unknown>> = {}): CallPartEvent {
  const event = {
    id: 'EventEstablished',
    time: 1_000,
    Server: 'baton/n1',
    ConnID: '0123456789abcdef@acme:n1' as ConnId,
    CallID: 7,
    CallThreadID: 'fedcba9876543210' as CallThreadId,
    CallType: 'Internal',
    CallState: 'Ok',
    ThisDN: 'bob',
    ThisDNRole: 'Destination',
    OtherDN: 'alice',
    OtherDNRole: 'Origination',
    UserData: [{ key: 'CaseId', type: 'string', value: '42' }],
    ...parts,
  };
  return event as CallPartEvent;
}
