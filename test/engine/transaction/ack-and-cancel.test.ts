import { expect } from 'chai';
import { serializeMessage } from '../../../lib/engine/message/serialize.ts';
import { ackForFailure, cancelFor } from '../../../lib/engine/transaction/ack-and-cancel.ts';
import { request, response } from './doubles.ts';

const route = ['Route: <sip:192.0.2.9;lr>', 'Route: <sip:192.0.2.8;lr>'];
const invite = request({
  cseq: 17,
  extra: [...route, 'Require: 100rel', 'X-MS-Custom-Key: v', 'Proxy-Require: x'],
});

describe('ackForFailure', () => {
  it('is made as RFC 3261 §17.1.1.3 says, and of nothing else', () => {
    const ack = ackForFailure(invite, response(invite, 404, 'Not Found', 'gone'));
    expect(serializeMessage(ack).split('\r\n')).to.deep.equal([
      'ACK sip:bob@192.0.2.2 SIP/2.0',
      'Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKalice1',
      ...route,
      'Max-Forwards: 70',
      'From: Alice <sip:alice@192.0.2.1>;tag=alice',
      'To: Bob <sip:bob@192.0.2.2>;tag=gone',
      'Call-ID: call-1',
      'CSeq: 17 ACK',
      'Content-Length: 0',
      '',
      '',
    ]);
  });
});

describe('cancelFor', () => {
  it('is made as RFC 3261 §9.1 says, with what the application adds', () => {
    const cancel = cancelFor(invite, [['Reason', 'SIP;cause=200']]);
    expect(serializeMessage(cancel).split('\r\n')).to.deep.equal([
      'CANCEL sip:bob@192.0.2.2 SIP/2.0',
      'Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKalice1',
      ...route,
      'Max-Forwards: 70',
      'From: Alice <sip:alice@192.0.2.1>;tag=alice',
      'To: Bob <sip:bob@192.0.2.2>',
      'Call-ID: call-1',
      'CSeq: 17 CANCEL',
      'Reason: SIP;cause=200',
      'Content-Length: 0',
      '',
      '',
    ]);
  });
});
