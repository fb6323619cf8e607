import { expect } from 'chai';
import { parseOrderText } from '../../../lib/engine/user-agent/order-text.ts';

const linesOf = (text: string): string[] => {
  const lines: string[] = [];
  parseOrderText(text)?.headers.forEach((name, value) => lines.push(`${name}: ${value}`));
  return lines;
};

describe('the SIP text of an order', () => {
  it('is read with the body up to the end, whatever Content-Length counts', () => {
    const order = parseOrderText(
      'INFO sip:placeholder SIP/2.0\r\nContent-Length: 1\r\n\r\nline 1\r\n\r\nline 2',
    );
    expect(order?.start).to.deep.equal({ kind: 'request', method: 'INFO', requestUri: 'sip:placeholder' });
    expect(order?.body).to.equal('line 1\r\n\r\nline 2');
  });

  it('may be a response without a reason', () => {
    expect(parseOrderText('SIP/2.0 200\r\n\r\n')?.start).to.deep.equal({
      kind: 'response',
      status: 200,
      reason: '',
    });
  });

  it('keeps repeated lines, joins folded ones and skips what is no header', () => {
    const text =
      'INFO sip:x SIP/2.0\r\nA: 1\r\nA: 2\r\n folded\r\nno header\r\nbad name: 3\r\n: 4\r\nB:\r\n\r\n';
    expect(linesOf(text)).to.deep.equal(['A: 1', 'A: 2 folded', 'B: ']);
  });

  for (const [what, text] of [
    ['a bare line feed', 'INFO sip:x SIP/2.0\r\nA: 1\nEvil: 2\r\n\r\n'],
    ['a bare carriage return', 'INFO sip:x SIP/2.0\r\nA: 1\rEvil: 2\r\n\r\n'],
    ['NUL', 'INFO sip:x SIP/2.0\r\nA: \0\r\n\r\n'],
    ['a method that is no token', 'IN(FO sip:x SIP/2.0\r\n\r\n'],
    ['no start line', 'A: 1\r\n\r\n'],
    ['a status beyond 699', 'SIP/2.0 700 No\r\n\r\n'],
    ['nothing', ''],
  ] as const) {
    it(`is refused with ${what}`, () => {
      expect(parseOrderText(text)).to.equal(undefined);
    });
  }
});
