import { expect } from 'chai';
import { compileKeyPolicy } from '../../lib/attached-data/key-policy.ts';
import { BodyFault, readChange, type WantedChange } from '../../lib/http/change-body.ts';
import type { ChangeBody } from '../../lib/http/schemas.ts';

type Wish = Omit<ChangeBody, 'thirdPartyDn' | 'operation'> & Partial<Pick<ChangeBody, 'operation'>>;

const read = (wish: Wish): WantedChange => readChange({ operation: 'update', thirdPartyDn: 'crm', ...wish });

function faultOf(wish: Wish): object {
  try {
    return read(wish);
  } catch (error) {
    if (!(error instanceof BodyFault)) throw error;
    return { code: error.code, path: error.path };
  }
}

describe('the body of a change', () => {
  it('names the place of each entry', () => {
    const { operation, paths } = read({
      userData: [
        { key: 'A', value: '1' },
        { key: 'B', value: 2, scope: 'sip' },
      ],
      customContext: { sipHeaders: { C: '3' } },
    });
    expect(operation).to.deep.equal({
      operation: 'update',
      entries: [
        { key: 'A', type: 'string', value: '1', scope: 'call' },
        { key: 'B', type: 'int', value: 2, scope: 'sip' },
        { key: 'C', type: 'string', value: '3', scope: 'sip' },
      ],
    });
    expect(paths).to.deep.equal(['/userData/0', '/userData/1', '/customContext/sipHeaders/C']);
  });

  for (const [what, customContext, entry] of [
    ['a SIP header without its prefix', { sipHeaders: { CaseId: 'x' } }, { key: 'CaseId', scope: 'sip' }],
    ['a SIP header with it', { sipHeaders: { 'X-MS-Custom-CaseId': 'x' } }, { key: 'CaseId', scope: 'sip' }],
    ['User-To-User among them', { sipHeaders: { 'User-To-User': 'x' } }, { key: 'UUI', scope: 'uui' }],
    ['userToUser', { userToUser: 'x' }, { key: 'UUI', scope: 'uui' }],
    ['a VoIP header', { voipHeaders: { Mood: 'x' } }, { key: 'Mood', scope: 'voip' }],
  ] as const) {
    it(`takes ${what} of a custom context`, () => {
      const entries = [{ ...entry, type: 'string', value: 'x' }];
      expect(read({ customContext }).operation).to.deep.equal({ operation: 'update', entries });
    });
  }

  it('without a scope goes where the key policy says', () => {
    const keys = compileKeyPolicy([{ key: 'crm-*', scope: 'sip' }]);
    const userData = [
      { key: 'crm-id', value: '1' },
      { key: 'crm-no', value: '2', scope: 'voip' as const },
      { key: 'A', value: '3' },
    ];
    const { operation } = readChange({ operation: 'update', thirdPartyDn: 'crm', userData }, keys);
    expect('entries' in operation && operation.entries.map(({ scope }) => scope)).to.deep.equal([
      'sip',
      'voip',
      'call',
    ]);
  });

  it('of a delete has keys, and of a delete-all nothing', () => {
    expect(read({ operation: 'delete', keys: ['A'], userData: [] })).to.deep.equal({
      operation: { operation: 'delete', keys: ['A'] },
      paths: ['/keys/0'],
    });
    expect(read({ operation: 'delete-all' })).to.deep.equal({
      operation: { operation: 'delete-all' },
      paths: ['/operation'],
    });
  });

  const pair = (value: unknown, type?: 'string' | 'int' | 'binary' | 'list'): Wish => ({
    userData: [{ key: 'A', value, ...(type !== undefined && { type }) }],
  });
  for (const [what, wish, code, path] of [
    ['an update of nothing', {}, 'unprocessable', '/userData'],
    ['an update with keys', { keys: ['A'], userData: [] }, 'unprocessable', '/keys'],
    ['a delete without keys', { operation: 'delete' }, 'unprocessable', '/keys'],
    ['a delete with pairs', { operation: 'delete', keys: ['A'], ...pair('1') }, 'unprocessable', '/userData'],
    ['a delete-all with keys', { operation: 'delete-all', keys: ['A'] }, 'unprocessable', '/keys'],
    ['an empty key', { userData: [{ key: '', value: '1' }] }, 'bad-key', '/userData/0/key'],
    ['a value of null', pair(null), 'unprocessable', '/userData/0/value'],
    ['an int that is none', pair('one', 'int'), 'unprocessable', '/userData/0/value'],
    ['an integer over 2^53', pair(2 ** 53), 'unprocessable', '/userData/0/value'],
    ['a number without end', pair(Infinity), 'unprocessable', '/userData/0/value'],
    [
      'such a number in an array',
      pair([[1], { a: [-Infinity] }]),
      'unprocessable',
      '/userData/0/value/1/a/0',
    ],
    ['such a number further down', pair({ a: [2 ** 60] }), 'unprocessable', '/userData/0/value/a/0'],
    ['a list of no pairs', pair(['1'], 'list'), 'unprocessable', '/userData/0/value/0'],
    [
      'a pair of a list with more in it',
      pair([{ key: 'B', value: '1', scope: 'sip' }], 'list'),
      'unprocessable',
      '/userData/0/value/0/scope',
    ],
    ['a null further down', pair({ 'a/b': null }), 'unprocessable', '/userData/0/value/a~1b'],
    [
      "a header of Microsoft's own",
      { customContext: { sipHeaders: { 'X-MS-Other': '1' } } },
      'bad-key',
      '/customContext/sipHeaders/X-MS-Other',
    ],
  ] as const satisfies readonly (readonly [string, Wish, string, string])[]) {
    it(`is refused for ${what}: ${code} at ${path}`, () => {
      expect(faultOf(wish)).to.deep.equal({ code, path });
    });
  }
});
