import { readFileSync } from 'node:fs';
import { Validator } from '@seriousme/openapi-schema-validator';
import { expect } from 'chai';
import { noAgents } from './support.ts';
import { pino } from 'pino';
import { compileKeyPolicy } from '../../lib/attached-data/key-policy.ts';
import type {
  ChangeAnswer,
  DataChangeRequest,
  ReleaseRequest,
  TransferAnswer,
  TransferRequest,
} from '../../lib/b2bua/requests.ts';
import type { OriginateAnswer, OriginateRequest } from '../../lib/b2bua/origination.ts';
import { loadConfig } from '../../lib/config.ts';
import { HttpServer, type HttpServerOptions } from '../../lib/http/server.ts';
import { Metrics } from '../../lib/metrics.ts';
import { EventRing } from '../../lib/stream/event-ring.ts';
import { aliceAndBob } from '../support/call-detail.ts';

const path = `/v1/calls/${aliceAndBob.connId}`;
const update = { operation: 'update', thirdPartyDn: 'crm', userData: [{ key: 'A', value: '1' }] };

describe('calls over HTTP', () => {
  let server: HttpServer;
  let base = '';
  let asked: DataChangeRequest[] = [];
  let released: ReleaseRequest[] = [];
  let wanted: OriginateRequest[] = [];
  let transfers: TransferRequest[] = [];
  let transferred: TransferAnswer = { ok: true, call: aliceAndBob };
  let made: OriginateAnswer = { ok: true, call: aliceAndBob };
  let answer: ChangeAnswer = { ok: true, call: aliceAndBob };

  async function serve(options: Partial<HttpServerOptions> = {}): Promise<void> {
    server = new HttpServer({
      listen: { address: '127.0.0.1', port: 0 },
      tokens: [],
      log: pino({ level: 'silent' }),
      views: {
        metrics: new Metrics(),
        readiness: () => 'ready',
        ...noAgents,
        stream: () => ({ stream: 'off' }),
        keys: compileKeyPolicy([{ key: 'crm-*', scope: 'sip' }]),
        calls: () => [aliceAndBob],
        call: connId => (connId === aliceAndBob.connId ? aliceAndBob : undefined),
        changeData: request => {
          asked.push(request);
          return answer;
        },
        originate: request => {
          wanted.push(request);
          return made;
        },
        transfer: request => {
          transfers.push(request);
          return transferred;
        },
        release: request => {
          released.push(request);
          return { ok: true, call: aliceAndBob };
        },
      },
      ...options,
    });
    const { address, port } = await server.start();
    base = `http://${address}:${port}`;
  }

  beforeEach(() => {
    asked = [];
    released = [];
    wanted = [];
    made = { ok: true, call: aliceAndBob };
    transfers = [];
    transferred = { ok: true, call: aliceAndBob };
    answer = { ok: true, call: aliceAndBob };
  });

  afterEach(async () => {
    await server.stop();
  });

  async function send(url: string, body?: unknown, headers: Record<string, string> = {}) {
    const sent = body === undefined ? {} : { method: 'POST', body: asText(body) };
    const type: Record<string, string> = body === undefined ? {} : { 'content-type': 'application/json' };
    const response = await fetch(base + url, { ...sent, headers: { ...type, ...headers } });
    const found = (await response.json()) as Record<string, unknown>;
    return { status: response.status, body: found, headers: response.headers };
  }

  it('shows one call with its data', async () => {
    await serve();
    expect(await send(path)).to.deep.include({ status: 200, body: aliceAndBob });
  });

  it('points to the key that the requester may not delete', async () => {
    await serve();
    answer = { ok: false, code: 'key-forbidden', at: 1 };
    const { status, body } = await send(`${path}/user-data`, {
      operation: 'delete',
      thirdPartyDn: 'crm',
      keys: ['A', 'B'],
    });
    expect([status, body['code'], body['path']]).to.deep.equal([403, 'key-forbidden', '/keys/1']);
  });

  it('refuses half a character with the place of it', async () => {
    await serve();
    const text = String.raw`{"operation": "update", "thirdPartyDn": "crm", "userData": [{"key": "A", "value": "\ud83d"}]}`;
    const { status, body } = await send(`${path}/user-data`, text);
    expect([status, body['code'], body['path']]).to.deep.equal([422, 'unprocessable', '/userData/0/value']);
    expect(asked).to.deep.equal([]);
  });

  it('does not know a call that is not there', async () => {
    await serve();
    const { status, body } = await send('/v1/calls/99@acme:node1');
    expect([status, body['code']]).to.deep.equal([404, 'call-unknown']);
  });

  it('changes data as it was asked to', async () => {
    await serve();
    const body = {
      operation: 'attach',
      thirdPartyDn: 'crm',
      referenceId: 7,
      ifRevision: 3,
      userData: [
        { key: 'A', value: '1', scope: 'sip' },
        { key: 'B', value: 2 },
        { key: 'C', type: 'list', value: [{ key: 'D', type: 'binary', value: 'AAEC' }] },
      ],
      customContext: {
        sipHeaders: { CaseId: '1', 'x-ms-custom-Tier': 'gold' },
        voipHeaders: { note: 'a\nb' },
        userToUser: '04aa;encoding=hex',
      },
    };
    expect(await send(`${path}/user-data`, body)).to.deep.include({ status: 200, body: aliceAndBob });
    const text = (key: string, value: string, scope: string) => ({ key, type: 'string', value, scope });
    expect(asked).to.deep.equal([
      {
        connId: aliceAndBob.connId,
        thirdPartyDn: 'crm',
        referenceId: 7,
        ifRevision: 3,
        operation: {
          operation: 'attach',
          entries: [
            text('A', '1', 'sip'),
            { key: 'B', type: 'int', value: 2, scope: 'call' },
            { key: 'C', type: 'list', value: [{ key: 'D', type: 'binary', value: 'AAEC' }], scope: 'call' },
            text('CaseId', '1', 'sip'),
            text('Tier', 'gold', 'sip'),
            text('note', 'a\nb', 'voip'),
            text('UUI', '04aa;encoding=hex', 'uui'),
          ],
        },
      },
    ]);
  });

  for (const [body, operation] of [
    [
      { operation: 'delete', keys: ['A'], userData: [] },
      { operation: 'delete', keys: ['A'] },
    ],
    [{ operation: 'delete-all', userData: [], keys: [] }, { operation: 'delete-all' }],
  ] as const) {
    it(`asks for ${body.operation}`, async () => {
      await serve();
      await send(`${path}/user-data`, { thirdPartyDn: 'crm', ...body });
      expect(asked.map(each => each.operation)).to.deep.equal([operation]);
    });
  }

  const pair = (given: object) => ({ ...update, userData: [{ key: 'A', value: '1' }, given] });
  for (const [what, body, status, code, where] of [
    ['no JSON', '{', 400, 'bad-request', undefined],
    ['a body over 256 kB', { ...update, x: 'x'.repeat(262_144) }, 413, 'too-large', undefined],
    ['an unknown member', { ...update, extra: 1 }, 422, 'unprocessable', '/extra'],
    ['an unknown operation', { ...update, operation: 'erase' }, 422, 'unprocessable', '/operation'],
    ['nobody who asks', { ...update, thirdPartyDn: undefined }, 422, 'unprocessable', '/thirdPartyDn'],
    ['a DN of two lines', { ...update, thirdPartyDn: 'a\nb' }, 422, 'unprocessable', '/thirdPartyDn'],
    ['an unknown type', pair({ key: 'B', type: 'x', value: 1 }), 422, 'unprocessable', '/userData/1/type'],
    ['a member too much', pair({ key: 'B', value: 1, x: 1 }), 422, 'unprocessable', '/userData/1/x'],
    ['an unknown scope', pair({ key: 'B', value: 1, scope: 'x' }), 422, 'unprocessable', '/userData/1/scope'],
    ['no value', pair({ key: 'B' }), 422, 'unprocessable', '/userData/1/value'],
    ['null', pair({ key: 'B', value: null }), 422, 'unprocessable', '/userData/1/value'],
    ['no int', pair({ key: 'B', type: 'int', value: 'b' }), 422, 'unprocessable', '/userData/1/value'],
    ['no base64', pair({ key: 'B', type: 'binary', value: '*' }), 422, 'unprocessable', '/userData/1/value'],
    ['no pairs', pair({ key: 'B', type: 'list', value: [1] }), 422, 'unprocessable', '/userData/1/value/0'],
    ['an empty key', pair({ key: '', value: '1' }), 422, 'bad-key', '/userData/1/key'],
    ['keys to update', { ...update, keys: ['A'] }, 422, 'unprocessable', '/keys'],
    ['data to delete', { ...update, operation: 'delete' }, 422, 'unprocessable', '/userData'],
    ['nothing to update', { ...update, userData: undefined }, 422, 'unprocessable', '/userData'],
    [
      "Microsoft's header",
      { ...update, customContext: { sipHeaders: { 'X-MS-A/b': '' } } },
      422,
      'bad-key',
      '/customContext/sipHeaders/X-MS-A~1b',
    ],
  ] as const) {
    it(`refuses ${what} with ${status}, and nothing is asked of the call`, async () => {
      await serve();
      const refused = await send(`${path}/user-data`, body);
      expect([refused.status, refused.body['code'], refused.body['path']]).to.deep.equal([
        status,
        code,
        where,
      ]);
      expect(refused.headers.get('content-type')).to.match(/^application\/problem\+json/);
      expect(asked).to.deep.equal([]);
    });
  }

  it('refuses a body that is not UTF-8, and nothing is asked of the call', async () => {
    await serve();
    const text = JSON.stringify(update).replace('"1"', '"caf\u00e9"');
    const refused = await fetch(`${base}${path}/user-data`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: Buffer.from(text, 'latin1'),
    });
    expect(refused.status).to.equal(400);
    expect(await refused.json()).to.include({ code: 'bad-request' });
    expect(asked).to.deep.equal([]);
  });

  for (const [refusal, status, members] of [
    [{ code: 'packed-limit', revision: 3 }, 413, {}],
    [{ code: 'control-character', at: 0, revision: 3 }, 422, { path: '/userData/0' }],
    [{ code: 'revision-conflict', revision: 3 }, 409, { revision: 3 }],
    [{ code: 'call-unknown' }, 404, {}],
  ] as const) {
    it(`tells that the call refused: ${refusal.code}`, async () => {
      answer = { ok: false, ...refusal };
      await serve();
      const refused = await send(`${path}/user-data`, update);
      expect(refused.status).to.equal(status);
      expect(refused.body).to.include({ code: refusal.code, ...members });
    });
  }

  it('transfers a call, and points to what is wrong with the wish', async () => {
    await serve();
    const wish = { party: 'bob', to: 'sip:carol@192.0.2.3', mode: 'blind' };
    const userData = [{ key: 'CaseId', value: '43' }];
    expect(await send(`${path}/transfer`, { ...wish, thirdPartyDn: 'crm', userData })).to.include({
      status: 202,
    });
    const { connId } = aliceAndBob;
    const entries = [{ key: 'CaseId', type: 'string', value: '43', scope: 'call' }];
    const aim = { mode: wish.mode, to: wish.to };
    expect(transfers).to.deep.equal([
      { connId, party: 'bob', aim, thirdPartyDn: 'crm', entries, local: true },
    ]);
    for (const [code, status, at, pointer] of [
      ['party-unknown', 422, undefined, '/party'],
      ['relay-denied', 403, undefined, '/to'],
      ['bad-key', 422, 0, '/userData/0'],
      ['transfer-under-way', 409, undefined, undefined],
    ] as const) {
      transferred = { ok: false, code, ...(at !== undefined && { at }) };
      const { status: got, body } = await send(`${path}/transfer`, { ...wish, userData });
      expect({ got, code: body['code'], path: body['path'] }).to.deep.equal({
        got: status,
        code,
        path: pointer,
      });
    }
    expect(await send(`${path}/transfer`, { ...wish, mode: 'parachute' })).to.include({ status: 422 });
  });

  it('makes a call, and takes rules for its data that it knows only', async () => {
    await serve();
    const wish = { from: '1001', to: '1002', consult: 'joint', merged: 'merged-only' };
    expect(await send('/v1/calls', wish)).to.include({ status: 201 });
    expect(wanted).to.deep.equal([{ ...wish, entries: [], local: true }]);
    for (const member of ['consult', 'merged']) {
      const { status, body } = await send('/v1/calls', { ...wish, [member]: 'both' });
      expect([status, body['path']]).to.deep.equal([422, `/${member}`]);
    }
  });

  it('joins two calls of a party', async () => {
    await serve();
    const otherConnId = '00a1b2c3d4e5f608@acme:node1';
    const wish = { party: 'bob', otherConnId, mode: 'attended', merged: 'merged-over-main' };
    expect(await send(`${path}/transfer`, wish)).to.include({ status: 202 });
    const { party, ...aim } = wish;
    const { connId } = aliceAndBob;
    expect(transfers).to.deep.equal([{ connId, party, aim, entries: [], local: true }]);
    for (const [more, pointer] of [
      [{ to: 'sip:carol@192.0.2.3' }, '/to'],
      [{ otherConnId: undefined }, '/otherConnId'],
      [{ mode: 'blind' }, '/otherConnId'],
      [{ mode: 'blind', otherConnId: undefined, to: 'sip:x@y' }, '/merged'],
      [{ mode: 'blind', otherConnId: undefined, merged: undefined }, '/to'],
      [{ merged: 'both' }, '/merged'],
    ] as const) {
      const { status, body } = await send(`${path}/transfer`, { ...wish, ...more });
      expect([status, body['path']], JSON.stringify(more)).to.deep.equal([422, pointer]);
    }
    for (const [code, status] of [
      ['call-unknown', 404],
      ['party-unknown', 422],
    ] as const) {
      transferred = { ok: false, code, ofOther: true };
      const answer = await send(`${path}/transfer`, wish);
      expect([answer.status, answer.body['path']]).to.deep.equal([status, '/otherConnId']);
    }
  });

  it('ends a call, with a body and without', async () => {
    await serve();
    expect(await send(`${path}/release`, { thirdPartyDn: 'crm' })).to.include({ status: 200 });
    const bare = await fetch(`${base}${path}/release`, { method: 'POST' });
    expect(bare.status).to.equal(200);
    const { connId } = aliceAndBob;
    expect(released).to.deep.equal([{ connId, thirdPartyDn: 'crm' }, { connId }]);
  });

  describe('with an Idempotency-Key', () => {
    const key = { 'idempotency-key': 'k1' };

    it('does a thing once and answers the same again', async () => {
      await serve();
      const first = await send(`${path}/user-data`, update, key);
      answer = { ok: false, code: 'call-unknown' };
      const again = await send(`${path}/user-data`, update, key);
      expect([again.status, again.body]).to.deep.equal([first.status, first.body]);
      expect(asked).to.have.length(1);
    });

    it('tries again what failed by a defect of ours', async () => {
      answer = { ok: false, code: 'internal' };
      await serve();
      expect((await send(`${path}/user-data`, update, key)).status).to.equal(500);
      answer = { ok: true, call: aliceAndBob };
      expect((await send(`${path}/user-data`, update, key)).status).to.equal(200);
    });

    it('refuses another request with the same key', async () => {
      await serve();
      await send(`${path}/user-data`, update, key);
      const other = await send(`${path}/user-data`, { ...update, thirdPartyDn: 'ivr' }, key);
      expect([other.status, other.body['code']]).to.deep.equal([409, 'idempotency-conflict']);
      expect(asked).to.have.length(1);
    });
  });

  describe('with tokens of scope and tenant', () => {
    const reader = { token: 'reader-reader-reader', scopes: ['calls:read'] } as const;
    const globex = {
      token: 'globex-globex-globex',
      scopes: ['calls:read', 'calls:write'],
      tenant: 'globex',
    } as const;
    const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

    it('refuses what the scope does not allow', async () => {
      await serve({ tokens: [reader] });
      expect((await send(path, undefined, bearer(reader.token))).status).to.equal(200);
      const refused = await send(`${path}/user-data`, update, bearer(reader.token));
      expect([refused.status, refused.body['code']]).to.deep.equal([403, 'forbidden']);
    });

    it('tells who may only write what became of the write, and nothing of the data', async () => {
      const writer = { token: 'writer-writer-writer', scopes: ['calls:write'] } as const;
      await serve({ tokens: [writer] });
      const { connId, state, revision } = aliceAndBob;
      for (const [url, body] of [
        [`${path}/user-data`, update],
        [`${path}/release`, {}],
      ] as const) {
        const { status, body: told } = await send(url, body, bearer(writer.token));
        expect([status, told]).to.deep.equal([200, { connId, state, revision }]);
      }
      expect((await send(path, undefined, bearer(writer.token))).status).to.equal(403);
    });

    it('takes them from the configuration', async () => {
      const http = `http: {tokens: [{token: ${globex.token}, scopes: [calls:read, calls:write], tenant: globex}]}`;
      const file = 'tokens.yaml';
      const readFile = (name: string) => (name === file ? http : readFileSync(name, 'utf8'));
      expect(loadConfig({ file, readFile }).http.tokens).to.deep.equal([globex]);
      await serve({ tokens: [globex] });
    });

    it("hides another tenant's calls", async () => {
      await serve({ tokens: [globex] });
      const token = bearer(globex.token);
      expect((await send('/v1/calls', undefined, token)).body).to.deep.equal({ calls: [] });
      expect((await send(path, undefined, token)).status).to.equal(404);
      expect((await send(`${path}/user-data`, update, token)).status).to.equal(404);
      expect((await send(`${path}/release`, {}, token)).status).to.equal(404);
      expect([asked, released]).to.deep.equal([[], []]);
    });
  });

  it('describes itself in a document that is good, every route with a summary and its answers', async () => {
    const ring = new EventRing({ run: '00c0ffee', maxEvents: 1, maxBytes: 1 });
    const limits = { maxEvents: 1, maxBytes: 1 };
    await serve({ events: { ring, limits, maxSubscribers: 1, heartbeatMs: 60_000 } });
    const { body } = await send('/openapi.json');
    expect(body['openapi']).to.equal('3.1.0');
    const { valid, errors } = await new Validator().validate(body);
    expect({ valid, errors }).to.deep.equal({ valid: true, errors: undefined });
    const paths = body['paths'] as Paths;
    expect(documented(paths)).to.have.members(registered(server.routes)).and.include('GET /v1/events');
    for (const operation of Object.values(paths).flatMap(item => Object.values(item))) {
      expect(operation.summary).to.match(/\w/);
      const good = Object.entries(operation.responses ?? {}).find(([status]) => status.startsWith('2'));
      expect(good?.[1]).to.have.property('description').not.equal('Default Response');
    }
  });
});

type Paths = Record<string, Record<string, { readonly summary?: string; readonly responses?: object }>>;

const documented = (paths: Paths): string[] =>
  Object.entries(paths).flatMap(([path, item]) =>
    Object.keys(item).map(method => `${method.toUpperCase()} ${path}`),
  );

/** As OpenAPI writes them; HEAD comes with each GET by itself. */
const registered = (routes: HttpServer['routes']): string[] =>
  [...routes].flatMap(([pattern, methods]) =>
    [...methods]
      .filter(method => method !== 'HEAD')
      .map(method => `${method} ${pattern.replace(/:(\w+)/g, '{$1}')}`),
  );

/** A text goes as it is, broken as it may be. */
function asText(body: unknown): string {
  return typeof body === 'string' ? body : JSON.stringify(body);
}
