import { expect } from 'chai';
import { failure, segments } from '../recording/support/paper-recorder.ts';
import { House } from './support.ts';

const path = '/v1/calls/C/recording';

describe('recordings over HTTP', () => {
  let house: House;

  beforeEach(async () => {
    house = await House.open();
  });

  afterEach(async () => {
    await house.close();
  });

  const active = {
    recordingId: 'api-1',
    mode: 'record',
    backend: 'rtpengine',
    state: 'active',
    startedAt: '2023-11-14T22:13:20.000Z',
    segments: [{ file: segments[0]?.file, bytes: segments[0]?.bytes }],
  };

  it('start, pause, resume and stop', async () => {
    const { connId } = house;
    expect((await house.send(path)).body).to.deep.equal({ connId, recordings: [] });
    const started = await house.send(path, { action: 'start' });
    expect([started.status, started.body]).to.deep.equal([200, { connId, recordings: [active] }]);
    const states: unknown[] = [];
    for (const action of ['pause', 'pause', 'resume', 'stop']) {
      const { body } = await house.send(path, { action });
      states.push((body['recordings'] as { state: string }[])[0]?.state);
    }
    expect(states).to.deep.equal(['paused', 'paused', 'active', 'stopped']);
    expect(house.recorder.asked).to.deep.equal(['start api-1', 'pause api-1', 'resume api-1', 'stop api-1']);
    expect(house.call?.recording).to.include({ state: 'stopped' });
  });

  it('start as the flow of an access code says', async () => {
    await house.send(path, { action: 'start', accessCode: '8001' });
    expect(house.call?.recording).to.include({ mode: 'capture', backend: 'rtpengine' });
  });

  it('are none where the flow says none', async () => {
    const { status, body } = await house.send(path, { action: 'start', accessCode: '8000' });
    expect([status, body['recordings'], house.recorder.asked]).to.deep.equal([200, [], []]);
  });

  it('are started once by a request that comes again with its key', async () => {
    const key = { 'idempotency-key': 'k1' };
    const answers = [
      await house.send(path, { action: 'start' }, key),
      await house.send(path, { action: 'start' }, key),
    ];
    expect(answers[0]?.body).to.deep.equal(answers[1]?.body);
    expect((await house.send(path, { action: 'stop' }, key)).body).to.include({
      code: 'idempotency-conflict',
    });
    expect(house.recorder.asked).to.deep.equal(['start api-1']);
  });

  const refusals: readonly [what: string, body: object, status: number, members: object][] = [
    [
      'a code without a flow',
      { action: 'start', accessCode: '9' },
      422,
      { code: 'flow-unknown', path: '/accessCode' },
    ],
    [
      'an action that there is none of',
      { action: 'rewind' },
      422,
      { code: 'unprocessable', path: '/action' },
    ],
    ['no action', {}, 422, { code: 'unprocessable', path: '/action' }],
    ['another member', { action: 'start', x: 1 }, 422, { code: 'unprocessable', path: '/x' }],
    ['a mode with a code', { action: 'start', accessCode: '8001', mode: 'record' }, 422, { path: '/mode' }],
    [
      'a back end with a code',
      { action: 'start', accessCode: '8001', backend: 'http' },
      422,
      { path: '/backend' },
    ],
    ['a code with a stop', { action: 'stop', accessCode: '8001' }, 422, { path: '/accessCode' }],
    ['a mode with a stop', { action: 'stop', mode: 'record' }, 422, { path: '/mode' }],
    ['a stop of nothing', { action: 'stop' }, 409, { code: 'recording-unknown' }],
    ['a pause of nothing', { action: 'pause' }, 409, { code: 'recording-unknown' }],
    [
      'a back end that is not there',
      { action: 'start', backend: 'siprec' },
      503,
      { code: 'recorder-missing' },
    ],
  ];
  for (const [what, body, status, members] of refusals) {
    it(`refuses ${what}: ${status}`, async () => {
      const answer = await house.send(path, body);
      expect(answer.status).to.equal(status);
      expect(answer.body).to.include(members);
      expect(house.recorder.asked).to.deep.equal([]);
    });
  }

  it('says why a recorder failed, and the call goes on', async () => {
    house.recorder.start_ = failure;
    const { status, body } = await house.send(path, { action: 'start' });
    expect(status).to.equal(502);
    expect(body).to.include({ code: 'recorder-failed', detail: 'disk full' });
    expect(house.call?.recording).to.include({ state: 'failed', reason: 'disk full' });
    expect(house.call?.state).to.equal('established');
  });

  it('acts upon one back end only where it is named', async () => {
    await house.send(path, { action: 'start' });
    expect((await house.send(path, { action: 'stop', backend: 'siprec' })).status).to.equal(409);
    expect((await house.send(path, { action: 'stop', backend: 'rtpengine' })).status).to.equal(200);
  });

  it('are told of after the end of the call, which can be recorded no more', async () => {
    await house.send(path, { action: 'start' });
    await house.send('/v1/calls/C/release', {});
    const { body } = await house.send(path);
    expect((body['recordings'] as { state: string }[]).map(({ state }) => state)).to.deep.equal(['stopped']);
    expect((await house.send(path, { action: 'start' })).body).to.include({ code: 'call-released' });
  });

  it('are seen and made by those only who may', async () => {
    await house.close();
    const [reader, foreign] = ['reader-reader-reader', 'foreign-foreign-foreign'];
    const tokens = [
      { token: reader, scopes: ['calls:read'] },
      { token: foreign, scopes: ['calls:read', 'calls:write'], tenant: 'other' },
    ] as const;
    house = await House.open({ http: { tokens: [...tokens] } });
    const as = (token: string) => ({ authorization: `Bearer ${token}` });
    expect((await house.send(path, undefined, as(reader))).status).to.equal(200);
    expect((await house.send(path, { action: 'start' }, as(reader))).status).to.equal(403);
    expect((await house.send(path, undefined, as(foreign))).status).to.equal(404);
    expect((await house.send(path, { action: 'start' }, as(foreign))).status).to.equal(404);
    expect(house.recorder.asked).to.deep.equal([]);
  });
});
