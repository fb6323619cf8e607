import { expect } from 'chai';
import type { Call } from '../../lib/call/call.ts';
import type { ConnId, Dn } from '../../lib/call/ids.ts';
import { type CallClue, CallFinder } from '../../lib/recording/call-finder.ts';
import { MemoryStore } from '../../lib/store/memory-store.ts';
import { request } from '../b2bua/support/house.ts';
import { lines } from '../call/support/story.ts';
import { Story } from '../call/support/story.ts';
import { FakeClock } from '../support/fake-clock.ts';

interface Wanted {
  readonly hex: string;
  readonly number: number;
  readonly from: string;
  readonly dialled: string;
  readonly callee?: string;
  readonly tenant?: string;
  readonly headers?: readonly string[];
}

function house() {
  const store = new MemoryStore();
  const clock = new FakeClock();
  const finder = new CallFinder({ store, clock, correlationHeader: 'X-MS-Custom-CallId' });
  const { call: like } = new Story().established();
  const begin = ({
    hex,
    number,
    from,
    dialled,
    callee = dialled,
    tenant = 'acme',
    headers = [],
  }: Wanted): Call => {
    const trunk = { ...like.caller.trunk, tenant };
    const call: Call = {
      ...like,
      connId: `${hex.padStart(16, '0')}@${tenant}:node1` as ConnId,
      callId: number,
      dialled: dialled as Dn,
      caller: { ...like.caller, dn: from as Dn, trunk },
      callee: { ...(like.callee ?? like.caller), dn: callee as Dn, trunk },
    };
    store.put(call);
    finder.callBegan(call, request({ headers: lines(headers) }));
    finder.callChanged(call);
    return call;
  };
  const end = (call: Call): void => {
    const released: Call = { ...call, state: 'released' };
    store.put(released);
    finder.callChanged(released);
  };
  const find = (clue: Partial<CallClue>) => {
    const found = finder.find({ correlation: 'u1', to: [], ...clue });
    return typeof found === 'string' ? found : found.connId.slice(12, 16);
  };
  return { store, clock, finder, begin, end, find };
}

const one: Wanted = {
  hex: 'a001',
  number: 41,
  from: '7001',
  dialled: '8001',
  callee: '7002',
  headers: ['x-ms-custom-callid:  u1 ', 'X-MS-Custom-CallId: u9'],
};
const two: Wanted = { hex: 'a002', number: 42, from: '7001', dialled: '8001', callee: '7003' };
const three: Wanted = { hex: 'a003', number: 43, from: '7004', dialled: '8001', tenant: 'other' };

describe('a call that is looked for', () => {
  const rows: readonly [what: string, clue: Partial<CallClue>, found: string][] = [
    ['by the header of its INVITE, the first line of it', {}, 'a001'],
    ['letter for letter', { correlation: 'U1' }, 'none'],
    ['not by a further line', { correlation: 'u9' }, 'none'],
    ['by the header before its other names', { ctiCallId: '43', from: '7004', to: ['8001'] }, 'a001'],
    ['by its whole ConnID', { correlation: 'x', ctiCallId: '000000000000a002@acme:node1' }, 'a002'],
    ['by the digits of it', { correlation: 'x', ctiCallId: '000000000000A003' }, 'a003'],
    ['not by some of them', { correlation: 'x', ctiCallId: 'a003' }, 'none'],
    ['by its CallID', { correlation: 'x', ctiCallId: '42' }, 'a002'],
    ['by its CallID only where the caller fits', { correlation: 'x', ctiCallId: '42', from: '7004' }, 'none'],
    [
      'by its CallID before its numbers',
      { correlation: 'x', ctiCallId: '42', from: '7001', to: ['7002'] },
      'a002',
    ],
    ['by caller and callee', { correlation: 'x', from: '7001', to: ['9', '7003'] }, 'a002'],
    ['by caller and number dialled', { correlation: 'x', from: '7004', to: ['8001'] }, 'a003'],
    [
      'by numbers where the CTI id is of somebody else',
      { correlation: 'x', ctiCallId: 'q', from: '7004', to: ['8001'] },
      'a003',
    ],
    ['not by a guess', { correlation: 'x', from: '7001', to: ['8001'] }, 'ambiguous'],
    ['not by whom it is for alone', { correlation: 'x', to: ['7003'] }, 'none'],
    ['not by who is called as who calls', { correlation: 'x', from: '7002', to: ['7001'] }, 'none'],
    ['not in another tenant', { correlation: 'x', from: '7004', to: ['8001'], tenant: 'acme' }, 'none'],
    ['in its tenant', { correlation: 'u1', tenant: 'acme' }, 'a001'],
    ['in no other by the header either', { correlation: 'u1', tenant: 'other' }, 'none'],
  ];
  for (const [what, clue, found] of rows) {
    it(`is found ${what}: ${found}`, () => {
      const { begin, find } = house();
      for (const each of [one, two, three]) begin(each);
      expect(find(clue)).to.equal(found);
    });
  }

  it('is ambiguous when two have the same header, until one has ended', () => {
    const { finder, begin, end, find } = house();
    const calls = [one, { ...two, headers: one.headers ?? [] }].map(begin);
    expect(find({})).to.equal('ambiguous');
    for (const call of calls.slice(0, 1)) end(call);
    expect(find({})).to.equal('a002');
    for (const call of calls) finder.callGone(call.connId);
    expect([find({}), finder.counts]).to.deep.equal(['none', { correlated: 0, waiting: 0 }]);
  });

  it('is found no more when it is released', () => {
    const { begin, end, find } = house();
    end(begin(one));
    expect([
      find({}),
      find({ correlation: 'x', ctiCallId: '41' }),
      find({ correlation: 'x', from: '7001', to: ['8001'] }),
    ]).to.deep.equal(['none', 'none', 'none']);
  });

  for (const [what, clue] of [
    ['header', { correlation: 'u1', to: [] }],
    ['numbers', { correlation: 'x', from: '7001', to: ['7002'] }],
    ['CallID', { correlation: 'x', ctiCallId: '41', to: [] }],
  ] as const) {
    it(`is waited for, by its ${what}`, async () => {
      const { clock, finder, begin } = house();
      const found = finder.await(clue, clock.nowMs() + 1_000);
      begin(three);
      expect(finder.counts.waiting).to.equal(1);
      clock.pass(999);
      const call = begin(one);
      expect(await found).to.equal(call);
      expect([finder.counts.waiting, clock.running]).to.deep.equal([0, 0]);
    });
  }

  it('is waited for no longer than told', async () => {
    const { clock, finder, begin } = house();
    const found = finder.await({ correlation: 'u1', to: [] }, clock.nowMs() + 1_000);
    clock.pass(1_000);
    begin(one);
    expect(await found).to.equal('none');
    expect(await finder.await({ correlation: 'u2', to: [] }, clock.nowMs())).to.equal('none');
    expect(finder.counts.waiting).to.equal(0);
  });
});
