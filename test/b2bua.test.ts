import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { expect } from 'chai';
import type { B2buaOptions } from '../lib/b2bua.ts';
import type { LegId, NewRequest, Payload, RequestId } from '../lib/call/signal.ts';
import type { ScreeningVerdict } from '../lib/call/set-up/screening.ts';
import { encodeEvent } from '../lib/events/encode.ts';
import type { CallHandlingEvent } from '../lib/events/event.ts';
import type { IncomingCall } from '../lib/events/incoming-call.ts';
import type { CallScreening, StandaloneAnswer } from '../lib/ports.ts';
import {
  alice,
  consulting,
  establish,
  holding,
  type House,
  house,
  infoLines,
  invite,
  request,
  tags,
} from './b2bua/support/house.ts';
import { lines, trunk } from './call/support/story.ts';

describe('the funnel', () => {
  it('takes a call from INVITE to BYE and keeps nothing of it', () => {
    const it_ = house();
    const bob = establish(it_);
    expect(it_.signalling.heard).to.deep.equal(['invite', 'answer 200', 'acknowledge']);
    expect(it_.b2bua.callsView()).to.deep.equal([
      {
        connId: '0000000000000001@acme:node1',
        callThreadId: '0000000000000002',
        state: 'established',
        legs: [
          { dn: '7001', role: 'caller', state: 'confirmed', trunk: null },
          { dn: 'bob', role: 'callee', state: 'confirmed', trunk: null },
        ],
        startedAt: '2023-11-14T22:13:20.000Z',
      },
    ]);
    it_.tell({ type: 'hungUp', leg: bob, payload: { headers: [] } });
    expect(it_.signalling.heard).to.deep.equal(['hangUp']);
    expect(it_.store.size).to.equal(0);
    expect(it_.clock.running).to.equal(0);
    expect(it_.counted).to.deep.equal([
      ['started'],
      ['answered', 0],
      ['ended', { by: 'callee', why: 'hangup', sipStatus: 200, atFault: 'none' }],
    ]);
    expect(infoLines(it_)).to.deep.equal(['answered', 'released']);
  });

  it('names tenant and node in ConnID, and counts CallID', () => {
    const it_ = house({ trunks: [trunk({ name: 'sbc', sources: ['127.0.0.1'], tenant: 'globex' })] });
    invite(it_, 'a1' as LegId);
    invite(it_, 'a2' as LegId);
    const calls = [...it_.store.list()];
    expect(calls.map(({ callId }) => callId)).to.deep.equal([1, 2]);
    expect(calls[0]?.connId).to.equal('0000000000000001@globex:node1');
    expect(it_.b2bua.callsView()[0]?.legs[0]?.trunk).to.equal('sbc');
  });

  it('puts connId, leg, callId and dn on the lines of a call', () => {
    const it_ = house();
    invite(it_);
    const [line] = it_.logged.filter(({ message }) => message === 'signal');
    expect(line?.fields).to.include({
      connId: '0000000000000001@acme:node1',
      leg: alice,
      callId: 'c1',
      dn: '7001',
    });
  });

  it('gives events to the publisher last, and logs the keys', () => {
    const it_ = house();
    const bob = establish(it_);
    it_.events.splice(0);
    it_.tell({
      type: 'requested',
      leg: bob,
      request: 'r1' as RequestId,
      method: 'INFO',
      payload: { headers: lines(['X-MS-Custom-A: 1']) },
    });
    expect(it_.events.map(({ id }) => id)).to.deep.equal([
      'EventAttachedDataChanged',
      'EventAttachedDataChanged',
    ]);
    const [line] = it_.logged.filter(({ message }) => message === 'changed');
    expect(line?.fields).to.deep.include({ keys: ['A'], dn: 'bob', revision: 1 });
  });

  it('gives every event as JSON to who looks on from within the process', () => {
    const seen: unknown[] = [];
    const look = (json: unknown) => seen.push(json);
    subscribe('baton:event', look);
    const it_ = house();
    establish(it_);
    unsubscribe('baton:event', look);
    expect(seen).to.deep.equal(it_.events.map(event => encodeEvent(event)));
    expect(seen).to.not.be.empty;
  });

  describe('a request from outside', () => {
    const connId = '0000000000000001@acme:node1';
    const set = (value: string, more: object = {}) => ({
      connId,
      thirdPartyDn: 'crm',
      operation: {
        operation: 'update' as const,
        entries: [{ key: 'A', type: 'string' as const, value, scope: 'call' as const }],
      },
      ...more,
    });

    it('changes data and is answered with the call as it is then', () => {
      const it_ = house();
      establish(it_);
      const answer = it_.b2bua.changeData(set('1'));
      expect(answer).to.deep.include({ ok: true, call: it_.b2bua.callDetail(connId) });
      expect(it_.b2bua.callDetail(connId)).to.deep.include({
        userData: [{ key: 'A', type: 'string', value: '1' }],
        customContext: { sipHeaders: {}, voipHeaders: {} },
        revision: 1,
      });
      const [line] = it_.logged.filter(({ message }) => message === 'changed');
      expect(line?.fields).to.deep.include({ connId, thirdPartyDn: 'crm', keys: ['A'] });
    });

    it('for another revision is answered with the current one', () => {
      const it_ = house();
      establish(it_);
      it_.b2bua.changeData(set('1'));
      expect(it_.b2bua.changeData(set('2', { ifRevision: 0 }))).to.deep.equal({
        ok: false,
        code: 'revision-conflict',
        revision: 1,
      });
    });

    it('for a call that is not there is refused', () => {
      const it_ = house();
      const unknown = { ok: false, code: 'call-unknown' };
      expect(it_.b2bua.changeData(set('1'))).to.deep.equal(unknown);
      expect(it_.b2bua.release({ connId })).to.deep.equal(unknown);
      expect(it_.b2bua.callDetail(connId)).to.equal(undefined);
    });

    it('that a decision breaks on releases the call and says so', () => {
      const it_ = house();
      establish(it_);
      it_.store.broken = true;
      const operation = { operation: 'update' as const, entries: null as never };
      expect(it_.b2bua.changeData(set('1', { operation }))).to.deep.equal({ ok: false, code: 'internal' });
    });

    describe('after the release, where calls are retained', () => {
      const retaining = (more: Partial<B2buaOptions> = {}): House => {
        const it_ = house({ retainAfterReleaseMs: 1_000, maxCalls: 1, ...more });
        const bob = establish(it_);
        it_.b2bua.changeData(set('1'));
        it_.tell({ type: 'hungUp', leg: bob, payload: { headers: [] } });
        it_.signalling.done.length = 0;
        it_.events.length = 0;
        return it_;
      };

      it('reads and changes data; the call is listed no more, counts as no call and keeps no leg', () => {
        const it_ = retaining();
        expect(it_.b2bua.callDetail(connId)).to.include({ state: 'released', revision: 1 });
        expect(it_.b2bua.changeData(set('2'))).to.have.nested.property('call.revision', 2);
        expect(it_.b2bua.callDetail(connId)?.userData).to.deep.equal([
          { key: 'A', type: 'string', value: '2' },
        ]);
        expect(it_.events.map(event => event.ThisDN)).to.deep.equal(['7001', 'bob', undefined]);
        expect([it_.signalling.heard, it_.b2bua.callsView(), it_.store.size]).to.deep.equal([[], [], 0]);
        establish(it_, 'next' as LegId);
        expect(it_.b2bua.callsView()).to.have.length(1);
      });

      it('is refused like any other, whole', () => {
        const it_ = retaining();
        expect(it_.b2bua.changeData(set('x'.repeat(16_000)))).to.include({
          code: 'packed-limit',
          revision: 1,
        });
        expect(it_.b2bua.changeData(set('2', { ifRevision: 0 }))).to.include({ code: 'revision-conflict' });
        expect(it_.b2bua.callDetail(connId)?.revision).to.equal(1);
      });

      it('to release the call is told that it is released', () => {
        expect(retaining().b2bua.release({ connId })).to.deep.equal({ ok: false, code: 'call-released' });
      });

      it('that breaks is answered as a defect and costs nothing', () => {
        const it_ = retaining();
        const operation = { operation: 'update' as const, entries: null as never };
        expect(it_.b2bua.changeData(set('1', { operation }))).to.deep.equal({ ok: false, code: 'internal' });
        expect(it_.b2bua.callDetail(connId)).to.include({ revision: 1 });
        expect(it_.counted.filter(([name]) => name === 'ended')).to.have.length(1);
      });

      it('finds nothing when the time is up', () => {
        const it_ = retaining();
        it_.clock.pass(1_000);
        expect(it_.b2bua.callDetail(connId)).to.equal(undefined);
        expect(it_.b2bua.changeData(set('2'))).to.deep.equal({ ok: false, code: 'call-unknown' });
        expect(it_.clock.running).to.equal(0);
      });

      it('finds a call that still waits for the last word of a leg, within its time', () => {
        const it_ = house({ retainAfterReleaseMs: 1_000 });
        const bob = invite(it_);
        it_.tell({ type: 'cancelled', leg: alice, payload: { headers: [] } });
        expect(it_.b2bua.changeData(set('2'))).to.have.nested.property('call.state', 'released');
        it_.clock.pass(1_000);
        expect(it_.b2bua.callDetail(connId)).to.equal(undefined);
        it_.tell({ type: 'rejected', leg: bob, status: 487, reason: '', payload: { headers: [] } });
        expect([it_.store.size, it_.clock.running]).to.deep.equal([0, 0]);
      });

      it('does not hold up a stop, which leaves no timer', async () => {
        const it_ = retaining();
        await it_.b2bua.stop({ mode: 'bye', withinMs: 1_000_000 });
        expect([it_.clock.running, it_.b2bua.callDetail(connId)]).to.deep.equal([0, undefined]);
      });
    });

    it('by a consumer that is being told is told after that, in the order of revisions', () => {
      const it_ = house();
      establish(it_);
      it_.events.splice(0);
      const revisions: unknown[] = [];
      it_.publish = event => {
        const [pair] = ('UserData' in event ? event.UserData : undefined) ?? [];
        if (pair?.value !== '1' || revisions.length > 0) return;
        const answer = it_.b2bua.changeData(set('2'));
        revisions.push(answer.ok && answer.call.revision);
      };
      it_.b2bua.changeData(set('1'));
      expect(revisions).to.deep.equal([2]);
      expect(it_.events.map(event => ('UserData' in event ? event.UserData[0]?.value : ''))).to.deep.equal([
        '1',
        '1',
        '1',
        '2',
        '2',
        '2',
      ]);
    });

    it('to end a call that cannot be ended in order is answered as a defect', () => {
      const it_ = house();
      establish(it_);
      it_.store.broken = true;
      expect(it_.b2bua.release({ connId })).to.deep.equal({ ok: false, code: 'internal' });
      it_.store.broken = false;
      expect(it_.store.size).to.equal(0);
    });

    it('ends a call', () => {
      const it_ = house();
      establish(it_);
      it_.signalling.done.length = 0;
      expect(it_.b2bua.release({ connId, thirdPartyDn: 'crm' })).to.have.nested.include({
        ok: true,
        'call.state': 'released',
      });
      expect(it_.signalling.heard).to.deep.equal(['hangUp', 'hangUp']);
      expect(it_.counted.at(-1)).to.deep.equal([
        'ended',
        { by: 'third-party', why: 'requested', sipStatus: 200, atFault: 'none' },
      ]);
      expect(it_.store.size).to.equal(0);
    });
  });

  it('stores before it acts: a signal that an effect brings at once finds the new call', () => {
    const it_ = house();
    it_.signalling.onPerform = effect => {
      if (effect.do !== 'invite') return;
      it_.tell({ type: 'rejected', leg: effect.leg, status: 503, reason: '', payload: { headers: [] } });
    };
    invite(it_);
    expect(it_.signalling.heard).to.deep.equal(['invite', 'reject 503']);
    expect(it_.store.size).to.equal(0);
  });

  it('starts and stops the timers of a call', () => {
    const it_ = house();
    invite(it_);
    expect(it_.clock.running).to.equal(1);
    it_.clock.pass(4999);
    expect(it_.signalling.heard).to.deep.equal(['invite']);
    it_.clock.pass(1);
    expect(it_.signalling.heard).to.deep.equal(['cancel', 'reject 408']);
    expect(it_.b2bua.callsView()).to.deep.equal([]);
    expect(it_.store.size).to.equal(1);
    it_.clock.pass(40_000);
    expect(it_.store.size).to.equal(0);
    expect(it_.clock.running).to.equal(0);
  });

  it('ends a callee that answers after its call was forgotten', () => {
    const it_ = house();
    it_.tell({ type: 'answered', leg: 'late' as LegId, status: 200, payload: { headers: [] } });
    it_.tell({
      type: 'requested',
      leg: 'late' as LegId,
      request: 'r' as RequestId,
      method: 'INFO',
      payload: { headers: [] },
    });
    it_.tell({ type: 'hungUp', leg: 'late' as LegId, payload: { headers: [] } });
    expect(it_.signalling.heard).to.deep.equal(['acknowledge', 'hangUp', 'respond 481']);
  });
});

