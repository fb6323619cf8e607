import { expect } from 'chai';
import type { LegId } from '../../lib/call/signal.ts';
import { eventually } from '../support/eventually.ts';
import { remoteBackendNames, Stage } from './stage.ts';

const bobLeg = 'leg-of-bob' as LegId;
const empty = { headers: [] };

for (const backend of remoteBackendNames) {
  describe(`losing the control connection to the ${backend}`, () => {
    let stage: Stage;

    beforeEach(async () => {
      stage = await Stage.open(backend);
    });

    afterEach(async () => {
      await stage.close();
    });

    const backAgain = () => stage.told.until(() => stage.told.ups.length === 3, 'down and up again');

    it('keeps the calls that are up, in both directions', async () => {
      const caller = await stage.callerLeg();
      const callee = await stage.calleeLeg(bobLeg);
      stage.relay.cut();
      await backAgain();
      expect(stage.told.ups).to.deep.equal([true, false, true]);
      if (stage.differs('dialogs-not-given-back')) {
        // Both ends are told, so that no one stays behind in a call that the other has left.
        for (const { leg, dialog } of [caller, callee]) {
          await stage.told.next('lost', leg);
          dialog.agent.respond(await dialog.agent.expect('BYE'), 200);
        }
        await stage.idle();
        return;
      }
      const { agent } = caller.dialog;
      agent.respond(await agent.expect('OPTIONS'), 200);
      for (const { leg, dialog } of [caller, callee]) {
        dialog.request('INFO');
        const { request } = await stage.told.next('requested', leg);
        stage.perform({ do: 'respond', leg, request, status: 200, payload: empty });
        await dialog.agent.expect('200 INFO');
        const asked = stage.newRequestId();
        stage.perform({ do: 'request', leg, request: asked, method: 'INFO', payload: empty });
        dialog.agent.respond(await dialog.agent.expect('INFO'), 200);
        expect(await stage.told.next('responded', leg)).to.include({ request: asked, status: 200 });
      }
      callee.dialog.request('BYE');
      await stage.told.next('hungUp', callee.leg);
      stage.perform({ do: 'hangUp', leg: caller.leg, headers: [] });
      agent.respond(await agent.expect('BYE'), 200);
      await stage.idle();
    });

    it('ends what was being set up', async () => {
      const { invite, leg } = await stage.invited();
      stage.perform({ do: 'progress', leg, status: 180, reason: 'Ringing', payload: empty });
      await stage.alice.expect('180 INVITE');
      const ringing = await stage.inviteBob(bobLeg);
      stage.bob.respond(ringing, 180);
      await stage.told.next('progressed', bobLeg);
      stage.relay.cut();
      expect((await stage.told.next('rejected', bobLeg)).status).to.equal(503);
      await stage.told.next('cancelled', leg);
      await backAgain();
      if (!stage.differs('ringing-left-alone')) {
        stage.alice.ackRefusal(invite, await stage.alice.expect('503 INVITE'));
        stage.bob.respond(await stage.bob.expect('CANCEL'), 200);
        stage.bob.respond(ringing, 487);
        await stage.bob.expect('ACK');
      }
      expect(stage.signalling.openCounts.legs).to.equal(0);
      // Had the server done anything about them, it would have come before the answer to the next call.
      await stage.callerLeg();
      expect(stage.alice.untaken.filter(start => start.startsWith('SIP/2.0 503'))).to.deep.equal([]);
      expect(stage.bob.untaken.filter(start => start.startsWith('CANCEL'))).to.deep.equal([]);
    });

    it('sends what was ordered meanwhile', async () => {
      const { leg, dialog } = await stage.callerLeg();
      stage.relay.block();
      await stage.told.until(() => !stage.signalling.up, 'down');
      stage.perform({ do: 'hangUp', leg, headers: [{ name: 'Reason', value: 'Q.850;cause=16' }] });
      stage.relay.unblock();
      const bye = await dialog.agent.expect('BYE');
      expect(bye.get('Reason')).to.equal('Q.850;cause=16');
      dialog.agent.respond(bye, 200);
      await stage.idle();
      expect(stage.told.untaken).to.deep.equal([]);
    });

    it('tells the legs lost when the engine has forgotten them', async () => {
      const caller = await stage.callerLeg();
      const callee = await stage.calleeLeg(bobLeg);
      await stage.restartEngine();
      await stage.told.next('lost', caller.leg);
      await stage.told.next('lost', callee.leg);
      await stage.idle();
      caller.dialog.request('BYE');
      await stage.alice.expect('481 BYE');
    });
  });
}

