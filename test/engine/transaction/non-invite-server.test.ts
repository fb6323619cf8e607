import { expect } from 'chai';
import type { Flow } from '../../../lib/engine/transport/transport.ts';
import {
  fromAlice,
  fromAliceTcp,
  type Layer,
  layerWith,
  leftOver,
  NOTHING_LEFT,
  requestLines,
  response,
  wire,
} from './doubles.ts';

interface Asked extends Layer {
  /** Alice's INFO arrives once more. */
  again(): void;
  answer(status: number): boolean;
}

function asked(flow: Flow = fromAlice): Asked {
  const all = layerWith();
  const again = (): void => {
    all.layer.receiveMessage(wire(...requestLines({ method: 'INFO', toTag: 'bob' })), flow);
  };
  again();
  const transaction = all.user.last;
  return {
    ...all,
    again,
    answer: status => transaction.respond(response(transaction.request, status, 'Whatever')),
  };
}

describe('the non-INVITE server transaction', () => {
  it('in Trying absorbs the repeated request and answers nothing by itself', () => {
    const exchange = asked();
    exchange.again();
    expect([exchange.transport.names, exchange.user.told]).to.deep.equal([[], ['INFO']]);
    expect([exchange.user.last.pending, exchange.user.last.lastStatus]).to.deep.equal([true, 0]);
    expect(exchange.counters.retransmissionsAbsorbed).to.equal(1);
  });

  it('in Proceeding answers the repeated request with the last 1xx', () => {
    const exchange = asked();
    exchange.answer(100);
    exchange.again();
    exchange.answer(183);
    exchange.again();
    expect(exchange.transport.names).to.deep.equal(['100', '100', '183', '183']);
    expect(exchange.user.last.pending).to.equal(true);
  });

  it('let go keeps nothing of the request, and answers the repeated one all the same', () => {
    const exchange = asked();
    const { last } = exchange.user;
    last.letGo();
    expect(last.request.method).to.equal('INFO');
    exchange.answer(200);
    last.letGo();
    expect([last.request.headers.length, last.user]).to.deep.equal([0, undefined]);
    exchange.again();
    expect(exchange.transport.names).to.deep.equal(['200', '200']);
  });

  for (const status of [200, 404, 603]) {
    it(`in Completed repeats a ${status} for each repetition, and ends by timer J`, () => {
      const exchange = asked();
      expect(exchange.answer(status)).to.equal(true);
      exchange.again();
      exchange.user.last.repeat();
      expect([exchange.answer(500), exchange.user.last.lastStatus]).to.deep.equal([false, status]);
      expect(exchange.transport.names).to.deep.equal([`${status}`, `${status}`]);
      exchange.timers.advance(31_999);
      expect(exchange.user.told).to.deep.equal(['INFO']);
      exchange.timers.advance(1);
      expect(exchange.user.told).to.deep.equal(['INFO', 'INFO ended']);
      expect(leftOver(exchange)).to.deep.equal(NOTHING_LEFT);
    });
  }

  it('ends at once on TCP, though never within respond', () => {
    const exchange = asked(fromAliceTcp);
    exchange.answer(200);
    expect(exchange.user.told).to.deep.equal(['INFO']);
    exchange.timers.advance(0);
    expect(exchange.user.told).to.deep.equal(['INFO', 'INFO ended']);
  });

  it('ends in silence after 64*T1 without an answer: nobody waits for it any more', () => {
    const exchange = asked();
    exchange.timers.advance(32_000);
    expect([exchange.transport.names, exchange.user.told]).to.deep.equal([[], ['INFO', 'INFO ended']]);
    expect(exchange.answer(200)).to.equal(false);
    expect(leftOver(exchange)).to.deep.equal(NOTHING_LEFT);
  });

  it('tells once that the answer cannot be delivered, and goes on answering', () => {
    const exchange = asked();
    exchange.transport.failure = 'unreachable';
    exchange.answer(200);
    exchange.timers.advance(0);
    exchange.again();
    exchange.timers.advance(0);
    expect(exchange.user.told).to.deep.equal(['INFO', 'INFO failed: transport']);
    expect(exchange.transport.names).to.deep.equal(['200', '200']);
  });
});
