import { expect } from 'chai';
import type { TransactionsOptions } from '../../../lib/engine/transaction/transaction-layer.ts';
import type { Flow } from '../../../lib/engine/transport/transport.ts';
import {
  fromAlice,
  type Layer,
  layerWith,
  leftOver,
  NOTHING_LEFT,
  type RequestLines,
  requestLines,
  response,
  wire,
} from './doubles.ts';

interface Intake extends Layer {
  receive(parts?: RequestLines, flow?: Flow): void;
}

function intake(options: Partial<TransactionsOptions> = {}): Intake {
  const all = layerWith(options);
  return {
    ...all,
    receive: (parts = {}, flow = fromAlice) => {
      all.layer.receiveMessage(wire(...requestLines(parts)), flow);
    },
  };
}

describe('a new request', () => {
  it('reaches the user with the source noted in its Via', () => {
    const { receive, user } = intake();
    receive({ method: 'OPTIONS', sentBy: '10.0.0.1', viaParams: ';rport' });
    expect(user.last.request.headers.get('via')).to.equal(
      'SIP/2.0/UDP 10.0.0.1;branch=z9hG4bKalice1;rport=5060;received=192.0.2.1',
    );
    expect(user.last.flow).to.equal(fromAlice);
  });

  it('is answered on its flow', () => {
    const { receive, user, transport } = intake();
    receive({ method: 'OPTIONS', sentBy: '10.0.0.1:5099' });
    user.last.respond(response(user.last.request, 200, 'OK'));
    expect(transport.sent.at(-1)).to.include({ flow: fromAlice });
    expect(transport.sent.at(-1)?.hop).to.deep.equal({ protocol: 'udp', address: '192.0.2.1', port: 5099 });
  });

  it('of two clients that chose the same branch are two', () => {
    const { receive, user, layer } = intake();
    receive({ method: 'OPTIONS', callId: 'one' });
    receive({ method: 'OPTIONS', callId: 'two', sentBy: '192.0.2.3' });
    expect([user.told, layer.serverCount]).to.deep.equal([['OPTIONS', 'OPTIONS'], 2]);
  });

  it('without a branch of RFC 3261 is matched by the rules of RFC 2543, its CANCEL and ACK too', () => {
    const all = intake();
    const old: RequestLines = { branch: '1.2.3' };
    all.receive(old);
    all.receive(old);
    all.receive({ ...old, method: 'CANCEL' });
    all.user.last.respond(response(all.user.last.request, 487, 'Request Terminated'));
    all.receive({ ...old, method: 'ACK', toTag: 'bob' });
    all.timers.advance(5_000);
    expect(all.transport.names).to.deep.equal(['100', '100', '200', '487']);
    expect(all.user.told).to.deep.equal(['INVITE', 'INVITE cancelled', 'INVITE ended']);
    expect(leftOver(all)).to.deep.equal(NOTHING_LEFT);
  });

  it('that the user throws over is answered 500, and the defect is not hidden', () => {
    const all = intake();
    const defect = new Error('a defect');
    all.user.onRequest = () => {
      throw defect;
    };
    expect(() => {
      all.receive();
    }).to.throw(defect);
    expect(all.transport.names).to.deep.equal(['100', '500']);
    expect(all.user.last.pending).to.equal(false);
  });
});

describe('a merged request', () => {
  it('is answered 482 without a transaction', () => {
    const { receive, user, transport, counters, layer } = intake();
    receive();
    receive({ branch: 'z9hG4bKfork' });
    expect([transport.last.status, user.told, layer.serverCount]).to.deep.equal([482, ['INVITE'], 1]);
    expect(counters.refused.get(482)).to.equal(1);
  });

  it('is one only while the first one is open', () => {
    const all = intake();
    all.receive({ method: 'OPTIONS' });
    all.user.last.respond(response(all.user.last.request, 200, 'OK'));
    all.timers.advance(32_000);
    all.receive({ method: 'OPTIONS', branch: 'z9hG4bKlater' });
    expect(all.user.told).to.deep.equal(['OPTIONS', 'OPTIONS ended', 'OPTIONS']);
  });

  it('is none with a To tag, with another CSeq number, method or From tag', () => {
    const { receive, user } = intake();
    receive();
    receive({ branch: 'z9hG4bK2', toTag: 'bob' });
    receive({ branch: 'z9hG4bK3', cseq: 2 });
    receive({ branch: 'z9hG4bK4', method: 'MESSAGE' });
    receive({ branch: 'z9hG4bK5', fromTag: 'carol' });
    expect(user.told).to.deep.equal(['INVITE', 'INVITE', 'INVITE', 'MESSAGE', 'INVITE']);
  });
});