describe('an application that stays away', () => {
  it('has its calls ended on both sides after the grace time, and is told when it returns', async () => {
    const stage = await Stage.open('embedded engine', { graceMs: 50 });
    const caller = await stage.callerLeg();
    const callee = await stage.calleeLeg(bobLeg);
    stage.relay.block();
    for (const { dialog } of [caller, callee]) {
      dialog.agent.respond(await dialog.agent.expect('BYE'), 200);
    }
    stage.relay.unblock();
    await stage.told.next('lost', caller.leg);
    await stage.told.next('lost', callee.leg);
    await stage.idle();
    await stage.close();
  });
});

for (const backend of ['embedded engine', 'direct engine'] as const) {
  describe(`fifty calls through the ${backend}, ended in every way`, () => {
    it('leave nothing behind: not in the adapter, not in drachtio-srf, not in the engine', async () => {
      const stage = await Stage.open(backend, { timing: { t1Ms: 10, t2Ms: 40, t4Ms: 50 } });
      const ways = [rejected, cancelled, hungUpByPeer, hungUpByUs, reinvited];
      for (let call = 0; call < 50; call += 1) await ways[call % ways.length]?.(stage, call);
      await stage.idle();
      await eventually(() => stage.keptByEngine === 0, 'the engine keeps nothing');
      expect(stage.told.untaken).to.deep.equal([]);
      await stage.close();
    });
  });
}

async function rejected(stage: Stage): Promise<void> {
  const { invite, leg } = await stage.invited();
  stage.perform({ do: 'reject', leg, status: 486, payload: empty });
  stage.alice.ackRefusal(invite, await stage.alice.expect('486 INVITE'));
}

async function cancelled(stage: Stage, call: number): Promise<void> {
  const leg = `leg-${call}` as LegId;
  const invite = await stage.inviteBob(leg);
  stage.bob.respond(invite, 180);
  await stage.told.next('progressed', leg);
  stage.perform({ do: 'cancel', leg, headers: [] });
  stage.bob.respond(await stage.bob.expect('CANCEL'), 200);
  stage.bob.respond(invite, 487);
  await stage.told.next('rejected', leg);
  await stage.bob.expect('ACK');
}

async function hungUpByPeer(stage: Stage): Promise<void> {
  const { leg, dialog } = await stage.callerLeg();
  dialog.request('INFO');
  await stage.told.next('requested', leg);
  dialog.request('BYE');
  await stage.told.next('hungUp', leg);
  await stage.alice.expect('200 BYE');
}

async function hungUpByUs(stage: Stage, call: number): Promise<void> {
  const { leg } = await stage.calleeLeg(`leg-${call}` as LegId);
  stage.perform({ do: 'hangUp', leg, headers: [] });
  stage.bob.respond(await stage.bob.expect('BYE'), 200);
}

async function reinvited(stage: Stage): Promise<void> {
  const { leg, dialog } = await stage.callerLeg();
  const request = stage.newRequestId();
  stage.perform({ do: 'request', leg, request, method: 'INVITE', payload: empty });
  stage.alice.respond(await stage.alice.expect('INVITE'), 200, { body: 'v=0\r\n' });
  await stage.told.next('responded', leg);
  stage.perform({ do: 'acknowledge', leg, request, payload: empty });
  await stage.alice.expect('ACK');
  dialog.request('BYE');
  await stage.told.next('hungUp', leg);
  await stage.alice.expect('200 BYE');
}
