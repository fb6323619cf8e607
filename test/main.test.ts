import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { expect } from 'chai';
import { pino } from 'pino';
import { loadConfig } from '../lib/config.ts';
import { runEngine, serve } from '../lib/main.ts';
import { freePort } from '../support/free-ports.ts';

const log = pino({ level: 'silent' });
const reason = new Error('enough');

describe('a start that is asked to stop', () => {
  let silent: Server;
  let asked: AbortController;

  beforeEach(async () => {
    asked = new AbortController();
    silent = createServer();
    silent.listen(0, '127.0.0.1');
    await once(silent, 'listening');
  });

  afterEach(async () => {
    await new Promise(resolve => silent.close(resolve));
  });

  it('gives up, although no SIP engine is there', async () => {
    const start = rejection(serve(configFor(await freePort()), log, asked.signal));
    setImmediate(() => asked.abort(reason));
    expect(await start).to.equal(reason);
  });

  it('gives up, although the SIP engine says nothing, and hangs up', async () => {
    const start = rejection(serve(configFor((silent.address() as AddressInfo).port), log, asked.signal));
    const [socket] = (await once(silent, 'connection')) as [Socket];
    const closed = once(socket, 'close');
    await once(socket, 'data');
    asked.abort(reason);
    expect(await start).to.equal(reason);
    await closed;
  });

  it('gives up before the engine is used, and frees its addresses', async () => {
    const port = await freePort();
    const config = engineAt(port);
    const start = rejection(serve(config, log, asked.signal));
    asked.abort(reason);
    expect(await start).to.equal(reason);
    const again = await serve(config, log, new AbortController().signal);
    await again.stop();
  });

  it('does not even begin when it was asked before', async () => {
    asked.abort(reason);
    expect(await rejection(serve(engineAt(0), log, asked.signal))).to.equal(reason);
    expect(await rejection(runEngine(engineAt(0), log, asked.signal))).to.equal(reason);
  });
});

function configFor(controlPort: number) {
  return loadConfig({
    env: { BATON_SIGNALLING: `drachtio://s@127.0.0.1:${controlPort}`, BATON_HTTP_LISTEN: 'off' },
  });
}

function engineAt(sipPort: number) {
  return loadConfig({ env: { BATON_SIP_LISTEN: `udp:127.0.0.1:${sipPort}`, BATON_HTTP_LISTEN: 'off' } });
}

function rejection(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => 'started',
    (error: unknown) => error,
  );
}
