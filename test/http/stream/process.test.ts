import { expect } from 'chai';
import { BatonProcess } from '../../../support/baton-process.ts';
import { freePort } from '../../../support/free-ports.ts';
import { AgentDialog, SipAgent } from '../../../support/sip-agent.ts';
import { SseReader, WebSocketReader } from '../../../support/stream-readers.ts';

const sdp =
  'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 9 RTP/AVP 0\r\n';

describe('GET /v1/events of a running Baton', function () {
  this.timeout(30_000);

  it("tells each party's copy of a change that a party makes during its call", async () => {
    const [alice, bob] = [await SipAgent.open('alice'), await SipAgent.open('bob')];
    const [sipPort, httpPort] = [await freePort(), await freePort()];
    const httpUrl = `http://127.0.0.1:${httpPort}`;
    const baton = await BatonProcess.start({
      command: [process.execPath, '--import', 'tsx', 'lib/cli/baton.ts', 'serve'],
      config: 'config/test.yaml',
      env: {
        BATON_SIP_LISTEN: `udp:127.0.0.1:${sipPort}`,
        BATON_HTTP_LISTEN: `127.0.0.1:${httpPort}`,
        BATON_TARGET: bob.uri,
      },
      httpUrl,
    });
    try {
      const filter = '?id=EventAttachedDataChanged';
      const sse = await SseReader.open(`${httpUrl}/v1/events${filter}`);
      const webSocket = await WebSocketReader.open(`${httpUrl}/v1/events${filter}&dn=bob`);
      alice.request('INVITE', `sip:bob@127.0.0.1:${sipPort}`, { body: sdp });
      const invite = await bob.expect('INVITE');
      bob.respond(invite, 200, { body: sdp });
      const answer = await alice.expect('200 INVITE');
      const call = AgentDialog.calling(alice, answer);
      call.ack(answer);
      await bob.expect('ACK');
      call.request('INFO', {
        contentType: 'application/json',
        body: JSON.stringify({ userData: { CaseId: '42' } }),
      });
      await sse.until(() => sse.told.length >= 2, 'a copy for each party');
      await webSocket.until(() => webSocket.frames.length >= 1, "bob's copy");
      const copies = sse.told.map(({ data = '' }) => JSON.parse(data) as Record<string, unknown>);
      expect(copies.map(copy => copy['ThisDN'])).to.deep.equal(['alice', 'bob']);
      expect(copies.map(copy => copy['ThirdPartyDN'])).to.deep.equal(['alice', 'alice']);
      expect(webSocket.frames).to.deep.equal([{ position: sse.told[1]?.id, event: copies[1] }]);
      await baton.stop();
      await sse.until(() => sse.ended, 'the end');
      expect(sse.told.at(-1)).to.include({ event: 'cut', data: '{"code":"shutting-down"}' });
      expect(webSocket.closed?.code).to.equal(1001);
    } finally {
      await baton.stop();
      await alice.close();
      await bob.close();
    }
  });
});
