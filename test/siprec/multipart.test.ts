import { expect } from 'chai';
import fc from 'fast-check';
import { multipartFromParts, partOfType, partsOfBody, type Part } from '../../lib/siprec/multipart.ts';

const sdp: Part = { contentType: 'application/sdp', disposition: '', content: 'v=0\r\n' };
const metadata: Part = {
  contentType: 'application/rs-metadata+xml',
  disposition: 'recording-session',
  content: '<recording/>\r\n',
};

describe('a body of several parts', () => {
  it('is written with a boundary between', () => {
    expect(multipartFromParts([sdp, metadata])).to.deep.equal({
      contentType: 'multipart/mixed;boundary=baton-1',
      content: [
        '--baton-1',
        'Content-Type: application/sdp',
        '',
        'v=0',
        '',
        '--baton-1',
        'Content-Type: application/rs-metadata+xml',
        'Content-Disposition: recording-session',
        '',
        '<recording/>',
        '',
        '--baton-1--',
        '',
      ].join('\r\n'),
    });
  });

  it('has a boundary that is in none of them', () => {
    const body = multipartFromParts([{ ...sdp, content: '--baton-1\r\n--baton-1--' }]);
    expect(body.contentType).to.equal('multipart/mixed;boundary=baton-2');
    expect(partsOfBody(body)).to.deep.equal([{ ...sdp, content: '--baton-1\r\n--baton-1--' }]);
  });

  it('is read as it was written', () => {
    const piece = fc.constantFrom(
      '\r\n',
      '--',
      'baton-1',
      'a',
      ' ',
      ':',
      '--baton-1',
      '--baton-1--',
      '--baton-2',
    );
    const content = fc.array(piece, { maxLength: 8 }).map(pieces => pieces.join(''));
    const part = fc.record({
      contentType: fc.constantFrom('application/sdp', 'text/plain;charset=utf-8'),
      disposition: fc.constantFrom('', 'session', 'recording-session;handling=optional'),
      content,
    });
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 4 }), parts => {
        expect(partsOfBody(multipartFromParts(parts))).to.deep.equal(parts);
      }),
    );
  });

  const readings: [what: string, contentType: string, content: string, parts: Part[]][] = [
    ['no multipart', 'application/sdp', 'v=0', [{ ...sdp, content: 'v=0' }]],
    [
      'a quoted boundary',
      'multipart/mixed; boundary="a b"',
      '--a b\r\nContent-Type: application/sdp\r\n\r\nv=0\r\n\r\n--a b--',
      [sdp],
    ],
    [
      'words before and after',
      'multipart/mixed;boundary=x',
      'hello\r\n--x\r\ncontent-type:application/sdp\r\n\r\nv=0\r\n\r\n--x--\r\nbye',
      [sdp],
    ],
    [
      'line feeds only',
      'Multipart/Mixed;Boundary=x',
      '--x\nContent-Type: application/sdp\n\nv=0\n\n--x--\n',
      [sdp],
    ],
    [
      'a part without a type',
      'multipart/mixed;boundary=x',
      '--x\r\n\r\nhi\r\n--x--',
      [{ contentType: 'text/plain', disposition: '', content: 'hi' }],
    ],
    [
      'a last part that was cut off',
      'multipart/mixed;boundary=x',
      '--x\r\nContent-Type: application/sdp\r\n\r\nv=',
      [],
    ],
    [
      'another word at the start of a line',
      'multipart/mixed;boundary=x',
      '--x\r\nContent-Type: a/b\r\n\r\n--xy\r\n--x--',
      [{ contentType: 'a/b', disposition: '', content: '--xy' }],
    ],
  ];
  for (const [what, contentType, content, parts] of readings) {
    it(`is read: ${what}`, () => {
      expect(partsOfBody({ contentType, content })).to.deep.equal(parts);
    });
  }

  it('has a disposition of its own when it is no multipart', () => {
    const more = [{ name: 'Content-Disposition', value: 'recording-session' }];
    expect(partsOfBody({ contentType: 'a/b', content: 'x', more })[0]?.disposition).to.equal(
      'recording-session',
    );
    expect(partsOfBody(undefined)).to.deep.equal([]);
  });

  it('is looked through by content type, whatever its letters and parameters', () => {
    const parts = [metadata, { ...sdp, contentType: 'Application/SDP ;x=y' }];
    expect(partOfType(parts, 'application/sdp')).to.equal(parts[1]);
    expect(partOfType(parts, 'text/plain')).to.equal(undefined);
  });
});
