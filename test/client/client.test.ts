import type { ServerResponse } from 'node:http';
import { expect } from 'chai';
import { pino } from 'pino';
import { agentView } from '../../lib/agents/agent-view.ts';
import { newAgent } from '../../lib/agents/agent.ts';
import type { AgentAnswer, AgentRequest } from '../../lib/b2bua/agent-desk.ts';
import type { OriginateRequest } from '../../lib/b2bua/origination.ts';
import type {
  ChangeAnswer,
  DataChangeRequest,
  ReleaseRequest,
  TransferRequest,
} from '../../lib/b2bua/requests.ts';
import { recordingViewOf } from '../../lib/b2bua/call-view.ts';
import type { RecordingAnswer, RecordingCommand } from '../../lib/call/recording/command.ts';
import type { CallRecording } from '../../lib/call/recording/recording.ts';
import { BatonClient, BatonClientError } from '../../lib/client/client.ts';
import type { ClientOptions } from '../../lib/client/requests.ts';
import { HttpServer, type HttpServerOptions } from '../../lib/http/server.ts';
import { problemFor } from '../../lib/http/problem.ts';
import { Metrics } from '../../lib/metrics.ts';
import { aliceAndBob } from '../support/call-detail.ts';
import { ImpatientClock, ScriptedServer } from './support.ts';

const desk = { dn: '2001', tenant: 'acme', inService: true, contacts: [] };
const zoe = agentView(newAgent('acme', '1001'));
const { connId } = aliceAndBob;
const recordingCommands: RecordingCommand[] = [];
const recorded: CallRecording = {
  ...{ recordingId: 'api-1', mode: 'capture', backend: 'rtpengine', startedAtMs: 1_700_000_000_000 },
  status: { is: 'active', segments: [{ file: '/rec/a.pcap' }] },
};
const token = 'correct-horse-battery';

async function failureFrom(request: Promise<unknown>): Promise<BatonClientError> {
  const failure = await request.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (failure instanceof BatonClientError) return failure;
  throw new Error(`no BatonClientError: ${String(failure)}`);
}

