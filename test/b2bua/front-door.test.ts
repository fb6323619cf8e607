import { expect } from 'chai';
import type { NewRequest } from '../../lib/call/signal.ts';
import { dnServiceEvent } from '../../lib/events/dn-service.ts';
import type { Standing } from '../../lib/routing/who-is.ts';
import { house, request } from './support/house.ts';

const stranger = { protocol: 'udp', address: '198.51.100.1', port: 5060 };

describe('the front door of a server with a registrar', () => {
  const sources: string[] = [];
  const registrar = {
    receive: ({ callId }: NewRequest, { trunk: { tenant } }: Standing) => {
      sources.push(`${callId} ${tenant}`);
      return { status: 200, headers: [] };
    },
  };

  function answerTo(parts: Partial<NewRequest>, { b2bua } = house({}, undefined, registrar)) {
    const answer = b2bua.receiveStandalone(request(parts));
    if (answer === 'ignore') throw new Error('no answer');
    return answer;
  }

  it('shows REGISTER to it, of those who may come in', () => {
    expect(answerTo({ method: 'REGISTER', callId: 'r1' }).status).to.equal(200);
    expect(answerTo({ method: 'REGISTER', callId: 'r2', source: stranger }).status).to.equal(403);
    expect(sources).to.deep.equal(['r1 acme']);
  });

  for (const method of ['OPTIONS', 'MESSAGE']) {
    it(`says in the answer to ${method} that REGISTER is served`, () => {
      const allow = answerTo({ method }).headers.find(({ name }) => name === 'Allow');
      expect(allow?.value).to.match(/, REGISTER$/);
    });
  }

  it('takes no more of them when it stops', () => {
    const it_ = house({}, undefined, registrar);
    void it_.b2bua.stop({ mode: 'keep', withinMs: 0 });
    const answer = answerTo({ method: 'REGISTER' }, it_);
    expect([answer.status, answer.headers.map(({ name }) => name)]).to.deep.equal([503, ['Retry-After']]);
  });
});

describe('what is told of no call', () => {
  it('is in the journal before it is told', () => {
    const it_ = house();
    const order: string[] = [];
    it_.publish = ({ id }) => order.push(`told ${id}, kept ${it_.journal.kept.length}`);
    const told = { tenant: 'acme', dn: '1001', inService: true, reason: 'registered', atMs: 1 };
    it_.b2bua.tell([dnServiceEvent(told, 'baton/node1', undefined)]);
    expect(order).to.deep.equal(['told EventDNBackInService, kept 1']);
  });
});
