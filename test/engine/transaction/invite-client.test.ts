import { expect } from 'chai';
import { serializeMessage, UnsafeHeaderError } from '../../../lib/engine/message/serialize.ts';
import type { ClientTransaction } from '../../../lib/engine/transaction/transaction.ts';
import type { Flow, Hop } from '../../../lib/engine/transport/transport.ts';
import {
  BOB,
  ClientRecorder,
  fromBob,
  type Layer,
  layerWith,
  leftOver,
  NOTHING_LEFT,
  request,
  requestLines,
  response,
  message,
} from './doubles.ts';

const BOB_TCP: Hop = { ...BOB, protocol: 'tcp' };
const invite = request();

interface Call extends Layer {
  readonly alice: ClientRecorder;
  readonly transaction: ClientTransaction;
  /** Bob answers. */
  answer(status: number, toTag?: string): void;
}

function calling(hop: Hop = BOB, flow?: Flow): Call {
  const all = layerWith();
  const alice = new ClientRecorder();
  const transaction = all.layer.startClient(invite, hop, alice, flow);
  const answer = (status: number, toTag?: string): void => {
    all.layer.receiveMessage(serializeMessage(response(invite, status, 'Whatever', toTag)), fromBob);
  };
  return { ...all, alice, transaction, answer };
}

describe('the INVITE client transaction in Calling', () => {
  it('sends the INVITE at once, repeats it by timer A, and gives up by timer B', () => {
    const call = calling();
    call.timers.advance(31_999);
    expect(call.transport.log).to.deep.equal(
      [0, 500, 1_500, 3_500, 7_500, 15_500, 31_500].map(atMs => `INVITE@${atMs}`),
    );
    expect([call.alice.told, call.transaction.pending]).to.deep.equal([[], true]);
    call.timers.advance(1);
    expect(call.alice.told).to.deep.equal(['failed: timeout', 'ended']);
    expect([call.counters.transactionTimeouts, call.counters.retransmissionsSent]).to.deep.equal([1, 6]);
    expect(leftOver(call)).to.deep.equal(NOTHING_LEFT);
  });

  it('repeats nothing on TCP', () => {
    const call = calling(BOB_TCP);
    call.timers.advance(32_000);
    expect(call.transport.log).to.deep.equal(['INVITE@0']);
    expect(call.alice.told).to.deep.equal(['failed: timeout', 'ended']);
  });

  it('repeats the octets it sent first, to the same place and on the same flow', () => {
    const flow: Flow = { protocol: 'udp', local: fromBob.local, remote: BOB };
    const call = calling(BOB, flow);
    call.timers.advance(500);
    const [first, second] = call.transport.sent;
    expect(second?.bytes).to.equal(first?.bytes);
    expect([second?.hop, second?.flow]).to.deep.equal([BOB, flow]);
  });

  it('fails when nothing can be sent, but not within startClient', () => {
    const all = layerWith();
    const alice = new ClientRecorder();
    all.transport.failure = 'refused';
    all.layer.startClient(invite, BOB, alice);
    expect(alice.told).to.deep.equal([]);
    all.timers.advance(0);
    expect(alice.told).to.deep.equal(['failed: transport', 'ended']);
    expect(all.counters.transportErrors).to.equal(1);
    all.timers.advance(100_000);
    expect(alice.told).to.have.length(2);
    expect(leftOver(all)).to.deep.equal(NOTHING_LEFT);
  });
});

describe('the INVITE client transaction in Proceeding', () => {
  it('keeps a 100 to itself, stops repeating and waits beyond timer B', () => {
    const call = calling();
    call.timers.advance(500);
    call.answer(100, '');
    call.timers.advance(100_000);
    expect(call.alice.told).to.deep.equal([]);
    expect(call.transport.log).to.deep.equal(['INVITE@0', 'INVITE@500']);
  });

  it('passes each 1xx on, repeated ones too', () => {
    const call = calling();
    call.answer(180);
    call.answer(183, 'fork');
    call.answer(180);
    expect(call.alice.told).to.deep.equal(['180 bob', '183 fork', '180 bob']);
    expect(call.transaction.pending).to.equal(true);
  });

  it('cancels by timer C, which each 1xx above 100 restarts, and gives up 64*T1 later', () => {
    const call = calling();
    call.answer(180);
    call.timers.advance(184_000);
    call.answer(180);
    call.timers.advance(184_000);
    call.answer(100, '');
    call.timers.advance(999);
    expect(call.transport.names).to.deep.equal(['INVITE']);
    call.timers.advance(1);
    expect(call.transport.names).to.deep.equal(['INVITE', 'CANCEL']);
    call.timers.advance(31_999);
    expect(call.alice.told).to.deep.equal(['180 bob', '180 bob']);
    call.timers.advance(1);
    expect(call.alice.told.slice(2)).to.deep.equal(['failed: timeout', 'ended']);
    expect(leftOver(call)).to.deep.equal(NOTHING_LEFT);
  });

  it('does not fail when a response is there before the INVITE is reported as not sent', () => {
    const all = layerWith();
    const alice = new ClientRecorder();
    all.transport.failure = 'unreachable';
    all.layer.startClient(invite, BOB, alice);
    all.layer.receiveMessage(serializeMessage(response(invite, 180, 'Ringing')), fromBob);
    all.timers.advance(0);
    expect(alice.told).to.deep.equal(['180 bob']);
  });
});

