import { expect } from 'chai';
import fc from 'fast-check';
import {
  answerFrom,
  answerTo,
  type Fork,
  newRecordingSdp,
  offer,
  type RecordingSdp,
  withFork,
} from '../../lib/siprec/recording-sdp.ts';

/** What rtpengine 10.5 says to `subscribe request` for these streams, each `tag` or `tag/kind`. */
function fork(streams: readonly string[], firstPort = 40_000): Fork {
  const media = streams.flatMap((stream, at) => [
    `m=${stream.split('/')[1] ?? 'audio'} ${firstPort + 2 * at} RTP/AVP 0 8`,
    'c=IN IP4 127.0.0.1',
    `a=label:${streams.length - at}`,
    'a=rtpmap:0 PCMU/8000',
    'a=sendonly',
    `a=rtcp:${firstPort + 2 * at + 1}`,
  ]);
  const session = ['v=0', 'o=- 771 771 IN IP4 127.0.0.1', 's=rtpengine', 't=0 0'];
  return {
    sdp: [...session, ...media, ''].join('\r\n'),
    tagOfLabel: new Map(
      streams.map((stream, at) => [String(streams.length - at), stream.split('/')[0] ?? '']),
    ),
  };
}

function forked(sdp: RecordingSdp, ...parts: Parameters<typeof fork>): RecordingSdp {
  let ids = sdp.streams.length;
  const result = withFork(sdp, fork(...parts), () => `stream-${(ids += 1)}`);
  if (result === undefined) throw new Error('no fork');
  return result;
}

const fresh = newRecordingSdp('42');
const offered = (sdp: RecordingSdp): string[] => sdp.offered.trimEnd().split('\r\n');
const mediaOf = (sdp: RecordingSdp): string[] =>
  offered(sdp).filter(line => /^(m=|a=label|a=sendonly|a=inactive)/.test(line));
const body = (...lines: readonly string[]) => ({
  contentType: 'application/sdp',
  content: `${lines.join('\r\n')}\r\n`,
});
const head = ['v=0', 'o=srs 1 1 IN IP4 127.0.0.1', 's=-', 'c=IN IP4 127.0.0.1', 't=0 0'];

describe('SDP of a recording session', () => {
  it('offers the streams of both parties one way, each with a label of ours', () => {
    expect(offered(offer(forked(fresh, ['alice', 'bob']), false))).to.deep.equal([
      'v=0',
      'o=- 42 1 IN IP4 127.0.0.1',
      's=-',
      't=0 0',
      'm=audio 40000 RTP/AVP 0 8',
      'c=IN IP4 127.0.0.1',
      'a=rtpmap:0 PCMU/8000',
      'a=rtcp:40001',
      'a=sendonly',
      'a=label:1',
      'm=audio 40002 RTP/AVP 0 8',
      'c=IN IP4 127.0.0.1',
      'a=rtpmap:0 PCMU/8000',
      'a=rtcp:40003',
      'a=sendonly',
      'a=label:2',
    ]);
  });

  it('says the same with the same version, and another thing with the next one', () => {
    const first = offer(forked(fresh, ['alice', 'bob']), false);
    expect(offer(first, false)).to.deep.equal(first);
    const paused = offer(first, true);
    expect(paused.offered).to.include('o=- 42 2 IN').and.to.not.include('a=sendonly');
    expect(offer(paused, false).offered).to.equal(first.offered.replace('42 1 IN', '42 3 IN'));
  });

  it('puts who is new into the place of who has gone', () => {
    const before = forked(fresh, ['alice', 'bob']);
    const after = offer(forked(before, ['carol', 'alice'], 41_000), false);
    expect(mediaOf(after)).to.deep.equal([
      'm=audio 41002 RTP/AVP 0 8',
      'a=sendonly',
      'a=label:1',
      'm=audio 41000 RTP/AVP 0 8',
      'a=sendonly',
      'a=label:2',
    ]);
    expect(after.streams.map(({ streamId, tag }) => [streamId, tag])).to.deep.equal([
      ['stream-1', 'alice'],
      ['stream-2', 'carol'],
    ]);
  });

  it('keeps the place of a stream that has ended, and adds new ones behind', () => {
    const before = forked(fresh, ['alice', 'alice/video', 'bob', 'bob/video']);
    const without = offer(forked(before, ['alice', 'bob'], 41_000), false);
    expect(mediaOf(without)).to.deep.equal([
      ...['m=audio 41000 RTP/AVP 0 8', 'a=sendonly', 'a=label:1'],
      ...['m=video 0 RTP/AVP 0 8', 'a=inactive', 'a=label:2'],
      ...['m=audio 41002 RTP/AVP 0 8', 'a=sendonly', 'a=label:3'],
      ...['m=video 0 RTP/AVP 0 8', 'a=inactive', 'a=label:4'],
    ]);
    const added = offer(forked(without, ['alice', 'bob', 'bob/text'], 42_000), false);
    expect(mediaOf(added).slice(-3)).to.deep.equal(['m=text 42004 RTP/AVP 0 8', 'a=sendonly', 'a=label:5']);
  });

  it('keeps number, order and labels of its streams whatever is forked', () => {
    const stream = fc.tuple(fc.constantFrom('alice', 'bob', 'carol'), fc.constantFrom('audio', 'video'));
    const streams = fc.uniqueArray(
      stream.map(pair => pair.join('/')),
      { minLength: 1, maxLength: 6 },
    );
    fc.assert(
      fc.property(fc.array(streams, { minLength: 1, maxLength: 5 }), forks => {
        let sdp = fresh;
        for (const tags of forks) {
          const next = offer(forked(sdp, tags), false);
          const places = next.streams.map(({ streamId, label, kind }) => [streamId, label, kind]);
          expect(places.slice(0, sdp.streams.length)).to.deep.equal(
            sdp.streams.map(({ streamId, label, kind }) => [streamId, label, kind]),
          );
          expect(new Set(next.streams.map(({ label }) => label)).size).to.equal(places.length);
          const live = next.streams.filter(({ tag }) => tag !== undefined);
          expect(live.map(({ tag, kind }) => `${tag ?? ''}/${kind}`)).to.have.members(tags);
          sdp = next;
        }
      }),
    );
  });

  const useless: [what: string, fork: Fork][] = [
    ['text that is no SDP', { sdp: 'hello', tagOfLabel: new Map() }],
    ['SDP without streams', { sdp: 'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\n', tagOfLabel: new Map() }],
    ['a stream that is nobody’s', { ...fork(['alice']), tagOfLabel: new Map() }],
  ];
  for (const [what, wrong] of useless) {
    it(`is not made of ${what}`, () => {
      expect(withFork(fresh, wrong, () => 'id')).to.equal(undefined);
    });
  }
});

