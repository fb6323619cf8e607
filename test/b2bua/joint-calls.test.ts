import { expect } from 'chai';
import fc from 'fast-check';
import { JointCalls } from '../../lib/b2bua/joint-calls.ts';
import type { B2buaOptions } from '../../lib/b2bua.ts';
import { type Call, sharesData } from '../../lib/call/call.ts';
import type { ConnId } from '../../lib/call/ids.ts';
import type { LegId, RequestId } from '../../lib/call/signal.ts';
import type { EventAttachedDataChanged } from '../../lib/events/event.ts';
import { compileKeyPolicy } from '../../lib/attached-data/key-policy.ts';
import { packedBytes } from '../../lib/attached-data/packed-size.ts';
import { MemoryStore } from '../../lib/store/memory-store.ts';
import { lines, pairs, payloadOf, Story, trunk } from '../call/support/story.ts';
import { alice, calling, consulting, hold, holding, type House, house, invite } from './support/house.ts';

const second = 'second' as LegId;

function joint(options: Partial<B2buaOptions> = {}): House {
  return house({ routes: [{ targets: ['sip:192.0.2.2'], consult: 'joint' }], ...options });
}

/** 7001 holds 7002 and talks to 7003; both calls share their data. */
function consulted(it: House = joint(), headers: readonly string[] = []) {
  const bob = holding(it);
  const carol = consulting(it, headers);
  const [main, consultation] = [...it.store.list()].map(({ connId }) => connId);
  if (main === undefined || consultation === undefined) throw new Error('two calls were expected');
  it.events.length = 0;
  it.signalling.done.length = 0;
  return { it, bob, carol, main, consultation };
}

function info(it: House, leg: LegId, ...headers: readonly string[]): void {
  const request = 'info' as RequestId;
  it.tell({ type: 'requested', leg, request, method: 'INFO', payload: { headers: lines(headers) } });
}

function asks(it: House, connId: string, value: string, more: object = {}) {
  const entry = { key: 'Case', type: 'string', value, scope: 'sip' } as const;
  const operation = { operation: 'update', entries: [entry] } as const;
  return it.b2bua.changeData({ connId, thirdPartyDn: 'crm', operation, ...more });
}

const isChange = (event: { readonly id: string }): event is EventAttachedDataChanged =>
  event.id === 'EventAttachedDataChanged';

/** Who was told what of which call, as sentences: `1: 7002 by 7003, Case 43`. */
function told(it: House): string[] {
  const changes = it.events.splice(0).filter(isChange);
  return changes.map(({ CallID, ThisDN, ThirdPartyDN, UserData }) => {
    const data = Object.entries(pairs(UserData)).map(([key, value]) => `${key} ${String(value)}`);
    return `${CallID}: ${ThisDN ?? 'nobody on it'} by ${ThirdPartyDN}, ${data.join(', ')}`;
  });
}

const dataOf = (it: House, connId: string) => pairs(it.b2bua.callDetail(connId)?.userData ?? []);
const revisionOf = (it: House, connId: string) => it.b2bua.callDetail(connId)?.revision;
const infosTo = (it: House, leg: LegId) =>
  it.signalling.done.filter(effect => effect.do === 'request' && effect.leg === leg).length;

