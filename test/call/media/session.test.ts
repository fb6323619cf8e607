import { expect } from 'chai';
import {
  agreedUpon,
  isComplete,
  isUpToDate,
  noSession,
  offerOf,
  type Session,
  show,
} from '../../../lib/call/media/session.ts';
import type { Body, LegId } from '../../../lib/call/signal.ts';

const [alice, bob] = ['alice-leg', 'bob-leg'] as LegId[] as [LegId, LegId];

function sdp(user: string, version: number, port: number, ...more: string[]): Body {
  const lines = [
    'v=0',
    `o=${user} 1 ${version} IN IP4 192.0.2.1`,
    's=-',
    `m=audio ${port} RTP/AVP 0`,
    ...more,
  ];
  return { contentType: 'application/sdp', content: lines.map(line => `${line}\r\n`).join('') };
}

/** What the peer is shown of each, one after the other. */
function shownAll(said: readonly (readonly [LegId, Body])[]): { bodies: Body[]; session: Session } {
  let session = noSession;
  const bodies = said.map(([by, body]) => {
    const shown = show(session, { by, body, as: 'offer' });
    ({ session } = shown);
    return shown.body;
  });
  return { bodies, session };
}

describe('the session of a leg', () => {
  it('is shown verbatim what one far end says, even when its origin changes', () => {
    const said = [sdp('bob', 1, 6000), sdp('bobby', 7, 6002), sdp('bob', 1, 6000)];
    const { bodies } = shownAll(said.map(body => [bob, body]));
    for (const [at, body] of bodies.entries()) expect(body).to.equal(said[at]);
  });

  it('is shown one continued session from the second far end on', () => {
    const { bodies } = shownAll([
      [bob, sdp('bob', 4, 6000)],
      [alice, sdp('carol', 1, 7000)],
      [alice, sdp('carol', 1, 7000)],
      [bob, sdp('bob', 5, 6000)],
    ]);
    const origins = bodies.map(({ content }) => /^o=.*$/m.exec(content)?.[0]);
    const of = (version: number): string => `o=bob 1 ${version} IN IP4 192.0.2.1`;
    expect(origins).to.deep.equal([of(4), of(5), of(5), of(6)]);
  });

  it('is agreed upon as it was shown and heard last', () => {
    const [offer, answer] = [sdp('a', 1, 1), sdp('b', 1, 2)];
    const offered = show(noSession, { by: bob, body: offer, as: 'offer' }).session;
    expect(isComplete(offered)).to.equal(false);
    const both = { ...offered, heard: answer };
    expect(isComplete(both)).to.equal(true);
    expect(agreedUpon(both, 'answer')).to.include({ sent: offer, received: answer, receivedAs: 'answer' });
  });

  it('remembers that what is repeated in an answer was once offered', () => {
    const hold = sdp('a', 2, 1, 'a=sendonly');
    const session = agreedUpon({ ...noSession, shown: sdp('b', 1, 2), heard: hold }, 'offer');
    const refreshed = agreedUpon({ ...session, heard: { ...hold } }, 'answer');
    expect(refreshed.receivedAs).to.equal('offer');
    expect(offerOf(refreshed)?.content).to.contain('a=sendonly');
  });

  it('is offered to somebody new without the hold that it only followed', () => {
    const received = sdp('a', 1, 1, 'a=recvonly');
    expect(offerOf({ ...noSession, received, receivedAs: 'answer' })?.content).to.contain('a=sendrecv');
    expect(offerOf({ ...noSession, received, receivedAs: 'offer' })).to.equal(received);
    expect(offerOf(noSession)).to.equal(undefined);
  });

  it('is up to date when it was sent what the far end said last, origin aside', () => {
    const is = (sent: Body | undefined, received: Body | undefined): boolean =>
      isUpToDate({ ...noSession, sent }, { ...noSession, received });
    expect(is(sdp('a', 1, 1), sdp('b', 9, 1))).to.equal(true);
    expect(is(sdp('a', 1, 1), sdp('a', 1, 2))).to.equal(false);
    expect(is(undefined, sdp('a', 1, 2))).to.equal(true);
    expect(is(sdp('a', 1, 1), undefined)).to.equal(true);
  });
});