describe('the answer of a recording server', () => {
  const audio = (port: number, ...more: readonly string[]) => [`m=audio ${port} RTP/AVP 0`, ...more];
  const both = offer(forked(fresh, ['alice', 'bob']), false);

  it('is turned into the order of rtpengine', () => {
    const turned = forked(both, ['bob', 'alice'], 41_000);
    const answer = body(...head, ...audio(7000, 'a=recvonly', 'a=label:1'), ...audio(7002, 'a=recvonly'));
    expect(answerFrom(turned, answer)).to.deep.equal({
      ...{ taken: 2, offered: 2 },
      sdp: body(...head, ...audio(7002, 'a=recvonly'), ...audio(7000, 'a=recvonly', 'a=label:1')).content,
    });
  });

  it('leaves out the places in which nothing is forked any more', () => {
    const alone = forked(both, ['bob']);
    const answer = answerFrom(alone, body(...head, ...audio(0), ...audio(7002)));
    expect(answer).to.deep.equal({ taken: 1, offered: 1, sdp: body(...head, ...audio(7002)).content });
  });

  const stopped: [what: string, session: readonly string[], media: readonly string[], taken: number][] = [
    ['a port of 0', [], ['m=audio 0 RTP/AVP 0'], 0],
    ['inactive', [], ['m=audio 7000 RTP/AVP 0', 'a=inactive'], 0],
    ['sending only', [], ['m=audio 7000 RTP/AVP 0', 'a=sendonly'], 0],
    ['the address of old', [], ['m=audio 7000 RTP/AVP 0', 'c=IN IP4 0.0.0.0'], 0],
    ['inactive for all', ['a=inactive'], ['m=audio 7000 RTP/AVP 0'], 0],
    ['inactive for all but this one', ['a=inactive'], ['m=audio 7000 RTP/AVP 0', 'a=recvonly'], 1],
    ['no direction', [], ['m=audio 7000 RTP/AVP 0'], 1],
  ];
  for (const [what, session, media, taken] of stopped) {
    it(`${taken === 1 ? 'takes' : 'refuses'} a stream: ${what}`, () => {
      const one = offer(forked(fresh, ['alice']), false);
      const answer = answerFrom(one, body(...head, ...session, ...media));
      const line = taken === 1 ? 'm=audio 7000 ' : 'm=audio 0 ';
      expect(answer).to.include({ taken, offered: 1 }).and.to.have.property('sdp').that.includes(line);
    });
  }

  const faults: [what: string, lines: readonly string[], fault: string][] = [
    ['too few streams', audio(7000), '1 streams instead of 2'],
    ['too many streams', [...audio(1), ...audio(2), ...audio(3)], '3 streams instead of 2'],
    ['another kind of stream', [...audio(7000), 'm=video 7002 RTP/AVP 0'], 'stream 2 is no audio'],
  ];
  for (const [what, lines, fault] of faults) {
    it(`is a fault: ${what}`, () => {
      expect(answerFrom(both, body(...head, ...lines))).to.deep.equal({ fault });
    });
  }

  it('to its own offer says what it does not want does not flow', () => {
    const pausing = body(...head, ...audio(7000, 'a=inactive'), ...audio(7002, 'a=recvonly'));
    const answered = answerTo(both, pausing, false);
    expect(mediaOf(answered).filter(line => /^a=(sendonly|inactive)/.test(line))).to.deep.equal([
      'a=inactive',
      'a=sendonly',
    ]);
    expect(answered.version).to.equal(2);
    expect(mediaOf(answerTo(both, pausing, true))).to.not.include('a=sendonly');
  });
});
