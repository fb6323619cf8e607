import { expect } from 'chai';
import type { Flow } from '../../lib/recording/flow.ts';
import { hasSameParties, orderOf } from '../../lib/recording/order.ts';
import { Story } from '../call/support/story.ts';

const flow: Flow = {
  accessCode: '8001',
  mode: 'capture',
  backend: 'rtpengine',
  required: false,
  onNotFound: 'error',
};
const wanted = { recordingId: 'u1', mode: 'capture', flow, startedAtMs: 5 } as const;

describe('what a recorder is told', () => {
  it('names the call and its parties, the caller first', () => {
    const { call } = new Story().established();
    const { parties, ...order } = orderOf(call, wanted);
    expect(order).to.deep.equal({
      ...wanted,
      connId: call.connId,
      callNumber: call.callId,
      callThreadId: call.callThreadId,
      tenant: call.connId.slice(17, call.connId.lastIndexOf(':')),
    });
    expect(parties.map(({ dn, role, held }) => ({ dn, role, held }))).to.deep.equal([
      { dn: call.caller.dn, role: 'caller', held: false },
      { dn: call.callee?.dn, role: 'callee', held: false },
    ]);
  });

  it('is the same as long as nobody comes, goes or holds', () => {
    const { call } = new Story().established();
    const order = orderOf(call, wanted);
    expect(hasSameParties(order, orderOf({ ...call, revision: 7 }, wanted))).to.equal(true);
    const held = { ...call, caller: { ...call.caller, told: 'held' as const } };
    expect(hasSameParties(order, orderOf(held, wanted))).to.equal(false);
    expect(hasSameParties(order, orderOf({ ...call, callee: undefined }, wanted))).to.equal(false);
  });
});
