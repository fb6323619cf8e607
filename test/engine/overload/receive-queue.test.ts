import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { waitingBytes, waitingIn } from '../../../lib/engine/overload/receive-queue.ts';

const heading =
  '   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops\n';
const line = (local: string, remote: string, received: string): string =>
  ` 1233: ${local} ${remote} 07 00000000:${received} 00:00000000 00000000     0        0 1 2 0000 0\n`;
const nobody = '00000000:0000';

describe('what waits in receive buffers', () => {
  it('is read for the ports that are asked about, in hexadecimal digits', () => {
    const table = `${heading}${line('0100007F:13C4', nobody, '00000900')}${line('00000000:13C5', nobody, '00000001')}`;
    expect(waitingIn(table, [5060])).to.equal(0x900);
    expect(waitingIn(table, [5060, 5061])).to.equal(0x901);
    expect(waitingIn(table, [5062])).to.equal(0);
  });

  it('is that of all sockets on the port', () => {
    const table = `${heading}${line('0100007F:13C4', nobody, '00000001')}${line('0200007F:13C4', nobody, '00000002')}`;
    expect(waitingIn(table, [5060])).to.equal(3);
  });

  it('is not that of who has connected to the port', () => {
    const table = `${heading}${line('0100007F:1F90', '0100007F:13C4', '00000900')}`;
    expect(waitingIn(table, [5060])).to.equal(0);
  });

  it('is nothing where the system does not say it', () => {
    expect(waitingIn('', [5060])).to.equal(0);
  });

  const sockets: Socket[] = [];

  afterEach(() => {
    for (const socket of sockets.splice(0)) socket.close();
  });

  it('is there for a socket that is not read from', async function () {
    if (process.platform !== 'linux') this.skip();
    const bound = async (): Promise<Socket> => {
      const socket = createSocket('udp4');
      sockets.push(socket);
      socket.bind(0, '127.0.0.1');
      await once(socket, 'listening');
      return socket;
    };
    const reader = await bound();
    const writer = await bound();
    const { port } = reader.address();
    writer.connect(port, '127.0.0.1');
    await once(writer, 'connect');
    const message = Buffer.alloc(800);
    // All leave at once, and nothing is read before this turn of the loop is over.
    for (let sent = 0; sent < 50; sent += 1) writer.send(message);
    const waiting = waitingIn(readFileSync('/proc/net/udp', 'latin1'), [port]);
    expect(waiting).to.be.within(50 * 800, 50 * 2_304);
    let received = 0;
    await new Promise<void>(resolve => {
      reader.on('message', () => {
        received += 1;
        if (received === 50) resolve();
      });
    });
    expect(await waitingBytes([port])).to.equal(0);
  });
});
