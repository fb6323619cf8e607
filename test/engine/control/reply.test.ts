import { expect } from 'chai';
import {
  deliveryPayload,
  sendReplyPayload,
  stackTime,
  statusPayload,
} from '../../../lib/engine/control/reply.ts';
import { aliceInvites, deliveryOf, ringing, sentOf } from './doubles.ts';

const dialogId = 'call1@192.0.2.1;from-tag=alice1';

/** The first line of a payload, and where its SIP text begins. */
function split(payload: string): { line: string; sip: string } {
  const end = payload.indexOf('\r\n');
  return { line: payload.slice(0, end), sip: payload.slice(end + 2) };
}

describe('a frame to the client', () => {
  it('with a new request has thirteen tokens, the listener among them', () => {
    const { line, sip } = split(deliveryPayload('u1', deliveryOf()));
    expect(line).to.equal('u1|sip|network|312|udp|192.0.2.1|5060|09:25:23.288213|T1||192.0.2.4|5060|');
    expect(sip).to.match(/^INVITE sip:bob@192\.0\.2\.4 SIP\/2\.0\r\nVia: /);
    expect(sip)
      .to.contain('\r\nX-MS-Custom-Foo: foo-value-1\r\n')
      .and.to.match(/\r\n\r\n$/);
  });

  it('with a response has eleven tokens, the dialog id among them', () => {
    const { receivedOn: _, ...delivery } = deliveryOf({ message: ringing, dialogId });
    const { line, sip } = split(deliveryPayload('u1', delivery));
    expect(line).to.equal(`u1|sip|network|312|udp|192.0.2.1|5060|09:25:23.288213|T1|${dialogId}|`);
    expect(sip).to.match(/^SIP\/2\.0 180 Ringing\r\n/);
  });

  it('with a notice of the engine names the application as source', () => {
    const { receivedOn: _, ...delivery } = deliveryOf({
      source: 'application',
      transactionId: 'unsolicited',
      dialogId,
    });
    expect(split(deliveryPayload('u1', delivery)).line.split('|')).to.include.members([
      'application',
      'unsolicited',
    ]);
  });

  it('carries an IPv6 address without brackets', () => {
    const { line } = split(deliveryPayload('u1', deliveryOf({ address: '2001:db8::1' })));
    expect(line.split('|')[5]).to.equal('2001:db8::1');
  });

  it('keeps its tokens apart from a Call-ID that contains a separator', () => {
    const { line } = split(deliveryPayload('u1', deliveryOf({ dialogId: 'a|b\r\nc;from-tag=t' })));
    expect(line.split('|')).to.have.lengthOf(13).and.to.include('a%7Cb%0D%0Ac;from-tag=t');
  });

  it('that tells a request was sent has the words in token 11', () => {
    const { line, sip } = split(sendReplyPayload('u1', 'q1', sentOf(aliceInvites, 'T2')));
    expect(line).to.equal(
      'u1|response|q1|OK|application|300|udp|192.0.2.1|5060|09:25:23.288213|T2|Msg sent:|',
    );
    expect(sip).to.match(/^INVITE /);
  });

  for (const id of [dialogId, '']) {
    it(`that tells a response was sent has the dialog id "${id}" in token 11`, () => {
      const { line } = split(sendReplyPayload('u1', 'q1', sentOf(ringing, 'T1', id)));
      expect(line).to.equal(
        `u1|response|q1|OK|application|300|udp|192.0.2.1|5060|09:25:23.288213|T1|${id}||Msg sent:|`,
      );
    });
  }

  it('that refuses has the reason on one line', () => {
    expect(sendReplyPayload('u1', 'q1', { ok: false, reason: 'no route\r\nto | host' })).to.equal(
      'u1|response|q1|NOK|no route to   host',
    );
  });

  it('without fields ends with the status', () => {
    expect(statusPayload('u1', 'q1', 'OK')).to.equal('u1|response|q1|OK');
    expect(statusPayload('u1', 'q1', 'OK', ['pong'])).to.equal('u1|response|q1|OK|pong');
  });

  for (const [timeMs, text] of [
    [Date.UTC(2026, 5, 1, 0, 0, 0, 0), '00:00:00.000000'],
    [Date.UTC(2026, 5, 1, 21, 35, 18, 9) + 0.779, '21:35:18.009779'],
    [Date.UTC(2026, 5, 1, 23, 59, 59, 999), '23:59:59.999000'],
    [Date.UTC(2026, 5, 1, 23, 59, 59, 999) + 0.9999, '00:00:00.000000'],
  ] as const) {
    it(`has the time of day as ${text}`, () => {
      expect(stackTime(timeMs)).to.equal(text);
    });
  }
});
