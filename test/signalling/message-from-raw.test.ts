import { expect } from 'chai';
import { parseRawMessage, reasonTextOf } from '../../lib/signalling/message-from-raw.ts';

const message = (lines: readonly string[], body = ''): string => `${lines.join('\r\n')}\r\n\r\n${body}`;

describe('parseRawMessage', () => {
  it('keeps every header line in order, spelled as it came', () => {
    const raw = message([
      'INVITE sip:900@example.com SIP/2.0',
      'user-TO-user: 00aa;encoding=hex',
      'X-MS-Custom-Foo: 1',
      'User-to-User:00bb;encoding=hex',
      'x-ms-custom-foo : a, b',
    ]);
    expect(parseRawMessage(raw).payload).to.deep.equal({
      headers: [
        { name: 'user-TO-user', value: '00aa;encoding=hex' },
        { name: 'X-MS-Custom-Foo', value: '1' },
        { name: 'User-to-User', value: '00bb;encoding=hex' },
        { name: 'x-ms-custom-foo', value: 'a, b' },
      ],
    });
  });

  const lines: readonly (readonly [string, string, string, string])[] = [
    ['joins a folded line by one space', 'Subject: one\r\n  two\r\n\tthree', 'Subject', 'one two three'],
    ['keeps an empty value', 'X-MS-Custom-Gone:', 'X-MS-Custom-Gone', ''],
    ['keeps UTF-8', 'X-Name: Zoë 日本 🙂', 'X-Name', 'Zoë 日本 🙂'],
    ['keeps colons in the value', 'X-Time: 10:00:00', 'X-Time', '10:00:00'],
    ['writes a compact name out', 'r: <sip:carol@example.com>', 'Refer-To', '<sip:carol@example.com>'],
    ['keeps an unknown one-letter name', 'z: 1', 'z', '1'],
  ];
  for (const [sentence, line, name, value] of lines) {
    it(sentence, () => {
      const { payload } = parseRawMessage(message(['BYE sip:a@b SIP/2.0', line]));
      expect(payload.headers).to.deep.equal([{ name, value }]);
    });
  }

  it('gives the body with its type and its other Content- lines', () => {
    const raw = message(
      ['INFO sip:a@b SIP/2.0', 'c: text/plain', 'Content-Disposition: render', 'Content-Length: 4'],
      'Zoë',
    );
    expect(parseRawMessage(raw).payload.body).to.deep.equal({
      contentType: 'text/plain',
      content: 'Zoë',
      more: [{ name: 'Content-Disposition', value: 'render' }],
    });
  });

  const bodies: readonly (readonly [string, readonly string[], string, unknown])[] = [
    ['counts Content-Length in octets', ['Content-Type: a/b', 'Content-Length: 5'], 'ééé', 'éé\ufffd'],
    ['takes all when there is no Content-Length', ['Content-Type: a/b'], '1\r\n\r\n2', '1\r\n\r\n2'],
    ['gives no body when it is empty', ['Content-Type: a/b', 'Content-Length: 0'], '', undefined],
  ];
  for (const [sentence, headers, body, content] of bodies) {
    it(sentence, () => {
      const { payload } = parseRawMessage(message(['INFO sip:a@b SIP/2.0', ...headers], body));
      expect(payload.body?.content).to.equal(content);
    });
  }

  it('names a body without Content-Type', () => {
    const typeOf = (body: string) =>
      parseRawMessage(message(['INFO sip:a@b SIP/2.0'], body)).payload.body?.contentType;
    expect(typeOf('v=0\r\n')).to.equal('application/sdp');
    expect(typeOf('{}')).to.equal('application/octet-stream');
  });

  it('reads the CSeq number', () => {
    expect(parseRawMessage(message(['SIP/2.0 200 OK', 'CSeq: 4711 INVITE'])).cseqNumber).to.equal(4711);
    expect(parseRawMessage(message(['SIP/2.0 200 OK'])).cseqNumber).to.equal(-1);
  });
});

describe('reasonTextOf', () => {
  const rules: readonly (readonly [string, string])[] = [
    ['SIP ;cause=200 ;text="ACK timeout"', 'ACK timeout'],
    ['Q.850;cause=16', 'Q.850;cause=16'],
    ['SIP;text="say \\"hi\\""', 'say \\"hi\\"'],
  ];
  for (const [value, text] of rules) {
    it(`reads ${value}`, () => {
      expect(reasonTextOf([{ name: 'Reason', value }])).to.equal(text);
    });
  }

  it('is empty without a Reason', () => {
    expect(reasonTextOf([])).to.equal('');
  });
});