describe('two calls of one party', () => {
  const second = 'second' as LegId;

  const dialing = (it: House) =>
    it.events.filter((event): event is CallHandlingEvent => event.id === 'EventDialing');

  for (const consult of ['separate', 'inherited'] as const) {
    it(`the second is a consultation when the first is held, and its data is ${consult}`, () => {
      const it = house({ routes: [{ targets: ['sip:192.0.2.2'], consult }] });
      holding(it);
      consulting(it);
      const [main, consultation] = dialing(it);
      expect(consultation).to.include({ CallType: 'Consult', CallThreadID: main?.CallThreadID });
      expect(consultation?.ConnID).to.not.equal(main?.ConnID);
      const inherited = consult === 'inherited' ? [{ key: 'Case', value: '42' }] : [];
      expect(consultation?.UserData?.map(({ key, value }) => ({ key, value }))).to.deep.equal(inherited);
      const invited = it.signalling.done.findLast(effect => effect.do === 'invite');
      const sent = invited?.payload.headers.some(({ name }) => name === 'X-MS-Custom-Case');
      expect(sent).to.equal(consult === 'inherited');
    });
  }

  it('the second is a call of its own when the first is not held', () => {
    const it = house();
    establish(it);
    invite(it, second, { callId: 'c3' });
    const [main, other] = dialing(it);
    expect(other?.CallType).to.equal('Internal');
    expect(other?.CallThreadID).to.not.equal(main?.CallThreadID);
  });

  it('are joined by a REFER with Replaces; nothing of them is left when the parties hang up', () => {
    const it = house({ routes: [{ targets: ['sip:192.0.2.2'] }] });
    const bob = holding(it);
    const carol = consulting(it);
    it.signalling.done.length = 0;
    const headers = lines(['Refer-To: <sip:7003@192.0.2.2?Replaces=c3%3Bto-tag%3DT%3Bfrom-tag%3Dt>']);
    const request = 'refer' as RequestId;
    it.tell({ type: 'requested', leg: alice, request, method: 'REFER', payload: { headers } });
    const heard = it.signalling.done.map(
      effect => `${effect.do} ${effect.leg === carol ? 'carol' : effect.leg === bob ? 'bob' : effect.leg}`,
    );
    expect(heard).to.deep.equal([
      'respond alice',
      'request alice',
      // Her data is another in this call.
      'request carol',
      'request bob',
      'hangUp second',
    ]);
    expect(it.b2bua.callsView().map(({ legs }) => legs.map(({ dn }) => dn))).to.deep.equal([
      ['7003', '7002'],
    ]);
    it.tell({ type: 'hungUp', leg: carol, payload: { headers: [] } });
    it.clock.pass(60_000);
    expect([it.store.size, it.clock.running]).to.deep.equal([0, 0]);
  });

  it('are joined by request; not with a call that is not there, nor with one that the party is not on', () => {
    const it = house({ routes: [{ targets: ['sip:192.0.2.2'] }] });
    holding(it);
    consulting(it);
    const [main, consultation] = it.b2bua.callsView().map(({ connId }) => connId);
    const wish = (party: string, otherConnId = '') =>
      it.b2bua.transfer({
        connId: main ?? '',
        party,
        aim: { mode: 'attended', otherConnId, merged: 'merged-over-main' },
        entries: [{ key: 'Joined', type: 'string', value: 'yes', scope: 'call' }],
        local: true,
      });
    expect(wish('7001', 'nothing')).to.deep.equal({ ok: false, code: 'call-unknown', ofOther: true });
    expect(wish('7002', consultation)).to.deep.equal({ ok: false, code: 'party-unknown', ofOther: true });
    expect(wish('7001', main)).to.deep.equal({ ok: false, code: 'call-not-up' });
    it.signalling.done.length = 0;
    const joined = wish('7001', consultation);
    expect(joined).to.deep.include({ ok: true });
    expect(joined.ok && joined.call.legs.map(({ dn }) => dn)).to.deep.equal(['7003', '7002']);
    expect(joined.ok && joined.call.userData.map(({ key }) => key)).to.deep.equal(['Case', 'Joined']);
    const ended = it.signalling.done.filter(effect => effect.do === 'hangUp').map(({ leg }) => leg);
    expect(ended).to.have.members([alice, second]);
  });

  it('are not joined with a dialog of another tenant', () => {
    const it = house({
      trunks: [trunk({ name: 'other', sources: ['192.0.2.77/32'], tenant: 'other' })],
      trusted: [],
    });
    establish(it);
    const source = { protocol: 'udp', address: '192.0.2.77', port: 5060 };
    it.signalling.done.length = 0;
    const headers = [...tags('c9', 'z', ''), ...lines(['Replaces: c1;to-tag=A;from-tag=1'])];
    it.tell({ type: 'invited', leg: second, request: request({ source, callId: 'c9', headers }) });
    expect(it.signalling.heard).to.deep.equal(['reject 481']);
    expect(it.counted).to.deep.include([
      'refused',
      { by: 'baton', why: 'refused', sipStatus: 481, atFault: 'caller' },
    ]);
  });
});

