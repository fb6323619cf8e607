import { expect } from 'chai';
import { House } from './support.ts';

const admin = 'admin-admin-admin-admin';
const as = (token: string) => ({ authorization: `Bearer ${token}` });
const tokens = [
  admin,
  { token: 'reader-reader-reader', scopes: ['calls:read'] },
  { token: 'globex-globex-globex', scopes: ['calls:read', 'calls:write'], tenant: 'globex' },
] as const;

const change = (more: object) => ({ operation: 'update', thirdPartyDn: 'crm', ...more });
const pair = (more: object) =>
  change({
    userData: [
      { key: 'Good', value: '1' },
      { key: 'K', ...more },
    ],
  });
const context = (more: object) => change({ customContext: more });
const path = '/v1/calls/C/user-data';

describe('bad input', () => {
  let house: House;

  before(async () => {
    house = await House.open({ http: { tokens } });
  });

  after(async () => {
    await house.close();
  });

  for (const [what, url, body, status, code, where] of [
    ['an unknown call', '/v1/calls/00@acme:n/user-data', change({ userData: [] }), 404, 'call-unknown'],
    ['a ConnID of 250 characters', `/v1/calls/${'a'.repeat(250)}`, undefined, 404, 'call-unknown'],
    ['a ConnID of 8,000 characters', `/v1/calls/${'a'.repeat(8_000)}`, undefined, 404, 'call-unknown'],
    ['what is not JSON', path, '{"operation": "update"', 400, 'bad-request'],
    ['nothing where JSON is due', path, '', 400, 'bad-request'],
    ['an unknown member', path, change({ userdata: [] }), 422, 'unprocessable', '/userdata'],
    ['an unknown operation', path, change({ operation: 'x' }), 422, 'unprocessable', '/operation'],
    ['an unknown type', path, pair({ value: '1', type: 'x' }), 422, 'unprocessable', '/userData/1/type'],
    [
      'an unknown type within a list',
      path,
      pair({ type: 'list', value: [{ key: 'L', type: 'list', value: [{ key: 'M', type: 'x', value: 1 }] }] }),
      422,
      'unprocessable',
      '/userData/1/value/0/value/0/type',
    ],
    [
      'a number that would become another one',
      path,
      '{"operation": "update", "thirdPartyDn": "crm", "userData": [{"key": "A", "value": 9007199254740993}]}',
      422,
      'unprocessable',
      '/userData/0/value',
    ],
    [
      'a member __proto__',
      path,
      '{"__proto__": {"x": 1}, "operation": "delete-all", "thirdPartyDn": "crm"}',
      422,
      'unprocessable',
      '/__proto__',
    ],
    [
      'a member __proto__ of a value',
      path,
      '{"operation": "update", "thirdPartyDn": "crm", "userData": [{"key": "A", "value": {"__proto__": {"x": 1}}}]}',
      422,
      'bad-key',
      '/userData/0/value/__proto__',
    ],
    [
      'a header __proto__',
      path,
      '{"operation": "update", "thirdPartyDn": "crm", "customContext": {"sipHeaders": {"__proto__": "x"}}}',
      422,
      'bad-key',
      '/customContext/sipHeaders/__proto__',
    ],
    ['data over the limit', path, pair({ value: 'x'.repeat(16_001) }), 413, 'packed-limit'],
    ['a body over 256 kB', path, pair({ value: 'x'.repeat(262_144) }), 413, 'too-large'],
    ['CR in sip', path, pair({ value: 'a\rb', scope: 'sip' }), 422, 'control-character', '/userData/1'],
    [
      'LF in uui',
      path,
      context({ userToUser: '04\n' }),
      422,
      'control-character',
      '/customContext/userToUser',
    ],
    ['NUL in sip', path, pair({ value: 'a\0b', scope: 'sip' }), 422, 'control-character', '/userData/1'],
    [
      'LF for a key that lives in a header',
      path,
      change({ userData: [{ key: 'CaseId', value: 'a\nb' }] }),
      422,
      'control-character',
      '/userData/0',
    ],
    [
      'a key that is no token in sip',
      path,
      context({ sipHeaders: { 'a:b': '1' } }),
      422,
      'bad-key',
      '/customContext/sipHeaders/a:b',
    ],
    [
      'a VoIP value over 1,024',
      path,
      pair({ value: 'x'.repeat(1_025), scope: 'voip' }),
      422,
      'voip-limit',
      '/userData/1',
    ],
    ['a DN of one space', path, change({ thirdPartyDn: ' ' }), 422, 'unprocessable', '/thirdPartyDn'],
    [
      'a DN with a space at its end',
      path,
      change({ thirdPartyDn: 'c ' }),
      422,
      'unprocessable',
      '/thirdPartyDn',
    ],
    [
      'a release by nobody',
      '/v1/calls/C/release',
      { thirdPartyDn: '' },
      422,
      'unprocessable',
      '/thirdPartyDn',
    ],
    ['an older revision', path, change({ userData: [], ifRevision: 9 }), 409, 'revision-conflict'],
  ] as const) {
    it(`${what}: ${status} ${code}, and nothing is changed`, async () => {
      const before = house.call;
      const refused = await house.send(url, body, as(admin));
      expect([refused.status, refused.body['code'], refused.body['path']]).to.deep.equal([
        status,
        code,
        where,
      ]);
      expect(refused.headers.get('content-type')).to.match(/^application\/problem\+json/);
      expect(house.call).to.deep.equal(before).and.have.property('revision', 0);
    });
  }

  for (const [what, token, status, code] of [
    ['no token', undefined, 401, 'unauthorized'],
    ['a wrong token', 'wrong-wrong-wrong-wrong', 401, 'unauthorized'],
    ['a token without the scope', 'reader-reader-reader', 403, 'forbidden'],
    ["another tenant's token", 'globex-globex-globex', 404, 'call-unknown'],
  ] as const) {
    it(`${what}: ${status} ${code}, and nothing is changed`, async () => {
      const refused = await house.send(path, pair({ value: '1' }), token === undefined ? {} : as(token));
      expect([refused.status, refused.body['code']]).to.deep.equal([status, code]);
      expect(house.call).to.have.property('revision', 0);
    });
  }

  for (const [what, headers] of [
    ['', {}],
    [', with an Idempotency-Key', { 'idempotency-key': 'once' }],
  ] as const) {
    it(`a value nested as deep as a body can be${what}: 422 too-deep`, async () => {
      const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
      const body = JSON.stringify(pair({ value: 'DEEP' })).replace('"DEEP"', deep);
      const refused = await house.send(path, body, { ...as(admin), ...headers });
      expect([refused.status, refused.body['code']]).to.deep.equal([422, 'too-deep']);
    });
  }

  it('line breaks are data in scopes call and voip, and in a DN there may be a space', async () => {
    const good = {
      userData: [
        { key: 'a b', value: 'x\r\ny\0' },
        { key: 'v', value: 'x\ny', scope: 'voip' },
      ],
    };
    const { status } = await house.send(path, { ...change(good), thirdPartyDn: 'a b' }, as(admin));
    expect([status, house.call?.revision]).to.deep.equal([200, 1]);
  });
});
