import { expect } from 'chai';
import fc from 'fast-check';
import { applyAll } from '../../lib/attached-data/attached-data.ts';
import type { Entry, EntryValue, UserDataPair } from '../../lib/attached-data/entry.ts';
import { isFitKey, userDataFromForm, userDataFromJson } from '../../lib/attached-data/user-data-body.ts';
import { userDataOf } from '../../lib/attached-data/views.ts';
import { alice, wireLimits } from './entries.ts';

const json = (body: unknown) => userDataFromJson(JSON.stringify(body), alice);
const pairsOf = (change: ReturnType<typeof json>) =>
  userDataOf(applyAll([], change?.operations ?? [], wireLimits).data).map(({ key, type, value }) => [
    key,
    type,
    value,
  ]);

describe('a JSON body', () => {
  const values: [what: string, userData: unknown, pairs: unknown[]][] = [
    ['a string', { a: 'x' }, [['a', 'string', 'x']]],
    ['an empty string is a value', { a: '' }, [['a', 'string', '']]],
    [
      'an integer',
      { a: 3, b: -0 },
      [
        ['a', 'int', 3],
        ['b', 'int', 0],
      ],
    ],
    [
      'another number is a string',
      { a: 1.5, b: 1e21 },
      [
        ['a', 'string', '1.5'],
        ['b', 'string', '1e+21'],
      ],
    ],
    [
      'true and false are strings',
      { a: true, b: false },
      [
        ['a', 'string', 'true'],
        ['b', 'string', 'false'],
      ],
    ],
    ['an object is a list', { a: { b: 1, c: null } }, [['a', 'list', [{ key: 'b', type: 'int', value: 1 }]]]],
    ['an array is JSON', { a: [1, 'x', { b: 2 }] }, [['a', 'string', '[1,"x",{"b":2}]']]],
    [
      'the array form',
      [
        { key: 'a', value: '1' },
        { key: 'b', type: 'int', value: 2 },
      ],
      [
        ['a', 'string', '1'],
        ['b', 'int', 2],
      ],
    ],
    ['a typed int in quotes', [{ key: 'a', type: 'int', value: '42' }], [['a', 'int', 42]]],
    ['a typed string of a number', [{ key: 'a', type: 'string', value: 42 }], [['a', 'string', '42']]],
    ['binary in base64', [{ key: 'a', type: 'binary', value: 'SGk=' }], [['a', 'binary', 'SGk=']]],
    [
      'binary that is no base64 is a string',
      [{ key: 'a', type: 'binary', value: 'Hi!' }],
      [['a', 'string', 'Hi!']],
    ],
    [
      'a typed list',
      [{ key: 'a', type: 'list', value: [{ key: 'b', value: 'x' }, 3] }],
      [['a', 'list', [{ key: 'b', type: 'string', value: 'x' }]]],
    ],
    ['an unknown type is as if absent', [{ key: 'a', type: 'blob', value: 'x' }], [['a', 'string', 'x']]],
    [
      'the last of a key in the array form',
      [
        { key: 'a', value: '1' },
        { key: 'a', value: '2' },
      ],
      [['a', 'string', '2']],
    ],
    [
      'null after a value deletes it again',
      [
        { key: 'a', value: '1' },
        { key: 'a', value: null },
      ],
      [],
    ],
    [
      'a value after null is there',
      [
        { key: 'a', value: null },
        { key: 'a', value: '1' },
      ],
      [['a', 'string', '1']],
    ],
    ['an empty object changes nothing', {}, []],
  ];
  for (const [what, userData, pairs] of values) {
    it(`brings ${what}`, () => expect(pairsOf(json({ userData }))).to.deep.equal(pairs));
  }

  for (const content of [
    '',
    '{',
    '[]',
    '"userData"',
    '{"other":1}',
    '{"userData":null}',
    '{"userData":"x"}',
    '{"userData":3}',
  ]) {
    it(`that is ${content || 'empty'} is none of ours`, () =>
      expect(userDataFromJson(content, alice)).to.equal(undefined));
  }

  it('refuses keys that are tricks, empty or huge, and keeps the rest', () => {
    const huge = 'k'.repeat(257);
    const change = userDataFromJson(
      `{"userData":{"__proto__":{"a":1},"constructor":"x","prototype":"x","":"x","${huge}":"x","ok":"x"}}`,
      alice,
    );
    expect(pairsOf(change)).to.deep.equal([['ok', 'string', 'x']]);
    expect(change?.dropped.map(drop => drop.code)).to.deep.equal(Array(5).fill('bad-key'));
    expect(change?.dropped.every(drop => drop.key.length <= 256)).to.equal(true);
    expect(({} as Record<string, unknown>)['a']).to.equal(undefined);
  });

  it('refuses such keys within a list, and userData that is inherited', () => {
    expect(
      pairsOf(userDataFromJson('{"userData":{"l":{"__proto__":{"x":1},"b":"2"}}}', alice)),
    ).to.deep.equal([['l', 'list', [{ key: 'b', type: 'string', value: '2' }]]]);
    expect(userDataFromJson('{"__proto__":{"userData":{"a":"1"}}}', alice)).to.equal(undefined);
  });

  it('refuses what is no pair in the array form', () => {
    expect(json({ userData: [3, null, { key: 1, value: 'x' }, { key: 'a' }] })?.dropped).to.deep.equal(
      Array(4).fill({ key: '', code: 'bad-key' }),
    );
  });

  it('follows nesting eight deep and no further', () => {
    const nested = (depth: number): unknown => (depth === 0 ? 'x' : { k: nested(depth - 1) });
    expect(json({ userData: { a: nested(8) } })?.dropped).to.deep.equal([]);
    expect(json({ userData: { a: nested(9), b: '1' } })?.dropped).to.deep.equal([
      { key: 'a', code: 'too-deep' },
    ]);
    const abyss = `{"userData":{"a":${'['.repeat(20_000)}${']'.repeat(20_000)}}}`;
    expect(userDataFromJson(abyss, alice)?.dropped).to.deep.equal([{ key: 'a', code: 'too-deep' }]);
  });

  it('read again from the view of the data are the same pairs', () => {
    const key = fc.string({ minLength: 1, maxLength: 5 }).filter(isFitKey);
    const { value } = fc.letrec<{ value: EntryValue; pair: UserDataPair }>(tie => ({
      pair: fc.tuple(key, tie('value')).map(([name, of]) => ({ key: name, ...of })),
      value: fc.oneof(
        { maxDepth: 3 },
        fc.string({ unit: 'grapheme' }).map(text => ({ type: 'string' as const, value: text })),
        fc.maxSafeInteger().map(int => ({ type: 'int' as const, value: int === 0 ? 0 : int })),
        fc.base64String().map(text => ({ type: 'binary' as const, value: text })),
        fc.array(tie('pair'), { maxLength: 3 }).map(pairs => ({ type: 'list' as const, value: pairs })),
      ),
    }));
    const entry = fc
      .tuple(key, value)
      .map(([name, of]): Entry => ({ key: name, ...of, scope: 'call', from: alice }));
    fc.assert(
      fc.property(fc.uniqueArray(entry, { selector: ({ key: name }) => name, minLength: 1 }), data => {
        const content = JSON.stringify({ userData: userDataOf(data) });
        const { operations = [], dropped } = userDataFromJson(content, alice) ?? {};
        expect(dropped).to.deep.equal([]);
        expect(applyAll([], operations, { packedBytes: 65_535, mode: 'refuse' }).data).to.deep.equal(data);
      }),
    );
  });

  it('never makes the reader throw', () => {
    fc.assert(fc.property(fc.json(), text => void userDataFromJson(text, alice)));
    fc.assert(fc.property(fc.json(), text => void userDataFromJson(`{"userData":${text}}`, alice)));
    fc.assert(fc.property(fc.string(), text => void userDataFromJson(text, alice)));
  });
});

describe('a form', () => {
  const forms: [content: string, pairs: unknown[]][] = [
    [
      'a=1&b=two+words',
      [
        ['a', 'string', '1'],
        ['b', 'string', 'two words'],
      ],
    ],
    ['a=%C3%A9%26', [['a', 'string', 'é&']]],
    ['a=100%', [['a', 'string', '100%']]],
    ['a=b=c', [['a', 'string', 'b=c']]],
    [
      'a=1&&b=2\r\n',
      [
        ['a', 'string', '1'],
        ['b', 'string', '2'],
      ],
    ],
    ['', []],
  ];
  for (const [content, pairs] of forms) {
    it(`${JSON.stringify(content)} is read`, () =>
      expect(pairsOf(userDataFromForm(content, alice))).to.deep.equal(pairs));
  }

  it('deletes by an empty value', () => {
    expect(userDataFromForm('a=&b', alice).operations).to.deep.equal([
      { operation: 'delete', keys: ['a', 'b'] },
    ]);
  });

  it('refuses tricks', () => {
    expect(userDataFromForm('__proto__=1&=2', alice).dropped.map(drop => drop.code)).to.deep.equal([
      'bad-key',
      'bad-key',
    ]);
  });
});
