import { expect } from 'chai';
import fc from 'fast-check';
import { DEFAULT_LIMITS, type MessageLimits } from '../../../lib/engine/message/limits.ts';
import { StreamFramer, type StreamPiece } from '../../../lib/engine/message/stream-framer.ts';
import { options, wire } from './wire.ts';

const framer = (limits: Partial<MessageLimits> = {}) => new StreamFramer({ ...DEFAULT_LIMITS, ...limits });

const taken = (stream: StreamFramer): StreamPiece[] => {
  const pieces: StreamPiece[] = [];
  for (let piece = stream.next(); piece !== undefined; piece = stream.next()) pieces.push(piece);
  return pieces;
};

const cut = (chunks: readonly string[], limits: Partial<MessageLimits> = {}): StreamPiece[] => {
  const stream = framer(limits);
  return chunks.flatMap(chunk => {
    stream.push(chunk);
    return taken(stream);
  });
};

const octets = (text: string): string[] => Array.from({ length: text.length }, (_, at) => text.charAt(at));

const sized = (body: string, lengthLine = `Content-Length: ${body.length}`): string =>
  wire(options([lengthLine]), body);
const piece = (bytes: string): StreamPiece => ({ kind: 'message', bytes });

const first = sized('one\r\n\r\ntwo');
const second = sized('');
const folded = sized('12345', 'l :\r\n  5').replaceAll('\r\n', '\n');

describe('a stream', () => {
  it('is cut into messages by their Content-Length', () => {
    expect(cut([first + second + first])).to.deep.equal([piece(first), piece(second), piece(first)]);
  });

  it('gives nothing before a message is complete', () => {
    expect(cut([first.slice(0, -1)])).to.deep.equal([]);
    expect(framer().next()).to.equal(undefined);
  });

  const stream = `${first}\r\n\r\n${folded}\r\n${second}\n${first}\r\n\r\n\r\n\r\n\r\n${second}`;
  const pieces: readonly StreamPiece[] = [
    piece(first),
    { kind: 'keepalive-ping' },
    piece(folded),
    { kind: 'pong' },
    piece(second),
    piece(first),
    { kind: 'keepalive-ping' },
    { kind: 'keepalive-ping' },
    { kind: 'pong' },
    piece(second),
  ];

  it('is cut the same wherever its chunks end', () => {
    for (let at = 0; at <= stream.length; at += 1) {
      expect(cut([stream.slice(0, at), stream.slice(at)]), `cut at ${at}`).to.deep.equal(pieces);
    }
  });

  it('is cut the same when it trickles octet by octet', () => {
    expect(cut(octets(stream))).to.deep.equal(pieces);
  });

  it('is cut the same in chunks of any length', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1 }), lengths => {
        const chunks: string[] = [];
        for (let at = 0, i = 0; at < stream.length; i += 1) {
          const length = lengths[i % lengths.length] ?? 1;
          chunks.push(stream.slice(at, at + length));
          at += length;
        }
        expect(cut(chunks)).to.deep.equal(pieces);
      }),
    );
  });

  it('may be pushed in many chunks before anything is taken', () => {
    const stream = framer();
    for (const chunk of [first.slice(0, 10), first.slice(10), second]) stream.push(chunk);
    expect(taken(stream)).to.deep.equal([piece(first), piece(second)]);
    stream.push(first);
    expect(taken(stream)).to.deep.equal([piece(first)]);
  });

  it('answers a ping as soon as it is complete, a half one not yet', () => {
    const stream = framer();
    stream.push('\r\n\r');
    expect(stream.next()).to.equal(undefined);
    stream.push('\n');
    expect(stream.next()).to.deep.equal({ kind: 'keepalive-ping' });
    expect(stream.next()).to.equal(undefined);
  });
});

describe('a stream that cannot be cut', () => {
  const table: readonly (readonly [string, string, Partial<MessageLimits>, string])[] = [
    ['a message without Content-Length', wire(options(), 'x'), {}, '400 Missing Content-Length'],
    [
      'two Content-Length',
      wire(options(['l: 1', 'Content-Length: 2']), 'xx'),
      {},
      '400 Malformed Content-Length',
    ],
    ['a negative Content-Length', sized('', 'Content-Length: -1'), {}, '400 Malformed Content-Length'],
    [
      'a Content-Length folded apart',
      sized('', 'Content-Length: 1\r\n 0'),
      {},
      '400 Malformed Content-Length',
    ],
    ['a body over its limit', sized('x'.repeat(11)), { maxBodyBytes: 10 }, '413 Request Entity Too Large'],
    ['a boundless body', sized('', `Content-Length: ${'9'.repeat(400)}`), {}, '413 Request Entity Too Large'],
    ['a message over its limit', sized('x'.repeat(300)), { maxMessageBytes: 400 }, '513 Message Too Large'],
    ['header lines without end', 'a'.repeat(2_000), { maxMessageBytes: 1_000 }, '513 Message Too Large'],
    ['too many header lines', sized(''), { maxHeaderCount: 3 }, '513 Too Many Header Fields'],
  ];
  for (const [what, bytes, limits, expected] of table) {
    it(`${what}: ${expected}, once and last`, () => {
      for (const chunks of [[first, bytes, first], octets(first + bytes + first)]) {
        const pieces = cut(chunks, limits).slice(-1);
        expect(
          pieces.map(last => (last.kind === 'broken' ? `${last.status} ${last.reason}` : last.kind)),
        ).to.deep.equal([expected]);
      }
    });
  }

  it('brings the header part, so that it can be answered', () => {
    const [broken] = cut([wire(options(), 'body')]);
    expect(broken).to.deep.equal({
      kind: 'broken',
      status: 400,
      reason: 'Missing Content-Length',
      headerPart: wire(options()),
    });
  });

  it('takes nothing more', () => {
    const stream = framer({ maxMessageBytes: 500 });
    stream.push('x'.repeat(501));
    expect(taken(stream)).to.have.length(1);
    stream.push(second);
    expect(taken(stream)).to.deep.equal([]);
  });

  it('a body whose limit is exactly met is no fault', () => {
    const exact = sized('x'.repeat(10));
    expect(cut([exact], { maxBodyBytes: 10, maxMessageBytes: exact.length })).to.deep.equal([piece(exact)]);
  });
});
