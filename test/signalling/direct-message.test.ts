import { expect } from 'chai';
import { DEFAULT_LIMITS } from '../../lib/engine/message/limits.ts';
import type { SipMessage } from '../../lib/engine/message/message.ts';
import { parseMessage } from '../../lib/engine/message/parse.ts';
import { octetsOf, orderContent, receivedMessage } from '../../lib/signalling/direct-message.ts';

function info(lines: readonly string[], body: Buffer): SipMessage {
  const head = [
    'INFO sip:bob@192.0.2.4 SIP/2.0',
    'v: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKx',
    'From: <sip:a@192.0.2.1>;tag=1',
    'To: <sip:b@192.0.2.4>;tag=2',
    'Call-ID: c',
    'CSeq: 7 INFO',
    'Max-Forwards: 70',
    ...lines,
    `Content-Length: ${body.length}`,
  ];
  const bytes = `${Buffer.from(`${head.join('\r\n')}\r\n\r\n`).toString('latin1')}${body.toString('latin1')}`;
  const outcome = parseMessage(bytes, DEFAULT_LIMITS);
  if (outcome.kind !== 'message') throw new Error(outcome.kind);
  return outcome.message;
}

describe('a message of the engine in this process', () => {
  it('has its lines in order, as text, compact names written out', () => {
    const { payload, cseqNumber } = receivedMessage(
      info(['Subject: Zoë', 'X-A: 1', 'x-a: 2'], Buffer.alloc(0)),
    );
    expect(cseqNumber).to.equal(7);
    const names = payload.headers.map(({ name }) => name);
    expect(names[0]).to.equal('Via');
    expect(names.slice(6, 9)).to.deep.equal(['Subject', 'X-A', 'x-a']);
    expect(payload.headers.find(({ name }) => name === 'Subject')?.value).to.equal('Zoë');
    expect(payload.body).to.equal(undefined);
  });

  it('has a value that is not UTF-8 as Latin-1', () => {
    const message = info([], Buffer.alloc(0));
    message.headers.append('Subject', 'Jos\xe9');
    const { headers } = receivedMessage(message).payload;
    expect(headers.at(-1)).to.deep.equal({ name: 'Subject', value: 'José' });
  });

  it('has a body of text as text, with its further lines', () => {
    const lines = ['Content-Type: text/plain', 'Content-Disposition: render'];
    expect(receivedMessage(info(lines, Buffer.from('größer'))).payload.body).to.deep.equal({
      contentType: 'text/plain',
      content: 'größer',
      more: [{ name: 'Content-Disposition', value: 'render' }],
    });
  });

  it('has another body as octets', () => {
    const octets = Buffer.from([0, 0x7f, 0x80, 0xff]);
    expect(receivedMessage(info(['Content-Type: application/isup'], octets)).payload.body).to.deep.equal({
      contentType: 'application/isup',
      content: octets.toString('latin1'),
      octets: true,
    });
  });
});

describe('an order to the engine in this process', () => {
  it('is in octets', () => {
    const { headers, body } = orderContent({ lines: [{ name: 'Subject', value: 'Zoë' }], body: 'ö' });
    expect(headers.get('subject')).to.equal('Zo\xc3\xab');
    expect(body).to.equal('\xc3\xb6');
  });

  it('has octets as they are', () => {
    expect(orderContent({ lines: [], body: '\xff', octets: true }).body).to.equal('\xff');
  });

  it('is not touched when it is ASCII', () => {
    const text = 'sip:alice@example.com';
    expect(octetsOf(text)).to.equal(text);
  });
});