describe('the INVITE client transaction in Completed', () => {
  for (const status of [300, 404, 486, 503, 603]) {
    it(`acknowledges a ${status} before it passes it on, and each time it comes again`, () => {
      const call = calling();
      call.answer(status);
      call.timers.advance(500);
      call.answer(status);
      expect(call.transport.log).to.deep.equal(['INVITE@0', 'ACK@0', 'ACK@500']);
      expect(call.alice.told).to.deep.equal([`${status} bob`]);
      expect(call.transaction.pending).to.equal(false);
      expect(call.counters.retransmissionsAbsorbed).to.equal(1);
    });
  }

  it('ends by timer D', () => {
    const call = calling();
    call.answer(486);
    call.timers.advance(31_999);
    expect(call.alice.told).to.deep.equal(['486 bob']);
    call.timers.advance(1);
    expect(call.alice.told).to.deep.equal(['486 bob', 'ended']);
    expect(leftOver(call)).to.deep.equal(NOTHING_LEFT);
  });

  it('ends at once on TCP, though not before the response was passed on', () => {
    const call = calling(BOB_TCP);
    call.answer(486);
    expect(call.alice.told).to.deep.equal(['486 bob']);
    call.timers.advance(0);
    expect(call.alice.told).to.deep.equal(['486 bob', 'ended']);
  });

  it('sends an ACK with the branch, Route and CSeq number of the INVITE and the To of the response', () => {
    const { layer, transport } = layerWith();
    const route = 'Route: <sip:192.0.2.9;lr>, <sip:192.0.2.8;lr>';
    const routed = message(...requestLines({ cseq: 17, extra: [route] }));
    layer.startClient(routed, BOB, new ClientRecorder());
    layer.receiveMessage(serializeMessage(response(routed, 404, 'Not Found', 'gone')), fromBob);
    const ack = transport.last;
    expect([ack.method, ack.requestUri]).to.deep.equal(['ACK', 'sip:bob@192.0.2.2']);
    expect(ack.headers.all('via')).to.deep.equal(['SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKalice1']);
    expect(ack.headers.get('route')).to.equal('<sip:192.0.2.9;lr>, <sip:192.0.2.8;lr>');
    expect(ack.headers.get('cseq')).to.equal('17 ACK');
    expect([ack.toTag, ack.fromTag, ack.callId]).to.deep.equal(['gone', 'alice', 'call-1']);
  });

  it('ends when the ACK cannot be sent, without a failure: the user has its answer', () => {
    const call = calling();
    call.transport.failure = 'unreachable';
    call.answer(486);
    call.timers.advance(0);
    expect(call.alice.told.at(-1)).to.equal('ended');
    expect(call.alice.told).to.not.include('failed: transport');
  });

  it('hands a 2xx behind the failure to the user of the layer, who ends that dialog', () => {
    const call = calling();
    call.answer(404);
    call.answer(200, 'late-fork');
    expect(call.user.told).to.deep.equal(['stray 200 INVITE']);
    expect(call.alice.told).to.deep.equal(['404 bob']);
  });

  it('absorbs a 1xx that comes late', () => {
    const call = calling();
    call.answer(486);
    call.answer(180);
    expect(call.alice.told).to.deep.equal(['486 bob']);
  });
});

describe('the INVITE client transaction in Accepted', () => {
  it('passes every 2xx on, acknowledges none, and ends by timer M', () => {
    const call = calling();
    call.answer(200);
    call.answer(200);
    call.answer(200, 'fork');
    call.answer(180, 'fork');
    call.answer(486, 'fork');
    expect(call.alice.told).to.deep.equal(['200 bob', '200 bob', '200 fork']);
    expect(call.transport.names).to.deep.equal(['INVITE']);
    call.timers.advance(31_999);
    expect(call.alice.told).to.have.length(3);
    call.timers.advance(1);
    expect(call.alice.told.at(-1)).to.equal('ended');
    expect(leftOver(call)).to.deep.equal(NOTHING_LEFT);
  });

  it('lasts as long on TCP', () => {
    const call = calling(BOB_TCP);
    call.answer(200);
    call.timers.advance(31_999);
    expect(call.alice.told).to.deep.equal(['200 bob']);
    call.timers.advance(1);
    expect(call.alice.told).to.deep.equal(['200 bob', 'ended']);
  });
});

