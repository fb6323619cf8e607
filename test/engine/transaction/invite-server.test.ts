import { expect } from 'chai';
import { serializeMessage } from '../../../lib/engine/message/serialize.ts';
import type { Flow } from '../../../lib/engine/transport/transport.ts';
import {
  fromAlice,
  fromAliceTcp,
  type Layer,
  layerWith,
  leftOver,
  NOTHING_LEFT,
  type RequestLines,
  requestLines,
  response,
  wire,
} from './doubles.ts';

interface Invited extends Layer {
  /** Alice sends another message. */
  fromAlice(parts?: RequestLines): void;
  /** Bob, the user, answers. */
  answer(status: number): boolean;
}

function invited(flow: Flow = fromAlice): Invited {
  const all = layerWith();
  const send = (parts: RequestLines = {}): void => {
    all.layer.receiveMessage(wire(...requestLines(parts)), flow);
  };
  send();
  const transaction = all.user.last;
  return {
    ...all,
    fromAlice: send,
    answer: status => transaction.respond(response(transaction.request, status, 'Whatever')),
  };
}

const ackOf = (toTag: string): RequestLines => ({ method: 'ACK', toTag });

describe('the INVITE server transaction in Proceeding', () => {
  it('has answered 100 before the user is asked', () => {
    const { user, transport } = invited();
    expect(transport.names).to.deep.equal(['100']);
    expect(transport.last.toTag).to.equal('');
    expect(user.told).to.deep.equal(['INVITE']);
    expect([user.last.pending, user.last.lastStatus]).to.deep.equal([true, 100]);
  });

  it('copies Timestamp into the 100', () => {
    const { layer, transport } = layerWith();
    layer.receiveMessage(wire(...requestLines({ extra: ['Timestamp: 54.2'] })), fromAlice);
    expect(transport.last.headers.get('timestamp')).to.equal('54.2');
  });

  it('answers a repeated INVITE with the last response, and does not ask the user again', () => {
    const call = invited();
    call.fromAlice();
    call.answer(180);
    call.fromAlice();
    call.answer(183);
    call.fromAlice();
    expect(call.transport.names).to.deep.equal(['100', '100', '180', '180', '183', '183']);
    expect(call.user.told).to.deep.equal(['INVITE']);
    expect([call.counters.retransmissionsAbsorbed, call.counters.retransmissionsSent]).to.deep.equal([3, 3]);
  });

  it('waits for the user as long as it takes', () => {
    const call = invited();
    call.timers.advance(600_000);
    expect(call.answer(200)).to.equal(true);
  });

  it('tells once that a response cannot be delivered, and stays', () => {
    const call = invited();
    call.transport.failure = 'unreachable';
    call.answer(180);
    call.timers.advance(0);
    call.answer(183);
    call.timers.advance(0);
    expect(call.user.told).to.deep.equal(['INVITE', 'INVITE failed: transport']);
    expect([call.user.last.pending, call.counters.transportErrors]).to.deep.equal([true, 2]);
  });

  it('passes an ACK that acknowledges nothing of it to the user', () => {
    const call = invited();
    call.fromAlice(ackOf('bob'));
    expect(call.user.told).to.deep.equal(['INVITE', 'ACK bob']);
  });

  it('changes nothing when a response cannot be written', () => {
    const call = invited();
    const broken = response(call.user.last.request, 486, 'Busy');
    broken.headers.append('Reason', 'Q.850\r\nEvil: yes');
    expect(() => call.user.last.respond(broken)).to.throw();
    expect([call.user.last.pending, call.user.last.lastStatus]).to.deep.equal([true, 100]);
    expect(call.answer(486)).to.equal(true);
  });
});