describe('a defect in a decision', () => {
  const defect = { by: 'baton', why: 'internal', sipStatus: 500, atFault: 'baton' };

  it('releases the call, with 500 for a caller who still waits', () => {
    const it_ = house();
    const bob = invite(it_);
    const unreadable = { headers: undefined } as unknown as Payload;
    it_.tell({ type: 'progressed', leg: bob, status: 180, reason: '', payload: unreadable });
    expect(it_.signalling.heard).to.deep.equal(['invite', 'cancel', 'reject 500']);
    expect(it_.counted.at(-1)).to.deep.equal(['ended', defect]);
    expect(infoLines(it_)).to.deep.equal(['no decision: the call is released', 'released']);
  });

  it('costs that call only, even when it cannot be released in order', () => {
    const it_ = house();
    const bob = establish(it_);
    establish(it_, 'other' as LegId);
    it_.store.broken = true;
    it_.tell({ type: 'hungUp', leg: bob, payload: { headers: [] } });
    it_.store.broken = false;
    expect(it_.signalling.heard.slice(-3)).to.deep.equal(['reject 500', 'hangUp', 'hangUp']);
    expect(it_.store.size).to.equal(1);
    expect(it_.counted.at(-1)).to.deep.equal(['ended', defect]);
    expect(infoLines(it_)).to.include('no decision: the call is released');
    it_.tell({ type: 'hungUp', leg: 'other' as LegId, payload: { headers: [] } });
    expect(it_.store.size).to.equal(0);
  });
});

