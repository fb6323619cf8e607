import { expect } from 'chai';
import { type Cut, encodeFrame, FrameCutter } from '../../../lib/engine/control/frame.ts';

const limitBytes = 1_000_000;

/** Pushes the chunks one after the other and takes everything that can be cut after each. */
function cutAll(chunks: readonly Buffer[], cutter = new FrameCutter(limitBytes)): Cut[] {
  const cuts: Cut[] = [];
  for (const chunk of chunks) {
    cutter.push(chunk);
    for (let cut = cutter.next(); cut !== undefined; cut = cutter.next()) cuts.push(cut);
  }
  return cuts;
}

const frame = (payload: string): Cut => ({ kind: 'frame', payload });
const wire = (text: string): Buffer => Buffer.from(text, 'latin1');
const octetByOctet = (bytes: Buffer): Buffer[] => Array.from(bytes, octet => Buffer.from([octet]));

describe('the frame codec', () => {
  it('writes the byte count, a number sign and the payload', () => {
    expect(encodeFrame('a1|ping')).to.equal('7#a1|ping');
  });

  it('counts octets, not characters', () => {
    const payload = Buffer.from('a1|é😀', 'utf8').toString('latin1');
    expect(encodeFrame(payload)).to.equal(`9#${payload}`);
  });

  it('cuts two frames whatever octet the stream is split at', () => {
    const bytes = wire('7#a1|ping12#a2|sip||\r\nXY');
    for (let at = 0; at <= bytes.length; at += 1) {
      const cuts = cutAll([bytes.subarray(0, at), bytes.subarray(at)]);
      expect(cuts, `split at ${at}`).to.deep.equal([frame('a1|ping'), frame('a2|sip||\r\nXY')]);
    }
  });

  it('cuts frames that come octet by octet', () => {
    expect(cutAll(octetByOctet(wire('7#a1|ping7#a2|ping')))).to.deep.equal([
      frame('a1|ping'),
      frame('a2|ping'),
    ]);
  });

  it('cuts many frames joined in one chunk', () => {
    const payloads = Array.from({ length: 300 }, (_, at) => `id${at}|ping`);
    expect(cutAll([wire(payloads.map(encodeFrame).join(''))])).to.deep.equal(payloads.map(frame));
  });

  it('keeps every octet as it is, also when a UTF-8 character is split', () => {
    const octets = Buffer.concat([Buffer.from('a1|é😀', 'utf8'), Buffer.from([0xff, 0x00, 0x80])]);
    const bytes = Buffer.concat([wire(`${octets.length}#`), octets]);
    for (let at = 0; at <= bytes.length; at += 1) {
      const cuts = cutAll([bytes.subarray(0, at), bytes.subarray(at)]);
      expect(cuts, `split at ${at}`).to.deep.equal([frame(octets.toString('latin1'))]);
    }
  });

  for (const sizeBytes of [1, 9, 10, 99, 100, 12_228, 12_500, 99_999, 100_000, 999_999, 1_000_000]) {
    it(`cuts a frame of ${sizeBytes} bytes, whole and in chunks of 1,460`, () => {
      const payload = 'x'.repeat(sizeBytes);
      const bytes = wire(`${encodeFrame(payload)}4#next`);
      const segments: Buffer[] = [];
      for (let at = 0; at < bytes.length; at += 1460) segments.push(bytes.subarray(at, at + 1460));
      expect(cutAll([bytes])).to.deep.equal([frame(payload), frame('next')]);
      expect(cutAll(segments)).to.deep.equal([frame(payload), frame('next')]);
    });
  }

  it('does not keep a chunk that its owner overwrites later', () => {
    const cutter = new FrameCutter(limitBytes);
    const chunk = wire('10#abcde');
    cutAll([chunk], cutter);
    chunk.fill(0);
    expect(cutAll([wire('fghij')], cutter)).to.deep.equal([frame('abcdefghij')]);
  });

  it('lets leading zeros pass', () => {
    expect(cutAll([wire('0007#a1|ping')])).to.deep.equal([frame('a1|ping')]);
  });

  it('reports a frame over the limit by its beginning, skips it and goes on', () => {
    const long = `a1|sip||\r\n${'x'.repeat(500)}`;
    const bytes = wire(`${encodeFrame(long)}7#a2|ping`);
    for (let at = 0; at <= bytes.length; at += 1) {
      const cuts = cutAll([bytes.subarray(0, at), bytes.subarray(at)], new FrameCutter(200));
      expect(cuts, `split at ${at}`).to.deep.equal([
        { kind: 'too-large', head: long.slice(0, 128), sizeBytes: long.length },
        frame('a2|ping'),
      ]);
    }
  });

  it('reports a frame over a limit that is itself below the length of a beginning', () => {
    const cuts = cutAll([wire('12#a1|sip||....7#a2|ping')], new FrameCutter(8));
    expect(cuts).to.deep.equal([
      { kind: 'too-large', head: 'a1|sip||....', sizeBytes: 12 },
      frame('a2|ping'),
    ]);
  });

  it('obeys a limit raised between two frames of one chunk', () => {
    const cutter = new FrameCutter(10);
    cutter.push(wire('7#a1|ping12#a2|ping|long'));
    expect(cutter.next()).to.deep.equal(frame('a1|ping'));
    cutter.limitBytes = 12;
    expect(cutter.next()).to.deep.equal(frame('a2|ping|long'));
  });

  for (const [what, text] of [
    ['letters', 'GET / HTTP/1.1\r\n'],
    ['a sign', '-5#abcde'],
    ['nothing before the number sign', '#abc'],
    ['an empty frame', '0#'],
    ['a count of ten digits', '1000000000#'],
    ['a TLS hello', '\x16\x03\x01\x02\x00'],
    ['a line break between frames', '\r\n7#a1|ping'],
  ] as const) {
    it(`takes ${what} for garbage and cuts nothing more`, () => {
      const cuts = cutAll([wire(text), wire('7#a1|ping')]);
      expect(cuts.map(cut => cut.kind)).to.deep.equal(['garbage']);
    });
  }
});