describe('two calls that share their data', () => {
  it('begin with the same, which the INVITE of the second carries', () => {
    const it_ = joint();
    holding(it_);
    consulting(it_);
    const invited = it_.signalling.done.findLast(effect => effect.do === 'invite');
    expect(invited?.payload.headers).to.deep.include({ name: 'X-MS-Custom-Case', value: '42' });
    const [main, other] = [...it_.store.list()];
    expect(main && other && sharesData(main, other)).to.equal(true);
    expect(other?.data).to.equal(main?.data);
  });

  it('have what the INVITE of the second brings: the parties of the first are told of it', () => {
    const it_ = joint();
    holding(it_);
    it_.events.length = 0;
    consulting(it_, ['X-MS-Custom-Case: 43', 'X-MS-Custom-Why: advice']);
    expect(told(it_)).to.deep.equal([
      '1: 7001 by 7001, Case 43, Why advice',
      '1: 7002 by 7001, Case 43, Why advice',
    ]);
    const [main, other] = it_.b2bua.callsView().map(({ connId }) => revisionOf(it_, connId));
    expect([main, other]).to.deep.equal([1, 0]);
  });

  it('tell nobody anything when it brings what they have already', () => {
    const it_ = joint();
    holding(it_);
    it_.events.length = 0;
    consulting(it_, ['X-MS-Custom-Case: 42']);
    expect(told(it_)).to.deep.equal([]);
  });

  it('change both: each party of each is told once, with its own call, by who did it', () => {
    const { it: it_, bob, carol, main, consultation } = consulted();
    info(it_, carol, 'X-MS-Custom-Case: 43');
    expect(told(it_)).to.deep.equal([
      '2: 7001 by 7003, Case 43',
      '2: 7003 by 7003, Case 43',
      '1: 7001 by 7003, Case 43',
      '1: 7002 by 7003, Case 43',
    ]);
    for (const leg of [alice, bob, second, carol]) expect(infosTo(it_, leg), leg).to.equal(1);
    expect([dataOf(it_, main), dataOf(it_, consultation)]).to.deep.equal([{ Case: '43' }, { Case: '43' }]);
    expect([revisionOf(it_, main), revisionOf(it_, consultation)]).to.deep.equal([1, 1]);
  });

  it('change both when it is the first call that is changed', () => {
    const { it: it_, bob } = consulted();
    info(it_, bob, 'X-MS-Custom-Case: 43');
    expect(told(it_)).to.deep.equal([
      '1: 7001 by 7002, Case 43',
      '1: 7002 by 7002, Case 43',
      '2: 7001 by 7002, Case 43',
      '2: 7003 by 7002, Case 43',
    ]);
  });

  it('are both owed the header of what has changed, but for who has sent it', () => {
    const { it: it_, carol } = consulted();
    info(it_, carol, 'X-MS-Custom-Case: 43');
    const owed = [...it_.store.list()].map(({ caller, callee }) =>
      [caller, callee].map(leg => leg?.owed.map(({ header }) => header)),
    );
    const header = ['X-MS-Custom-Case'];
    expect(owed).to.deep.equal([
      [header, header],
      [header, []],
    ]);
  });

  it('tell a third party once, in the call that it has asked about', () => {
    const { it: it_, main, consultation } = consulted();
    const answer = asks(it_, main, '43', { referenceId: 7 });
    expect(answer).to.have.nested.property('call.revision', 1);
    const references = it_.events.filter(isChange).map(({ ReferenceID }) => ReferenceID);
    expect(references).to.deep.equal([undefined, undefined, 7, undefined, undefined]);
    expect(told(it_)).to.deep.equal([
      '1: 7001 by crm, Case 43',
      '1: 7002 by crm, Case 43',
      '1: nobody on it by crm, Case 43',
      '2: 7001 by crm, Case 43',
      '2: 7003 by crm, Case 43',
    ]);
    expect(asks(it_, consultation, '44', { ifRevision: 0 })).to.include({
      code: 'revision-conflict',
      revision: 1,
    });
    expect(asks(it_, consultation, '44', { ifRevision: 1 })).to.include({ ok: true });
    expect(dataOf(it_, main)).to.deep.equal({ Case: '44' });
  });

  it('tell nobody of a change that changes nothing, nor of one that is refused', () => {
    const { it: it_, carol, main, consultation } = consulted(joint({ packedLimitBytes: 200 }));
    info(it_, carol, 'X-MS-Custom-Case: 42');
    expect(asks(it_, main, 'x'.repeat(300))).to.include({ code: 'packed-limit' });
    expect(told(it_)).to.deep.equal([]);
    expect([revisionOf(it_, main), revisionOf(it_, consultation)]).to.deep.equal([0, 0]);
  });

  it('share it too when the second is one that the API asks for', () => {
    const it_ = joint();
    const bob = holding(it_);
    it_.events.length = 0;
    const entry = { key: 'Case', type: 'string', value: '43', scope: 'sip' } as const;
    const wish = {
      from: 'sip:7001@192.0.2.1',
      to: '7003',
      thirdPartyDn: 'crm',
      entries: [entry],
      local: true,
    };
    const made = it_.b2bua.originate(wish);
    expect(made.ok && made.call.userData.map(({ value }) => value)).to.deep.equal(['43']);
    expect(told(it_)).to.deep.equal(['1: 7001 by crm, Case 43', '1: 7002 by crm, Case 43']);
    const [main, second_] = it_.b2bua.callsView();
    expect(second_?.callThreadId).to.equal(main?.callThreadId);
    info(it_, bob, 'X-MS-Custom-Case: 44');
    expect(dataOf(it_, second_?.connId ?? '')).to.deep.equal({ Case: '44' });
  });

  it('do not share what the API asks for when it is refused', () => {
    const entry = { key: 'Why', type: 'string', value: 'x'.repeat(100), scope: 'sip' } as const;
    const ofNobody = { ...entry, from: { party: 'crm', atMs: 0 } };
    // It fits in, but not beside that of the held call.
    const it_ = joint({ packedLimitBytes: packedBytes([ofNobody]) });
    holding(it_);
    it_.events.length = 0;
    const wish = { from: 'sip:7001@192.0.2.1', to: '7003', entries: [entry], local: true };
    expect(it_.b2bua.originate(wish)).to.include({ ok: false, code: 'packed-limit' });
    expect(it_.b2bua.originate({ ...wish, consult: 'separate' })).to.include({ ok: true });
    expect(told(it_)).to.deep.equal([]);
  });

  it('obey the key policy where the change is asked for', () => {
    const keys = compileKeyPolicy([{ key: 'Case', write: ['third-party'] }]);
    const { it: it_, carol, main } = consulted(joint({ keys }));
    info(it_, carol, 'X-MS-Custom-Case: 43');
    expect(told(it_)).to.deep.equal([]);
    asks(it_, main, '44');
    expect(told(it_)).to.have.lengthOf(5);
  });

  it('have what is changed before the second is up: the first is told at once, the second then', () => {
    const it_ = joint();
    const bob = holding(it_);
    const carol = invite(it_, second, { requestUri: 'sip:7003@127.0.0.1', callId: 'c3' });
    it_.events.length = 0;
    const ringing = { headers: lines(['X-MS-Custom-Desk: 5']) };
    it_.tell({ type: 'progressed', leg: carol, status: 180, reason: '', payload: ringing });
    info(it_, bob, 'X-MS-Custom-Case: 43');
    expect(told(it_)).to.deep.equal([
      '1: 7001 by 7003, Case 42, Desk 5',
      '1: 7002 by 7003, Case 42, Desk 5',
      '1: 7001 by 7002, Case 43, Desk 5',
      '1: 7002 by 7002, Case 43, Desk 5',
    ]);
    it_.tell({ type: 'answered', leg: carol, status: 200, payload: payloadOf({ sdp: 'answer' }) });
    it_.tell({ type: 'acknowledged', leg: second, payload: { headers: [] } });
    expect(told(it_)).to.deep.equal([
      '2: 7001 by 7003, Case 42, Desk 5',
      '2: 7003 by 7003, Case 42, Desk 5',
      '2: 7001 by 7002, Case 43, Desk 5',
      '2: 7003 by 7002, Case 43, Desk 5',
    ]);
  });

  it('part when one ends: the other keeps the data and goes on alone', () => {
    const { it: it_, bob, carol, main, consultation } = consulted(joint({ retainAfterReleaseMs: 60_000 }));
    it_.tell({ type: 'hungUp', leg: bob, payload: { headers: [] } });
    info(it_, carol, 'X-MS-Custom-Case: 43');
    expect(told(it_)).to.deep.equal(['2: 7001 by 7003, Case 43', '2: 7003 by 7003, Case 43']);
    asks(it_, main, 'after work');
    expect([dataOf(it_, main), dataOf(it_, consultation)]).to.deep.equal([
      { Case: 'after work' },
      { Case: '43' },
    ]);
  });

  for (const merged of ['main-only', 'merged-only', 'merged-over-main', 'main-over-merged'] as const) {
    it(`are joined as they are (${merged}): nothing is merged, doubled or told anew`, () => {
      const {
        it: it_,
        main,
        consultation,
      } = consulted(joint({ routes: [{ targets: ['sip:192.0.2.2'], consult: 'joint', merged }] }));
      asks(it_, main, '43');
      told(it_);
      it_.signalling.done.length = 0;
      const aim = { mode: 'attended', otherConnId: consultation } as const;
      expect(it_.b2bua.transfer({ connId: main, party: '7001', aim, entries: [], local: true }).ok).to.equal(
        true,
      );
      expect(told(it_)).to.deep.equal([]);
      expect(it_.b2bua.callDetail(main)).to.deep.include({
        userData: [{ key: 'Case', type: 'string', value: '43' }],
        revision: 1,
      });
    });
  }

  it('are more than two when a consultation is held for another', () => {
    const { it: it_, carol, main, consultation } = consulted();
    hold(it_, second, carol);
    const third = { leg: 'third' as LegId, to: '7004', callIds: ['c5', 'c6'], tags: ['u', 'U'] } as const;
    const dave = calling(it_, third);
    it_.events.length = 0;
    info(it_, dave, 'X-MS-Custom-Case: 43');
    expect(told(it_).map(line => line.slice(0, line.indexOf(' by')))).to.deep.equal([
      ...['3: 7001', '3: 7004', '1: 7001', '1: 7002', '2: 7001', '2: 7003'],
    ]);
    it_.tell({ type: 'hungUp', leg: carol, payload: { headers: [] } });
    it_.events.length = 0;
    asks(it_, main, '44');
    expect(told(it_)).to.have.lengthOf(5);
    expect(dataOf(it_, consultation)).to.deep.equal({});
  });

  it('do not share what a call brings that is refused', () => {
    const it_ = joint();
    holding(it_);
    it_.events.length = 0;
    const headers = lines(['Max-Forwards: 0', 'X-MS-Custom-Case: 43']);
    invite(it_, second, { requestUri: 'sip:7003@127.0.0.1', callId: 'c3', headers });
    expect(told(it_)).to.deep.equal([]);
  });

  it('leave nothing behind', () => {
    const { it: it_, bob, carol } = consulted();
    for (const leg of [bob, carol]) it_.tell({ type: 'hungUp', leg, payload: { headers: [] } });
    it_.clock.pass(60_000);
    expect([it_.store.size, it_.clock.running]).to.deep.equal([0, 0]);
  });
});

