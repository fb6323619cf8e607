import { expect } from 'chai';
import { learnt, newLeg } from '../../lib/call/leg.ts';
import type { Dn } from '../../lib/call/ids.ts';
import type { LegId } from '../../lib/call/signal.ts';
import { neighbourWithoutTrunk } from '../../lib/routing/who-is.ts';
import { payloadOf } from './support/story.ts';

const bob = newLeg({
  id: 'b' as LegId,
  role: 'callee',
  dialled: true,
  address: '<sip:bob@192.0.2.2>',
  dn: 'bob' as Dn,
  trunk: neighbourWithoutTrunk('acme'),
  callId: '',
  stream: false,
});

describe('what a message tells about its leg', () => {
  it('Allow, in one line or several, whatever its case', () => {
    const leg = learnt(bob, payloadOf({ headers: ['Allow: invite, Info', 'ALLOW: UPDATE'] }));
    expect(leg.allow).to.deep.include({ info: true, update: true });
    expect(learnt(bob, payloadOf({ headers: ['Allow: INVITE'] })).allow).to.deep.include({
      info: false,
      update: false,
    });
  });

  it('Recv-Info: whether our package is in it; the latest counts, and none changes nothing', () => {
    const takes = learnt(bob, payloadOf({ headers: ['Recv-Info: a', 'recv-info: Baton-Attached-Data;x=1'] }));
    expect(takes.recvInfo?.ours).to.equal(true);
    expect(learnt(takes, payloadOf({ headers: ['Allow: INFO'] })).recvInfo?.ours).to.equal(true);
    for (const none of ['nil', '', 'a, b']) {
      expect(learnt(takes, payloadOf({ headers: [`Recv-Info: ${none}`] })).recvInfo?.ours).to.equal(false);
    }
    expect(bob.recvInfo).to.equal(undefined);
  });

  it('the Call-ID of a callee leg, once', () => {
    const leg = learnt(bob, payloadOf({ headers: ['Call-ID: one'] }));
    expect(leg.callId).to.equal('one');
    expect(learnt(leg, payloadOf({ headers: ['Call-ID: two'] })).callId).to.equal('one');
  });

  it('keeps the leg when nothing is new', () => {
    const leg = learnt(bob, payloadOf({ headers: ['Allow: INFO', 'Call-ID: one'] }));
    expect(learnt(leg, payloadOf({ headers: ['Allow: INFO', 'X-A: 1'] }))).to.equal(leg);
    expect(learnt(leg, payloadOf()).allow).to.equal(leg.allow);
  });
});
