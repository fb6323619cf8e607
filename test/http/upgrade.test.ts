import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect } from 'chai';
import { HttpRequest } from '../../lib/http/upgrade.ts';

describe('a request that asks for another protocol', () => {
  let server: Server;

  /** Says what became of a request. */
  beforeEach(async () => {
    server = createServer({ IncomingMessage: HttpRequest }, (request, response) => {
      void text(request).then(body => response.end(`served ${body}`));
    });
    server.on('upgrade', (_request, socket) => socket.end('upgraded'));
    server.on('connect', (_request, socket) => socket.end('connected'));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });

  afterEach(() => {
    server.close();
  });

  for (const [start, upgrade, outcome] of [
    ['GET /', 'websocket', 'upgraded'],
    ['GET /', 'WebSocket', 'upgraded'],
    ['GET /', 'h2c', 'served hello'],
    ['POST /', 'h2c', 'served hello'],
    ['POST /', 'websocket', 'served hello'],
    ['CONNECT a:1', 'h2c', 'connected'],
  ] as const) {
    it(`${start} to ${upgrade}: ${outcome}`, async () => {
      const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
      const head = ['Host: x', `Upgrade: ${upgrade}`, 'Connection: Upgrade, close', 'Content-Length: 5'];
      socket.write(`${start} HTTP/1.1\r\n${head.join('\r\n')}\r\n\r\nhello`);
      expect(await text(socket)).to.match(new RegExp(`${outcome}$`));
    });
  }
});
