import { expect } from 'chai';
import { HeaderList } from '../../../lib/engine/message/header-list.ts';
import { SipMessage } from '../../../lib/engine/message/message.ts';
import { accepted, options, wire } from './wire.ts';

describe('a message', () => {
  it('reads its topmost Via again when that has changed', () => {
    const message = accepted(wire(options()));
    expect(message.topVia?.branch).to.equal('z9hG4bKabc');
    expect(message.topVia).to.equal(message.topVia);
    message.headers.replaceFirst('via', 'SIP/2.0/TCP b;branch=z9hG4bKnew');
    expect(message.topVia).to.include({ protocol: 'TCP', branch: 'z9hG4bKnew' });
    message.headers.remove('via');
    expect(message.topVia).to.equal(undefined);
  });

  it('that was built empty answers with nothing', () => {
    const message = new SipMessage({ kind: 'response', status: 200, reason: 'OK' }, new HeaderList());
    expect(message).to.include({
      callId: '',
      fromTag: '',
      toTag: '',
      method: '',
      requestUri: '',
      body: '',
      status: 200,
    });
    expect(message.cseq.number).to.equal(-1);
  });
});
