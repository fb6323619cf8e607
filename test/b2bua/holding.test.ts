import { expect } from 'chai';
import { HoldingParties } from '../../lib/b2bua/holding.ts';
import type { Call } from '../../lib/call/call.ts';
import type { Told } from '../../lib/call/leg.ts';
import { Story } from '../call/support/story.ts';

const call = new Story().established().call;
const told = (one: Told, other: Told, more: Partial<Call> = {}): Call => {
  const { caller, callee } = call;
  if (callee === undefined) throw new Error('nobody was called');
  return { ...call, caller: { ...caller, told: one }, callee: { ...callee, told: other }, ...more };
};

describe('who holds a call', () => {
  it('is known from the hold to the retrieval', () => {
    const parties = new HoldingParties();
    const [up, held] = [told('established', 'established'), told('established', 'held')];
    parties.learn(up, held);
    const bob = held.callee ?? held.caller;
    expect(parties.heldBy(bob, 'acme')).to.equal(call.connId);
    expect(parties.heldBy(bob, 'other')).to.equal(undefined);
    expect(parties.heldBy(held.caller, 'acme')).to.equal(undefined);
    parties.learn(held, told('held', 'held'));
    expect(parties.heldBy(held.caller, 'acme')).to.equal(call.connId);
    parties.learn(told('held', 'held'), up);
    expect(parties.size).to.equal(0);
  });

  it('is nobody once the call has ended or the party has left it', () => {
    const parties = new HoldingParties();
    const held = told('held', 'held');
    parties.learn(told('established', 'established'), held);
    const { caller } = call;
    const gone = told('released', 'held', { caller: { ...caller, id: 'another' as typeof caller.id } });
    parties.learn(held, gone);
    expect(parties.size).to.equal(1);
    parties.learn(gone, told('released', 'released', { caller: gone.caller }));
    expect(parties.size).to.equal(0);
  });

  it('of two that a party holds the newest counts', () => {
    const parties = new HoldingParties();
    const connId = '00000000000000aa@acme:node1' as Call['connId'];
    parties.learn(told('established', 'established'), told('held', 'established'));
    const second = told('held', 'established', { connId });
    parties.learn(told('established', 'established', { connId }), second);
    expect(parties.heldBy(second.caller, 'acme')).to.equal(connId);
    parties.learn(told('held', 'established'), told('released', 'released'));
    expect(parties.size).to.equal(1);
  });
});
