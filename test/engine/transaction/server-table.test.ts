import { expect } from 'chai';
import { EngineCounters } from '../../../lib/engine/counters.ts';
import type { SipMessage } from '../../../lib/engine/message/message.ts';
import type { Via } from '../../../lib/engine/message/via.ts';
import { InviteServer } from '../../../lib/engine/transaction/invite-server.ts';
import { serverKeys } from '../../../lib/engine/transaction/server-keys.ts';
import { ServerTable } from '../../../lib/engine/transaction/server-table.ts';
import { DEFAULT_TIMING, timerTable } from '../../../lib/engine/transaction/timers.ts';
import { FakeTimers } from '../../support/fake-timers.ts';
import { ALICE, fromAlice, request } from './doubles.ts';

function viaOf(message: SipMessage): Via {
  if (message.topVia === undefined) throw new Error('no Via');
  return message.topVia;
}

function inviteServer(invite: SipMessage): InviteServer {
  const wiring = {
    timers: new FakeTimers(),
    timing: DEFAULT_TIMING,
    counters: new EngineCounters(),
    table: () => timerTable(DEFAULT_TIMING, false),
    send: () => undefined,
    forget: () => undefined,
  };
  return new InviteServer(invite, { hop: ALICE, flow: fromAlice }, serverKeys(invite, viaOf(invite)), wiring);
}

describe('the table of server transactions', () => {
  const invite = request();
  const fork = request({ branch: 'z9hG4bKfork' });
  const cancel = request({ method: 'CANCEL', sentBy: '203.0.113.1' });

  it('finds by transaction, by request, and the INVITE of a CANCEL', () => {
    const table = new ServerTable();
    const machine = inviteServer(invite);
    table.add(machine);
    expect(table.find(serverKeys(invite, viaOf(invite)))).to.equal(machine);
    expect(table.find(serverKeys(fork, viaOf(fork)))).to.equal(undefined);
    expect(table.findMerged(serverKeys(fork, viaOf(fork)))).to.equal(machine);
    expect(table.findInvite(cancel, viaOf(cancel))).to.equal(machine);
  });

  it('keeps nothing of what was removed, and does not forget the first of two equal requests with the second', () => {
    const table = new ServerTable();
    const [first, second] = [inviteServer(invite), inviteServer(fork)];
    table.add(first);
    table.add(second);
    table.remove(second);
    expect(table.findMerged(second.keys)).to.equal(first);
    table.remove(first);
    expect([table.size, table.findMerged(first.keys)]).to.deep.equal([0, undefined]);
  });
});