describe('the INVITE server transaction in Completed', () => {
  it('repeats the response by timer G up to T2 until timer H, and tells that no ACK came', () => {
    const call = invited();
    call.answer(486);
    call.timers.advance(31_999);
    const atMs = [0, 500, 1_500, 3_500, 7_500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500];
    expect(call.transport.log).to.deep.equal(['100@0', ...atMs.map(ms => `486@${ms}`)]);
    call.timers.advance(1);
    expect(call.user.told).to.deep.equal(['INVITE', 'INVITE failed: no-ack', 'INVITE ended']);
    expect(call.counters.transactionTimeouts).to.equal(1);
    expect(leftOver(call)).to.deep.equal(NOTHING_LEFT);
  });

  it('repeats nothing on TCP, and waits for the ACK all the same', () => {
    const call = invited(fromAliceTcp);
    call.answer(486);
    call.timers.advance(32_000);
    expect(call.transport.names).to.deep.equal(['100', '486']);
    expect(call.user.told.slice(1)).to.deep.equal(['INVITE failed: no-ack', 'INVITE ended']);
  });

  it('answers a repeated INVITE, and takes no further response', () => {
    const call = invited();
    call.answer(404);
    call.fromAlice();
    expect([call.answer(200), call.answer(500), call.answer(180)]).to.deep.equal([false, false, false]);
    expect(call.transport.names).to.deep.equal(['100', '404', '404']);
    expect([call.user.last.pending, call.user.last.lastStatus]).to.deep.equal([false, 404]);
  });

  it('goes on repeating when one repetition could not be sent', () => {
    const call = invited();
    call.transport.failure = 'unreachable';
    call.answer(486);
    call.timers.advance(100);
    call.transport.failure = undefined;
    call.timers.advance(400);
    expect(call.transport.names).to.deep.equal(['100', '486', '486']);
    expect(call.user.told).to.deep.equal(['INVITE', 'INVITE failed: transport']);
  });
});

describe('the INVITE server transaction in Confirmed', () => {
  it('absorbs ACKs and INVITEs, and ends by timer I', () => {
    const call = invited();
    call.answer(486);
    call.fromAlice(ackOf('bob'));
    call.fromAlice(ackOf('bob'));
    call.fromAlice();
    call.timers.advance(4_999);
    expect(call.transport.names).to.deep.equal(['100', '486']);
    expect(call.user.told).to.deep.equal(['INVITE']);
    call.timers.advance(1);
    expect(call.user.told).to.deep.equal(['INVITE', 'INVITE ended']);
    expect(leftOver(call)).to.deep.equal(NOTHING_LEFT);
  });

  it('ends at once on TCP', () => {
    const call = invited(fromAliceTcp);
    call.answer(486);
    call.fromAlice(ackOf('bob'));
    call.timers.advance(0);
    expect(call.user.told).to.deep.equal(['INVITE', 'INVITE ended']);
  });

  it('is reached by an ACK whose sent-by a NAT has changed, too', () => {
    const call = invited();
    call.answer(486);
    call.fromAlice({ ...ackOf('bob'), sentBy: '198.51.100.7:1024' });
    call.timers.advance(5_000);
    expect(call.user.told).to.deep.equal(['INVITE', 'INVITE ended']);
  });

  it('is not reached by an ACK of another fork to another answer', () => {
    const call = invited();
    call.answer(486);
    call.fromAlice({ ...ackOf('someone-else'), branch: 'z9hG4bKother' });
    expect(call.user.told).to.deep.equal(['INVITE', 'ACK someone-else']);
    call.timers.advance(500);
    expect(call.transport.names).to.deep.equal(['100', '486', '486']);
  });
});

describe('the INVITE server transaction in Accepted', () => {
  it('absorbs repeated INVITEs without an answer, passes ACKs on, and ends by timer L', () => {
    const call = invited();
    call.answer(200);
    call.fromAlice();
    call.fromAlice({ ...ackOf('bob'), branch: 'z9hG4bKack' });
    call.fromAlice(ackOf('bob'));
    expect(call.transport.names).to.deep.equal(['100', '200']);
    expect(call.user.told).to.deep.equal(['INVITE', 'ACK bob', 'ACK bob']);
    call.timers.advance(31_999);
    expect(call.user.told).to.have.length(3);
    call.timers.advance(1);
    expect(call.user.told.at(-1)).to.equal('INVITE ended');
    expect(leftOver(call)).to.deep.equal(NOTHING_LEFT);
  });

  it('sends the 2xx once more whenever the user asks, and only here', () => {
    const call = invited();
    call.user.last.repeat();
    call.answer(200);
    call.user.last.repeat();
    call.user.last.repeat();
    expect(call.transport.names).to.deep.equal(['100', '200', '200', '200']);
    call.timers.advance(32_000);
    call.user.last.repeat();
    expect(call.transport.names).to.have.length(4);
    expect(call.answer(200)).to.equal(false);
  });

  it('tells that the 2xx cannot be delivered, and stays', () => {
    const call = invited();
    call.transport.failure = 'refused';
    call.answer(200);
    call.timers.advance(0);
    expect(call.user.told).to.deep.equal(['INVITE', 'INVITE failed: transport']);
    call.fromAlice();
    expect(call.user.told).to.have.length(2);
  });
});

