import { expect } from 'chai';
import type { SipMessage } from '../../../lib/engine/message/message.ts';
import { serializeMessage } from '../../../lib/engine/message/serialize.ts';
import type { ClientTransaction } from '../../../lib/engine/transaction/transaction.ts';
import type { Hop } from '../../../lib/engine/transport/transport.ts';
import {
  BOB,
  ClientRecorder,
  fromBob,
  type Layer,
  layerWith,
  leftOver,
  NOTHING_LEFT,
  request,
  response,
} from './doubles.ts';

const BOB_TCP: Hop = { ...BOB, protocol: 'tcp' };

interface Exchange extends Layer {
  readonly alice: ClientRecorder;
  readonly transaction: ClientTransaction;
  answer(status: number): void;
}

function asking(hop: Hop = BOB): Exchange {
  const bye: SipMessage = request({ method: 'BYE', toTag: 'bob' });
  const all = layerWith();
  const alice = new ClientRecorder();
  const transaction = all.layer.startClient(bye, hop, alice);
  const answer = (status: number): void => {
    all.layer.receiveMessage(serializeMessage(response(bye, status, 'Whatever')), fromBob);
  };
  return { ...all, alice, transaction, answer };
}

describe('the non-INVITE client transaction in Trying', () => {
  it('sends at once, repeats by timer E up to T2, and gives up by timer F', () => {
    const exchange = asking();
    exchange.timers.advance(31_999);
    const atMs = [0, 500, 1_500, 3_500, 7_500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500];
    expect(exchange.transport.log).to.deep.equal(atMs.map(ms => `BYE@${ms}`));
    expect(exchange.alice.told).to.deep.equal([]);
    exchange.timers.advance(1);
    expect(exchange.alice.told).to.deep.equal(['failed: timeout', 'ended']);
    expect(exchange.counters.transactionTimeouts).to.equal(1);
    expect(leftOver(exchange)).to.deep.equal(NOTHING_LEFT);
  });

  it('repeats nothing on TCP', () => {
    const exchange = asking(BOB_TCP);
    exchange.timers.advance(32_000);
    expect(exchange.transport.log).to.deep.equal(['BYE@0']);
    expect(exchange.alice.told).to.deep.equal(['failed: timeout', 'ended']);
  });

  it('fails once when nothing can be sent, but not within startClient', () => {
    const all = layerWith();
    const alice = new ClientRecorder();
    all.transport.failure = 'no-listener';
    all.layer.startClient(request({ method: 'OPTIONS' }), BOB, alice);
    expect(alice.told).to.deep.equal([]);
    all.timers.advance(60_000);
    expect(alice.told).to.deep.equal(['failed: transport', 'ended']);
    expect(leftOver(all)).to.deep.equal(NOTHING_LEFT);
  });

  it('has no CANCEL', () => {
    const exchange = asking();
    expect(exchange.transaction.cancel([])).to.equal(undefined);
    expect(exchange.transport.names).to.deep.equal(['BYE']);
  });
});

describe('the non-INVITE client transaction in Proceeding', () => {
  it('repeats every T2 from the next repetition on, and still gives up by timer F', () => {
    const exchange = asking();
    exchange.timers.advance(600);
    exchange.answer(100);
    exchange.timers.advance(31_399);
    const atMs = [0, 500, 1_500, 5_500, 9_500, 13_500, 17_500, 21_500, 25_500, 29_500];
    expect(exchange.transport.log).to.deep.equal(atMs.map(ms => `BYE@${ms}`));
    expect(exchange.alice.told).to.deep.equal([]);
    exchange.timers.advance(1);
    expect(exchange.alice.told).to.deep.equal(['failed: timeout', 'ended']);
  });

  it('does not lose the final response behind a 1xx', () => {
    const exchange = asking();
    exchange.answer(183);
    exchange.answer(183);
    expect(exchange.transaction.pending).to.equal(true);
    exchange.answer(200);
    expect(exchange.alice.told).to.deep.equal(['183 bob', '183 bob', '200 bob']);
  });
});

describe('the non-INVITE client transaction in Completed', () => {
  for (const status of [200, 302, 481, 500, 603]) {
    it(`passes a ${status} on once, absorbs it when it comes again, and ends by timer K`, () => {
      const exchange = asking();
      exchange.answer(status);
      exchange.answer(status);
      exchange.answer(180);
      exchange.timers.advance(4_999);
      expect(exchange.alice.told).to.deep.equal([`${status} bob`]);
      exchange.timers.advance(1);
      expect(exchange.alice.told).to.deep.equal([`${status} bob`, 'ended']);
      expect(exchange.transport.names).to.deep.equal(['BYE']);
      expect(exchange.counters.retransmissionsAbsorbed).to.equal(2);
      expect(leftOver(exchange)).to.deep.equal(NOTHING_LEFT);
    });
  }

  it('ends at once on TCP, though not before the response was passed on', () => {
    const exchange = asking(BOB_TCP);
    exchange.answer(200);
    expect(exchange.alice.told).to.deep.equal(['200 bob']);
    exchange.timers.advance(0);
    expect(exchange.alice.told).to.deep.equal(['200 bob', 'ended']);
  });

  it('does not turn a success into a failure when an earlier repetition could not be sent', () => {
    const exchange = asking();
    exchange.timers.advance(499);
    exchange.transport.failure = 'unreachable';
    exchange.timers.advance(1);
    expect(exchange.alice.told).to.deep.equal(['failed: transport', 'ended']);
    exchange.answer(200);
    expect(exchange.alice.told).to.have.length(2);
    expect(exchange.user.told).to.deep.equal(['stray 200 BYE']);
  });
});