describe('the calls that share their data', () => {
  const call = new Story().established().call;
  const root = call.connId;
  const named = (name: string, parts: Partial<Call> = {}): Call => {
    const connId = name as ConnId;
    return { ...call, connId, dataOf: connId, ...parts };
  };
  const sharing = (name: string): Call => {
    const consultation = { of: root, dataOf: root, rule: 'joint', data: [] } as const;
    return named(name, { dataOf: root, consultation });
  };

  it('are known from the consultation to the end of each', () => {
    const store = new MemoryStore();
    const calls = new JointCalls(store);
    store.put(call);
    expect(calls.othersOf(call)).to.deep.equal([]);
    calls.learn(named('b'), sharing('b'));
    calls.learn(named('c'), sharing('c'));
    expect(calls.othersOf(call)).to.have.members(['b', 'c']);
    expect(calls.othersOf(sharing('b'))).to.have.members([root, 'c']);
    calls.learn(call, { ...call, state: 'released' });
    calls.learn(sharing('b'), { ...sharing('b'), state: 'released' });
    expect(calls.othersOf(call)).to.deep.equal([]);
    expect(calls.othersOf(sharing('c'))).to.deep.equal([]);
    calls.learn(sharing('c'), { ...sharing('c'), state: 'released' });
    expect(calls.size).to.equal(0);
  });

  it('have the data that a call begins with which was asked about for a while', () => {
    const store = new MemoryStore();
    const calls = new JointCalls(store);
    const late = sharing('late');
    expect(calls.heldData(late)).to.equal(undefined);
    store.put({ ...call, state: 'released' });
    store.put({ ...sharing('b'), data: call.data });
    calls.learn(named('b'), sharing('b'));
    expect(calls.heldData(late)).to.equal(call.data);
    expect(calls.heldData(call)).to.equal(undefined);
    expect(calls.othersOf(sharing('b'))).to.deep.equal([]);
  });
});

