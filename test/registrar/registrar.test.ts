import { expect } from 'chai';
import type { NewRequest } from '../../lib/call/signal.ts';
import { DigestCheck } from '../../lib/registrar/digest-check.ts';
import { digestResponse, ha1Of } from '../../lib/registrar/digest-credentials.ts';
import { hash, office, phone, sign } from './support.ts';

const carrier: NewRequest['source'] = { protocol: 'udp', address: '198.51.100.1', port: 5060 };
const otherTenant: NewRequest['source'] = { protocol: 'udp', address: '203.0.113.1', port: 5060 };

describe('a REGISTER (RFC 3261 §10.3)', () => {
  it('is answered with all contacts, the seconds that each has left, and the date', () => {
    const { ask, clock } = office();
    ask([`Contact: ${phone};expires=90;q=0.5`]);
    clock.pass(30_500);
    const answer = ask(['Contact: <sip:bob@192.0.2.7:5070>', 'CSeq: 2 REGISTER']);
    expect(answer.status).to.equal(200);
    expect(answer.all('Contact')).to.deep.equal([
      '<sip:bob@192.0.2.7:5070>;expires=3600',
      '<sip:bob@192.0.2.7>;expires=60;q=0.5',
    ]);
    expect(answer.all('Date')).to.deep.equal(['Tue, 14 Nov 2023 22:13:50 GMT']);
  });

  it('without Contact only asks', () => {
    const { ask, registrations, told } = office();
    expect(ask().all('Contact')).to.deep.equal([]);
    ask([`Contact: ${phone}`]);
    expect(ask(['CSeq: 2 REGISTER']).all('Contact')).to.deep.equal(['<sip:bob@192.0.2.7>;expires=3600']);
    expect(registrations.bindingCount).to.equal(1);
    expect(told()).to.deep.equal(['bob in: registered']);
  });

  it('makes a DN reachable, and takes it away again', () => {
    const { ask, registrations, told } = office();
    ask([`Contact: ${phone}`]);
    expect(registrations.contactsOf('acme', 'bob')).to.deep.equal([
      { requestUri: 'sip:bob@192.0.2.7', trunk: 'agents' },
    ]);
    expect(ask(['Contact: *', 'Expires: 0', 'CSeq: 2 REGISTER']).all('Contact')).to.deep.equal([]);
    expect(registrations.contactsOf('acme', 'bob')).to.deep.equal([]);
    expect(told()).to.deep.equal(['bob in: registered', 'bob out: unregistered']);
  });

  it('is of the tenant of the trunk that it came through', () => {
    const { ask, registrations } = office();
    ask(['Contact: <sip:bob@203.0.113.1>'], { source: otherTenant });
    expect(registrations.contactsOf('acme', 'bob')).to.deep.equal([]);
    expect(registrations.contactsOf('other', 'bob')).to.deep.equal([
      { requestUri: 'sip:bob@203.0.113.1', trunk: 'other' },
    ]);
  });

  const refused: [string, string[], Partial<NewRequest>, number, string][] = [
    ['that requires what we have not', ['Require: path'], {}, 420, 'unsupported-extension'],
    ['for another server', [], { requestUri: 'sip:elsewhere.example' }, 404, 'dn-not-ours'],
    ['for a DN of elsewhere', ['To: <sip:bob@elsewhere.example>'], {}, 404, 'dn-not-ours'],
    ['for somebody else', ['From: <sip:eve@example.com>;tag=e'], {}, 403, 'register-forbidden'],
    ['from the outside world', [], { source: carrier }, 403, 'register-forbidden'],
    ['with * and a contact', ['Contact: *', `Contact: ${phone}`, 'Expires: 0'], {}, 400, 'bad-register'],
    ['with * and Expires', ['Contact: *', 'Expires: 60'], {}, 400, 'bad-register'],
    ['with a sips contact', ['Contact: <sips:bob@192.0.2.7>'], {}, 400, 'bad-register'],
    ['for a minute less a second', [`Contact: ${phone};expires=59`], {}, 423, 'interval-too-brief'],
    [
      'with more contacts than a DN may have',
      ['Contact: <sip:1@192.0.2.7>, <sip:2@192.0.2.7>, <sip:3@192.0.2.7>, <sip:4@192.0.2.7>'],
      {},
      503,
      'registrar-full',
    ],
  ];
  for (const [what, headers, parts, status, code] of refused) {
    it(`${what} is refused with ${status}, counted, and changes nothing`, () => {
      const { ask, outcomes, registrations } = office();
      const answer = ask(headers, parts);
      expect(answer.status).to.equal(status);
      expect(answer.all('Warning')[0]).to.match(/^399 baton ".+"$/);
      expect(outcomes).to.deep.equal([code]);
      expect(registrations.bindingCount).to.equal(0);
    });
  }

  it('that is refused says what would not be', () => {
    const { ask } = office();
    expect(ask([`Contact: ${phone};expires=1`]).all('Min-Expires')).to.deep.equal(['60']);
    expect(ask(['Require: path, gruu']).all('Unsupported')).to.deep.equal(['path, gruu']);
  });

  it('that comes late is refused, and changes nothing', () => {
    const { ask, registrations } = office();
    ask([`Contact: ${phone};expires=90`, 'CSeq: 2 REGISTER']);
    expect(ask([`Contact: ${phone};expires=0`, 'CSeq: 1 REGISTER']).status).to.equal(500);
    expect(registrations.bindingCount).to.equal(1);
  });

  it('is refused when there are as many contacts as may be, but to who has registered already', () => {
    const { ask, registrations } = office({ options: { maxBindings: 1 } });
    ask([`Contact: ${phone}`]);
    const carol = [
      'From: <sip:carol@example.com>',
      'To: <sip:carol@example.com>',
      'Contact: <sip:carol@192.0.2.8>',
    ];
    const answer = ask(carol);
    expect([answer.status, answer.all('Retry-After').length]).to.deep.equal([503, 1]);
    expect(ask([`Contact: ${phone}`, 'CSeq: 2 REGISTER']).status).to.equal(200);
    expect(registrations.bindingCount).to.equal(1);
  });

  it('is refused when one address sends too many, and others are not', () => {
    const { ask, outcomes } = office({ options: { perSecond: 1 } });
    const statuses = Array.from({ length: 11 }, () => ask().status);
    expect(statuses).to.deep.equal([...Array.from({ length: 10 }, () => 200), 503]);
    expect(outcomes.at(-1)).to.equal('too-many-registers');
    const source = { protocol: 'udp', address: '192.0.2.8', port: 5060 };
    expect(ask([], { source }).status).to.equal(200);
  });

  it('is counted by what it did', () => {
    const { ask, outcomes } = office();
    ask();
    ask([`Contact: ${phone}`]);
    ask([`Contact: ${phone};expires=0`, 'CSeq: 2 REGISTER']);
    ask(['Contact: *', 'Expires: 0', 'CSeq: 3 REGISTER']);
    expect(outcomes).to.deep.equal(['queried', 'registered', 'removed', 'removed']);
  });
});

