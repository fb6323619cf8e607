import { expect } from 'chai';
import { canonicalName, keyOf, keyOfToken } from '../../../lib/engine/message/header-names.ts';

describe('header names', () => {
  const compactForms = [
    ['a', 'Accept-Contact'],
    ['b', 'Referred-By'],
    ['c', 'Content-Type'],
    ['d', 'Request-Disposition'],
    ['e', 'Content-Encoding'],
    ['f', 'From'],
    ['i', 'Call-ID'],
    ['j', 'Reject-Contact'],
    ['k', 'Supported'],
    ['l', 'Content-Length'],
    ['m', 'Contact'],
    ['n', 'Identity-Info'],
    ['o', 'Event'],
    ['r', 'Refer-To'],
    ['s', 'Subject'],
    ['t', 'To'],
    ['u', 'Allow-Events'],
    ['v', 'Via'],
    ['x', 'Session-Expires'],
    ['y', 'Identity'],
  ] as const;

  for (const [compact, name] of compactForms) {
    it(`${compact} is the compact form of ${name}`, () => {
      expect(keyOf(compact)).to.equal(name.toLowerCase());
      expect(keyOf(compact.toUpperCase())).to.equal(name.toLowerCase());
      expect(canonicalName(keyOf(compact))).to.equal(name);
    });
  }

  it('have the same key in any spelling', () => {
    for (const name of ['User-to-User', 'user-to-user', 'USER-TO-USER', 'User-To-User']) {
      expect(keyOf(name)).to.equal('user-to-user');
    }
  });

  it('that are unknown are lower-cased and have no usual spelling', () => {
    expect(keyOf('X-MS-Custom-Foo')).to.equal('x-ms-custom-foo');
    expect(keyOf('x-MS-custom-FOO')).to.equal('x-ms-custom-foo');
    expect(canonicalName('x-ms-custom-foo')).to.equal(undefined);
    expect(keyOf('z')).to.equal('z');
  });

  it('are still read right when more spellings have come than are remembered', () => {
    for (let i = 0; i < 3_000; i += 1) expect(keyOf(`X-Flood-${i}`)).to.equal(`x-flood-${i}`);
    expect(keyOf('X-Flood-2999')).to.equal('x-flood-2999');
    expect(keyOf('fRoM')).to.equal('from');
    expect(keyOf('__proto__')).to.equal('__proto__');
  });

  for (const [key, name] of [
    ['user-to-user', 'User-to-User'],
    ['session-id', 'Session-ID'],
    ['p-asserted-identity', 'P-Asserted-Identity'],
    ['cseq', 'CSeq'],
    ['www-authenticate', 'WWW-Authenticate'],
    ['rack', 'RAck'],
  ] as const) {
    it(`${key} is usually written ${name}`, () => {
      expect(canonicalName(key)).to.equal(name);
    });
  }

  it('are tokens', () => {
    for (const text of ['', 'a b', 'a:b', 'é']) expect(keyOfToken(text), text).to.equal(undefined);
    expect(keyOfToken('CALL-id')).to.equal('call-id');
  });
});
