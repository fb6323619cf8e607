import { expect } from 'chai';
import { headersOf } from '../../lib/signalling/drachtio-srf-shapes.ts';

const line = (name: string, value: string) => ({ name, value });

/** The text that drachtio-srf makes of it. */
const asText = (headers: Readonly<Record<string, string>>): string =>
  Object.entries(headers)
    .map(([name, value]) => `${name}: ${value}`)
    .join('\r\n');

describe('header lines for drachtio-srf', () => {
  it('keep repeats, order and spelling', () => {
    const lines = [
      line('user-TO-user', 'aa'),
      line('X-A', '1'),
      line('User-to-User', 'bb'),
      line('X-A', '2'),
    ];
    const headers = headersOf({ lines });
    expect(Object.keys(headers)).to.have.length(1);
    expect(asText(headers)).to.equal('user-TO-user: aa\r\nX-A: 1\r\nUser-to-User: bb\r\nX-A: 2');
  });

  it('are none when there are none', () => {
    expect(headersOf({ lines: [] })).to.deep.equal({});
  });

  it('say of a body that it is octets', () => {
    const headers = headersOf({ lines: [line('Content-Type', 'a/b')], body: '\xff', octets: true });
    expect(asText(headers)).to.equal('Content-Type: a/b\r\nX-Baton-Octets: 1');
  });
});
