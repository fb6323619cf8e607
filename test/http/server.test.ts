import { expect } from 'chai';
import { noAgents } from './support.ts';
import { type Logger, pino } from 'pino';
import { openKeyPolicy } from '../../lib/attached-data/key-policy.ts';
import type { CallView } from '../../lib/b2bua/call-view.ts';
import { HttpServer, type HttpServerOptions } from '../../lib/http/server.ts';
import type { Readiness } from '../../lib/http/routes.ts';
import { Metrics } from '../../lib/metrics.ts';
import type { StreamState } from '../../lib/ports.ts';

const token = 'correct-horse-battery';

const aliceAndBob: CallView = {
  connId: '00a1b2c3d4e5f607@default:node1',
  callThreadId: '1122334455667788',
  state: 'established',
  legs: [
    { dn: 'alice', role: 'caller', state: 'confirmed', trunk: 'sbc' },
    { dn: 'bob', role: 'callee', state: 'confirmed', trunk: null },
  ],
  startedAt: '2026-11-20T10:00:00.000Z',
};

describe('the HTTP interface', () => {
  let readiness: Readiness = 'ready';
  let stream: StreamState = { stream: 'off' };
  let calls: readonly CallView[] | Error = [];
  let server: HttpServer;
  let base = '';

  async function serve(options: Partial<HttpServerOptions> = {}): Promise<void> {
    server = new HttpServer({ ...quiet(), views: views(), ...options });
    const { address, port } = await server.start();
    base = `http://${address}:${port}`;
  }

  function views(): HttpServerOptions['views'] {
    return {
      metrics: new Metrics(),
      readiness: () => readiness,
      stream: () => stream,
      calls: () => {
        if (calls instanceof Error) throw calls;
        return calls;
      },
      call: () => undefined,
      ...noAgents,
      keys: openKeyPolicy,
      changeData: () => ({ ok: false, code: 'call-unknown' }),
      release: () => ({ ok: false, code: 'call-unknown' }),
      originate: () => ({ ok: false, code: 'overload' }),
      transfer: () => ({ ok: false, code: 'overload' }),
    };
  }

  beforeEach(() => {
    readiness = 'ready';
    stream = { stream: 'off' };
    calls = [];
  });

  afterEach(async () => {
    await server.stop();
  });

  for (const [path, title] of [
    ['/v1/schema', "Baton's events"],
    ['/v1/schema/events.json', "Baton's events"],
    ['/v1/schema/asyncapi.json', '3.0.0'],
  ] as const) {
    it(`serves ${path}`, async () => {
      await serve();
      const answer = await fetch(base + path);
      expect(answer.headers.get('content-type')).to.equal('application/json; charset=utf-8');
      expect(await answer.json()).to.satisfy(
        (document: { title?: string; asyncapi?: string }) => (document.title ?? document.asyncapi) === title,
      );
    });
  }

  it('says that it is alive, whatever else', async () => {
    readiness = 'signalling-down';
    await serve();
    expect(await get('/healthz')).to.include({ status: 200 });
  });

  it('is ready while signalling is up', async () => {
    await serve();
    expect(await get('/readyz')).to.deep.include({ status: 200, body: { status: 'ready', stream: 'off' } });
  });

  it('says that events reach Kafka', async () => {
    stream = { stream: 'healthy' };
    await serve();
    expect((await get('/readyz')).body).to.deep.equal({ status: 'ready', stream: 'healthy' });
  });

  it('is ready when they do not, and says why and since when', async () => {
    const trouble = { code: 'kafka-unreachable', reason: 'connect ECONNREFUSED' } as const;
    stream = { stream: 'unhealthy', ...trouble, sinceMs: 1_700_000_000_000 };
    await serve();
    expect(await get('/readyz')).to.deep.include({
      status: 200,
      body: { status: 'ready', stream: 'unhealthy', ...trouble, since: 1_700_000_000_000 },
    });
  });

  for (const [state, code] of [
    ['signalling-down', 'not-ready'],
    ['draining', 'shutting-down'],
    ['outbox-full', 'outbox-full'],
  ] as const) {
    it(`is not ready when ${state}`, async () => {
      readiness = state;
      await serve();
      const answer = await get('/readyz');
      expect(answer).to.include({ status: 503, type: 'application/problem+json; charset=utf-8' });
      expect(answer.body).to.include({ code, status: 503 });
    });
  }

  it('lists the live calls', async () => {
    calls = [aliceAndBob];
    await serve();
    expect(await get('/v1/calls')).to.deep.include({ status: 200, body: { calls: [aliceAndBob] } });
  });

  it('shows the metrics as Prometheus reads them', async () => {
    await serve();
    const response = await fetch(`${base}/metrics`);
    expect(response.headers.get('content-type')).to.match(/^text\/plain; version=0\.0\.4/);
    expect(await response.text()).to.match(/^baton_calls 0$/m);
  });

  it('answers an unknown path with a problem', async () => {
    await serve();
    const answer = await get('/v2/calls');
    expect(answer.status).to.equal(404);
    expect(answer.body).to.deep.equal({
      type: 'urn:baton:error:not-found',
      title: 'There is nothing at this path.',
      status: 404,
      code: 'not-found',
    });
  });

  it('answers a method that a path does not serve with 405 and Allow, whatever the body', async () => {
    await serve();
    const response = await fetch(`${base}/v1/calls?x=1`, {
      method: 'PUT',
      body: '<a/>',
      headers: { 'content-type': 'text/xml' },
    });
    expect(response.status).to.equal(405);
    expect(response.headers.get('allow')).to.equal('GET, HEAD, POST');
    expect(await response.json()).to.include({ code: 'method-not-allowed' });
  });

  it('answers a path it cannot decode with 400', async () => {
    await serve();
    const answer = await get('/v1/%zz');
    expect(answer.status).to.equal(400);
    expect(answer.body).to.include({ code: 'bad-request' });
  });

  it('answers its own failure with 500 and tells nothing about it', async () => {
    calls = new Error('the list is broken');
    await serve();
    const answer = await get('/v1/calls');
    expect(answer.status).to.equal(500);
    expect(answer.body).to.include({ code: 'internal' });
    expect(JSON.stringify(answer.body)).to.not.include('broken');
  });

  describe('with tokens', () => {
    for (const [what, authorization, status] of [
      ['no token', undefined, 401],
      ['a wrong token', 'Bearer wrong-horse-battery', 401],
      ['another scheme', `Basic ${token}`, 401],
      ['the token', `Bearer ${token}`, 200],
      ['the token, scheme in lower case', `bearer ${token}`, 200],
      ['another of the tokens', 'Bearer second-horse-battery', 200],
    ] as const) {
      it(`answers ${what} with ${status}`, async () => {
        await serve({ tokens: [token, 'second-horse-battery'] });
        expect(await get('/v1/calls', authorization)).to.include({ status });
      });
    }

    it('asks for a token before it says what exists', async () => {
      await serve({ tokens: [token] });
      const response = await fetch(`${base}/nowhere`);
      expect(response.status).to.equal(401);
      expect(response.headers.get('www-authenticate')).to.equal('Bearer');
    });

    it('may be reached from outside', async () => {
      await serve({ tokens: [token], listen: { address: '0.0.0.0', port: 0 } });
      expect(new URL(base).hostname).to.equal('0.0.0.0');
    });
  });

  it('refuses to be reached from outside without tokens', async () => {
    await serve();
    expect(
      () => new HttpServer({ ...quiet(), views: views(), listen: { address: '0.0.0.0', port: 0 } }),
    ).to.throw(/http\.tokens/);
  });

  it('names the address that another process has', async () => {
    await serve();
    const second = new HttpServer({
      ...quiet(),
      views: views(),
      listen: { address: '127.0.0.1', port: Number(new URL(base).port) },
    });
    const failure: unknown = await second.start().catch((error: unknown) => error);
    expect(failure).to.include({
      code: 'port-in-use',
      message: `http.listen: 127.0.0.1:${new URL(base).port} is in use`,
    });
    await second.stop();
  });

  it('stops while a peer keeps its connection open', async () => {
    await serve();
    await get('/healthz');
    await server.stop();
    const failure: unknown = await fetch(`${base}/healthz`).catch((error: unknown) => error);
    expect(failure).to.be.instanceOf(TypeError);
  });

  async function get(
    path: string,
    authorization?: string,
  ): Promise<{ status: number; type: string | null; body: object }> {
    const headers = authorization === undefined ? {} : { authorization };
    const response = await fetch(`${base}${path}`, { headers });
    return {
      status: response.status,
      type: response.headers.get('content-type'),
      body: (await response.json()) as object,
    };
  }
});

function quiet(): Pick<HttpServerOptions, 'listen' | 'tokens'> & { log: Logger } {
  return { listen: { address: '127.0.0.1', port: 0 }, tokens: [], log: pino({ level: 'silent' }) };
}
