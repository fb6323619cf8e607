import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createHmac, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { expect } from 'chai';
import { exportJWK, type JWTPayload, SignJWT } from 'jose';
import { Tokens, type TokensOptions } from '../../lib/oifde/tokens.ts';

const nowMs = 1_800_000_000_000;
const nowS = nowMs / 1000;
const own = generateKeyPairSync('rsa', { modulusLength: 2_048 });
const foreign = generateKeyPairSync('rsa', { modulusLength: 2_048 });
const app = { appKey: 'ivr', appSecret: 'correct-horse' };
const good: JWTPayload = { iss: 'baton', sub: 'ivr', iat: nowS - 10, exp: nowS + 3_590 };

const sign = (claims: JWTPayload, key: KeyObject = own.privateKey, alg = 'RS256') =>
  new SignJWT(claims).setProtectedHeader({ alg, kid: 'k1' }).sign(key);
const base64 = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

function tokens(options: Partial<TokensOptions> = {}) {
  const troubles: unknown[] = [];
  const desk = new Tokens({
    mode: 'jwt',
    issuer: 'baton',
    apps: [app],
    tokens: [],
    privateKey: own.privateKey,
    nowMs: () => nowMs,
    onKeysMissing: error => troubles.push(error),
    ...options,
  });
  return Object.assign(desk, { troubles });
}