describe('cancelling an INVITE', () => {
  it('sends CANCEL at once after a 1xx, with what the application adds', () => {
    const call = calling();
    call.answer(180);
    const cancel = call.transaction.cancel([['Reason', 'SIP;cause=200;text="Call completed elsewhere"']]);
    expect(call.transport.names).to.deep.equal(['INVITE', 'CANCEL']);
    const sent = call.transport.last;
    expect(sent.headers.all('via')).to.deep.equal(['SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKalice1']);
    expect([sent.toTag, sent.headers.get('cseq'), sent.requestUri]).to.deep.equal([
      '',
      '1 CANCEL',
      'sip:bob@192.0.2.2',
    ]);
    expect(sent.headers.get('reason')).to.equal('SIP;cause=200;text="Call completed elsewhere"');
    expect(cancel?.method).to.equal('CANCEL');
  });

  for (const status of [100, 180]) {
    it(`holds CANCEL until the first response, a ${status}`, () => {
      const call = calling();
      expect(call.transaction.cancel([])).to.not.equal(undefined);
      expect(call.transport.names).to.deep.equal(['INVITE']);
      call.answer(status);
      expect(call.transport.names).to.deep.equal(['INVITE', 'CANCEL']);
    });
  }

  it('never sends a CANCEL that was held when a final response comes first', () => {
    const call = calling();
    call.transaction.cancel([]);
    call.answer(200);
    call.timers.advance(100_000);
    expect(call.transport.names).to.deep.equal(['INVITE']);
    expect(leftOver(call)).to.deep.equal(NOTHING_LEFT);
  });

  it('gives up by timer B when nobody ever answers the INVITE', () => {
    const call = calling();
    call.transaction.cancel([]);
    call.timers.advance(32_000);
    expect(call.alice.told).to.deep.equal(['failed: timeout', 'ended']);
    expect(call.transport.names).to.not.include('CANCEL');
    expect(leftOver(call)).to.deep.equal(NOTHING_LEFT);
  });

  it('repeats CANCEL by timer E until its 200, which nobody is told of, and passes the 487 on', () => {
    const call = calling();
    call.answer(180);
    call.transaction.cancel([]);
    call.timers.advance(500);
    expect(call.transport.names).to.deep.equal(['INVITE', 'CANCEL', 'CANCEL']);
    call.layer.receiveMessage(serializeMessage(response(call.transport.last, 200, 'OK')), fromBob);
    call.answer(487);
    call.timers.advance(1_000);
    expect(call.transport.names).to.deep.equal(['INVITE', 'CANCEL', 'CANCEL', 'ACK']);
    expect(call.alice.told).to.deep.equal(['180 bob', '487 bob']);
    call.timers.advance(32_000);
    expect(call.alice.told.at(-1)).to.equal('ended');
    expect(leftOver(call)).to.deep.equal(NOTHING_LEFT);
  });

  it('fails 64*T1 after CANCEL when no final response comes, whatever else rings', () => {
    const call = calling();
    call.answer(180);
    call.timers.advance(10_000);
    call.transaction.cancel([]);
    call.timers.advance(20_000);
    call.answer(180);
    call.timers.advance(11_999);
    expect(call.transaction.pending).to.equal(true);
    call.timers.advance(1);
    expect(call.alice.told.slice(2)).to.deep.equal(['failed: timeout', 'ended']);
    expect(leftOver(call)).to.deep.equal(NOTHING_LEFT);
  });

  it('passes on a 200 that crosses the CANCEL', () => {
    const call = calling();
    call.answer(180);
    call.transaction.cancel([]);
    call.answer(200);
    expect(call.alice.told).to.deep.equal(['180 bob', '200 bob']);
  });

  it('is refused the second time, and after a final response', () => {
    const call = calling();
    call.answer(180);
    call.transaction.cancel([]);
    expect(call.transaction.cancel([])).to.equal(undefined);
    const answered = calling();
    answered.answer(200);
    expect(answered.transaction.cancel([])).to.equal(undefined);
  });

  it('throws at once for a header that cannot be written, and can be asked again', () => {
    const call = calling();
    expect(() => call.transaction.cancel([['Reason', 'SIP\r\nEvil: yes']])).to.throw(UnsafeHeaderError);
    expect(call.transaction.cancel([])?.method).to.equal('CANCEL');
    call.answer(100, '');
    expect(call.transport.names).to.deep.equal(['INVITE', 'CANCEL']);
  });
});
