import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { expect } from 'chai';
import type { LegId } from '../../lib/call/signal.ts';
import { Stage } from './stage.ts';

/** Every octet there is, as ISUP or a fax would have them. */
const everyOctet = Buffer.from(Array.from({ length: 256 }, (_, octet) => octet));

function inviteTo(port: number, own: number, body: Buffer): Buffer {
  const head = [
    `INVITE sip:900@127.0.0.1:${port} SIP/2.0`,
    `Via: SIP/2.0/UDP 127.0.0.1:${own};branch=z9hG4bKoctets`,
    'Max-Forwards: 70',
    `From: "Jos\xe9" <sip:jose@127.0.0.1>;tag=1`,
    `To: <sip:900@127.0.0.1:${port}>`,
    'Call-ID: octets',
    'CSeq: 1 INVITE',
    `Contact: <sip:jose@127.0.0.1:${own}>`,
    'X-Baton-Octets: 1',
    'Subject: Zo\xc3\xab',
    'Content-Type: application/isup',
    `Content-Length: ${body.length}`,
  ];
  return Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`, 'latin1'), body]);
}

async function received(socket: Socket, startsWith: string): Promise<string> {
  for (;;) {
    const [bytes] = (await once(socket, 'message')) as [Buffer];
    const text = bytes.toString('latin1');
    if (text.startsWith(startsWith)) return text;
  }
}

describe('bodies that are no text', () => {
  let stage: Stage;
  const sockets: Socket[] = [];

  const open = async (): Promise<Socket> => {
    const socket = createSocket('udp4').bind(0, '127.0.0.1');
    await once(socket, 'listening');
    sockets.push(socket);
    return socket;
  };

  beforeEach(async () => {
    stage = await Stage.open('embedded engine');
  });

  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.close();
    await stage.close();
  });

  it('cross the engine and the adapter octet for octet; headers in Latin-1 come out in UTF-8', async () => {
    const [alice, bob] = [await open(), await open()];
    const port = Number(stage.uri.split(':').at(-1));
    alice.send(inviteTo(port, alice.address().port, everyOctet), port, '127.0.0.1');
    const { request } = await stage.told.next('invited');
    expect(request.from).to.contain('José');
    expect(request.headers).to.deep.include({ name: 'Subject', value: 'Zoë' });
    expect(request.headers.map(({ name }) => name)).to.not.include('X-Baton-Octets');
    expect(Buffer.from(request.body?.content ?? '', 'latin1')).to.deep.equal(everyOctet);
    stage.perform({
      do: 'invite',
      leg: 'leg-of-bob' as LegId,
      requestUri: `sip:bob@127.0.0.1:${bob.address().port}`,
      from: '<sip:jose@localhost>',
      to: '<sip:bob@127.0.0.1>',
      contactUser: 'jose',
      maxForwards: 69,
      payload: { headers: [], ...(request.body !== undefined && { body: request.body }) },
    });
    const invite = await received(bob, 'INVITE');
    const blank = invite.indexOf('\r\n\r\n');
    expect(Buffer.from(invite.slice(blank + 4), 'latin1')).to.deep.equal(everyOctet);
    expect(invite.slice(0, blank))
      .to.match(/Content-Length: 256/)
      .and.not.contain('X-Baton-Octets');
  });
});
