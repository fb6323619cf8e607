import { expect } from 'chai';
import { SignJWT, type JWTPayload } from 'jose';
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { alice } from '../b2bua/support/house.ts';
import { failure, flowOfCode, segments, settle } from '../recording/support/paper-recorder.ts';
import { app, type Answered, IvrHouse, keys, record } from './support.ts';

const withParams = (params: object) => ({ ...record, inparams: { ...record.inparams, ...params } });
const without = (...names: string[]) => {
  const inparams = Object.fromEntries(
    Object.entries(record.inparams).filter(([name]) => !names.includes(name)),
  );
  return { ...record, inparams };
};
const done = (ret: string, outaction = '7') => ({
  status: 200,
  body: { ret, userid: 'u1', outaction, outparams: {} },
});

describe('the dialog interface', () => {
  let ivr: IvrHouse;

  beforeEach(async () => {
    ivr = await IvrHouse.open();
  });

  afterEach(async () => {
    await ivr.close();
  });

  const reopen = async (options: Parameters<typeof IvrHouse.open>[0]): Promise<void> => {
    await ivr.close();
    ivr = await IvrHouse.open(options);
  };

  describe('asked for a recording', () => {
    it('starts it: "0"', async () => {
      ivr.call('u1');
      expect(await ivr.ask(record)).to.deep.equal(done('0'));
      expect(ivr.recorder.asked).to.deep.equal(['start u1']);
      expect(ivr.recording).to.include({ recordingId: 'u1', state: 'active', mode: 'capture' });
    });

    it('does so at the path of a virtual call centre as well', async () => {
      ivr.call('u1');
      expect(await ivr.post('/oifde/rest/v2/crs/process/117', record)).to.deep.equal(done('0'));
      expect(ivr.logged.some(line => line.includes('"vdnId":"117"'))).to.equal(true);
    });

    it('says "0" again for one that is active, and commands nothing', async () => {
      ivr.call('u1');
      await ivr.ask(record);
      expect(await ivr.ask(record)).to.deep.equal(done('0'));
      expect(ivr.recorder.asked).to.deep.equal(['start u1']);
    });

    it('commands once what is asked for by many at one time: "0" for all', async () => {
      ivr.call('u1');
      ivr.recorder.start_ = undefined;
      const answers = Promise.all(Array.from({ length: 20 }, async () => await ivr.ask(record)));
      await ivr.untilAsked();
      await settle();
      ivr.recorder.say({ ok: true, segments });
      expect(await answers).to.deep.equal(Array.from({ length: 20 }, () => done('0')));
      expect(ivr.recorder.asked).to.deep.equal(['start u1']);
    });

    it('says "0" and commands nothing where the flow says none', async () => {
      ivr.flows = [flowOfCode('8001', { mode: 'none' })];
      expect(await ivr.ask(record)).to.deep.equal(done('0'));
      expect(ivr.recorder.asked).to.deep.equal([]);
    });

    it('does as the flows say by now', async () => {
      ivr.call('u1');
      ivr.flows = [flowOfCode('9*', { mode: 'record' })];
      expect(await ivr.ask(record)).to.deep.equal(done('10000003'));
      expect(await ivr.ask(withParams({ call_dst_id: '9001' }))).to.deep.equal(done('0'));
      expect(ivr.recording).to.include({ mode: 'record' });
    });

    it('takes outaction as a number where that is wanted; ret stays a text', async () => {
      await reopen({ dialog: { answer: 'numbers' } });
      ivr.call('u1');
      expect((await ivr.ask(record)).body).to.include({ ret: '0', outaction: 7 });
      expect((await ivr.ask([])).body).to.deep.equal({
        ret: '10000002',
        userid: '',
        outaction: 0,
        outparams: {},
      });
    });

    const wrong: readonly [what: string, body: unknown, userid?: string, outaction?: string][] = [
      ['call_dst_id is missing', without('call_dst_id')],
      ['call_dst_id is empty', withParams({ call_dst_id: '' })],
      ['call_dst_id is a number', withParams({ call_dst_id: 8001 })],
      ['call_dst_id is too long', withParams({ call_dst_id: '8'.repeat(21) })],
      ['auth_token is missing (mode off)', without('auth_token')],
      ['auth_token is no text', withParams({ auth_token: 7 })],
      ['call_id differs from userid', withParams({ call_id: 'u2' })],
      ['call_id is too long', withParams({ call_id: 'u'.repeat(65) })],
      ['call_sor_id is too long', withParams({ call_sor_id: '7'.repeat(65) })],
      ['call_sor_id is no text', withParams({ call_sor_id: null })],
      ['real_callee is too long', withParams({ real_callee: '7'.repeat(33) })],
      ['cti_callid is too long', withParams({ cti_callid: '7'.repeat(33) })],
      ['inparams is missing', { ...record, inparams: undefined }],
      ['inparams is an array', { ...record, inparams: [] }],
      ['extparams is no object', { ...record, extparams: 'x' }],
      ['seat is unknown', { ...record, seat: 'sea' }],
      ['userid is missing', { ...record, userid: undefined }, ''],
      ['userid is empty', { ...record, userid: '' }, ''],
      ['userid is a number', { ...record, userid: 1 }, ''],
      ['userid is too long', { ...record, userid: 'u'.repeat(65) }, 'u'.repeat(65)],
      ['inaction is missing', { ...record, inaction: undefined }, 'u1', ''],
      ['inaction is a text', { ...record, inaction: '7' }, 'u1', ''],
      ['inaction is none that is served', { ...record, inaction: 12 }, 'u1', '12'],
      ['the body is an array', [], '', ''],
      ['the body is null', 'null', '', ''],
    ];
    for (const [what, body, userid = 'u1', outaction = '7'] of wrong) {
      it(`says "10000002" when ${what}`, async () => {
        ivr.call('u1');
        expect(await ivr.ask(body)).to.deep.equal({
          status: 200,
          body: { ret: '10000002', userid, outaction, outparams: {} },
        });
        expect(ivr.recorder.asked).to.deep.equal([]);
      });
    }

    it('takes texts as long as they may be', async () => {
      const userid = 'u'.repeat(64);
      const code = '8'.repeat(20);
      ivr.flows = [flowOfCode(code)];
      ivr.call(userid);
      const inparams = {
        ...{ call_id: userid, call_sor_id: '7'.repeat(64), call_dst_id: code },
        ...{ real_callee: '7'.repeat(32), cti_callid: '7'.repeat(32), auth_token: 'abc' },
      };
      expect((await ivr.ask({ userid, inaction: 7, inparams })).body).to.include({ ret: '0', userid });
    });

    it('says "10000003" for an access code without a flow', async () => {
      ivr.call('u1');
      expect(await ivr.ask(withParams({ call_dst_id: '8002' }))).to.deep.equal(done('10000003'));
    });

    it('says "10000003" when more than one call fits, at once', async () => {
      for (const leg of ['a', 'b']) ivr.call('u1', leg);
      expect(await ivr.ask(record)).to.deep.equal(done('10000003'));
      expect(ivr.recorder.asked).to.deep.equal([]);
    });

    it('waits a second for the call, and says "10000003" when none has come', async () => {
      const answer = ivr.ask(record);
      await ivr.untilAsked();
      ivr.it.clock.pass(999);
      await settle();
      expect(ivr.finder.counts.waiting).to.equal(1);
      ivr.it.clock.pass(1);
      expect(await answer).to.deep.equal(done('10000003'));
    });

    it('records the call that comes meanwhile: "0"', async () => {
      const answer = ivr.ask(record);
      await ivr.untilAsked();
      ivr.it.clock.pass(900);
      ivr.call('u1');
      expect(await answer).to.deep.equal(done('0'));
    });

    it('says "0" for a call that is not found where the flow does not mind', async () => {
      ivr.flows = [flowOfCode('8001', { onNotFound: 'ignore' })];
      const answer = ivr.ask(record);
      await ivr.untilAsked();
      ivr.it.clock.pass(1_000);
      expect(await answer).to.deep.equal(done('0'));
    });

    it('does not find what is released: "10000003"', async () => {
      ivr.call('u1');
      ivr.it.tell({ type: 'hungUp', leg: alice, payload: { headers: [] } });
      const answer = ivr.ask(record);
      await ivr.untilAsked();
      ivr.it.clock.pass(1_000);
      expect(await answer).to.deep.equal(done('10000003'));
    });

    it('finds a call by its numbers', async () => {
      ivr.call();
      expect(await ivr.ask(withParams({ real_callee: '7002' }))).to.deep.equal(done('0'));
    });

    it('says "10000004" for the userid of another call that is recorded', async () => {
      ivr.call('u1');
      await ivr.ask(record);
      ivr.it.tell({
        type: 'invited',
        leg: 'second' as typeof alice,
        request: {
          ...{ method: 'INVITE', requestUri: 'sip:7009@127.0.0.1', from: '<sip:7008@client>;tag=9' },
          ...{ to: '<sip:7009@127.0.0.1>', receivedOn: '127.0.0.1:5060', callId: 'c9', headers: [] },
          source: { protocol: 'udp', address: '127.0.0.1', port: 5080 },
        },
      });
      const [, second] = ivr.it.b2bua.callsView();
      ivr.finder.callGone(ivr.it.b2bua.callsView()[0]?.connId ?? '');
      const other = withParams({ call_sor_id: '7008', cti_callid: second?.connId.slice(0, 16) });
      expect(await ivr.ask(other)).to.deep.equal(done('10000004'));
    });

    for (const [what, outcome] of [
      ['refuses, or is down', failure],
      ['has no file', { ok: false, code: 'recorder-failed', reason: 'no file' }],
      ['has no media', { ok: false, code: 'not-anchored', reason: 'media.anchor is none' }],
    ] as const) {
      it(`says "10000001" when the recorder ${what}, and the call goes on`, async () => {
        ivr.call('u1');
        ivr.recorder.start_ = outcome;
        expect(await ivr.ask(record)).to.deep.equal(done('10000001'));
        expect(ivr.recording).to.include({ state: 'failed', code: outcome.code, reason: outcome.reason });
        expect(ivr.it.b2bua.callsView()).to.have.length(1);
      });
    }

    it('says "10000001" when there is no such recorder', async () => {
      ivr.flows = [flowOfCode('8001', { backend: 'siprec' })];
      ivr.call('u1');
      expect(await ivr.ask(record)).to.deep.equal(done('10000001'));
    });

    it('says "10000001" within the budget when the recorder hangs, and stops what starts later', async () => {
      ivr.call('u1');
      ivr.recorder.start_ = undefined;
      const answer = ivr.ask(record);
      await ivr.untilAsked();
      ivr.it.clock.pass(1_400);
      expect(await answer).to.deep.equal(done('10000001'));
      expect(ivr.recording).to.include({ state: 'failed', code: 'recorder-timeout' });
      ivr.recorder.say({ ok: true, segments });
      await settle();
      expect(ivr.recorder.asked).to.deep.equal(['start u1', 'stop u1']);
    });

    it('leaves a late call what the wait has left of the budget', async () => {
      const arrivedMs = ivr.it.clock.nowMs();
      const answer = ivr.ask(record);
      await ivr.untilAsked();
      ivr.it.clock.pass(900);
      ivr.call('u1');
      await answer;
      expect(ivr.recorder.deadlinesMs).to.deep.equal([arrivedMs + 1_400]);
    });

    it('ends a call that must be recorded and cannot', async () => {
      ivr.flows = [flowOfCode('8001', { required: true })];
      ivr.call('u1');
      ivr.recorder.start_ = failure;
      expect(await ivr.ask(record)).to.deep.equal(done('10000001'));
      expect(ivr.it.b2bua.callsView()).to.deep.equal([]);
      const ends = ivr.it.events
        .filter(({ id }) => id === 'EventReleased')
        .map(({ Extensions }) => Extensions);
      expect(ends).to.have.length(2);
      for (const said of ends)
        expect(said).to.deep.include.members([{ ReleaseReason: 'unrecorded' }, { Recording: 'failed' }]);
    });
  });

  describe('asked by who has to show a token (mode jwt)', () => {
    const nowS = 1_700_000_000;
    const foreign = generateKeyPairSync('rsa', { modulusLength: 2_048 });
    const sign = async (claims: JWTPayload, key: KeyObject = keys.privateKey) =>
      await new SignJWT(claims).setProtectedHeader({ alg: 'RS256' }).sign(key);
    const good = { iss: 'baton', exp: nowS + 60 };
    const unsigned = () => {
      const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
      return Promise.resolve(`${part({ alg: 'none' })}.${part(good)}.`);
    };

    beforeEach(async () => {
      await reopen({ mode: 'jwt' });
    });

    const rows: readonly [what: string, token: () => Promise<string | undefined>, ret: string][] = [
      ['a good token', () => sign(good), '0'],
      ['no token', () => Promise.resolve(undefined), '900001'],
      ['an expired token', () => sign({ ...good, exp: nowS - 1 }), '900001'],
      ['a bad signature', () => sign(good, foreign.privateKey), '900002'],
      ['alg none', unsigned, '900002'],
      ['another issuer', () => sign({ ...good, iss: 'mallory' }), '900002'],
      ['no exp', () => sign({ iss: 'baton' }), '900002'],
      ['half a token', async () => (await sign(good)).slice(0, 60), '900002'],
    ];
    for (const [what, token, ret] of rows) {
      it(`says "${ret}" for ${what}`, async () => {
        ivr.call('u1');
        expect(await ivr.ask(withParams({ auth_token: await token() }))).to.deep.equal(done(ret));
        expect(ivr.recorder.asked).to.deep.equal(ret === '0' ? ['start u1'] : []);
      });
    }

    it('gives tokens that count', async () => {
      ivr.call('u1');
      const { body } = await ivr.post('/oifde/rest/api/gettoken', app);
      expect(body).to.include({ errorCode: '0', errorMsg: 'success', expireTime: 3_600 });
      expect(await ivr.ask(withParams({ auth_token: body['authToken'] }))).to.deep.equal(done('0'));
    });

    it('never writes a token or a number into the log', async () => {
      const token = await sign(good);
      ivr.call('u1');
      await ivr.ask(
        withParams({ auth_token: token, call_sor_id: '+49301234567', real_callee: '+49307654321' }),
      );
      await ivr.ask(withParams({ auth_token: `${token}x`, cti_callid: '+49301111111' }));
      const said = ivr.logged.join('');
      expect(said).to.include('"from":"****4567"');
      for (const secret of [token, token.slice(10, 40), '49301234567', '49307654321', '49301111111'])
        expect(said).to.not.include(secret);
    });

    it('asks for none with the other inactions, and takes no bad one', async () => {
      const hello = { userid: 'u1', inaction: 8, inparams: {} };
      expect((await ivr.ask(hello)).body).to.include({ ret: '0' });
      expect((await ivr.ask({ ...hello, inparams: { auth_token: 'abc' } })).body).to.include({
        ret: '900002',
      });
      await reopen({ mode: 'jwt', dialog: { tokenEverywhere: true } });
      expect((await ivr.ask(hello)).body).to.include({ ret: '900001' });
    });

    it('takes recognised words from who has a token only', async () => {
      const path = '/oifde/rest/api/flow/asrrecognizeresult';
      expect((await ivr.post(path, { userid: 'u1', text: 'yes' })).body).to.include({ errorCode: '900001' });
      const auth_token = await sign(good);
      expect((await ivr.post(path, { userid: 'u1', text: 'yes', auth_token })).body).to.include({
        errorCode: '0',
      });
    });

    it('finds calls of the tenant of the token only', async () => {
      ivr.call('u1');
      const answer = ivr.ask(withParams({ auth_token: await sign({ ...good, tenant: 'other' }) }));
      await ivr.untilAsked();
      ivr.it.clock.pass(1_000);
      expect(await answer).to.deep.equal(done('10000003'));
    });
  });

  describe('in the course of a session', () => {
    it('begins one, goes on with it, and ends it with its recording', async () => {
      ivr.call('u1');
      const say = (inaction: number, inparams = {}) => ivr.ask({ userid: 'u1', inaction, inparams });
      expect(await say(8, { call_id: 'u1' })).to.deep.equal(done('0', '9'));
      expect(await ivr.ask(record)).to.deep.equal(done('0'));
      expect(await say(9, { input: '1' })).to.deep.equal(done('0', '9'));
      expect(await say(11, { input: 'success' })).to.deep.equal(done('0', '9'));
      expect(ivr.recording).to.include({ state: 'active' });
      expect(await say(9, { input: 'hangup' })).to.deep.equal(done('0', '10'));
      expect(ivr.recording).to.include({ state: 'stopped' });
      expect(await say(9, { input: 'hangup' })).to.deep.equal(done('0', '10'));
      expect(ivr.recorder.asked).to.deep.equal(['start u1', 'stop u1']);
    });

    it('ends the recording after a transfer, too', async () => {
      ivr.call('u1');
      await ivr.ask(record);
      expect(await ivr.ask({ userid: 'u1', inaction: 11, inparams: { input: 'hangup' } })).to.deep.equal(
        done('0', '10'),
      );
      expect(ivr.recording).to.include({ state: 'stopped' });
    });

    it('ends no recording of others', async () => {
      ivr.call('u1');
      await ivr.ask(record);
      await ivr.ask({ userid: 'u2', inaction: 9, inparams: { input: 'hangup' } });
      expect(ivr.recording).to.include({ state: 'active' });
    });

    it('does not wait for a recorder that does not stop', async () => {
      ivr.call('u1');
      await ivr.ask(record);
      ivr.recorder.stop_ = undefined;
      const answer = ivr.ask({ userid: 'u1', inaction: 9, inparams: { input: 'hangup' } });
      await ivr.untilAsked(2);
      ivr.it.clock.pass(1_400);
      expect(await answer).to.deep.equal(done('0', '10'));
      expect(ivr.recording).to.include({ state: 'stopping' });
    });

    it('tells what was recognised', async () => {
      const asked = { userid: 'u1', inaction: 13, inparams: {} };
      expect(await ivr.ask(asked)).to.deep.equal(done('10000003', '13'));
      const result = { result: { text: 'yes', confidence: 0.9 } };
      await ivr.post('/oifde/rest/api/flow/asrrecognizeresult', {
        userid: 'u1',
        auth_token: 'abc',
        ...result,
      });
      expect((await ivr.ask(asked)).body).to.deep.equal({
        ...{ ret: '0', userid: 'u1', outaction: '13' },
        outparams: result,
      });
    });

    for (const [what, body] of [
      ['no object', []],
      ['no userid', { auth_token: 'abc' }],
      ['a userid that is too long', { auth_token: 'abc', userid: 'u'.repeat(65) }],
    ] as const) {
      it(`takes nothing recognised with ${what}`, async () => {
        const { body: said } = await ivr.post('/oifde/rest/api/flow/asrrecognizeresult', body);
        expect(said).to.include({ errorCode: '10000002' });
      });
    }
  });

  describe('as HTTP', () => {
    const path = '/oifde/rest/crs/process';
    const rows: readonly [what: string, ask: (ivr: IvrHouse) => Promise<Answered>, status: number][] = [
      ['what is not JSON', it => it.ask('{"userid":'), 400],
      ['an empty body', it => it.ask(''), 400],
      ['octets that are no UTF-8', it => it.ask('{"userid":"\\ud800"}'), 400],
      [
        'a wrong content type',
        it => it.post(path, JSON.stringify(record), { 'content-type': 'text/xml' }),
        400,
      ],
      [
        'a form',
        it => it.post(path, 'userid=u1', { 'content-type': 'application/x-www-form-urlencoded' }),
        400,
      ],
      ['a wrong URL', it => it.post('/oifde/rest/crs/proces', record), 404],
      ['a virtual call centre without a name', it => it.post('/oifde/rest/v2/crs/process/', record), 404],
      ['a body of 1 MB', it => it.ask({ ...record, extparams: { x: 'x'.repeat(1_048_576) } }), 413],
      ['a body of 64 kB and more', it => it.ask({ ...record, extparams: { x: 'x'.repeat(65_536) } }), 413],
    ];
    for (const [what, ask, status] of rows) {
      it(`refuses ${what}: ${status}`, async () => {
        ivr.call('u1');
        expect((await ask(ivr)).status).to.equal(status);
        expect(ivr.recorder.asked).to.deep.equal([]);
      });
    }

    it('needs no bearer token where others do', async () => {
      await reopen({ http: { tokens: ['admin-admin-admin-admin'] } });
      ivr.call('u1');
      expect(await ivr.ask(record)).to.deep.equal(done('0'));
      expect((await fetch(`${ivr.url}/v1/calls`)).status).to.equal(401);
      expect((await ivr.post('/oifde/rest/crs/proces', record)).status).to.equal(404);
      expect((await fetch(`${ivr.url}/oifde/rest/crs/process`)).status).to.equal(405);
    });

    it('counts its answers', async () => {
      await ivr.ask([]);
      ivr.call('u1');
      await ivr.ask(record);
      const { body } = await ivr.metrics.text();
      expect(body).to.include('baton_dialog_answers_total{inaction="7",ret="0"} 1');
      expect(body).to.include('baton_dialog_answers_total{inaction="other",ret="10000002"} 1');
      expect(body).to.include('baton_recordings{backend="rtpengine"} 1');
      expect(body).to.include('baton_recording_starts_total{backend="rtpengine",outcome="started"} 1');
    });
  });
});
