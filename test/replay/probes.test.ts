import { expect } from 'chai';
import { Engine } from '../../lib/engine/engine.ts';
import { AppEnd, SipEnd } from './ends.ts';
import { imageOfFrame } from './image.ts';

/** The probes of 30-control-port-probes, one test a line of it. What the recorded server did stands where the engine does better. */
describe('the probes of a recorded control port, tried on the engine', () => {
  let engine: Engine;
  let controlPort = 0;
  let alice: SipEnd;
  const apps: AppEnd[] = [];

  beforeEach(async () => {
    engine = new Engine({
      listen: [
        { protocol: 'udp', address: '127.0.0.1', port: 0 },
        { protocol: 'tcp', address: '127.0.0.1', port: 0 },
      ],
      control: { host: '127.0.0.1', port: 0, secret: 'cymru' },
    });
    controlPort = (await engine.start()).control.port;
    alice = await SipEnd.open();
  });

  afterEach(async () => {
    for (const app of apps.splice(0)) app.close();
    alice.close();
    await engine.stop();
  });

  async function connect(): Promise<AppEnd> {
    const app = await AppEnd.open(controlPort);
    apps.push(app);
    return app;
  }

  async function authenticated(): Promise<AppEnd> {
    const app = await connect();
    app.send('a|authenticate|cymru|');
    await app.inbox.next(3_000);
    return app;
  }

  async function nextSignature(app: AppEnd): Promise<string> {
    const payload = await app.inbox.next(3_000);
    return payload === undefined ? 'nothing' : imageOfFrame(payload).signature;
  }

  function message(bodyBytes: number): string {
    const head = `MESSAGE sip:alice@127.0.0.1:${alice.port} SIP/2.0\r\nfrom: <sip:app@localhost>\r\ncontent-type: text/plain\r\n`;
    return `${head}Content-Length: ${bodyBytes}\r\n\r\n${'x'.repeat(bodyBytes)}`;
  }

  it('1: a wrong secret is answered NO, and the connection closed', async () => {
    const app = await connect();
    app.send('a|authenticate|wrong|');
    expect(await nextSignature(app)).to.equal('CTL response NO');
    await app.closed;
  });

  it('2: without authentication nothing is served (the recorded server served it)', async () => {
    const app = await connect();
    app.send('a|route|invite');
    expect(await nextSignature(app)).to.equal('CTL response NO');
    await app.closed;
  });

  it('2b: without authentication no SIP is sent (the recorded server sent it)', async () => {
    const app = await connect();
    app.send(`a|sip||\r\n${message(10)}`);
    expect(await nextSignature(app)).to.equal('CTL response NO');
    await app.closed;
    expect(alice.inbox.takeAll()).to.deep.equal([]);
  });

  for (const bodyBytes of [3_000, 8_000, 11_500]) {
    it(`3: a message with a body of ${bodyBytes} octets is sent`, async () => {
      const app = await authenticated();
      app.send(`m|sip||\r\n${message(bodyBytes)}`);
      expect(await nextSignature(app)).to.equal('CTL response OK');
    });
  }

  for (const bodyBytes of [12_500, 16_000, 60_000, 99_000]) {
    it(`3: a frame of ${bodyBytes} octets and more hangs nothing (it hung the recorded server)`, async () => {
      const app = await authenticated();
      app.send(`m|sip||\r\n${message(bodyBytes)}`);
      expect(await nextSignature(app)).to.match(/^CTL response (OK|NOK)$/);
      app.send('p|ping');
      // What cannot be sent in one datagram may have its 503 made up before the pong.
      const payloads = [await app.inbox.next(3_000)];
      while (payloads.at(-1)?.split('|')[1] === 'sip') payloads.push(await app.inbox.next(3_000));
      expect(payloads.at(-1)).to.match(/\|response\|p\|OK\|pong$/);
    });
  }

  for (const bodyBytes of [1_500, 5_000, 9_000]) {
    it(`4: 200 pipelined messages of ${bodyBytes} octets get 200 replies${bodyBytes > 1_500 ? ' (the recorded server closed)' : ''}`, async () => {
      const app = await authenticated();
      for (let at = 0; at < 200; at += 1) app.send(`m${at}|sip||\r\n${message(bodyBytes)}`);
      const replies: string[] = [];
      while (replies.length < 200) replies.push((await app.inbox.next(3_000))?.split('|')[2] ?? 'nothing');
      expect(replies).to.deep.equal(Array.from({ length: 200 }, (_, at) => `m${at}`));
    });
  }

  it('5: a length that comes in two segments is one length', async () => {
    const app = await connect();
    const payload = 'a|authenticate|cymru|';
    app.sendOctets(`${payload.length}`.slice(0, 1));
    await new Promise(resolve => setImmediate(resolve));
    app.sendOctets(`${`${payload.length}`.slice(1)}#${payload}`);
    expect(await nextSignature(app)).to.equal('CTL response OK');
  });

  it('6: what is no frame closes the connection', async () => {
    const app = await authenticated();
    app.sendOctets('GET / HTTP/1.1\r\n\r\n');
    await app.closed;
  });
});