describe('a request of a stranger', () => {
  const rows: { verdict: 'refuse' | 'drop'; method: string; answered: string[] }[] = [
    { verdict: 'refuse', method: 'INVITE', answered: ['403'] },
    { verdict: 'refuse', method: 'OPTIONS', answered: ['403'] },
    { verdict: 'refuse', method: 'REGISTER', answered: [] },
    { verdict: 'refuse', method: 'CANCEL', answered: [] },
    { verdict: 'drop', method: 'INVITE', answered: [] },
    { verdict: 'drop', method: 'OPTIONS', answered: [] },
  ];
  for (const { verdict, method, answered } of rows) {
    it(`${method}, '${verdict}': ${answered[0] ?? 'silence'}, and nothing is kept`, () => {
      const all = intake({ admit: () => verdict });
      all.receive({ method });
      expect([all.transport.names, all.user.told]).to.deep.equal([answered, []]);
      expect(all.counters.unadmitted).to.equal(1);
      expect(leftOver(all)).to.deep.equal(NOTHING_LEFT);
    });
  }

  it('gets the same To tag each time it is refused', () => {
    const { receive, transport } = intake({ admit: () => 'refuse' });
    receive();
    receive();
    expect(transport.sent[0]?.bytes).to.equal(transport.sent[1]?.bytes);
    expect(transport.last.toTag).to.match(/^stateless-/);
  });

  it('is not asked about when it belongs to a transaction or a dialog', () => {
    const asked: Flow[] = [];
    const { receive, user, transport } = intake({
      admit: flow => {
        asked.push(flow);
        return asked.length === 1 ? 'accept' : 'drop';
      },
    });
    receive();
    receive();
    receive({ method: 'CANCEL' });
    receive({ method: 'BYE', branch: 'z9hG4bKbye', toTag: 'bob', cseq: 2 });
    expect(asked).to.deep.equal([fromAlice]);
    expect(user.told).to.deep.equal(['INVITE', 'INVITE cancelled', 'BYE']);
    expect(transport.names).to.deep.equal(['100', '100', '200']);
  });

  for (const [verdict, method, answered] of [
    ['refuse', 'INVITE', ['481']],
    ['refuse', 'BYE', ['481']],
    ['drop', 'INVITE', []],
    ['drop', 'BYE', []],
  ] as const) {
    it(`${method} with a made-up To tag, '${verdict}': ${answered[0] ?? 'silence'}, and nothing is kept`, () => {
      const all = intake({ admit: () => verdict });
      all.receive({ method, toTag: 'made-up' });
      expect([all.transport.names, all.user.told]).to.deep.equal([answered, []]);
      expect(all.counters.unadmitted).to.equal(1);
      expect(leftOver(all)).to.deep.equal(NOTHING_LEFT);
    });
  }

  it('gets no answer when it is malformed', () => {
    const all = layerWith({ admit: () => 'refuse' });
    all.layer.receiveMessage(
      wire('INVITE sip:bob@192.0.2.2 SIP/2.0', 'Via: SIP/2.0/UDP 192.0.2.1'),
      fromAlice,
    );
    expect([all.transport.names, all.counters.unadmitted]).to.deep.equal([[], 1]);
  });
});

describe('a request over the limit of transactions', () => {
  it('gets 503 with Retry-After when it is new, and is served within a dialog', () => {
    const { receive, user, transport, counters, layer } = intake({ maxServerTransactions: 1 });
    receive({ callId: 'one', branch: 'z9hG4bK1' });
    receive({ callId: 'two', branch: 'z9hG4bK2' });
    expect([transport.last.status, transport.last.headers.get('retry-after')]).to.deep.equal([503, '5']);
    receive({ method: 'BYE', callId: 'old', branch: 'z9hG4bK3', toTag: 'bob' });
    expect(user.told).to.deep.equal(['INVITE', 'BYE']);
    expect([counters.refused.get(503), layer.serverCount]).to.deep.equal([1, 2]);
  });

  it('gets 503 even within a dialog at twice the limit', () => {
    const { receive, transport, layer } = intake({ maxServerTransactions: 1 });
    for (let at = 0; at < 5; at += 1)
      receive({ method: 'INFO', branch: `z9hG4bK${at}`, toTag: 'bob', cseq: at });
    expect([layer.serverCount, transport.names]).to.deep.equal([2, ['503', '503', '503']]);
  });
});

describe('while there is too much to do', () => {
  it('an INVITE that would begin a call gets 503 and leaves nothing behind; all else is served', () => {
    const all = intake({ mayBegin: () => false });
    const { receive, user, transport, counters, layer } = all;
    receive({ callId: 'one', branch: 'z9hG4bK1' });
    expect([transport.last.status, transport.last.headers.get('retry-after')]).to.deep.equal([503, '1']);
    expect([counters.callsShed, counters.refused.get(503), layer.serverCount]).to.deep.equal([1, 1, 0]);
    receive({ callId: 'old', branch: 'z9hG4bK2', toTag: 'bob' });
    receive({ method: 'BYE', callId: 'old', branch: 'z9hG4bK3', toTag: 'bob' });
    receive({ method: 'OPTIONS', callId: 'two', branch: 'z9hG4bK4' });
    expect(user.told).to.deep.equal(['INVITE', 'BYE', 'OPTIONS']);
    expect(counters.callsShed).to.equal(1);
  });

  it('an INVITE that is known already is no new call', () => {
    let mayBegin = true;
    const { receive, user, counters } = intake({ mayBegin: () => mayBegin });
    receive();
    mayBegin = false;
    receive();
    expect([user.told, counters.callsShed]).to.deep.equal([['INVITE'], 0]);
  });
});

describe('a CANCEL or an ACK for nothing', () => {
  it('CANCEL is answered 481', () => {
    const all = intake();
    all.receive({ method: 'CANCEL' });
    expect([all.transport.last.status, all.counters.refused.get(481)]).to.deep.equal([481, 1]);
    expect(leftOver(all)).to.deep.equal(NOTHING_LEFT);
  });

  it('CANCEL of a request other than INVITE is answered 481', () => {
    const { receive, transport, user } = intake();
    receive({ method: 'OPTIONS' });
    receive({ method: 'CANCEL' });
    expect([transport.last.status, user.told]).to.deep.equal([481, ['OPTIONS']]);
  });

  it('ACK goes to the user and is never answered', () => {
    const { receive, transport, user } = intake();
    receive({ method: 'ACK', toTag: 'bob' });
    expect([transport.names, user.told]).to.deep.equal([[], ['ACK bob']]);
  });
});
