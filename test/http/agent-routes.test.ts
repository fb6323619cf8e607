import { expect } from 'chai';
import type { CallEvent } from '../../lib/events/event.ts';
import { checkEvents } from '../support/valid-event.ts';
import { House } from './support.ts';

const admin = 'admin-admin-admin-admin';
const writer = { token: 'writer-writer-writer', scopes: ['agents:write'] } as const;
const reader = { token: 'reader-reader-reader', scopes: ['agents:read'] } as const;
const globex = {
  token: 'globex-globex-globex',
  scopes: ['agents:read', 'agents:write', 'events:read'],
  tenant: 'globex',
} as const;
const as = (token: string) => ({ authorization: `Bearer ${token}` });

const at2001 = { action: 'login', dn: '2001' };

describe('agents over HTTP', () => {
  let house: House;

  afterEach(async () => {
    await house.close();
  });

  /** Sends the command, and says the status and what is of interest of the answer. */
  async function command(body: object, id = '1001', headers = {}): Promise<Record<string, unknown>> {
    const { status, body: answer } = await house.send(`/v1/agents/${id}/state`, body, headers);
    return { status, ...answer };
  }

  it('log in, work and log out', async () => {
    house = await House.open();
    expect(await command(at2001)).to.deep.include({
      status: 200,
      state: 'not-ready',
      dn: '2001',
      revision: 1,
    });
    expect(await command({ action: 'ready', workMode: 'AutoIn' })).to.include({
      state: 'ready',
      workMode: 'AutoIn',
    });
    const lunch = { action: 'not-ready', workMode: 'AuxWork', reasons: [{ key: 'Lunch', value: 1 }] };
    const reasons = [{ key: 'Lunch', type: 'int', value: 1 }];
    expect(await command(lunch)).to.deep.include({ state: 'not-ready', workMode: 'AuxWork', reasons });
    expect((await house.send('/v1/agents/1001')).body).to.deep.include({ state: 'not-ready', reasons });
    expect(await command({ action: 'logout' })).to.deep.include({
      state: 'logged-out',
      dn: null,
      reasons: [],
    });
    const { body } = await house.send('/v1/agents');
    expect(body['agents']).to.have.length(1).and.have.nested.property('[0].state', 'logged-out');
  });

  it('show all that is on', async () => {
    house = await House.open();
    const { connId } = house;
    await command({ ...at2001, dn: 'bob', queues: ['sales', 'sales', 'care'] });
    for (const body of [
      { action: 'dnd-on' },
      { action: 'forward-set', to: '+4930' },
      { action: 'mute-on', connId },
      { action: 'listen-disconnect' },
      { action: 'monitor-next-call', monitorDn: '2002' },
      { action: 'message-waiting-on', waiting: 2, urgent: 1 },
    ])
      expect(await command(body)).to.include({ status: 200 });
    expect((await house.send('/v1/agents/1001')).body).to.deep.equal({
      agentId: '1001',
      tenant: 'acme',
      dn: 'bob',
      state: 'not-ready',
      workMode: 'Unknown',
      reasons: [],
      queues: ['sales', 'care'],
      dnd: true,
      forwardTo: '+4930',
      muted: true,
      mutedConnId: connId,
      listenDisconnected: true,
      listenDisconnectedConnId: null,
      monitoring: { monitorDn: '2002', type: 'MonitorOneCall' },
      messageWaiting: true,
      messages: { waiting: 2, old: null, urgent: 1, urgentOld: null },
      revision: 7,
    });
  });

  it('are told of on the stream, and counted', async () => {
    house = await House.open();
    const told: CallEvent[] = [];
    house.onEvent = event => told.push(event);
    await command({ ...at2001, referenceId: 7 });
    await command({ action: 'ready' });
    await command({ action: 'ready' });
    checkEvents(told);
    expect(told).to.deep.equal([
      {
        id: 'EventAgentLogin',
        tenant: 'acme',
        time: 1_700_000_000_000,
        Server: 'baton/node1',
        ThisDN: '2001',
        AgentID: '1001',
        ReferenceID: 7,
      },
      {
        id: 'EventAgentReady',
        tenant: 'acme',
        time: 1_700_000_000_000,
        Server: 'baton/node1',
        ThisDN: '2001',
        AgentID: '1001',
        AgentWorkMode: 'Unknown',
      },
    ]);
    const { body } = await house.metrics.text();
    expect(body).to.include('baton_agents{state="ready"} 1');
    expect(body).to.include('baton_agent_commands_total{action="ready",outcome="done"} 1');
    expect(body).to.include('baton_agent_commands_total{action="ready",outcome="agent-unchanged"} 1');
  });

  for (const [what, before, body, status, code, path] of [
    ['somebody unknown', [], { action: 'ready' }, 404, 'agent-unknown', undefined],
    [
      'ready after logout',
      [at2001, { action: 'logout' }],
      { action: 'ready' },
      409,
      'agent-logged-out',
      undefined,
    ],
    ['a second login', [at2001], at2001, 409, 'agent-logged-in', undefined],
    ['a forward to itself', [at2001], { action: 'forward-set', to: '2001' }, 422, 'forward-loop', '/to'],
    ['a forward to nowhere', [at2001], { action: 'forward-set', to: 'no uri' }, 422, 'unprocessable', '/to'],
    [
      'mute in a call that is not there',
      [at2001],
      { action: 'mute-on', connId: '1234567812345678@acme:node1' },
      404,
      'call-unknown',
      '/connId',
    ],
    ['no action', [], {}, 422, 'unprocessable', '/action'],
    ['an unknown action', [], { action: 'sleep' }, 422, 'unprocessable', '/action'],
    ['an action that is no text', [], { action: 1 }, 422, 'unprocessable', '/action'],
    ['a login without DN', [], { action: 'login' }, 422, 'unprocessable', '/dn'],
    ['what another action takes', [at2001], { action: 'dnd-on', to: '1' }, 422, 'unprocessable', '/to'],
    [
      'a work mode that is none',
      [at2001],
      { action: 'ready', workMode: 'AuxWork' },
      422,
      'unprocessable',
      '/workMode',
    ],
    [
      'a reason without value',
      [at2001],
      { action: 'not-ready', reasons: [{ key: 'a', value: null }] },
      422,
      'unprocessable',
      '/reasons/0/value',
    ],
    [
      'a reason without key',
      [at2001],
      { action: 'not-ready', reasons: [{ key: '', value: 'x' }] },
      422,
      'bad-key',
      '/reasons/0/key',
    ],
    [
      'reasons without end',
      [at2001],
      { action: 'not-ready', reasons: [{ key: 'a', value: 'x'.repeat(5_000) }] },
      422,
      'unprocessable',
      '/reasons',
    ],
  ] as const) {
    it(`refuse ${what}`, async () => {
      house = await House.open();
      for (const each of before) expect(await command(each)).to.include({ status: 200 });
      const answer = await command(body);
      expect({ ...answer, path: answer['path'] }).to.include({ status, code, path });
    });
  }

  it('are muted by re-INVITEs in their calls, and in no others', async () => {
    house = await House.open();
    await command({ action: 'login', dn: 'bob' });
    await command({ action: 'login', dn: '2002' }, '1002');
    expect(await command({ action: 'mute-on', connId: house.connId }, '1002')).to.include({
      status: 422,
      code: 'party-unknown',
      path: '/connId',
    });
    const reinvites = (): number => house.effects.filter(effect => effect.do === 'request').length;
    expect(await command({ action: 'mute-on' }, '1002')).to.include({ status: 200 });
    expect(reinvites()).to.equal(0);
    expect(await command({ action: 'mute-on' })).to.include({ status: 200, muted: true });
    expect(reinvites()).to.equal(1);
  });

  it('have names with anything but control characters in them', async () => {
    house = await House.open();
    expect(await command(at2001, encodeURIComponent('Zoë / 7'))).to.include({
      status: 200,
      agentId: 'Zoë / 7',
    });
    expect((await house.send(`/v1/agents/${encodeURIComponent('Zoë / 7')}`)).status).to.equal(200);
    expect(await command(at2001, 'a%00b')).to.include({ status: 422 });
    expect((await house.send('/v1/agents/a%00b')).body).to.include({ code: 'agent-unknown' });
  });

  it('take a command once for each Idempotency-Key', async () => {
    house = await House.open();
    const key = { 'idempotency-key': 'k1' };
    const first = await command(at2001, '1001', key);
    expect(await command(at2001, '1001', key)).to.deep.equal(first);
    expect(await command(at2001, '1002', key)).to.include({ status: 409, code: 'idempotency-conflict' });
  });

  describe('with tokens', () => {
    beforeEach(async () => {
      house = await House.open({ http: { tokens: [admin, writer, reader, globex] } });
    });

    it('may be commanded by whom the scope allows, who learns no more than that it is done', async () => {
      expect(await command(at2001, '1001', as(reader.token))).to.include({ status: 403, code: 'forbidden' });
      expect(await command(at2001, '1001', as(writer.token))).to.deep.equal({
        status: 200,
        agentId: '1001',
        state: 'not-ready',
        revision: 1,
      });
      expect((await house.send('/v1/agents', undefined, as(writer.token))).status).to.equal(403);
      expect((await house.send('/v1/agents', undefined, as(reader.token))).status).to.equal(200);
    });

    it('are those of the tenant only', async () => {
      await command(at2001, '1001', as(admin));
      expect((await house.send('/v1/agents/1001', undefined, as(globex.token))).status).to.equal(404);
      expect(await command({ action: 'ready' }, '1001', as(globex.token))).to.include({ status: 404 });
      expect(await command(at2001, '1001', as(globex.token))).to.include({ status: 200, tenant: 'globex' });
      const { body } = await house.send('/v1/agents', undefined, as(globex.token));
      expect(body['agents']).to.have.length(1).and.have.nested.property('[0].tenant', 'globex');
      const all = (await house.send('/v1/agents', undefined, as(admin))).body;
      expect(all['agents']).to.have.length(2);
    });
  });
});