describe('who may come in', () => {
  const stranger = { protocol: 'udp', address: '198.51.100.1', port: 5060 };

  it('strangers get 403, and only a few of them are logged', () => {
    const it_ = house();
    for (let tried = 0; tried < 20; tried += 1) invite(it_, `s${tried}` as LegId, { source: stranger });
    expect(it_.signalling.heard).to.deep.equal(new Array(20).fill('reject 403'));
    expect(infoLines(it_)).to.have.length(5);
    expect(it_.counted).to.have.length(20);
    expect(it_.store.size).to.equal(0);
  });

  it('over maxCalls: 503 with Retry-After', () => {
    const it_ = house({ maxCalls: 1 });
    invite(it_);
    invite(it_, 'two' as LegId);
    const last = it_.signalling.done.at(-1);
    expect(last).to.deep.include({ do: 'reject', status: 503 });
    expect(last?.do === 'reject' && last.payload.headers).to.deep.equal([
      { name: 'Retry-After', value: '10' },
    ]);
    expect(it_.counted.at(-1)).to.deep.equal([
      'refused',
      { by: 'baton', why: 'refused', sipStatus: 503, atFault: 'baton' },
    ]);
  });

  const options = { method: 'OPTIONS' };
  const cases: [string, Partial<NewRequest>, number][] = [
    ['OPTIONS', options, 200],
    ['OPTIONS with Require', { ...options, headers: lines(['Require: 100rel']) }, 420],
    ['OPTIONS at its last hop', { ...options, headers: lines(['Max-Forwards: 0']) }, 200],
    ['MESSAGE', { method: 'MESSAGE' }, 405],
    ['REGISTER', { method: 'REGISTER' }, 405],
    ['INFO', { method: 'INFO' }, 481],
    ['NOTIFY', { method: 'NOTIFY' }, 481],
    ['INFO from a stranger', { method: 'INFO', source: stranger }, 403],
    ['OPTIONS from a stranger', { ...options, source: stranger }, 403],
    ['MESSAGE from a stranger', { method: 'MESSAGE', source: stranger }, 403],
  ];
  const statusOf = (answer: StandaloneAnswer) => (answer === 'ignore' ? 0 : answer.status);
  for (const [name, parts, status] of cases) {
    it(`${name} outside a call: ${status}`, () => {
      const answer = house().b2bua.receiveStandalone(request(parts));
      expect(statusOf(answer)).to.equal(status);
    });
  }

  it('405 lists no method that gets 405', () => {
    const answer = house().b2bua.receiveStandalone(request({ method: 'MESSAGE' }));
    expect(answer !== 'ignore' && answer.headers).to.deep.equal([
      { name: 'Allow', value: 'INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, UPDATE, NOTIFY' },
    ]);
  });

  it('a stranger who goes on gets silence', () => {
    const { b2bua } = house();
    const answers = Array.from({ length: 7 }, () =>
      b2bua.receiveStandalone(request({ ...options, source: stranger })),
    );
    expect(answers.map(statusOf)).to.deep.equal([403, 403, 403, 403, 403, 0, 0]);
  });

  it('tells what it serves', () => {
    const answer = house().b2bua.receiveStandalone(request(options));
    expect(answer !== 'ignore' && answer.headers.map(({ name }) => name)).to.deep.equal([
      'Allow',
      'Accept',
      'Supported',
    ]);
  });
});

