import { expect } from 'chai';
import { failure } from '../recording/support/paper-recorder.ts';
import { type Answered, House } from './support.ts';

const admin = 'admin-admin-admin-admin';
const blind = 'blind-blind-blind-blind';
const as = (token: string) => ({ authorization: `Bearer ${token}` });
const tokens = [admin, { token: blind, scopes: [] }] as const;

const change = { operation: 'update', thirdPartyDn: 'crm', userData: [{ key: 'A', value: '1' }] };
const big = { ...change, userData: [{ key: 'A', value: 'x'.repeat(262_144) }] };
const wanted = { from: '+4930', to: 'sip:bob@192.0.2.2' };
const transfer = { party: 'bob', to: 'sip:carol@192.0.2.2', mode: 'blind' };
const login = { action: 'login', dn: '2001' };
const start = { action: 'start' };
const key = { 'idempotency-key': 'k1' };

/** How each documented answer comes about; 401 and 429 come about alike everywhere. */
const ways: Readonly<Record<string, Readonly<Record<number, (house: House) => Promise<Answered>>>>> = {
  'GET /healthz': { 200: h => h.send('/healthz', undefined, as(admin)) },
  'GET /readyz': {
    200: h => h.send('/readyz', undefined, as(admin)),
    503: h => {
      h.readiness = 'draining';
      return h.send('/readyz', undefined, as(admin));
    },
  },
  'GET /metrics': { 200: h => h.send('/metrics', undefined, as(admin)) },
  'GET /openapi.json': { 200: h => h.send('/openapi.json', undefined, as(admin)) },
  'GET /v1/schema': { 200: h => h.send('/v1/schema', undefined, as(admin)) },
  'GET /v1/schema/events.json': { 200: h => h.send('/v1/schema/events.json', undefined, as(admin)) },
  'GET /v1/schema/asyncapi.json': { 200: h => h.send('/v1/schema/asyncapi.json', undefined, as(admin)) },
  'GET /v1/calls': {
    200: h => h.send('/v1/calls', undefined, as(admin)),
    403: h => h.send('/v1/calls', undefined, as(blind)),
  },
  'GET /v1/calls/{connId}': {
    200: h => h.send('/v1/calls/C', undefined, as(admin)),
    403: h => h.send('/v1/calls/C', undefined, as(blind)),
    404: h => h.send('/v1/calls/x', undefined, as(admin)),
  },
  'POST /v1/calls': {
    201: h => h.send('/v1/calls', wanted, as(admin)),
    400: h => h.send('/v1/calls', '{', as(admin)),
    403: h => h.send('/v1/calls', wanted, as(blind)),
    404: h => h.send('/v1/calls', { ...wanted, to: 'sip:nobody@192.0.2.2' }, as(admin)),
    409: async h => {
      await h.send('/v1/calls', wanted, { ...as(admin), ...key });
      return await h.send('/v1/calls', { ...wanted, thirdPartyDn: 'other' }, { ...as(admin), ...key });
    },
    413: h => h.send('/v1/calls', { ...wanted, userData: big.userData }, as(admin)),
    422: h => h.send('/v1/calls', { ...wanted, to: 'bob' }, as(admin)),
    503: h => {
      void h.b2bua.stop({ mode: 'keep', withinMs: 0 });
      return h.send('/v1/calls', wanted, as(admin));
    },
  },
  'POST /v1/calls/{connId}/user-data': writes('user-data', change, { ...change, x: 1 }),
  'POST /v1/calls/{connId}/transfer': {
    ...writes('transfer', transfer, { ...transfer, party: 'nobody' }, 202),
    503: h => {
      void h.b2bua.stop({ mode: 'keep', withinMs: 0 });
      return h.send('/v1/calls/C/transfer', transfer, as(admin));
    },
  },
  'POST /v1/calls/{connId}/release': writes('release', {}, { x: 1 }),
  'GET /v1/calls/{connId}/recording': {
    200: h => h.send('/v1/calls/C/recording', undefined, as(admin)),
    403: h => h.send('/v1/calls/C/recording', undefined, as(blind)),
    404: h => h.send('/v1/calls/x/recording', undefined, as(admin)),
  },
  'POST /v1/calls/{connId}/recording': {
    200: h => h.send('/v1/calls/C/recording', start, as(admin)),
    400: h => h.send('/v1/calls/C/recording', '{', as(admin)),
    403: h => h.send('/v1/calls/C/recording', start, as(blind)),
    404: h => h.send('/v1/calls/x/recording', start, as(admin)),
    409: h => h.send('/v1/calls/C/recording', { action: 'stop' }, as(admin)),
    413: h => h.send('/v1/calls/C/recording', { ...start, x: 'x'.repeat(262_144) }, as(admin)),
    422: h => h.send('/v1/calls/C/recording', { action: 'start', accessCode: '9' }, as(admin)),
    502: h => {
      h.recorder.start_ = failure;
      return h.send('/v1/calls/C/recording', start, as(admin));
    },
    503: h => h.send('/v1/calls/C/recording', { ...start, backend: 'http' }, as(admin)),
    504: h => {
      h.recorder.start_ = { ...failure, code: 'recorder-timeout' };
      return h.send('/v1/calls/C/recording', start, as(admin));
    },
  },
  'GET /v1/dns': {
    200: h => h.send('/v1/dns', undefined, as(admin)),
    403: h => h.send('/v1/dns', undefined, as(blind)),
  },
  'GET /v1/agents': {
    200: h => h.send('/v1/agents', undefined, as(admin)),
    403: h => h.send('/v1/agents', undefined, as(blind)),
  },
  'GET /v1/agents/{agentId}': {
    200: async h => {
      await h.send('/v1/agents/1001/state', login, as(admin));
      return await h.send('/v1/agents/1001', undefined, as(admin));
    },
    403: h => h.send('/v1/agents/1001', undefined, as(blind)),
    404: h => h.send('/v1/agents/1001', undefined, as(admin)),
  },
  'POST /v1/agents/{agentId}/state': {
    200: h => h.send('/v1/agents/1001/state', login, as(admin)),
    400: h => h.send('/v1/agents/1001/state', '{', as(admin)),
    403: h => h.send('/v1/agents/1001/state', login, as(blind)),
    404: h => h.send('/v1/agents/1001/state', { action: 'ready' }, as(admin)),
    409: async h => {
      await h.send('/v1/agents/1001/state', login, as(admin));
      return await h.send('/v1/agents/1002/state', login, as(admin));
    },
    413: h => h.send('/v1/agents/1001/state', { ...login, queues: ['x'.repeat(262_144)] }, as(admin)),
    422: h => h.send('/v1/agents/1001/state', { action: 'login' }, as(admin)),
    503: async h => {
      for (const id of ['1', '2']) await h.send(`/v1/agents/${id}/state`, { ...login, dn: id }, as(admin));
      return await h.send('/v1/agents/1001/state', login, as(admin));
    },
  },
  'GET /v1/events': {
    200: h => h.send('/v1/events', undefined, as(admin)),
    403: h => h.send('/v1/events', undefined, as(blind)),
    406: h => h.send('/v1/events', undefined, { ...as(admin), accept: 'text/html' }),
    422: h => h.send('/v1/events?x=1', undefined, as(admin)),
    503: async h => {
      const readers = await Promise.all(
        [1, 2].map(() => fetch(`${h.url}/v1/events`, { headers: as(admin) })),
      );
      const answer = await h.send('/v1/events', undefined, as(admin));
      for (const { body } of readers) await body?.cancel();
      return answer;
    },
  },
};

