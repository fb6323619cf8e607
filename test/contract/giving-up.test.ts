import { expect } from 'chai';
import type { LegId } from '../../lib/call/signal.ts';
import { AgentDialog } from '../../support/sip-agent.ts';
import { backendNames, sdpPayload, Stage } from './stage.ts';

const bobLeg = 'leg-of-bob' as LegId;
const empty = { headers: [] };
const reason = [{ name: 'Reason', value: 'SIP;cause=200;text="completed elsewhere"' }];

for (const backend of backendNames) {
  describe(`giving up calls through the ${backend}`, () => {
    let stage: Stage;

    beforeEach(async () => {
      stage = await Stage.open(backend);
    });

    afterEach(async () => {
      await stage.close();
    });

    it('tells the CANCEL of the caller with its lines; the INVITE is answered 487', async () => {
      const { invite, leg } = await stage.invited();
      stage.perform({ do: 'progress', leg, status: 180, reason: 'Ringing', payload: empty });
      await stage.alice.expect('180 INVITE');
      stage.alice.cancel(invite, { headers: [['Reason', 'Q.850;cause=16']] });
      const { payload } = await stage.told.next('cancelled', leg);
      expect(payload.headers).to.deep.include({ name: 'Reason', value: 'Q.850;cause=16' });
      await stage.alice.expect('200 CANCEL');
      stage.alice.ackRefusal(invite, await stage.alice.expect('487 INVITE'));
      await stage.idle();
    });

    it('tells the CANCEL of a caller that has had no response yet', async () => {
      const { invite, leg } = await stage.invited();
      stage.alice.cancel(invite);
      await stage.told.next('cancelled', leg);
      stage.alice.ackRefusal(invite, await stage.alice.expect('487 INVITE'));
      await stage.idle();
    });

    it('tells either the CANCEL or the failed answer when both cross, never both', async () => {
      const { invite, leg } = await stage.invited();
      stage.alice.cancel(invite);
      await stage.alice.expect('487 INVITE');
      stage.perform({ do: 'answer', leg, status: 200, payload: sdpPayload('baton') });
      await stage.idle();
      const ends = stage.told.untaken.filter(type => type === 'cancelled' || type === 'answerFailed');
      expect(ends).to.have.length(1);
      stage.alice.ackRefusal(invite, await stage.alice.expect('200 CANCEL'));
    });

    it('cancels an INVITE at once, before the engine has named it', async () => {
      stage.orderInvite(bobLeg);
      stage.perform({ do: 'cancel', leg: bobLeg, headers: [] });
      const invite = await stage.bob.expect('INVITE');
      stage.bob.respond(invite, 180);
      const cancel = await stage.bob.expect('CANCEL');
      stage.bob.respond(cancel, 200);
      stage.bob.respond(invite, 487);
      expect((await stage.told.next('rejected', bobLeg)).status).to.equal(487);
      await stage.bob.expect('ACK');
      await stage.idle();
    });

    it('cancels a ringing INVITE with the lines ordered', async () => {
      const invite = await stage.inviteBob(bobLeg);
      stage.bob.respond(invite, 180);
      await stage.told.next('progressed', bobLeg);
      stage.perform({ do: 'cancel', leg: bobLeg, headers: reason });
      const cancel = await stage.bob.expect('CANCEL');
      expect(cancel.get('Reason')).to.equal(reason[0]?.value);
      stage.bob.respond(cancel, 200);
      stage.bob.respond(invite, 487);
      expect((await stage.told.next('rejected', bobLeg)).status).to.equal(487);
      await stage.bob.expect('ACK');
      await stage.idle();
    });

    it('tells the answer that crosses a CANCEL; acknowledged and hung up, the callee has ACK and BYE', async () => {
      const invite = await stage.inviteBob(bobLeg);
      stage.bob.respond(invite, 180);
      await stage.told.next('progressed', bobLeg);
      stage.perform({ do: 'cancel', leg: bobLeg, headers: [] });
      const cancel = await stage.bob.expect('CANCEL');
      stage.bob.respond(invite, 200, { body: 'v=0\r\n' });
      stage.bob.respond(cancel, 200);
      await stage.told.next('answered', bobLeg);
      stage.perform({ do: 'acknowledge', leg: bobLeg, payload: empty });
      stage.perform({ do: 'hangUp', leg: bobLeg, headers: [] });
      await stage.bob.expect('ACK');
      stage.bob.respond(await stage.bob.expect('BYE'), 200);
      await stage.idle();
    });

    it('ends both directions with BYE', async () => {
      const { dialog } = await stage.callerLeg();
      const { leg } = await stage.calleeLeg(bobLeg);
      dialog.request('BYE', { headers: [['Reason', 'Q.850;cause=16']] });
      await stage.alice.expect('200 BYE');
      const { payload } = await stage.told.next('hungUp');
      expect(payload.headers).to.deep.include({ name: 'Reason', value: 'Q.850;cause=16' });
      stage.perform({ do: 'hangUp', leg, headers: [{ name: 'Reason', value: 'Q.850;cause=16' }] });
      const bye = await stage.bob.expect('BYE');
      expect(bye.get('Reason')).to.equal('Q.850;cause=16');
      stage.bob.respond(bye, 200);
      await stage.idle();
    });

    it('tells the BYE of the callee and hangs up on the caller', async () => {
      const { leg } = await stage.callerLeg();
      const { dialog } = await stage.calleeLeg(bobLeg);
      dialog.request('BYE');
      await stage.told.next('hungUp', bobLeg);
      await stage.bob.expect('200 BYE');
      stage.perform({ do: 'hangUp', leg, headers: [] });
      stage.alice.respond(await stage.alice.expect('BYE'), 200);
      await stage.idle();
    });

    it('stands BYEs that cross, and tells nothing more', async () => {
      const { leg, dialog } = await stage.callerLeg();
      stage.perform({ do: 'hangUp', leg, headers: [] });
      const bye = await stage.alice.expect('BYE');
      dialog.request('BYE');
      stage.alice.respond(bye, 200);
      await stage.idle();
      expect(stage.told.untaken).to.deep.equal([]);
    });

    it('answers 481 to a dialog it does not know', async () => {
      const { dialog } = await stage.callerLeg();
      dialog.request('BYE');
      await stage.alice.expect('200 BYE');
      await stage.told.next('hungUp');
      for (const method of ['INFO', 'BYE', 'INVITE']) {
        dialog.request(method);
        await stage.alice.expect(`481 ${method}`);
      }
      expect(stage.told.untaken).to.deep.equal([]);
      await stage.idle();
    });
  });
}

describe('a caller that never acknowledges', () => {
  it('is lost, with BYE to it and the reason told', async () => {
    const stage = await Stage.open('embedded engine', { timing: { t1Ms: 10, t2Ms: 40, t4Ms: 50 } });
    const { leg } = await stage.invited();
    stage.perform({ do: 'answer', leg, status: 200, payload: sdpPayload('baton') });
    const answer = await stage.alice.expect('200 INVITE');
    expect((await stage.told.next('lost', leg)).reason).to.match(/ACK/);
    stage.alice.respond(await stage.alice.expect('BYE'), 200);
    expect(stage.alice.copiesOf(answer)).to.be.greaterThan(1);
    expect(AgentDialog.calling(stage.alice, answer)).to.be.an('object');
    await stage.idle();
    await stage.close();
  });
});