describe('the client and an HttpServer', () => {
  let server: HttpServer;
  let client: BatonClient;
  let asked: DataChangeRequest[];
  let released: ReleaseRequest[];
  let commanded: AgentRequest[];
  let originated: OriginateRequest[];
  let transfers: TransferRequest[];
  let answer: ChangeAnswer;

  async function serve(
    options: Partial<HttpServerOptions> = {},
    own: Partial<ClientOptions> = {},
  ): Promise<void> {
    server = new HttpServer({
      listen: { address: '127.0.0.1', port: 0 },
      tokens: [],
      log: pino({ level: 'silent' }),
      views: {
        metrics: new Metrics(),
        readiness: () => 'ready',
        calls: () => [aliceAndBob],
        call: (wanted: string) => (wanted === connId ? aliceAndBob : undefined),
        changeData: (request: DataChangeRequest) => {
          asked.push(request);
          return answer;
        },
        originate: (request: OriginateRequest) => {
          originated.push(request);
          return request.to === 'x'
            ? { ok: false, code: 'no-route', party: 'to' }
            : { ok: true, call: aliceAndBob };
        },
        transfer: (request: TransferRequest) => {
          transfers.push(request);
          return request.party === 'nobody'
            ? { ok: false, code: 'party-unknown' }
            : { ok: true, call: aliceAndBob };
        },
        recording: {
          list: () => [recorded],
          command: async (command: RecordingCommand): Promise<RecordingAnswer> => {
            recordingCommands.push(command);
            return await Promise.resolve(
              command.action === 'start'
                ? { ok: true, recordings: [recorded] }
                : { ok: false, code: 'recording-unknown' },
            );
          },
        },
        tenant: 'acme',
        dns: () => [desk],
        agents: () => [zoe],
        agent: () => zoe,
        commandAgent: (request: AgentRequest): AgentAnswer => {
          commanded.push(request);
          const isLogin = request.command.action === 'login';
          return isLogin ? { ok: true, agent: zoe } : { ok: false, code: 'agent-logged-out' };
        },
        release: (request: ReleaseRequest) => {
          released.push(request);
          return { ok: true, call: aliceAndBob };
        },
      } as unknown as HttpServerOptions['views'],
      ...options,
    });
    const { address, port } = await server.start();
    client = new BatonClient({ url: `http://${address}:${port}/`, ...own });
  }

  beforeEach(() => {
    asked = [];
    released = [];
    commanded = [];
    originated = [];
    transfers = [];
    answer = { ok: true, call: aliceAndBob };
  });

  afterEach(async () => {
    await server.stop();
  });

  it('lists the calls and shows one', async () => {
    await serve();
    expect(await client.calls()).to.deep.equal([aliceAndBob]);
    expect(await client.call(connId)).to.deep.equal(aliceAndBob);
  });

  it('attaches, updates, deletes and deletes all', async () => {
    await serve();
    const entry = { key: 'Tier', type: 'string', value: 'gold', scope: 'call' };
    const userData = [{ key: 'Tier', value: 'gold' }];
    const answers = [
      await client.attach(connId, { thirdPartyDn: 'crm', userData }),
      await client.update(connId, { thirdPartyDn: 'crm', userData, referenceId: 7, ifRevision: 3 }),
      await client.update(connId, { thirdPartyDn: 'crm', customContext: { userToUser: '0401' } }),
      await client.delete(connId, { thirdPartyDn: 'crm', keys: ['Tier'] }),
      await client.deleteAll(connId, { thirdPartyDn: 'crm' }),
    ];
    for (const each of answers) expect(each).to.deep.equal(aliceAndBob);
    const common = { connId, thirdPartyDn: 'crm' };
    const uui = { key: 'UUI', type: 'string', value: '0401', scope: 'uui' };
    expect(asked).to.deep.equal([
      { ...common, operation: { operation: 'attach', entries: [entry] } },
      { ...common, referenceId: 7, ifRevision: 3, operation: { operation: 'update', entries: [entry] } },
      { ...common, operation: { operation: 'update', entries: [uui] } },
      { ...common, operation: { operation: 'delete', keys: ['Tier'] } },
      { ...common, operation: { operation: 'delete-all' } },
    ]);
  });

  it('brings two parties together', async () => {
    await serve();
    const call = await client.originate({ from: '1001', to: 'sip:bob@192.0.2.7', idempotencyKey: 'once' });
    expect(call).to.deep.equal(aliceAndBob);
    const userData = [{ key: 'Tier', value: 'gold' }];
    const context = { userToUser: '0401' };
    const failure = await failureFrom(
      client.originate({
        ...{ from: '1001', to: 'x', thirdPartyDn: 'crm', userData, customContext: context },
        ...{ consult: 'joint', merged: 'merged-only' },
      }),
    );
    expect(failure).to.include({ code: 'no-route', status: 404, path: '/to' });
    const call1 = { from: '1001', to: 'sip:bob@192.0.2.7', entries: [], local: true };
    const tier = { key: 'Tier', type: 'string', value: 'gold', scope: 'call' };
    const uui = { key: 'UUI', type: 'string', value: '0401', scope: 'uui' };
    const rules = { consult: 'joint', merged: 'merged-only' };
    const call2 = { from: '1001', to: 'x', thirdPartyDn: 'crm', entries: [tier, uui], ...rules, local: true };
    expect(originated).to.deep.equal([call1, call2]);
  });

  it('transfers', async () => {
    await serve();
    const wish = { party: 'bob', to: '1003', mode: 'single-step' } as const;
    expect(await client.transfer(connId, { ...wish, idempotencyKey: 'once' })).to.deep.equal(aliceAndBob);
    const failure = await failureFrom(client.transfer(connId, { ...wish, party: 'nobody' }));
    expect(failure).to.include({ code: 'party-unknown', status: 422, path: '/party' });
    const aim = { mode: 'single-step', to: '1003' };
    const common = { connId, aim, entries: [], local: true };
    expect(transfers).to.deep.equal([
      { ...common, party: 'bob' },
      { ...common, party: 'nobody' },
    ]);
  });

  it('has a call recorded, and shows its recordings', async () => {
    await serve();
    const shown = [recordingViewOf(recorded)];
    expect(await client.record(connId, { action: 'start', accessCode: '8001' })).to.deep.equal(shown);
    expect(await client.recordings(connId)).to.deep.equal(shown);
    const failure = await failureFrom(client.record(connId, { action: 'stop', idempotencyKey: 'once' }));
    expect(failure).to.include({ code: 'recording-unknown', status: 409 });
    expect(recordingCommands.splice(0)).to.deep.equal([
      { connId, action: 'start', accessCode: '8001' },
      { connId, action: 'stop' },
    ]);
  });

  it('shows the DNs that have registered', async () => {
    await serve();
    expect(await client.dns()).to.deep.equal([desk]);
  });

  it('shows agents, and asks something of one', async () => {
    await serve();
    expect(await client.agents()).to.deep.equal([zoe]);
    expect(await client.agent('1001')).to.deep.equal(zoe);
    const login = { action: 'login', dn: '2001', queues: ['sales'] } as const;
    expect(await client.commandAgent('1001', { ...login, idempotencyKey: 'once' })).to.deep.equal(zoe);
    const failure = await failureFrom(client.commandAgent('1001', { action: 'ready' }));
    expect(failure).to.include({ code: 'agent-logged-out', status: 409 });
    expect(commanded).to.deep.equal([
      { tenant: 'acme', agentId: '1001', command: login },
      { tenant: 'acme', agentId: '1001', command: { action: 'ready' } },
    ]);
  });

  it('releases', async () => {
    await serve();
    await client.release(connId);
    await client.release(connId, { thirdPartyDn: 'crm' });
    expect(released).to.deep.equal([{ connId }, { connId, thirdPartyDn: 'crm' }]);
  });

  it('does nothing twice for one idempotency key', async () => {
    await serve();
    const change = { thirdPartyDn: 'crm', keys: ['A'], idempotencyKey: 'once' };
    await client.delete(connId, change);
    await client.delete(connId, change);
    expect(asked).to.have.length(1);
    const failure = await failureFrom(client.delete(connId, { ...change, keys: ['B'] }));
    expect(failure).to.include({ code: 'idempotency-conflict', status: 409 });
  });

  it('tells the current revision to who lost', async () => {
    await serve();
    answer = { ok: false, code: 'revision-conflict', revision: 5 };
    const change = { thirdPartyDn: 'crm', keys: ['A'], ifRevision: 4 };
    expect(await failureFrom(client.delete(connId, change))).to.include({
      code: 'revision-conflict',
      status: 409,
      revision: 5,
    });
  });

  it('points to what is wrong with a request', async () => {
    await serve();
    const userData = [{ key: 'A', value: '1', scope: 'nowhere' as 'sip' }];
    const failure = await failureFrom(client.update(connId, { thirdPartyDn: 'crm', userData }));
    expect(failure).to.include({ code: 'unprocessable', status: 422, path: '/userData/0/scope' });
  });

  it('does not know a call that is not there', async () => {
    await serve();
    expect(await failureFrom(client.call('99@acme:n/ö'))).to.include({ code: 'call-unknown', status: 404 });
  });

  it('shows its token', async () => {
    await serve({ tokens: [{ token, scopes: ['calls:read'] }] }, { token });
    expect(await client.calls()).to.have.length(1);
    const failure = await failureFrom(client.release(connId));
    expect(failure).to.include({ code: 'forbidden', status: 403 });
  });

  it('is refused without one', async () => {
    await serve({ tokens: [token] });
    expect(await failureFrom(client.calls())).to.include({ code: 'unauthorized', status: 401 });
  });

  it('is told when to come again', async () => {
    await serve({ rates: { perSecond: 1 } }, { longestRetryWaitMs: 0 });
    await client.calls();
    expect(await failureFrom(client.calls())).to.include({
      code: 'too-many-requests',
      status: 429,
      retryAfterMs: 1_000,
    });
  });
});

