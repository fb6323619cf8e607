import { expect } from 'chai';
import { HeaderList } from '../../../lib/engine/message/header-list.ts';
import { SipMessage } from '../../../lib/engine/message/message.ts';
import { serializeMessage } from '../../../lib/engine/message/serialize.ts';
import { responseTo, statelessTag } from '../../../lib/engine/transaction/responses.ts';
import { message, request, requestLines } from './doubles.ts';

describe('responseTo', () => {
  it('copies every Via in order, From, To, Call-ID and CSeq, and adds a To tag', () => {
    const second = 'Via: SIP/2.0/TCP 192.0.2.7;branch=z9hG4bKbelow';
    const asked = message(...requestLines({ extra: [second, 'Subject: not copied'] }));
    const answer = responseTo(asked, {
      status: 503,
      reason: 'Service Unavailable',
      toTag: 'ours',
      extra: [['Retry-After', '5']],
    });
    expect(serializeMessage(answer).split('\r\n')).to.deep.equal([
      'SIP/2.0 503 Service Unavailable',
      'Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKalice1',
      'Via: SIP/2.0/TCP 192.0.2.7;branch=z9hG4bKbelow',
      'From: Alice <sip:alice@192.0.2.1>;tag=alice',
      'To: Bob <sip:bob@192.0.2.2>;tag=ours',
      'Call-ID: call-1',
      'CSeq: 1 INVITE',
      'Retry-After: 5',
      'Content-Length: 0',
      '',
      '',
    ]);
  });

  it('keeps the To tag of a request within a dialog', () => {
    const answer = responseTo(request({ toTag: 'bob' }), { status: 500, reason: 'No', toTag: 'ours' });
    expect(answer.toTag).to.equal('bob');
  });

  it('copies Timestamp into a 100 only', () => {
    const asked = request({ extra: ['Timestamp: 54'] });
    expect(responseTo(asked, { status: 100, reason: 'Trying' }).headers.get('timestamp')).to.equal('54');
    expect(responseTo(asked, { status: 200, reason: 'OK' }).headers.has('timestamp')).to.equal(false);
  });

  it('leaves out what a malformed request lacks', () => {
    const headers = new HeaderList();
    headers.append('Via', 'SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKa');
    const asked = new SipMessage(
      { kind: 'request', method: 'INVITE', requestUri: 'sip:bob@192.0.2.2' },
      headers,
    );
    const answer = responseTo(asked, { status: 400, reason: 'Missing From', toTag: 'ours' });
    const lines = [
      'SIP/2.0 400 Missing From',
      'Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKa',
      'Content-Length: 0',
    ];
    expect(serializeMessage(answer)).to.equal(`${lines.join('\r\n')}\r\n\r\n`);
  });
});

describe('statelessTag', () => {
  it('is the same for a repeated request and another for another one', () => {
    expect(statelessTag(request())).to.equal(statelessTag(request()));
    expect(statelessTag(request())).to.not.equal(statelessTag(request({ branch: 'z9hG4bKother' })));
    expect(statelessTag(request())).to.not.equal(statelessTag(request({ callId: 'other' })));
  });
});