describe('a call about which somebody outside is asked', () => {
  /** Keeps what it is asked, until the test answers. */
  class Ivr implements CallScreening {
    readonly rules = { onTimeout: 'answer' } as const;
    readonly questions: { readonly connId: string; readonly answer: (verdict: ScreeningVerdict) => void }[] =
      [];
    withdrawn = 0;

    ask(incoming: IncomingCall, answer: (verdict: ScreeningVerdict) => void): () => void {
      this.questions.push({ connId: incoming.serverCallId, answer });
      return () => {
        this.withdrawn += 1;
      };
    }
  }

  let ivr: Ivr;
  let it_: House;

  beforeEach(() => {
    ivr = new Ivr();
    it_ = house({}, ivr);
    invite(it_);
  });

  it('is shown while it waits, and goes on by what is answered', () => {
    expect(it_.b2bua.callsView()).to.have.length(1);
    expect(it_.b2bua.callDetail(ivr.questions[0]?.connId ?? '')).to.include({ state: 'screening' });
    expect(it_.signalling.heard).to.deep.equal([]);
    ivr.questions[0]?.answer({ action: 'answer' });
    expect(it_.signalling.heard).to.deep.equal(['invite']);
    expect(it_.counted).to.deep.include(['decided', 'answer', undefined, 0]);
    expect(infoLines(it_)).to.deep.equal(['decided']);
  });

  it('takes the question back when the caller gives up, and keeps nothing', () => {
    it_.tell({ type: 'cancelled', leg: alice, payload: { headers: [] } });
    expect([ivr.withdrawn, it_.store.size, it_.clock.running]).to.deep.equal([1, 0, 0]);
    ivr.questions[0]?.answer({ action: 'answer' });
    expect(it_.signalling.heard).to.deep.equal([]);
    expect(it_.counted.map(([name]) => name)).to.deep.equal(['started', 'ended']);
  });

  it('takes it back when Baton stops', async () => {
    await it_.b2bua.stop({ mode: 'bye', withinMs: 1000 });
    expect([ivr.withdrawn, it_.signalling.heard]).to.deep.equal([1, ['reject 503']]);
  });

  it('is not asked about again once it has been answered', () => {
    ivr.questions[0]?.answer({ action: 'reject', status: 486 });
    expect([ivr.withdrawn, it_.signalling.heard]).to.deep.equal([0, ['reject 486']]);
  });

  it('counts as over when it cannot be released in order', () => {
    it_.store.broken = true;
    ivr.questions[0]?.answer({ action: 'answer' });
    expect(it_.signalling.heard.at(0)).to.equal('reject 500');
    expect(it_.counted.map(([name]) => name)).to.deep.equal(['started', 'ended']);
    expect(ivr.withdrawn).to.equal(0);
  });
});

