import { expect } from 'chai';
import { eventsReceived, messagesReceived } from '../../support/sipp-messages.ts';

const rule = '-----------------------------------------------';

function info(cseq: number, contentType: string, body: string): string {
  return [
    'INFO sip:a@b SIP/2.0',
    'Call-ID: 1@b',
    `CSeq: ${cseq} INFO`,
    `Content-Type: ${contentType}`,
    `Content-Length: ${body.length}`,
    '',
    body,
  ].join('\r\n');
}

function traced(how: string, message: string): string {
  return `${rule} 2026-11-20 13:45:59.084490\nUDP message ${how} [226] bytes :\n\n${message}\n`;
}

const event = 'application/vnd.baton.event+json';
const trace = [
  traced('received', info(1, event, '{"id":"one"}')),
  traced('sent', info(7, event, '{"id":"ours"}')),
  traced('received', info(1, event, '{"id":"one"}')),
  traced('received', info(2, 'application/dtmf', 'Signal=1')),
  traced('received', info(3, event, '{"id":"two"}')),
].join('');

describe('the message trace of a SIPp', () => {
  it('has the messages it received, in order', () => {
    expect(messagesReceived(trace).map(message => message.cseq.number)).to.deep.equal([1, 1, 2, 3]);
    expect(messagesReceived('')).to.deep.equal([]);
  });

  it('has the events it was told, repeated ones once', () => {
    expect(eventsReceived(trace)).to.deep.equal([{ id: 'one' }, { id: 'two' }]);
  });
});
