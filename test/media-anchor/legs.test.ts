import { expect } from 'chai';
import type { ConnId } from '../../lib/call/ids.ts';
import type { Body, LegId } from '../../lib/call/signal.ts';
import { AnchoredLegs } from '../../lib/media-anchor/legs.ts';

const [alice, bob, carol] = ['alice', 'bob', 'carol'] as LegId[] as [LegId, LegId, LegId];
const call = '0000000000000001@acme:node1' as ConnId;

function sdp(origin: string, port: number): Body {
  const content = `v=0\r\no=${origin}\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\nm=audio ${port} RTP/AVP 0\r\n`;
  return { contentType: 'application/sdp', content };
}

const originOf = ({ content }: Body) => /^o=(.*)\r$/m.exec(content)?.[1];

describe('the legs whose media is anchored', () => {
  let legs: AnchoredLegs<string>;

  beforeEach(() => {
    legs = new AnchoredLegs();
  });

  it('are found by either of the two', () => {
    legs.add('pair', call, [alice, bob]);
    expect([legs.pairOf(alice, bob), legs.pairOf(bob, alice), legs.pairOf(alice, carol)]).to.deep.equal([
      'pair',
      'pair',
      undefined,
    ]);
    expect(legs.pairsOf(bob)).to.deep.equal(['pair']);
  });

  it('have ids that nobody had before, as long as the call stands', () => {
    legs.add('first', call, [alice, bob]);
    expect(legs.newNgCallId(call)).to.equal(call);
    legs.drop([alice, bob]);
    legs.end(bob);
    legs.add('second', call, [alice, carol]);
    expect([legs.newNgCallId(call), legs.newNgCallId(call)]).to.deep.equal([`${call}.2`, `${call}.3`]);
  });

  it('leave nothing when they have ended', () => {
    legs.add('first', call, [alice, bob]);
    legs.continued(alice, call, sdp('x 1 1 IN IP4 192.0.2.1', 1));
    legs.drop([alice, bob]);
    legs.end(alice);
    legs.end(bob);
    expect(legs.counts).to.deep.equal({ legs: 0, calls: 0 });
  });

  it('show one peer one session: the same with the same version, anything else with the next', () => {
    const shown = [
      sdp('rtpengine 7 1 IN IP4 192.0.2.1', 4000),
      sdp('other 9 5 IN IP4 192.0.2.2', 4000),
      sdp('other 9 5 IN IP4 192.0.2.2', 4002),
      sdp('rtpengine 7 1 IN IP4 192.0.2.1', 4000),
    ].map(body => originOf(legs.continued(alice, call, body)));
    expect(shown).to.deep.equal([
      'rtpengine 7 1 IN IP4 192.0.2.1',
      'rtpengine 7 1 IN IP4 192.0.2.1',
      'rtpengine 7 2 IN IP4 192.0.2.1',
      'rtpengine 7 3 IN IP4 192.0.2.1',
    ]);
  });
});