describe('stopping', () => {
  it('with bye ends all calls and takes no more', async () => {
    const it_ = house();
    establish(it_);
    const ringing = invite(it_, 'second' as LegId);
    it_.signalling.done.length = 0;
    let stopped = false;
    const stop = it_.b2bua.stop({ mode: 'bye', withinMs: 1000 }).then(() => {
      stopped = true;
    });
    expect(it_.signalling.heard).to.deep.equal(['hangUp', 'hangUp', 'cancel', 'reject 503']);
    invite(it_, 'third' as LegId);
    expect(it_.signalling.heard).to.deep.equal(['reject 503']);
    await Promise.resolve();
    expect(stopped).to.equal(false);
    it_.tell({ type: 'rejected', leg: ringing, status: 487, reason: '', payload: { headers: [] } });
    await stop;
    expect(it_.store.size).to.equal(0);
    expect(it_.clock.running).to.equal(0);
  });

  it('with keep leaves answered calls alone and waits for those being set up, but not for ever', async () => {
    const it_ = house();
    establish(it_);
    invite(it_, 'second' as LegId);
    it_.signalling.done.length = 0;
    const stop = it_.b2bua.stop({ mode: 'keep', withinMs: 1000 });
    expect(it_.signalling.heard).to.deep.equal([]);
    it_.clock.pass(1000);
    await stop;
    expect(it_.store.size).to.equal(2);
  });

  it('without calls takes no time', async () => {
    await house().b2bua.stop({ mode: 'bye', withinMs: 1_000_000 });
  });

  it('OPTIONS says so', async () => {
    const { b2bua } = house();
    await b2bua.stop({ mode: 'bye', withinMs: 0 });
    const answer = b2bua.receiveStandalone(request({ method: 'OPTIONS' }));
    expect(answer !== 'ignore' && answer.status).to.equal(503);
  });
});

