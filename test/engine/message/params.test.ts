import { expect } from 'chai';
import { afterQuoted, findParam, parseParams } from '../../../lib/engine/message/params.ts';

const pairs = (text: string): [string, string][] => parseParams(text).map(({ name, value }) => [name, value]);

describe('parameters', () => {
  const table: readonly (readonly [string, readonly (readonly [string, string])[]])[] = [
    ['', []],
    [';tag=1', [['tag', '1']]],
    [
      ';lr;x=2',
      [
        ['lr', ''],
        ['x', '2'],
      ],
    ],
    [
      ' ; a = 1 ; b ',
      [
        ['a', '1'],
        ['b', ''],
      ],
    ],
    [';;;a=1;;', [['a', '1']]],
    [
      ';a="x;y,\\"z";b=2',
      [
        ['a', '"x;y,\\"z"'],
        ['b', '2'],
      ],
    ],
    [';a="open', [['a', '"open']]],
    [';a=1,;b=2', [['a', '1']]],
    [';a=1 junk;b=2', [['a', '1']]],
    [';=1', []],
    [';a=', [['a', '']]],
  ];
  for (const [text, expected] of table) {
    it(`${JSON.stringify(text)} has ${expected.length}`, () => {
      expect(pairs(text)).to.deep.equal(expected);
    });
  }

  it('are found by name in any case, the first one counts', () => {
    expect(findParam(';TAG=1;tag=2', 0, 'tag')?.value).to.equal('1');
    expect(findParam(';taga=1', 0, 'tag')).to.equal(undefined);
  });

  it('say where they stand', () => {
    const text = '<sip:a@b> ;x=1; tag = 22 ;y';
    const tag = findParam(text, 9, 'tag');
    expect(text.slice(tag?.from, tag?.to)).to.equal('; tag = 22');
  });

  it('end of a quoted string: after its quote, or nowhere', () => {
    expect(afterQuoted('"a\\"b"c', 0)).to.equal(6);
    expect(afterQuoted('"a\\"b', 0)).to.equal(-1);
    expect(afterQuoted('"a\\', 0)).to.equal(-1);
  });
});