describe('a CANCEL', () => {
  const cancel: RequestLines = { method: 'CANCEL' };

  it('is answered 200, with the To tag of the last response, before the user is told', () => {
    const call = invited();
    call.answer(180);
    call.fromAlice(cancel);
    expect(call.transport.names).to.deep.equal(['100', '180', '200']);
    expect([call.transport.last.method, call.transport.last.toTag]).to.deep.equal(['CANCEL', 'bob']);
    expect(call.user.told).to.deep.equal(['INVITE', 'INVITE cancelled']);
  });

  it('has a tag of its own when no response had one, the same each time', () => {
    const call = invited();
    call.fromAlice(cancel);
    const first = call.transport.last.toTag;
    call.fromAlice(cancel);
    expect(first).to.match(/^[0-9a-f]{16}$/);
    expect(call.transport.last.toTag).to.equal(first);
  });

  it('is told once, however often it comes', () => {
    const call = invited();
    call.fromAlice(cancel);
    call.fromAlice(cancel);
    expect(call.transport.names).to.deep.equal(['100', '200', '200']);
    expect(call.user.told).to.deep.equal(['INVITE', 'INVITE cancelled']);
  });

  for (const status of [200, 486]) {
    it(`behind a ${status} is answered 200 and changes nothing`, () => {
      const call = invited();
      call.answer(status);
      call.fromAlice(cancel);
      expect(call.transport.names).to.deep.equal(['100', `${status}`, '200']);
      expect([call.transport.last.toTag, call.user.told]).to.deep.equal(['bob', ['INVITE']]);
    });
  }

  it('finds its INVITE when a NAT has changed sent-by', () => {
    const call = invited();
    call.fromAlice({ ...cancel, sentBy: '198.51.100.7:1024' });
    expect(call.user.told).to.deep.equal(['INVITE', 'INVITE cancelled']);
  });

  it('finds its INVITE by Call-ID, From tag and CSeq number when the branch is new', () => {
    const call = invited();
    call.fromAlice({ ...cancel, branch: 'z9hG4bKinvented' });
    expect(call.user.told).to.deep.equal(['INVITE', 'INVITE cancelled']);
  });

  it('for another CSeq number is answered 481', () => {
    const call = invited();
    call.fromAlice({ ...cancel, branch: 'z9hG4bKinvented', cseq: 2 });
    expect([call.transport.last.status, call.user.told]).to.deep.equal([481, ['INVITE']]);
  });

  it('is followed by the 487 of the user and its ACK', () => {
    const call = invited();
    call.fromAlice(cancel);
    expect(call.answer(487)).to.equal(true);
    call.fromAlice(ackOf('bob'));
    call.timers.advance(5_000);
    expect(call.transport.names).to.deep.equal(['100', '200', '487']);
    expect(call.user.told).to.deep.equal(['INVITE', 'INVITE cancelled', 'INVITE ended']);
    expect(leftOver(call)).to.deep.equal(NOTHING_LEFT);
  });
});

describe('the response of an INVITE server transaction', () => {
  it('is written as the user made it', () => {
    const call = invited();
    const made = response(call.user.last.request, 180, 'Ringing');
    made.headers.append('X-MS-Custom-Colour', 'gr\xc3\xbcn');
    call.user.last.respond(made);
    expect(call.transport.sent.at(-1)?.bytes).to.equal(serializeMessage(made));
  });
});