describe('the journal', () => {
  it('has the events of a decision before anything is done of it', () => {
    const it_ = house();
    const bob = establish(it_);
    it_.tell({ type: 'hungUp', leg: bob, payload: { headers: [] } });
    // Done: invite, answer, acknowledge, hangUp.
    expect(it_.journal.kept).to.deep.equal([
      { id: 'EventDialing', effectsBefore: 0 },
      { id: 'EventRinging', effectsBefore: 1 },
      { id: 'EventEstablished', effectsBefore: 1 },
      { id: 'EventEstablished', effectsBefore: 1 },
      { id: 'EventReleased', effectsBefore: 3 },
      { id: 'EventReleased', effectsBefore: 3 },
    ]);
    expect(it_.journal.writes).to.equal(3);
  });

  it('has the events in the order in which they are told, those of what an effect brings at once included', () => {
    const it_ = house();
    it_.signalling.onPerform = effect => {
      if (effect.do !== 'invite') return;
      it_.signalling.onPerform = () => undefined;
      it_.tell({ type: 'lost', leg: alice, reason: 'gone' });
    };
    invite(it_);
    expect(it_.events.map(({ id }) => id)).to.deep.equal(['EventDialing', 'EventReleased']);
    expect(it_.journal.kept.map(({ id }) => id)).to.deep.equal(it_.events.map(({ id }) => id));
  });

  it('that takes no more lets no new call in, and leaves standing ones alone', () => {
    const it_ = house();
    const bob = establish(it_);
    it_.signalling.done.length = 0;
    it_.journal.obstacle = 'outbox-full';
    it_.tell({ type: 'invited', leg: 'carol' as LegId, request: request({ callId: 'c2' }) });
    const answer = it_.b2bua.receiveStandalone(request({ method: 'OPTIONS' }));
    it_.tell({ type: 'hungUp', leg: bob, payload: { headers: [] } });
    expect(it_.signalling.heard).to.deep.equal(['reject 503', 'hangUp']);
    expect(it_.logged.find(({ message }) => message === 'refused')?.fields).to.include({
      code: 'outbox-full',
    });
    expect(answer).to.have.property('status', 503);
    expect(
      it_.b2bua.originate({ from: 'sip:a@192.0.2.9', to: 'sip:b@192.0.2.9', entries: [], local: true }),
    ).to.deep.equal({ ok: false, code: 'outbox-full' });
  });
});

describe('signalling that goes down and comes back', () => {
  it('costs no call by itself', () => {
    const it_ = house();
    establish(it_);
    it_.b2bua.signallingChanged(false);
    it_.b2bua.signallingChanged(true);
    expect(it_.b2bua.callsView()).to.have.length(1);
  });
});