describe('tokens of the dialog interface', () => {
  it('are given for an hour to applications that are known, and then count', async () => {
    const desk = tokens();
    const { authToken = '', ...given } = await desk.give(app);
    expect(given).to.deep.equal({ errorCode: '0', errorMsg: 'success', expireTime: 3600 });
    expect(JSON.parse(Buffer.from(authToken.split('.')[1] ?? '', 'base64url').toString())).to.deep.equal({
      iss: 'baton',
      sub: 'ivr',
      iat: nowS,
      exp: nowS + 3_600,
    });
    expect(await desk.check(authToken)).to.deep.equal({ ok: true });
  });

  it('are signed by a key of the process where none is configured', async () => {
    const { privateKey: _none, ...rest } = { privateKey: undefined };
    const desk = new Tokens({
      mode: 'jwt',
      issuer: 'baton',
      apps: [app],
      tokens: [],
      nowMs: () => nowMs,
      onKeysMissing: () => undefined,
      ...rest,
    });
    const { authToken } = await desk.give(app);
    expect(await desk.check(authToken)).to.deep.equal({ ok: true });
    expect(await tokens().check(authToken)).to.include({ ok: false, ret: '900002' });
  });

  it('are for the calls of one tenant where the application has one', async () => {
    const desk = tokens({ apps: [{ ...app, tenant: 'acme' }] });
    const { authToken } = await desk.give(app);
    expect(await desk.check(authToken)).to.deep.equal({ ok: true, tenant: 'acme' });
  });

  for (const [what, body, errorCode] of [
    ['a wrong secret', { ...app, appSecret: 'wrong' }, '900002'],
    ['an application that is not known', { ...app, appKey: 'crm' }, '900002'],
    ['no secret', { appKey: 'ivr' }, '10000002'],
    ['a secret that is no text', { ...app, appSecret: 1 }, '10000002'],
    ['no object', [app], '10000002'],
  ] as const) {
    it(`are not given for ${what}`, async () => {
      const given = await tokens().give(body);
      expect([given.errorCode, given.authToken]).to.deep.equal([errorCode, undefined]);
    });
  }

  const forged = async () => {
    const [header, claims] = [base64({ alg: 'HS256', typ: 'JWT' }), base64(good)];
    const secret = own.publicKey.export({ type: 'spki', format: 'pem' });
    const mac = createHmac('sha256', secret).update(`${header}.${claims}`).digest('base64url');
    return Promise.resolve(`${header}.${claims}.${mac}`);
  };
  const rows: readonly [what: string, token: () => Promise<unknown>, ret: string][] = [
    ['is missing', async () => undefined, '900001'],
    ['is empty', async () => '', '900001'],
    ['has expired', () => sign({ ...good, exp: nowS - 1 }), '900001'],
    ['expires just now', () => sign({ ...good, exp: nowS }), '900001'],
    [
      'has expired and is signed by somebody else',
      () => sign({ ...good, exp: nowS - 1 }, foreign.privateKey),
      '900002',
    ],
    ['has no exp', () => sign({ iss: 'baton', sub: 'ivr' }), '900002'],
    ['has an exp that is no number', () => sign({ ...good, exp: 'soon' as never }), '900002'],
    ['is of another issuer', () => sign({ ...good, iss: 'mallory' }), '900002'],
    ['names no issuer', () => sign({ exp: nowS + 10 }), '900002'],
    ['is signed by somebody else', () => sign(good, foreign.privateKey), '900002'],
    ['counts only later', () => sign({ ...good, nbf: nowS + 60 }), '900002'],
    ['is signed by another algorithm', () => sign(good, own.privateKey, 'RS512'), '900002'],
    ['is not signed: alg none', async () => `${base64({ alg: 'none' })}.${base64(good)}.`, '900002'],
    ['is signed with our public key as a secret', forged, '900002'],
    ['is cut off', async () => (await sign(good)).slice(0, 40), '900002'],
    ['is no token at all', async () => 'abc', '900002'],
    ['is no text', async () => 7, '10000002'],
  ];
  for (const [what, token, ret] of rows) {
    it(`do not count when one ${what}: ${ret}`, async () => {
      const desk = tokens();
      const verdict = await desk.check(await token());
      expect(verdict).to.include({ ok: false, ret });
      expect(desk.troubles).to.deep.equal([]);
    });
  }

  it('of another issuer count where none is named', async () => {
    expect(await tokens({ issuer: '' }).check(await sign({ exp: nowS + 10 }))).to.deep.equal({ ok: true });
  });

  it('may be opaque', async () => {
    const desk = tokens({ tokens: ['opaque-opaque-opaque'] });
    expect(await desk.check('opaque-opaque-opaque')).to.deep.equal({ ok: true });
    expect(await desk.check('opaque-opaque-opaqux')).to.include({ ok: false, ret: '900002' });
  });

  it('are any text in a laboratory, and given to anybody', async () => {
    const desk = tokens({ mode: 'off', apps: [] });
    expect(await desk.check('abc')).to.deep.equal({ ok: true });
    expect(await desk.check(undefined)).to.include({ ok: false, ret: '10000002' });
    expect(await desk.give({ appKey: 'a', appSecret: 'b' })).to.include({ errorCode: '0', expireTime: 3600 });
  });

  describe('of somebody else who gives them', () => {
    let server: Server;
    let jwksUrl: string;
    let asked: number;

    beforeEach(async () => {
      asked = 0;
      const jwk = { ...(await exportJWK(foreign.publicKey)), kid: 'k1', alg: 'RS256', use: 'sig' };
      server = createServer((_request, response) => {
        asked += 1;
        response.setHeader('content-type', 'application/json');
        response.end(JSON.stringify({ keys: [jwk] }));
      });
      await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
      jwksUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks.json`;
    });

    afterEach(() => server.close());

    it('are checked with that one’s keys, which are fetched once', async () => {
      const desk = tokens({ jwksUrl, apps: [] });
      expect(await desk.check(await sign(good, foreign.privateKey))).to.deep.equal({ ok: true });
      expect(await desk.check(await sign(good))).to.include({ ok: false, ret: '900002' });
      expect(asked).to.equal(1);
      expect((await desk.give(app)).errorCode).to.equal('10000003');
    });

    it('do not count when the keys cannot be had', async () => {
      server.close();
      server.closeAllConnections();
      const desk = tokens({ jwksUrl, apps: [] });
      expect(await desk.check(await sign(good, foreign.privateKey))).to.include({ ok: false, ret: '900002' });
      expect(desk.troubles).to.have.length(1);
    });
  });
});