function writes(what: string, good: object, bad: object, done = 200): (typeof ways)[string] {
  const path = `/v1/calls/C/${what}`;
  return {
    [done]: h => h.send(path, good, as(admin)),
    400: h => h.send(path, '{', as(admin)),
    403: h => h.send(path, good, as(blind)),
    404: h => h.send(path.replace('C', 'x'), good, as(admin)),
    409: async h => {
      await h.send(path, good, { ...as(admin), ...key });
      return await h.send(path, { ...good, thirdPartyDn: 'other' }, { ...as(admin), ...key });
    },
    413: h => h.send(path, big, as(admin)),
    422: h => h.send(path, bad, as(admin)),
  };
}

describe('the answers that /openapi.json tells of', () => {
  let house: House;

  beforeEach(async () => {
    // Its target is we ourselves, so it is none.
    const b2bua = {
      routes: [{ number: '^nobody$', targets: ['sip:own.example'] }],
      isOwnAddress: (host: string) => host === 'own.example',
      maxAgents: 2,
    };
    house = await House.open({ http: { tokens }, maxSubscribers: 2, b2bua });
  });

  afterEach(async () => {
    await house.close();
  });

  it('are those for which there is a test, of every route', async () => {
    const { body } = await house.send('/openapi.json', undefined, as(admin));
    const documented: Record<string, string[]> = {};
    for (const [path, item] of Object.entries(body['paths'] as Record<string, Record<string, Described>>))
      for (const [method, { responses }] of Object.entries(item))
        documented[`${method.toUpperCase()} ${path}`] = Object.keys(responses).sort();
    const tested = Object.entries(ways).map(([route, answers]) => [
      route,
      [...Object.keys(answers), '401', '429', 'default'].sort(),
    ]);
    expect(documented).to.deep.equal(Object.fromEntries(tested));
  });

  for (const [route, answers] of Object.entries(ways)) {
    for (const [status, ask] of Object.entries(answers)) {
      it(`${route}: ${status}`, async () => {
        const answer = await ask(house);
        expect(answer.status).to.equal(Number(status));
        if (answer.status < 400) return;
        expect(answer.headers.get('content-type')).to.match(/^application\/problem\+json/);
        expect(answer.body).to.include({ status: Number(status) });
      });
    }

    it(`${route}: 401, and 429 when it does not stop`, async () => {
      await house.close();
      house = await House.open({ http: { tokens, rates: { refusedPerSecond: 1 } } });
      const [method = '', path = ''] = route.replace('{connId}', 'C').replace('{agentId}', '1001').split(' ');
      const ask = async () => await house.send(path, method === 'POST' ? {} : undefined);
      const statuses = new Set<number>();
      for (let at = 0; at < 20 && !statuses.has(429); at += 1) statuses.add((await ask()).status);
      expect([...statuses]).to.deep.equal([401, 429]);
    });
  }
});

interface Described {
  readonly responses: object;
}
