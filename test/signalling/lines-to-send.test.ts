import { expect } from 'chai';
import type { HeaderLine } from '../../lib/call/signal.ts';
import { linesToSend } from '../../lib/signalling/lines-to-send.ts';

const line = (name: string, value: string) => ({ name, value });

const asText = (lines: readonly HeaderLine[]): string =>
  lines.map(({ name, value }) => `${name}: ${value}`).join('\r\n');

describe('linesToSend', () => {
  it('keeps repeats, order and spelling of lines', () => {
    const given = [
      line('user-TO-user', 'aa'),
      line('X-A', '1'),
      line('User-to-User', 'bb'),
      line('X-A', '2'),
    ];
    const { lines, refused } = linesToSend({ lines: given });
    expect(asText(lines)).to.equal('user-TO-user: aa\r\nX-A: 1\r\nUser-to-User: bb\r\nX-A: 2');
    expect(refused).to.deep.equal([]);
  });

  it('puts the lines of its own first, and those of the body last', () => {
    const { lines } = linesToSend({
      lines: [line('X-A', '1')],
      own: [line('From', '<sip:a@localhost>'), line('Max-Forwards', '69')],
      body: { contentType: 'text/plain', content: 'x', more: [line('Content-Disposition', 'render')] },
    });
    expect(asText(lines)).to.equal(
      'From: <sip:a@localhost>\r\nMax-Forwards: 69\r\nX-A: 1\r\nContent-Type: text/plain\r\nContent-Disposition: render',
    );
  });

  const refusals: readonly (readonly [string, string])[] = [
    ...[
      'Via',
      'v',
      'CSeq',
      'Call-ID',
      'I',
      'Route',
      'record-route',
      'Content-Length',
      'Max-Forwards',
      'From',
      'To',
    ].map(name => [name, 'x'] as const),
    ['Contact', '<sip:a@b>'],
    ['Content-Type', 'text/plain'],
    ['X-A', 'one\r\nVia: two'],
    ['X-A', 'one\ntwo'],
    ['X-A', 'one\0two'],
    ['X A', 'one'],
    ['X-A\r\nVia', 'one'],
    ['', 'one'],
    ['constructor', 'one'],
    ['__proto__', 'one'],
  ];
  for (const [name, value] of refusals) {
    it(`refuses ${JSON.stringify(`${name}: ${value}`)}`, () => {
      const { lines, refused } = linesToSend({ lines: [line(name, value), line('X-Kept', '1')] });
      expect(asText(lines)).to.equal('X-Kept: 1');
      expect(refused).to.deep.equal([name]);
    });
  }

  it('lets a redirection name its Contact', () => {
    const { lines } = linesToSend({ lines: [line('Contact', '<sip:c@d>')], mayNameContact: true });
    expect(lines).to.deep.equal([line('Contact', '<sip:c@d>')]);
  });

  it('refuses a Content-Type that would end its line', () => {
    const { lines, refused } = linesToSend({
      lines: [],
      body: { contentType: 'a/b\r\nVia: x', content: 'x' },
    });
    expect(lines).to.deep.equal([]);
    expect(refused).to.deep.equal(['Content-Type']);
  });
});
