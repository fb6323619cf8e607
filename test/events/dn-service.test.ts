import { expect } from 'chai';
import { dnServiceEvent } from '../../lib/events/dn-service.ts';
import { encodeEvent } from '../../lib/events/encode.ts';
import { checkEvents } from '../support/valid-event.ts';

const told = { tenant: 'acme', dn: '1001', inService: true, reason: 'registered', atMs: 1_700_000_000_000 };

describe('the event of a DN that', () => {
  it('can be called', () => {
    const event = dnServiceEvent(told, 'baton/n1', undefined);
    checkEvents([event]);
    expect(JSON.parse(encodeEvent(event))).to.deep.equal({
      id: 'EventDNBackInService',
      time: 1_700_000_000_000,
      Server: 'baton/n1',
      ThisDN: '1001',
      Extensions: [{ ServiceReason: 'registered' }],
    });
  });

  it('cannot be called any more says why, and who is logged in at it', () => {
    const event = dnServiceEvent({ ...told, inService: false, reason: 'expired' }, 'baton/n1', 'ann');
    checkEvents([event]);
    expect(event).to.deep.include({
      id: 'EventDNOutOfService',
      tenant: 'acme',
      AgentID: 'ann',
      Extensions: [{ ServiceReason: 'expired' }],
    });
  });
});
