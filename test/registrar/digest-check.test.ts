import { expect } from 'chai';
import { DigestCheck, type DigestUser, mayRegister } from '../../lib/registrar/digest-check.ts';
import { type DigestAlgorithm, digestResponse, ha1Of } from '../../lib/registrar/digest-credentials.ts';
import { hash, register, sign } from './support.ts';

const realm = 'baton';

function user(name: string, password: string, parts: Partial<DigestUser> = {}): DigestUser {
  const ha1 = (algorithm: DigestAlgorithm) => ha1Of({ username: name, realm, password }, algorithm, hash);
  return { name, tenant: 'acme', dns: [name], ha1: { 'SHA-256': ha1('SHA-256'), MD5: ha1('MD5') }, ...parts };
}

function door(algorithms: readonly DigestAlgorithm[] = ['SHA-256', 'MD5']) {
  let drawn = 0;
  const check = new DigestCheck({
    realm,
    algorithms,
    users: [user('bob', 'builder'), user('desk', 'top', { tenant: 'other' })],
    nonceLifetimeMs: 60_000,
    hash,
    sign,
    randomHex: digits => String((drawn += 1)).padStart(digits, '0'),
  });
  const ask = (headers: readonly string[], nowMs = 0, tenant = 'acme') =>
    check.check(register(headers), tenant, nowMs);
  const challenges = (headers: readonly string[] = [], nowMs = 0): string[] => {
    const verdict = ask(headers, nowMs);
    return verdict.is === 'challenged' ? verdict.headers.map(({ name, value }) => `${name}: ${value}`) : [];
  };
  const nonce = () => /nonce="([^"]+)"/.exec(challenges()[0] ?? '')?.[1] ?? '';
  return { ask, challenges, nonce };
}

interface Shown {
  readonly nonce: string;
  readonly username?: string;
  readonly password?: string;
  readonly algorithm?: DigestAlgorithm;
  readonly nc?: string;
  readonly realm?: string;
}

function credentials(shown: Shown): string {
  const { nonce, username = 'bob', password = 'builder', algorithm = 'SHA-256', nc = '00000001' } = shown;
  const own = { algorithm, nonce, nc, cnonce: 'c', uri: 'sip:example.com' };
  const ha1 = ha1Of({ username, realm, password }, algorithm, hash);
  const response = digestResponse(ha1, own, 'REGISTER', hash);
  const parts = { username, realm: shown.realm ?? realm, nonce, uri: own.uri, response, cnonce: own.cnonce };
  const quoted = Object.entries(parts).map(([name, value]) => `${name}="${value}"`);
  return `Authorization: Digest ${quoted.join(', ')}, algorithm=${algorithm}, qop=auth, nc=${nc}`;
}

describe('who registers with a password', () => {
  it('is asked for it once for each algorithm, the better first', () => {
    const asked = door().challenges();
    expect(asked).to.have.length(2);
    expect(asked[0]).to.match(
      /^WWW-Authenticate: Digest realm="baton", nonce="[^"]+", algorithm=SHA-256, qop="auth"$/,
    );
    expect(asked[1]).to.include('algorithm=MD5');
  });

  for (const algorithm of ['SHA-256', 'MD5'] as const) {
    it(`is let in with ${algorithm}`, () => {
      const { ask, nonce } = door();
      const verdict = ask([credentials({ nonce: nonce(), algorithm })]);
      expect(verdict).to.have.nested.property('user.name', 'bob');
    });
  }

  it('may come again with the same nonce and the next count, and not with the same', () => {
    const { ask, nonce } = door();
    const given = nonce();
    const come = (nc: string) => ask([credentials({ nonce: given, nc })]).is;
    expect([come('00000001'), come('00000002'), come('00000002')]).to.deep.equal([
      ...['accepted', 'accepted', 'challenged'],
    ]);
  });

  it('is told that only the nonce is too old, or used, or not ours', () => {
    const { ask, challenges, nonce } = door();
    const old = nonce();
    const used = nonce();
    ask([credentials({ nonce: used })]);
    for (const [shown, nowMs] of [[old, 60_000] as const, [used, 1] as const, ['0.0.0', 1] as const]) {
      expect(challenges([credentials({ nonce: shown })], nowMs)[0]).to.include(', stale=true');
    }
  });

  it('is asked again when it shows the credentials of another realm only', () => {
    const { challenges, nonce } = door();
    expect(challenges([credentials({ nonce: nonce(), realm: 'other' })])[0]).to.not.include('stale');
  });

  it('is let in when they stand beside those of another realm', () => {
    const { ask, nonce } = door();
    const given = nonce();
    expect(ask([credentials({ nonce: given, realm: 'other' }), credentials({ nonce: given })]).is).to.equal(
      'accepted',
    );
  });

  const wrong: [string, Partial<Shown>, string?][] = [
    ['another password', { password: 'x' }],
    ['no password', { password: '' }],
    ['a name that nobody has', { username: 'mallory' }],
    ['a name that nobody has, and no password', { username: 'mallory', password: '' }],
    ['the name and password of another tenant', { username: 'desk', password: 'top' }],
  ];
  for (const [what, parts] of wrong) {
    it(`is refused with ${what}`, () => {
      const { ask, nonce } = door();
      const verdict = ask([credentials({ nonce: nonce(), ...parts })]);
      expect(verdict).to.have.nested.property('refusal.code', 'credentials-wrong');
      expect(verdict).to.have.nested.property('refusal.headers[0].name', 'WWW-Authenticate');
    });
  }

  it('is refused with an algorithm that is not asked for', () => {
    const { ask, nonce } = door(['SHA-256']);
    const verdict = ask([credentials({ nonce: nonce(), algorithm: 'MD5' })]);
    expect(verdict).to.have.nested.property('refusal.code', 'credentials-wrong');
  });

  it('is refused with credentials that cannot be read', () => {
    const verdict = door().ask(['Authorization: Digest username="bob"']);
    expect(verdict).to.have.nested.property('refusal.code', 'bad-register');
  });

  it('is let in through the trunk of its own tenant', () => {
    const { ask, nonce } = door();
    const shown = credentials({ nonce: nonce(), username: 'desk', password: 'top' });
    expect(ask([shown], 0, 'other').is).to.equal('accepted');
  });
});

describe('a user may register', () => {
  it('its DNs, and any when they say so', () => {
    const bob = user('bob', 'x', { dns: ['bob', '1001'] });
    expect(['bob', '1001', '1002', '*'].map(dn => mayRegister(bob, dn))).to.deep.equal([
      ...[true, true, false, false],
    ]);
    expect(mayRegister({ ...bob, dns: ['*'] }, '1002')).to.equal(true);
  });
});
