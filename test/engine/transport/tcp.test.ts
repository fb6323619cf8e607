import { connect, createServer, type Server, type Socket } from 'node:net';
import { expect } from 'chai';
import type { Hop } from '../../../lib/engine/transport/transport.ts';
import { listenOn, type Party, party, stopAll } from './recorder.ts';

const lines = (...text: string[]): string => `${text.join('\r\n')}\r\n\r\n`;
const OPTIONS = lines('OPTIONS sip:bob@127.0.0.1 SIP/2.0', 'Content-Length: 0');
const WITH_BODY = `${lines('MESSAGE sip:bob@127.0.0.1 SIP/2.0', 'Content-Length: 9')}Gr\xc3\xbc\xc3\x9fe!!`;
const NO_LENGTH = lines('OPTIONS sip:bob@127.0.0.1 SIP/2.0', 'Via: SIP/2.0/TCP 127.0.0.1;branch=z9hG4bKa');

const missing = (): never => {
  throw new Error('nothing came');
};

describe('TCP', () => {
  let alice: Party;
  let bob: Party;
  const sockets: Socket[] = [];
  const servers: Server[] = [];

  afterEach(async () => {
    await stopAll();
    for (const socket of sockets.splice(0)) socket.destroy();
    await Promise.all(servers.splice(0).map(server => new Promise(resolve => server.close(resolve))));
  });

  /** A plain socket to Bob, and what it has read so far. */
  function carol(): { socket: Socket; read: string[]; closed: Promise<void> } {
    const socket = connect({ host: '127.0.0.1', port: bob.hop('tcp').port });
    sockets.push(socket);
    const read: string[] = [];
    socket.on('data', chunk => read.push(chunk.toString('latin1')));
    socket.on('error', () => undefined);
    const closed = new Promise<void>(resolve => {
      socket.on('close', () => {
        resolve();
      });
    });
    return { socket, read, closed };
  }

  /** A server that accepts and never reads. */
  async function deafServer(): Promise<Hop> {
    const server = createServer(socket => {
      socket.pause();
      socket.on('error', () => undefined);
      sockets.push(socket);
    });
    servers.push(server);
    await new Promise<void>(resolve => {
      server.listen(0, '127.0.0.1', resolve);
    });
    const bound = server.address();
    if (bound === null || typeof bound === 'string') throw new Error('not bound');
    return { protocol: 'tcp', address: '127.0.0.1', port: bound.port };
  }

  for (const address of ['127.0.0.1', '::1']) {
    it(`over ${address} opens a connection, reuses it, and is answered on it`, async () => {
      alice = await party({ listen: listenOn(address) });
      bob = await party({ listen: listenOn(address) });
      bob.recorder.onMessage = (_bytes, flow) => {
        bob.send(WITH_BODY, { protocol: 'tcp', address, port: 9 }, flow);
      };
      alice.send(OPTIONS, bob.hop('tcp'));
      alice.send(WITH_BODY, bob.hop('tcp'));
      await alice.recorder.until(() => alice.recorder.messages.length === 2);
      expect(bob.recorder.messages.map(({ bytes }) => bytes)).to.deep.equal([OPTIONS, WITH_BODY]);
      expect(alice.recorder.messages.map(({ bytes }) => bytes)).to.deep.equal([WITH_BODY, WITH_BODY]);
      const [first, second] = bob.recorder.messages.map(({ flow }) => flow);
      expect(first).to.equal(second);
      expect([first?.local, first?.remote.address]).to.deep.equal([bob.hop('tcp'), address]);
      expect([alice.transports.connectionCount, bob.transports.connectionCount]).to.deep.equal([1, 1]);
    });
  }

  it('sends to a peer on the connection that peer has opened', async () => {
    alice = await party();
    bob = await party();
    alice.send(OPTIONS, bob.hop('tcp'));
    await bob.recorder.until(() => bob.recorder.messages.length === 1);
    const flow = bob.recorder.messages[0]?.flow ?? missing();
    expect(bob.transports.isOpen(flow)).to.equal(true);
    const { remote } = flow;
    bob.send(WITH_BODY, { protocol: 'tcp', ...remote });
    await alice.recorder.until(() => alice.recorder.messages.length === 1);
    expect(bob.transports.connectionCount).to.equal(1);
  });

  it('opens a new connection for a response when its flow has gone', async () => {
    alice = await party();
    bob = await party();
    const { socket, closed } = carol();
    socket.end(OPTIONS);
    await bob.recorder.until(() => bob.recorder.closed.length === 1);
    await closed;
    const flow = bob.recorder.messages[0]?.flow ?? missing();
    expect(bob.transports.isOpen(flow)).to.equal(false);
    bob.send(WITH_BODY, alice.hop('tcp'), flow);
    await alice.recorder.until(() => alice.recorder.messages.length === 1);
    expect(bob.recorder.closed).to.deep.equal([flow]);
    expect(bob.recorder.failures).to.deep.equal([]);
  });

  it('cuts messages out of a stream however it arrives', async () => {
    bob = await party();
    const { socket } = carol();
    socket.setNoDelay(true);
    const stream = OPTIONS + WITH_BODY + OPTIONS;
    for (const octet of stream) socket.write(octet, 'latin1');
    socket.write(stream, 'latin1');
    await bob.recorder.until(() => bob.recorder.messages.length === 6);
    const once = [OPTIONS, WITH_BODY, OPTIONS];
    expect(bob.recorder.messages.map(({ bytes }) => bytes)).to.deep.equal([...once, ...once]);
  });

  it('closes the connection of a peer that asks for answers and does not read them', async () => {
    bob = await party({ maxPendingBytes: 0 });
    const { socket, closed } = carol();
    socket.write('\r\n\r\n');
    await closed;
    expect(bob.recorder.endOf()).to.deep.equal(['too-much-pending']);
  });

  it('answers a double CRLF with a single one', async () => {
    bob = await party();
    const { socket, read, closed } = carol();
    socket.write('\r\n\r\n');
    await new Promise(resolve => socket.once('data', resolve));
    expect(read.join('')).to.equal('\r\n');
    socket.end();
    await closed;
    expect(bob.recorder.messages).to.deep.equal([]);
  });

  it('tells why a stream cannot be read on, lets the answer out, and closes', async () => {
    bob = await party();
    bob.recorder.onBroken = (_fault, flow) => {
      bob.send('the answer', { protocol: 'tcp', ...flow.remote }, flow);
    };
    const { socket, read, closed } = carol();
    socket.write(NO_LENGTH + OPTIONS);
    await closed;
    expect(bob.recorder.broken).to.deep.equal([
      { kind: 'broken', status: 400, reason: 'Missing Content-Length', headerPart: NO_LENGTH },
    ]);
    expect(read.join('')).to.equal('the answer');
    expect([bob.recorder.messages, bob.recorder.endOf()]).to.deep.equal([[], ['broken-framing']]);
  });

  it('lets out what was written before when the peer has sent FIN', async () => {
    bob = await party();
    bob.recorder.onMessage = (_bytes, flow) => {
      bob.send(WITH_BODY, { protocol: 'tcp', ...flow.remote }, flow);
    };
    const { socket, read, closed } = carol();
    socket.end(OPTIONS);
    await closed;
    expect(read.join('')).to.equal(WITH_BODY);
    expect([bob.recorder.endOf(), bob.transports.connectionCount]).to.deep.equal([['ended-by-peer'], 0]);
  });

  it('tells a refused connection to everyone who waited for it', async () => {
    alice = await party();
    bob = await party();
    const gone = bob.hop('tcp');
    await bob.transports.stop();
    alice.send(OPTIONS, gone);
    alice.send(OPTIONS, gone);
    expect(alice.recorder.failures).to.deep.equal([]);
    await alice.recorder.until(() => alice.recorder.failures.length === 2);
    expect(alice.recorder.failures).to.deep.equal(['refused', 'refused']);
    expect([alice.recorder.endOf(), alice.transports.connectionCount]).to.deep.equal([['refused'], 0]);
  });

  const unsendable: { what: string; to: Partial<Hop>; failure: string }[] = [
    { what: 'a port that is none', to: { port: 70_000 }, failure: 'unreachable' },
    { what: 'another family', to: { address: '::1' }, failure: 'no-listener' },
  ];
  for (const { what, to, failure } of unsendable) {
    it(`tells ${what} as ${failure}, after send has returned`, async () => {
      alice = await party();
      alice.send(OPTIONS, { ...alice.hop('tcp'), ...to });
      expect(alice.recorder.failures).to.deep.equal([]);
      await alice.recorder.until(() => alice.recorder.failures.length === 1);
      expect(alice.recorder.failures).to.deep.equal([failure]);
    });
  }

  it('closes a connection whose peer leaves too much unread', async () => {
    alice = await party({ maxPendingBytes: 100_000 });
    const deaf = await deafServer();
    const chunk = lines('OPTIONS sip:x SIP/2.0', `X-Long: ${'x'.repeat(60_000)}`, 'Content-Length: 0');
    alice.send(chunk, deaf);
    alice.send(chunk, deaf);
    await alice.recorder.until(() => alice.recorder.failures.length === 2);
    expect(alice.recorder.failures).to.deep.equal(['closed', 'closed']);
    expect(alice.recorder.endOf()).to.deep.equal(['too-much-pending']);
  });

  it('closes a connection that brings no message', async () => {
    bob = await party({ firstMessageTimeoutMs: 30 });
    const { socket, closed } = carol();
    socket.write('OPTIONS sip:bob@127.0.0.1 SIP/2.0\r\n');
    await closed;
    expect(bob.recorder.endOf()).to.deep.equal(['idle']);
  });

  it('closes a connection that brings octets and octets and no message', async () => {
    bob = await party({ firstMessageTimeoutMs: 30 });
    const { socket, closed } = carol();
    const trickle = setInterval(() => socket.write('X'), 5);
    await closed;
    clearInterval(trickle);
    expect(bob.recorder.endOf()).to.deep.equal(['idle']);
  });

  it('closes a connection that has been silent for long', async () => {
    bob = await party({ idleTimeoutMs: 30 });
    const { socket, closed } = carol();
    socket.write(OPTIONS);
    await closed;
    expect([bob.recorder.messages.length, bob.recorder.endOf()]).to.deep.equal([1, ['idle']]);
  });

  it('takes no more connections than allowed, in either direction', async () => {
    alice = await party();
    bob = await party({ maxConnections: 1 });
    const first = carol();
    first.socket.write(OPTIONS);
    await bob.recorder.until(() => bob.recorder.messages.length === 1);
    const second = carol();
    await second.closed;
    bob.send(OPTIONS, alice.hop('tcp'));
    await bob.recorder.until(() => bob.recorder.failures.length === 1);
    expect(bob.recorder.failures).to.deep.equal(['refused']);
    expect(bob.recorder.notices.filter(({ kind }) => kind === 'connection-limit')).to.have.length(2);
    first.socket.end();
    await first.closed;
    const third = carol();
    third.socket.write(OPTIONS);
    await bob.recorder.until(() => bob.recorder.messages.length === 2);
  });

  it('survives a peer that resets', async () => {
    bob = await party();
    const { socket } = carol();
    socket.write(OPTIONS);
    await bob.recorder.until(() => bob.recorder.messages.length === 1);
    socket.resetAndDestroy();
    await bob.recorder.until(() => bob.recorder.closed.length === 1);
    expect([bob.recorder.endOf(), bob.transports.connectionCount]).to.deep.equal([['closed'], 0]);
  });

  it('closes every connection when it stops, even those that are not read', async () => {
    alice = await party();
    const deaf = await deafServer();
    alice.send('x'.repeat(900_000), deaf);
    await alice.recorder.until(() => alice.recorder.notices.some(({ kind }) => kind === 'connection-opened'));
    await alice.transports.stop();
    expect([alice.recorder.endOf(), alice.transports.connectionCount]).to.deep.equal([['stopped'], 0]);
  });
});
