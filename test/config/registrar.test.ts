import { expect } from 'chai';
import { withoutSecrets } from '../../lib/cli/secrets.ts';
import { ConfigError, loadConfig } from '../../lib/config.ts';

const md5 = '0123456789abcdef0123456789abcdef';
const bob = { name: 'bob', password: 'builder' };

/** With these keys below `registrar`, and a route to whoever is registered. */
function load(keys: Record<string, unknown>, routes: readonly object[] = []) {
  const flags = Object.entries(keys).map(([key, value]): [string, unknown] => [`registrar.${key}`, value]);
  return loadConfig({ flags: new Map([...flags, ['routes', routes]]) });
}

function problemsOf(keys: Record<string, unknown>, routes: readonly object[] = []): string[] {
  try {
    load(keys, routes);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems.map(({ key, message }) => `${key}: ${message}`);
    throw error;
  }
  return [];
}

describe('the configuration of the registrar', () => {
  it('is on by default, without passwords', () => {
    expect(load({}).registrar).to.deep.include({ enabled: true, domains: [], minExpiresS: 60 });
    expect(load({}).registrar.digest).to.deep.include({ algorithms: ['SHA-256', 'MD5'], users: [] });
  });

  it('takes domains in any letter case, and lists as texts', () => {
    const { registrar } = load({ domains: 'Example.COM, 192.0.2.1', 'digest.algorithms': 'MD5' });
    expect(registrar.domains).to.deep.equal(['example.com', '192.0.2.1']);
    expect(registrar.digest.algorithms).to.deep.equal(['MD5']);
  });

  it('takes users by password or by hash', () => {
    const carol = { name: 'carol', ha1: { MD5: md5 }, dns: '1001,1002', tenant: 'acme' };
    const { users } = load({ 'digest.algorithms': 'MD5', 'digest.users': [bob, carol] }).registrar.digest;
    expect(users).to.deep.equal([bob, { ...carol, dns: ['1001', '1002'] }]);
  });

  it('takes the same name in two tenants', () => {
    expect(problemsOf({ 'digest.users': [bob, { ...bob, tenant: 'acme' }] })).to.deep.equal([]);
  });

  it('takes `registered` among the targets of a route', () => {
    const { routes } = load({}, [{ targets: ['registered', 'sip:192.0.2.1'] }]);
    expect(routes[0]?.targets).to.deep.equal(['registered', 'sip:192.0.2.1']);
  });

  it('is shown without passwords and hashes', () => {
    const users = [bob, { name: 'carol', ha1: { MD5: md5, 'SHA-256': md5 + md5 } }];
    const shown = withoutSecrets(load({ 'digest.users': users })).registrar.digest.users;
    expect(shown).to.deep.equal([
      { name: 'bob', password: '***' },
      { name: 'carol', ha1: { MD5: '***', 'SHA-256': '***' } },
    ]);
  });

  const wrong: [string, Record<string, unknown>, string][] = [
    [
      'a domain that is none',
      { domains: 'a b' },
      'registrar.domains[0]: "a b": expected a host name or an address',
    ],
    ['a shortest time over an hour', { minExpiresS: 3601, defaultExpiresS: 3601 }, 'registrar.minExpiresS: '],
    [
      'a shortest time over the longest',
      { minExpiresS: 120, maxExpiresS: 60, defaultExpiresS: 60 },
      'registrar.minExpiresS: more than maxExpiresS',
    ],
    [
      'a usual time over the longest',
      { maxExpiresS: 600 },
      'registrar.defaultExpiresS: expected a number from',
    ],
    [
      'an unknown algorithm',
      { 'digest.algorithms': 'SHA-1' },
      'registrar.digest.algorithms[0]: expected one of SHA-256, MD5',
    ],
    ['no algorithm', { 'digest.algorithms': [] }, 'registrar.digest.algorithms: at least one algorithm'],
    ['a realm with quotes', { 'digest.realm': 'a"b' }, 'registrar.digest.realm: '],
    [
      'a user with a colon',
      { 'digest.users': [{ ...bob, name: 'a:b' }] },
      'registrar.digest.users[0].name: ',
    ],
    [
      'a user without a password',
      { 'digest.users': [{ name: 'bob' }] },
      'registrar.digest.users[0]: expected password or ha1',
    ],
    [
      'a user with both',
      { 'digest.users': [{ ...bob, ha1: { MD5: md5, 'SHA-256': md5 + md5 } }] },
      'registrar.digest.users[0]: expected password or ha1',
    ],
    [
      'a hash of another length',
      { 'digest.users': [{ name: 'bob', ha1: { MD5: 'x', 'SHA-256': md5 + md5 } }] },
      'registrar.digest.users[0].ha1.MD5: expected 32 hex digits',
    ],
    [
      'a hash that is missing',
      { 'digest.users': [{ name: 'bob', ha1: { MD5: md5 } }] },
      'registrar.digest.users[0].ha1: SHA-256 is missing',
    ],
    [
      'a user twice',
      { 'digest.users': [bob, bob] },
      'registrar.digest.users[1].name: "bob" is an earlier user',
    ],
  ];
  for (const [what, keys, problem] of wrong) {
    it(`refuses ${what}`, () => {
      const problems = problemsOf(keys);
      expect(problems).to.have.length(1);
      expect(problems[0]).to.include(problem);
    });
  }

  it('refuses a route to the registered where nobody can register', () => {
    expect(problemsOf({ enabled: false }, [{ targets: 'sip:192.0.2.1, registered' }])).to.deep.equal([
      'routes[0].targets: registered needs registrar.enabled',
    ]);
  });
});