describe('a REGISTER where passwords are asked for', () => {
  const realm = 'baton';

  function withPasswords(dns: readonly string[]) {
    const ha1 = ha1Of({ username: 'bob', realm, password: 'builder' }, 'MD5', hash);
    const digest = new DigestCheck({
      realm,
      algorithms: ['MD5'],
      users: [{ name: 'bob', tenant: 'acme', dns, ha1: { MD5: ha1 } }],
      nonceLifetimeMs: 60_000,
      hash,
      sign,
      randomHex: digits => '0'.repeat(digits),
    });
    const made = office({ parts: { digest } });
    const signed = (headers: readonly string[], parts: Partial<NewRequest> = {}) => {
      const challenge = made.ask(headers, parts).all('WWW-Authenticate')[0] ?? '';
      const nonce = /nonce="([^"]+)"/.exec(challenge)?.[1] ?? '';
      const own = { algorithm: 'MD5', nonce, nc: '00000001', cnonce: 'c', uri: 'sip:example.com' } as const;
      const response = digestResponse(ha1, own, 'REGISTER', hash);
      const said = `username="bob", realm="${realm}", nonce="${nonce}", uri="${own.uri}", response="${response}"`;
      const line = `Authorization: Digest ${said}, algorithm=MD5, qop=auth, nc=00000001, cnonce="c"`;
      return made.ask([...headers, line], parts);
    };
    return { ...made, signed };
  }

  it('is asked for one, and taken with it', () => {
    const { ask, signed, outcomes } = withPasswords(['bob']);
    expect(ask([`Contact: ${phone}`]).status).to.equal(401);
    expect(signed([`Contact: ${phone}`]).status).to.equal(200);
    expect(outcomes).to.deep.equal(['challenged', 'challenged', 'registered']);
  });

  it('is taken from the outside world', () => {
    const { signed } = withPasswords(['bob']);
    expect(signed(['Contact: <sip:bob@198.51.100.1>'], { source: carrier }).status).to.equal(200);
  });

  it('is refused for a DN that is not the user’s, whatever From says', () => {
    const { signed } = withPasswords(['1001']);
    expect(signed([`Contact: ${phone}`]).status).to.equal(403);
  });

  it('is taken for any DN of the user', () => {
    const { signed, registrations } = withPasswords(['*']);
    expect(signed(['To: <sip:1002@example.com>', `Contact: ${phone}`]).status).to.equal(200);
    expect(registrations.contactsOf('acme', '1002')).to.have.length(1);
  });
});
