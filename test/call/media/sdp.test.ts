import { expect } from 'chai';
import fc from 'fast-check';
import {
  blackHole,
  inactiveOffer,
  isHold,
  isSameSession,
  isSdp,
  lifted,
  withOrigin,
  withStreamsOf,
} from '../../../lib/call/media/sdp.ts';
import type { Body } from '../../../lib/call/signal.ts';

function body(...lines: readonly string[]): Body {
  return { contentType: 'application/sdp', content: lines.map(line => `${line}\r\n`).join('') };
}

const linesOf = ({ content }: Body): string[] => content.trimEnd().split('\r\n');

const head = ['v=0', 'o=alice 1 1 IN IP4 192.0.2.1', 's=-', 'c=IN IP4 192.0.2.1', 't=0 0'];
const audio = ['m=audio 6000 RTP/AVP 0 101', 'a=rtpmap:101 telephone-event/8000'];
const video = ['m=video 6002 RTP/AVP 96', 'a=rtpmap:96 VP8/90000'];

describe('SDP', () => {
  const holds: [what: string, body: Body, held: boolean][] = [
    ['no word about it', body(...head, ...audio), false],
    ['a stream that is only sent', body(...head, ...audio, 'a=sendonly'), true],
    ['a stream that is neither sent nor wanted', body(...head, ...audio, 'a=inactive'), true],
    ['a stream that is only received', body(...head, ...audio, 'a=recvonly'), false],
    ['one stream of two', body(...head, ...audio, 'a=sendonly', ...video), false],
    ['one stream, the other rejected', body(...head, ...audio, 'a=sendonly', 'm=video 0 RTP/AVP 96'), true],
    ['a word for all streams', body(...head, 'a=inactive', ...audio, ...video), true],
    [
      'a word for all, and another of the only stream',
      body(...head, 'a=inactive', ...audio, 'a=sendrecv'),
      false,
    ],
    [
      'the address of old',
      body(head[0] ?? '', head[1] ?? '', 's=-', 'c=IN IP4 0.0.0.0', 't=0 0', ...audio),
      true,
    ],
    ['no stream at all', body(...head, 'a=inactive'), false],
  ];
  for (const [what, said, held] of holds) {
    it(`${held ? 'holds' : 'does not hold'}: ${what}`, () => {
      expect(isHold(said)).to.equal(held);
    });
  }

  it('is told from other bodies by its type', () => {
    expect(isSdp(body(...head))).to.equal(true);
    expect(isSdp({ contentType: 'Application/SDP; charset=utf-8', content: 'v=0' })).to.equal(true);
    expect(isSdp({ contentType: 'application/sdp', content: '' })).to.equal(false);
    expect(isSdp({ contentType: 'multipart/mixed;boundary=x', content: 'application/sdp' })).to.equal(false);
    expect(isSdp(undefined)).to.equal(false);
  });

  describe('says the same', () => {
    const one = body(...head, ...audio);
    for (const [why, other] of [
      ['word for word', body(...head, ...audio)],
      ['with another origin', body('v=0', 'o=bob 7 9 IN IP6 ::1', ...head.slice(2), ...audio)],
      ['with sendrecv spelt out', body(...head, ...audio, 'a=sendrecv')],
      ['with sendrecv for all', body(...head, 'a=sendrecv', ...audio)],
      ['with other line endings', { ...one, content: one.content.replaceAll('\r\n', '\n') }],
      [
        'with a rejected stream at its end',
        body(...head, ...audio, 'm=video 0 RTP/AVP 96', 'a=rtpmap:96 x/1'),
      ],
    ] as const) {
      it(why, () => {
        expect(isSameSession(one, other)).to.equal(true);
        expect(isSameSession(other, one)).to.equal(true);
      });
    }

    for (const [why, other] of [
      ['not on hold', body(...head, ...audio, 'a=sendonly')],
      ['not from another port', body(...head, 'm=audio 6004 RTP/AVP 0 101', ...audio.slice(1))],
      ['not with a stream more', body(...head, ...audio, ...video)],
      ['not with the stream rejected', body(...head, 'm=audio 0 RTP/AVP 0 101')],
    ] as const) {
      it(why, () => {
        expect(isSameSession(one, other)).to.equal(false);
      });
    }

    it('not where sendrecv is the exception to a hold of all', () => {
      const held = body(...head, 'a=sendonly', ...audio);
      expect(isSameSession(held, body(...head, 'a=sendonly', ...audio, 'a=sendrecv'))).to.equal(false);
    });
  });

  it('has its hold lifted, and nothing else is touched', () => {
    const held = body(...head, 'a=inactive', ...audio, 'a=recvonly', 'a=x:sendonly', ...video, 'a=sendonly');
    const free = body(...head, 'a=sendrecv', ...audio, 'a=sendrecv', 'a=x:sendonly', ...video, 'a=sendrecv');
    expect(lifted(held)).to.deep.equal(free);
    expect(lifted(free)).to.equal(free);
  });

  it('has an answer in which nothing flows, stream by stream', () => {
    const offer = body(
      ...head,
      'a=ice-lite',
      ...audio,
      'a=sendonly',
      'a=candidate:1 1 UDP 1 192.0.2.1 6000 typ host',
      'm=audio 0 RTP/AVP 0',
      'm=video 7000/2 RTP/SAVP 96',
      'a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:abc',
      'a=crypto:2 AES_CM_128_HMAC_SHA1_32 inline:def',
    );
    expect(linesOf(blackHole(offer, '42'))).to.deep.equal([
      ...['v=0', 'o=- 42 1 IN IP4 0.0.0.0', 's=-', 'c=IN IP4 0.0.0.0', 't=0 0'],
      ...['m=audio 9 RTP/AVP 0 101', 'a=rtpmap:101 telephone-event/8000', 'a=inactive'],
      'm=audio 0 RTP/AVP 0',
      ...['m=video 9 RTP/SAVP 96', 'a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:abc', 'a=inactive'],
    ]);
    const overIp6 = blackHole(
      body('v=0', 'o=- 1 1 IN IP6 ::1', 's=-', 'c=IN IP6 ::1', 't=0 0', ...audio),
      '1',
    );
    expect(linesOf(overIp6)).to.include('c=IN IP6 ::');
  });

  it('can be offered inactive', () => {
    const offered = linesOf(inactiveOffer('42'));
    expect(offered).to.include.members([
      'o=- 42 1 IN IP4 0.0.0.0',
      'm=audio 9 RTP/AVP 0 8 9 101',
      'a=inactive',
    ]);
  });

  describe('towards one peer', () => {
    const first = body(...head, ...audio);
    const bobs = body('v=0', 'o=bob 9 5 IN IP4 192.0.2.2', ...head.slice(2), ...video);

    it('keeps the first origin and has the next version', () => {
      const sent = withOrigin(bobs, first, first);
      expect(linesOf(sent)[1]).to.equal('o=alice 1 2 IN IP4 192.0.2.1');
      expect(isSameSession(sent, bobs)).to.equal(true);
    });

    it('keeps the version as long as nothing else changes', () => {
      const sent = withOrigin(bobs, first, first);
      expect(withOrigin(bobs, first, sent).content).to.equal(sent.content);
    });

    it('counts versions of 64 bits', () => {
      const last = body('v=0', 'o=alice 1 18446744073709551614 IN IP4 192.0.2.1', 's=-');
      expect(linesOf(withOrigin(bobs, first, last))[1]).to.equal(
        'o=alice 1 18446744073709551615 IN IP4 192.0.2.1',
      );
    });

    it('is left alone when there is no origin to keep', () => {
      expect(withOrigin(bobs, body('v=0'), first)).to.equal(bobs);
    });

    it('never has fewer streams than before, and an answer has those of its offer', () => {
      const two = body(...head, ...audio, ...video);
      const one = body(...head, ...audio);
      const padded = body(...head, ...audio, 'm=video 0 RTP/AVP 96');
      expect(withStreamsOf(one, two, 'offer')).to.deep.equal(padded);
      expect(withStreamsOf(one, two, 'answer')).to.deep.equal(padded);
      expect(withStreamsOf(two, one, 'offer')).to.equal(two);
      expect(withStreamsOf(padded, one, 'answer')).to.deep.equal(one);
    });

    it('has versions that only rise, whoever speaks', () => {
      const port = fc.integer({ min: 1, max: 5 });
      fc.assert(
        fc.property(fc.array(port, { minLength: 1, maxLength: 20 }), ports => {
          let last = first;
          let version = 1;
          for (const each of ports) {
            const next = body('v=0', `o=x ${each} 3 IN IP4 192.0.2.9`, 's=-', `m=audio ${each} RTP/AVP 0`);
            const sent = withOrigin(next, first, last);
            version += isSameSession(next, last) ? 0 : 1;
            expect(linesOf(sent)[1]).to.equal(`o=alice 1 ${version} IN IP4 192.0.2.1`);
            last = sent;
          }
        }),
      );
    });
  });
});
