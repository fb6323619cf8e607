import { expect } from 'chai';
import { onHookAsLost, releasedAsLost } from '../../../lib/call/events/lost-parties.ts';
import type { CallHandlingEvent } from '../../../lib/events/event.ts';
import { callEvent } from '../../support/call-event.ts';
import { checkEvents } from '../../support/valid-event.ts';

const last = (parts: Parameters<typeof callEvent>[0] = {}) => callEvent(parts) as CallHandlingEvent;
const caller = { ThisDN: 'alice', ThisDNRole: 'Origination' };

describe('the parties of a call that is lost with its process', () => {
  it('are told its end, with what they knew of it last', () => {
    const told = releasedAsLost([last({ id: 'EventHeld', ANI: '1', DNIS: '2', ThisTrunk: 'sbc' })], 9_000);
    checkEvents(told);
    expect(told).to.deep.equal([
      {
        id: 'EventReleased',
        time: 9_000,
        Server: 'baton/n1',
        ConnID: '0123456789abcdef@acme:n1',
        CallID: 7,
        CallThreadID: 'fedcba9876543210',
        CallType: 'Internal',
        CallState: 'SystemError',
        ThisDN: 'bob',
        ThisDNRole: 'Destination',
        ThisTrunk: 'sbc',
        OtherDN: 'alice',
        OtherDNRole: 'Origination',
        ANI: '1',
        DNIS: '2',
        UserData: [{ key: 'CaseId', type: 'string', value: '42' }],
        Extensions: [
          { ReleasedBy: 'baton' },
          { ReleaseReason: 'lost' },
          { SipStatus: 200 },
          { AtFault: 'baton' },
        ],
      },
    ]);
  });

  for (const id of ['EventDialing', 'EventRinging', 'EventNetworkReached'])
    it(`are told that it was not answered when ${id} was the last`, () => {
      const [told] = releasedAsLost([last({ id })], 9_000);
      expect(told).to.have.property('Cause', 503);
      expect(told?.Extensions).to.deep.include({ SipStatus: 503 });
    });

  it('are told so call after call, the caller first', () => {
    const lasts = [last({ CallID: 2 }), last({ CallID: 2, ...caller }), last({ CallID: 1, time: 2 })];
    const told = releasedAsLost([...lasts, last({ CallID: 1, time: 1, ThisDN: 'carol' })], 9_000);
    expect(told.map(({ CallID, ThisDN }) => `${CallID} ${ThisDN}`)).to.deep.equal([
      '1 carol',
      '1 bob',
      '2 alice',
      '2 bob',
    ]);
  });
});

describe('the DNs that are left off the hook', () => {
  const lifted = (AgentID?: string) => ({
    ...({ id: 'EventOffHook', tenant: 'acme', time: 1, Server: 'baton/n1', ThisDN: '2001' } as const),
    ...(AgentID !== undefined && { AgentID }),
  });

  it('are told that they are on it, as whose they were', () => {
    const told = onHookAsLost([lifted('ann'), lifted()], 9_000);
    checkEvents(told);
    const onHook = { id: 'EventOnHook', tenant: 'acme', time: 9_000, Server: 'baton/n1', ThisDN: '2001' };
    expect(told).to.deep.equal([{ ...onHook, AgentID: 'ann' }, onHook]);
  });
});
