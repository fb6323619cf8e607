import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { BatonProcess } from '../../support/baton-process.ts';
import { freePort, releasePorts } from '../../support/free-ports.ts';
import { AgentDialog, SipAgent } from '../../support/sip-agent.ts';
import { eventually } from '../support/eventually.ts';

const sdp =
  'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 9 RTP/AVP 0\r\n';

/** Does what it is told, unless a test says otherwise. */
class Recorder {
  readonly asked: Record<string, unknown>[] = [];
  readonly server: Server;
  status = 200;

  constructor() {
    this.server = createServer((request, response) => {
      let text = '';
      request.setEncoding('utf8').on('data', (part: string) => (text += part));
      request.on('end', () => {
        this.asked.push(JSON.parse(text) as Record<string, unknown>);
        response.writeHead(this.status).end();
      });
    });
  }

  get actions(): string[] {
    return this.asked.map(({ action }) => String(action));
  }
}

describe('an IVR, a Baton process and an external recorder', function () {
  this.timeout(60_000);
  let folder: string;
  let ports: number[];
  let recorder: Recorder;
  let alice: SipAgent;
  let bob: SipAgent;
  let baton: BatonProcess;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'baton-dialog-'));
    ports = [await freePort(), await freePort()];
    recorder = new Recorder();
    await new Promise<void>(resolve => recorder.server.listen(0, '127.0.0.1', resolve));
    [alice, bob] = [await SipAgent.open('alice'), await SipAgent.open('bob')];
    write([{ accessCode: '8001', mode: 'record', backend: 'http' }]);
    const [sipPort = 0, httpPort = 0] = ports;
    baton = await BatonProcess.start({
      config: join(folder, 'baton.yaml'),
      env: {
        BATON_SIP_LISTEN: `udp:127.0.0.1:${sipPort}`,
        BATON_HTTP_LISTEN: `127.0.0.1:${httpPort}`,
        BATON_TARGET: `sip:127.0.0.1:${bob.port}`,
      },
      httpUrl: `http://127.0.0.1:${httpPort}`,
    });
  });

  afterEach(async () => {
    await baton.stop('SIGKILL');
    await Promise.all([alice.close(), bob.close()]);
    recorder.server.closeAllConnections();
    recorder.server.close();
    releasePorts(ports);
    rmSync(folder, { recursive: true });
  });

  function write(flows: unknown): void {
    const { port } = recorder.server.address() as AddressInfo;
    const recording = { flows, http: { url: `http://127.0.0.1:${port}/`, timeoutMs: 200 } };
    writeFileSync(join(folder, 'baton.yaml'), JSON.stringify({ recording, log: { level: 'debug' } }));
  }

  /** alice calls bob, who answers; the IVR knows the call as u1. */
  async function call(): Promise<AgentDialog> {
    const headers = [['X-MS-Custom-CallId', 'u1']] as const;
    alice.request('INVITE', `sip:bob@127.0.0.1:${ports[0] ?? 0}`, { body: sdp, headers });
    bob.respond(await bob.expect('INVITE'), 200, { body: sdp });
    const answer = await alice.expect('200 INVITE');
    const dialog = AgentDialog.calling(alice, answer);
    dialog.ack(answer);
    await bob.expect('ACK');
    return dialog;
  }

  async function ask(inparams: object = {}): Promise<unknown> {
    const response = await fetch(`${baton.httpUrl}/oifde/rest/crs/process`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        userid: 'u1',
        inaction: 7,
        inparams: { call_id: 'u1', call_dst_id: '8001', auth_token: 's3cret-s3cret', ...inparams },
      }),
    });
    return ((await response.json()) as { ret: unknown }).ret;
  }

  async function hangUp(dialog: AgentDialog): Promise<void> {
    dialog.request('BYE');
    bob.respond(await bob.expect('BYE'), 200);
    await alice.expect('200 BYE');
  }

  it('record a call from the command to its end', async () => {
    const dialog = await call();
    expect(await ask()).to.equal('0');
    const [{ connId } = { connId: '' }] = await baton.calls();
    expect(recorder.asked).to.have.length(1);
    expect(recorder.asked[0]).to.include({ taskID: 'u1', action: 'start', mode: 'record', connId });
    await hangUp(dialog);
    await eventually(() => recorder.actions.includes('stop'), 'the recorder is told to stop');
    const { recordings } = (await baton.getJson(`/v1/calls/${connId}/recording`)) as {
      recordings: { state: string }[];
    };
    expect(recordings.map(({ state }) => state)).to.deep.equal(['stopped']);
    expect(JSON.stringify(baton.log)).to.not.include('s3cret');
  });

  it('keep the call when the recorder fails', async () => {
    const dialog = await call();
    recorder.status = 500;
    expect(await ask()).to.equal('10000001');
    expect(recorder.actions).to.deep.equal(['start', 'start']);
    expect(await baton.calls()).to.have.length(1);
    await hangUp(dialog);
  });

  it('end a call that must be recorded and is not, with a Reason', async () => {
    write([{ accessCode: '8001', mode: 'record', backend: 'http', required: true }]);
    await reload('recording.flows read anew');
    await call();
    recorder.status = 403;
    expect(await ask()).to.equal('10000001');
    for (const party of [alice, bob]) {
      const bye = await party.expect('BYE');
      expect(bye.get('Reason')).to.equal('SIP;cause=500;text="recording failed"');
      party.respond(bye, 200);
    }
  });

  it('go by new flows after SIGHUP, and lose no call', async () => {
    const dialog = await call();
    write([{ accessCode: '9001', mode: 'record', backend: 'http' }]);
    await reload('recording.flows read anew');
    expect([await ask(), await ask({ call_dst_id: '9001' })]).to.deep.equal(['10000003', '0']);
    write('nonsense');
    await reload('nothing is read anew');
    expect(await ask({ call_dst_id: '9001' })).to.equal('0');
    expect(recorder.actions).to.deep.equal(['start']);
    await hangUp(dialog);
  });

  it('are told at once of a flow that nothing can carry out', async () => {
    const dialog = await call();
    write([{ accessCode: '8001', mode: 'record', backend: 'rtpengine' }]);
    await reload('a flow has no back end');
    expect(await ask()).to.equal('10000001');
    await hangUp(dialog);
  });

  it('leave no recording behind when Baton stops', async () => {
    await call();
    await ask();
    const stopped = baton.stop();
    for (const party of [alice, bob]) party.respond(await party.expect('BYE'), 200);
    expect(await stopped).to.deep.equal({ code: 0, signal: null });
    expect(recorder.actions).to.deep.equal(['start', 'stop']);
  });

  async function reload(message: string): Promise<void> {
    process.kill(baton.pid, 'SIGHUP');
    await eventually(() => baton.log.some(({ msg }) => msg === message), message);
  }
});
