import { readFile, stat } from 'node:fs/promises';
import { expect } from 'chai';
import { rtpIn } from '../../support/pcap.ts';
import { Rtpengine } from '../../support/rtpengine.ts';
import { flowsBothWays } from '../../support/rtp-phone.ts';
import { AgentDialog } from '../../support/sip-agent.ts';
import { AnchorStage } from '../media-anchor/support/stage.ts';
import { eventually } from '../support/eventually.ts';

interface View {
  readonly state: string;
  readonly backend: string;
  readonly segments?: readonly { readonly file?: string; readonly bytes?: number }[];
  readonly reason?: string;
}

describe('a call that an IVR has recorded by rtpengine', function () {
  this.timeout(20_000);
  let rtpengine: Rtpengine;
  let stage: AnchorStage;

  async function open(flags: Readonly<Record<string, unknown>> = {}): Promise<void> {
    rtpengine = await Rtpengine.start();
    stage = await AnchorStage.open({
      rtpengines: [rtpengine],
      flags: {
        'recording.auth.mode': 'off',
        'recording.flows': [
          { accessCode: '8001', mode: 'record', backend: 'rtpengine' },
          { accessCode: '8002', mode: 'record', backend: 'rtpengine', required: true },
        ],
        'recording.rtpengine.recordingDir': rtpengine.recordingDir,
        'recording.rtpengine.minFreeBytes': 0,
        'recording.rtpengine.timeouts.growthMs': 300,
        ...flags,
      },
    });
  }

  afterEach(async () => {
    await stage.close();
    await rtpengine.stop();
  });

  /** inaction=7, as ODFS is asked. */
  async function ask(connId: string, more: object = {}): Promise<unknown> {
    const inparams = { call_id: 'u1', call_dst_id: '8001', cti_callid: connId, auth_token: 'none', ...more };
    const response = await fetch(`${stage.url}/oifde/rest/crs/process`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ userid: 'u1', inaction: 7, seat: 'vir', inparams }),
    });
    expect(response.status).to.equal(200);
    return await response.json();
  }

  const done = (ret: string) => ({ ret, userid: 'u1', outaction: '7', outparams: {} });

  async function recording(connId: string): Promise<View | undefined> {
    const response = await fetch(`${stage.url}/v1/calls/${connId}`);
    return ((await response.json()) as { recording?: View }).recording;
  }

  async function connIdOf(): Promise<string> {
    return (await stage.connIds())[0] ?? '';
  }

  it('has both parties in a pcap, as GET /v1/calls/{connId} shows', async () => {
    await open();
    const { alice, bob } = stage;
    const dialogs = await stage.call();
    const connId = await connIdOf();
    expect(await ask(connId)).to.deep.equal(done('0'));
    const view = await recording(connId);
    expect(view).to.deep.include({ state: 'active', backend: 'rtpengine' });
    await flowsBothWays(alice.rtp, bob.rtp, 40);
    await stage.hangUp(dialogs.alice, bob);
    await stage.hasNgCalls(0);
    const file = view?.segments?.[0]?.file ?? '';
    expect((await stat(file)).mode & 0o777).to.equal(0o600);
    const markers = new Set(rtpIn(await readFile(file)).map(({ payload }) => payload[0]));
    expect([markers.has(40), markers.has(41)]).to.deep.equal([true, true]);
  });

  it('is recorded from before its answer on', async () => {
    await open();
    const { alice, bob } = stage;
    alice.sip.request('INVITE', stage.uri('bob'), { body: alice.sdp() });
    const invite = await bob.expect('INVITE');
    const connId = await connIdOf();
    expect(await ask(connId)).to.deep.equal(done('0'));
    bob.sip.respond(invite, 183, { body: bob.sdp() });
    await alice.expect('183 INVITE');
    await flowsBothWays(bob.rtp, alice.rtp, 44);
    bob.sip.respond(invite, 200, { body: bob.sdp() });
    const answer = await alice.expect('200 INVITE');
    const dialog = AgentDialog.calling(alice.sip, answer);
    dialog.ack(answer);
    await bob.expect('ACK');
    const segments = (await recording(connId))?.segments ?? [];
    expect(segments).to.have.lengthOf(1);
    await stage.hangUp(dialog, bob);
    await stage.hasNgCalls(0);
    const packets = rtpIn(await readFile(segments[0]?.file ?? ''));
    expect(packets.some(({ payload }) => payload[0] === 44)).to.equal(true);
  });

  it('is recorded once, however often that is asked for', async () => {
    await open();
    const dialogs = await stage.call();
    const connId = await connIdOf();
    const answers = await Promise.all(Array.from({ length: 10 }, () => ask(connId)));
    expect(answers).to.deep.equal(answers.map(() => done('0')));
    expect((await recording(connId))?.segments).to.have.lengthOf(1);
    await stage.hangUp(dialogs.alice, stage.bob);
  });

  it('goes on being recorded when it is transferred', async () => {
    await open();
    const { alice, bob, carol } = stage;
    const dialogs = await stage.call();
    const connId = await connIdOf();
    await ask(connId);
    dialogs.bob.request('REFER', { headers: [['Refer-To', `<${carol.sip.uri}>`]] });
    await bob.sip.expect('202 REFER');
    bob.sip.onRequest = request => {
      if (request.method === 'NOTIFY') bob.sip.respond(request, 200);
      return request.method === 'NOTIFY';
    };
    carol.sip.respond(await carol.expect('INVITE'), 200, { body: carol.sdp() });
    await carol.expect('ACK');
    await alice.accept({ version: 2 });
    bob.sip.respond(await bob.sip.expect('BYE'), 200);
    await eventually(async () => (await recording(connId))?.segments?.length === 2, 'a second file');
    await flowsBothWays(alice.rtp, carol.rtp, 50);
    const file = (await recording(connId))?.segments?.[1]?.file ?? '';
    await stage.hangUp(dialogs.alice, carol);
    await stage.hasNgCalls(0);
    expect(rtpIn(await readFile(file)).some(({ payload }) => payload[0] === 50)).to.equal(true);
  });

  it('goes on when its rtpengine is killed; its recording has failed', async () => {
    await open();
    const { bob } = stage;
    const dialogs = await stage.call();
    const connId = await connIdOf();
    await ask(connId);
    await rtpengine.kill();
    await eventually(async () => (await recording(connId))?.state === 'failed', 'the failure');
    expect(await stage.connIds()).to.deep.equal([connId]);
    await stage.hangUp(dialogs.alice, bob);
  });

  it('is released when its rtpengine is killed and it must be recorded', async () => {
    await open();
    const { alice, bob } = stage;
    await stage.call();
    await ask(await connIdOf(), { call_dst_id: '8002' });
    await rtpengine.kill();
    for (const { sip } of [alice, bob]) sip.respond(await sip.expect('BYE'), 200);
    expect(await stage.connIds()).to.deep.equal([]);
  });

  it('is not recorded where the disk is full, and goes on', async () => {
    await open({ 'recording.rtpengine.minFreeBytes': Number.MAX_SAFE_INTEGER });
    const dialogs = await stage.call();
    const connId = await connIdOf();
    expect(await ask(connId)).to.deep.include({ ret: '10000001' });
    await stage.hangUp(dialogs.alice, stage.bob);
  });

  it('is not recorded where media is not anchored, and says so', async () => {
    await open({ 'media.anchor': 'none' });
    const dialogs = await stage.call();
    expect(await ask(await connIdOf())).to.deep.include({ ret: '10000001' });
    await stage.hangUp(dialogs.alice, stage.bob);
  });
});
