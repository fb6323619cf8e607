import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect } from 'chai';
import { ControlServer } from '../../../lib/engine/control/control-server.ts';
import { EngineCounters } from '../../../lib/engine/counters.ts';
import { RecordingCore, RecordingLog } from './doubles.ts';
import { instanceTag, Rig } from './rig.ts';

const plain = {
  host: '127.0.0.1',
  port: 0,
  secret: 's',
  counters: new EngineCounters(),
  log: new RecordingLog(),
};

describe('the control server', () => {
  it('tells the port that it got', async () => {
    const server = new ControlServer({ ...plain, core: new RecordingCore() });
    const { host, port } = await server.start();
    await server.stop();
    expect(host).to.equal('127.0.0.1');
    expect(port).to.be.within(1, 65_535);
  });

  it('does not start without a core', async () => {
    const failure = await new ControlServer(plain).start().catch((error: unknown) => error);
    expect(failure).to.be.an('error').with.property('message', 'the control server has no core');
  });

  it('does not start on a port in use', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const address = other.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const server = new ControlServer({ ...plain, port, core: new RecordingCore() });
    const failure = await server.start().catch((error: unknown) => error);
    other.close();
    expect(failure).to.have.property('code', 'EADDRINUSE');
  });

  it('refuses a secret that no client can send', () => {
    expect(() => new ControlServer({ ...plain, secret: 'a|b' })).to.throw(RangeError);
  });

  it('closes connections beyond the maximum and serves the others', async () => {
    const rig = await Rig.start({ maxConnections: 1 });
    const first = await rig.client();
    const second = await rig.stranger();
    await second.closed;
    const reply = await first.ask('ping');
    await rig.stop();
    expect(reply.tokens[3]).to.equal('OK');
    expect(rig.log.at('warn')).to.deep.equal(['too many control connections']);
  });

  it('when stopped closes strangers and clients, tells the core, and leaves no grace time running', async () => {
    const rig = await Rig.start();
    const clients = [await rig.client({ tags: [instanceTag] }), await rig.client(), await rig.stranger()];
    const stopped = rig.server.stop();
    await Promise.all(clients.map(client => client.closed));
    await stopped;
    rig.time.advance(60_000);
    expect(rig.core.lost).to.have.lengthOf(2);
    expect(rig.core.expired).to.deep.equal([]);
    expect(rig.server).to.include({ presentApplications: 0, absentApplications: 0 });
  });

  it('when stopped still sends what it has promised', async () => {
    const rig = await Rig.start();
    const client = await rig.client({ methods: ['invite'] });
    rig.core.onSend = (_owner, _order, reply) => {
      reply({ ok: false, reason: 'last words' });
      void rig.server.stop();
    };
    const reply = await client.sendSip({ sip: 'OPTIONS sip:x@y SIP/2.0\r\n\r\n' });
    await client.closed;
    expect(reply.tokens[4]).to.equal('last words');
  });
});