describe('the client and a server in trouble', () => {
  let server: ScriptedServer;
  let clock: ImpatientClock;

  async function clientOf(answer: (response: ServerResponse, nth: number) => void): Promise<BatonClient> {
    clock = new ImpatientClock();
    server = await ScriptedServer.start(answer);
    return new BatonClient({ url: `${server.url}/behind/a/proxy`, token, after: clock.after });
  }

  function tooMany(response: ServerResponse, retryAfter: string): void {
    const headers = { 'retry-after': retryAfter, 'content-type': 'application/problem+json' };
    response.writeHead(429, headers).end(JSON.stringify(problemFor('too-many-requests')));
  }

  afterEach(async () => {
    await server.stop();
  });

  it('sends again what came too soon, as long after as it was asked to', async () => {
    const client = await clientOf((response, nth) => {
      if (nth < 3) tooMany(response, String(nth));
      else response.end(JSON.stringify(aliceAndBob));
    });
    const change = { thirdPartyDn: 'crm', keys: ['A'], idempotencyKey: 'k' };
    expect(await client.delete(connId, change)).to.deep.equal(aliceAndBob);
    expect(clock.waitedMs).to.deep.equal([1_000, 2_000]);
    for (const { method, url, headers } of server.requests) {
      expect([method, decodeURIComponent(url ?? '')]).to.deep.equal([
        'POST',
        `/behind/a/proxy/v1/calls/${connId}/user-data`,
      ]);
      expect(headers).to.include({ authorization: `Bearer ${token}`, 'idempotency-key': 'k' });
    }
    const body = { thirdPartyDn: 'crm', keys: ['A'], operation: 'delete' };
    expect(server.bodies.map(text => JSON.parse(text) as unknown)).to.deep.equal([body, body, body]);
  });

  it('gives up what is always too soon', async () => {
    const client = await clientOf(response => tooMany(response, '1'));
    expect(await failureFrom(client.calls())).to.include({ status: 429, retryAfterMs: 1_000 });
    expect(server.requests).to.have.length(4);
  });

  it('does not wait longer than it may', async () => {
    const client = await clientOf(response => tooMany(response, '6'));
    expect(await failureFrom(client.calls())).to.include({ status: 429, retryAfterMs: 6_000 });
    expect(server.requests).to.have.length(1);
  });

  it('does not send again what was refused otherwise', async () => {
    const client = await clientOf(response => {
      response.writeHead(503).end(JSON.stringify(problemFor('not-ready')));
    });
    expect(await failureFrom(client.calls())).to.include({ code: 'not-ready', status: 503 });
    expect(server.requests).to.have.length(1);
  });

  it('says when somebody else answers', async () => {
    const client = await clientOf(response => response.end('<html>'));
    expect(await failureFrom(client.calls())).to.include({ code: 'not-baton', status: 200 });
  });

  it('says when nobody answers', async () => {
    const client = await clientOf(response => response.socket?.destroy());
    const failure = await failureFrom(client.calls());
    expect(failure).to.include({ code: 'unreachable' });
    expect(failure.message).to.equal(`nothing answers at ${server.url}/behind/a/proxy/v1/calls`);
    expect(failure.cause).to.be.an.instanceof(Error);
  });

  it('says when an answer breaks off', async () => {
    const client = await clientOf(response => {
      response.writeHead(200, { 'content-length': '100' }).write('{');
      setImmediate(() => response.destroy());
    });
    expect(await failureFrom(client.calls())).to.include({ code: 'unreachable' });
  });

  it('waits for an answer only so long', async () => {
    const client = await clientOf(() => undefined);
    const failing = failureFrom(client.calls());
    await clock.runOut();
    expect(await failing).to.include({ code: 'timed-out' });
  });

  it('leaves no timer behind', async () => {
    const client = await clientOf(response => response.end('{"calls": []}'));
    expect(await client.calls()).to.deep.equal([]);
    expect(clock.limits).to.equal(0);
  });

  it('gives up with the reason of the signal', async () => {
    const leaving = new AbortController();
    const client = await clientOf(() => leaving.abort(new Error('closing time')));
    const reason = await client.calls({ signal: leaving.signal }).catch((error: unknown) => error);
    expect(reason).to.have.property('message', 'closing time');
  });
});

describe('a client', () => {
  for (const [what, url] of [
    ['that is none', 'here'],
    ['with a password, which errors would show', 'http://me:secret@127.0.0.1:8080'],
    ['with a query, behind which no path can be put', 'http://127.0.0.1:8080/?x=1'],
    ['with a fragment', 'http://127.0.0.1:8080/#x'],
  ] as const) {
    it(`refuses a URL ${what}`, () => {
      expect(() => new BatonClient({ url })).to.throw(TypeError);
    });
  }
});