describe('whatever is done to calls that share their data', () => {
  const keys = ['Case', 'Tier', 'Desk'];
  const values = fc.constantFrom('1', '2', '');
  const wish = fc.record({ who: fc.nat(6), key: fc.constantFrom(...keys), value: values });

  it('all of them have the same, and each party hears of each change once', () => {
    fc.assert(
      fc.property(fc.array(wish, { maxLength: 12 }), fc.nat(12), (wishes, endsAt) => {
        const { it: it_, bob, carol, main, consultation } = consulted();
        hold(it_, second, carol);
        const third = { leg: 'third' as LegId, to: '7004', callIds: ['c5', 'c6'], tags: ['u', 'U'] } as const;
        const dave = calling(it_, third);
        it_.events.length = 0;
        const writers = [alice, bob, second, carol, third.leg, dave];
        for (const [at, { who, key, value }] of wishes.entries()) {
          if (at === endsAt) it_.tell({ type: 'hungUp', leg: carol, payload: { headers: [] } });
          const before = new Map(
            it_.b2bua.callsView().map(({ connId }) => [connId, revisionOf(it_, connId)]),
          );
          const writer = writers[who];
          if (writer !== undefined) info(it_, writer, `X-MS-Custom-${key}: ${value}`);
          else asks(it_, main, value);
          const live = it_.b2bua.callsView().map(({ connId }) => connId);
          const [first, ...others] = live.map(connId => dataOf(it_, connId));
          for (const other of others) expect(other).to.deep.equal(first);
          const changes = it_.events.splice(0).filter(isChange);
          const steps = live.map(connId => Number(revisionOf(it_, connId)) - Number(before.get(connId)));
          expect(new Set(steps).size, 'all revisions move or none').to.equal(1);
          const copies = changes.filter(({ ThisDN }) => ThisDN !== undefined).length;
          expect(copies).to.equal(steps[0] === 0 ? 0 : live.length * 2);
        }
        expect(dataOf(it_, consultation)).to.be.an('object');
      }),
      { numRuns: 60 },
    );
  });
});

describe('trunks of calls that share their data', () => {
  it('say by themselves how they are told', () => {
    const trunks = [trunk({ name: 'quiet', sources: ['192.0.2.3/32'], notify: 'none' })];
    const routes = [
      { number: '^7003$', targets: ['sip:192.0.2.3'], consult: 'joint' },
      { targets: ['sip:192.0.2.2'] },
    ] as const;
    const { it: it_, bob, carol } = consulted(joint({ trunks, routes }));
    info(it_, bob, 'X-MS-Custom-Case: 43');
    expect([infosTo(it_, second), infosTo(it_, carol)]).to.deep.equal([1, 0]);
  });
});
