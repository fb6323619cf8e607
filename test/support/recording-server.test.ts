import { createSocket } from 'node:dgram';
import { expect } from 'chai';
import { SipAgent } from '../../support/sip-agent.ts';
import { RecordingServer } from './recording-server.ts';

const sdp = [
  ...['v=0', 'o=- 1 1 IN IP4 127.0.0.1', 's=-', 'c=IN IP4 127.0.0.1', 't=0 0'],
  ...[
    'm=audio 4000 RTP/AVP 0',
    'a=sendonly',
    'a=label:1',
    'm=audio 4002 RTP/AVP 0',
    'a=inactive',
    'a=label:2',
    '',
  ],
].join('\r\n');

/** An RTP packet whose payload begins with this octet. */
const rtp = (sound: number): Buffer =>
  Buffer.concat([Buffer.from([0x80, 0]), Buffer.alloc(10), Buffer.from([sound, 0])]);

describe('the recording server of the tests, on the wire', () => {
  let server: RecordingServer;
  let client: SipAgent;

  beforeEach(async () => {
    [server, client] = [await RecordingServer.open(), await SipAgent.open('client')];
  });

  afterEach(async () => {
    await Promise.all([server.close(), client.close()]);
  });

  it('answers with a port for each stream and counts what comes there', async () => {
    client.request('INVITE', server.uri, { body: sdp });
    const { body } = await client.expect('200 INVITE');
    const ports = [...body.matchAll(/^m=audio (\d+) .*\r\na=label:(\d)\r\na=(\w+)/gm)];
    expect(ports.map(([, , label, direction]) => [label, direction])).to.deep.equal([
      ['1', 'recvonly'],
      ['2', 'inactive'],
    ]);
    const [recording] = server.recordings;
    if (recording === undefined) throw new Error('no recording');
    const socket = createSocket('udp4');
    for (const packet of [rtp(7), rtp(8), Buffer.concat([Buffer.from([0x80, 200]), Buffer.alloc(26)])])
      socket.send(packet, Number(ports[0]?.[1]), '127.0.0.1');
    await server.until(() => recording.track('1').packets === 2, 'two packets');
    socket.close();
    expect([...recording.track('1').sounds]).to.deep.equal([7, 8]);
    expect(recording.track('2').packets).to.equal(0);
  });

  it('holds against the client what it does not do', async () => {
    client.request('INVITE', server.uri, { body: sdp });
    await client.expect('200 INVITE');
    expect(server.faults).to.include('INVITE: siprec is required');
  });

  it('refuses, or says nothing, as it is told', async () => {
    server.reply = number => (number === 1 ? 'hang' : { status: 503 });
    const first = client.request('INVITE', server.uri, { body: sdp });
    client.request('INVITE', server.uri, { body: sdp });
    await client.expect('503 INVITE');
    client.cancel(first);
    await client.expect('487 INVITE');
    expect(server.recordings.map(({ state }) => state)).to.deep.equal(['ended', 'invited']);
  });
});
