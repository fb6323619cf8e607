import { expect } from 'chai';
import fc from 'fast-check';
import {
  customEntriesFromHeaders,
  customHeadersFromEntries,
  headersByPolicy,
  limitHeaders,
} from '../../lib/attached-data/custom-headers.ts';
import { compileKeyPolicy } from '../../lib/attached-data/key-policy.ts';
import { profileOf } from '../../lib/attached-data/profile.ts';
import type { HeaderLine } from '../../lib/call/signal.ts';
import { alice, header, int, pair, shown } from './entries.ts';

const plain = profileOf('plain');
const acs = profileOf('acs-dr');
const line = (name: string, value: string): HeaderLine => ({ name, value });

describe('custom headers', () => {
  it('become entries that remember how they were spelled', () => {
    const { entries } = customEntriesFromHeaders(
      [line('x-ms-custom-CaseId', ' 42 ')],
      { dataHeaders: [] },
      alice,
    );
    expect(entries).to.deep.equal([{ ...header('CaseId', '42'), headerName: 'x-ms-custom-CaseId' }]);
  });

  it('of a name that is there twice the first counts', () => {
    const { entries, dropped } = customEntriesFromHeaders(
      [line('X-MS-Custom-CaseId', '1'), line('X-MS-Custom-caseid', '2')],
      { dataHeaders: [] },
      alice,
    );
    expect(shown(entries)).to.deep.equal(['CaseId=1']);
    expect(dropped).to.deep.equal([{ key: 'caseid', code: 'duplicate-header' }]);
  });

  it('private X- headers are not data unless the trunk names them', () => {
    const lines = [line('X-Sbc-Trace', 'a'), line('X-CaseId', '7'), line('X-MS-Routing', 'x')];
    expect(customEntriesFromHeaders(lines, { dataHeaders: [] }, alice).entries).to.deep.equal([]);
    expect(
      shown(customEntriesFromHeaders(lines, { dataHeaders: ['X-CaseId'] }, alice).entries),
    ).to.deep.equal(['X-CaseId=7']);
  });

  it('read and written again are the same lines', () => {
    const key = fc.stringMatching(/^[A-Za-z0-9\-.!%*_+`'~]{1,20}$/);
    const value = fc.string({ unit: 'grapheme' }).map(text => text.replace(/[\r\n\0]/g, '').trim());
    const lines = fc
      .uniqueArray(fc.tuple(key, value), { selector: ([k]) => k.toLowerCase() })
      .map(pairs => pairs.map(([k, v]) => line(`X-MS-Custom-${k}`, v.replace(/^[ \t]+|[ \t]+$/g, ''))));
    fc.assert(
      fc.property(lines, headers => {
        const { entries, dropped } = customEntriesFromHeaders(headers, { dataHeaders: [] }, alice);
        expect(dropped).to.deep.equal([]);
        expect(customHeadersFromEntries(entries, { profile: plain })).to.deep.equal({ headers, dropped: [] });
      }),
    );
  });

  it('are made from entries of scope sip only, values as text', () => {
    const entries = [
      { ...int('Priority', 3), scope: 'sip' } as const,
      pair('a', '1'),
      pair('b', '2', 'voip'),
      pair('UUI', '04', 'uui'),
    ];
    expect(customHeadersFromEntries(entries, { profile: plain }).headers).to.deep.equal([
      line('X-MS-Custom-Priority', '3'),
    ]);
  });

  it('never carry a line break, nor a name that is no token', () => {
    const entries = [
      pair('a', '1\r\nVia: x', 'sip'),
      pair('b c', '1', 'sip'),
      pair('d:', '1', 'sip'),
      pair('e', '\0', 'sip'),
    ];
    expect(customHeadersFromEntries(entries, { profile: plain })).to.deep.equal({
      headers: [],
      dropped: [
        { key: 'a', code: 'control-character' },
        { key: 'b c', code: 'bad-key' },
        { key: 'd:', code: 'bad-key' },
        { key: 'e', code: 'control-character' },
      ],
    });
  });
});

describe('the ACS limits on what is sent', () => {
  const keyOf = (chars: number) => 'k'.repeat(chars - 'X-MS-Custom-'.length);
  const faults: [what: string, name: string, value: string, code: string | undefined][] = [
    ['a name of 64', `X-MS-Custom-${keyOf(64)}`, 'v', undefined],
    ['a name of 65', `X-MS-Custom-${keyOf(65)}`, 'v', 'acs-key-length'],
    ['a value of 256', 'X-MS-Custom-K', 'v'.repeat(256), undefined],
    ['a value of 257', 'X-MS-Custom-K', 'v'.repeat(257), 'acs-value-length'],
    ['every mark of a value', 'X-MS-Custom-K', '=;.!%*_+~-', undefined],
    ['every mark of a key', 'X-MS-Custom-.!%*_+~-', 'v', undefined],
    ['a space', 'X-MS-Custom-K', 'John Doe', 'acs-charset'],
    ['a slash', 'X-MS-Custom-K', 'a/b', 'acs-charset'],
    ['a letter beyond ASCII', 'X-MS-Custom-K', 'é', 'acs-charset'],
    ['an apostrophe in a key', "X-MS-Custom-O'Neil", 'v', 'acs-charset'],
    ['an at sign, next to the letters', 'X-MS-Custom-K', '@', 'acs-charset'],
    ['a brace, after the letters', 'X-MS-Custom-K', '{', 'acs-charset'],
    ['an empty value', 'X-MS-Custom-K', '', undefined],
    ['User-to-User of 256', 'User-to-User', 'a'.repeat(256), undefined],
    ['User-to-User of 257', 'User-to-User', 'a'.repeat(257), 'acs-value-length'],
    ['User-to-User in quotes', 'User-to-User', '"a"', 'acs-charset'],
  ];
  for (const [what, name, value, code] of faults) {
    it(`${what}: ${code ?? 'sent'}`, () => {
      const { headers, dropped } = limitHeaders([line(name, value)], acs, []);
      expect(dropped.map(drop => drop.code)).to.deep.equal(code === undefined ? [] : [code]);
      expect(headers).to.have.length(code === undefined ? 1 : 0);
    });
  }

  it('send the first five valid ones and one User-to-User in addition', () => {
    const custom = ['1', '2', 'b d', '3', '4', '5', '6'].map((value, at) =>
      line(`X-MS-Custom-K${String(at)}`, value),
    );
    const lines = [...custom, line('User-to-User', '0401;encoding=hex'), line('Subject', 'any thing')];
    const { headers, dropped } = limitHeaders(lines, acs, []);
    expect(headers.map(({ value }) => value)).to.deep.equal([
      '1',
      '2',
      '3',
      '4',
      '5',
      '0401;encoding=hex',
      'any thing',
    ]);
    expect(dropped).to.deep.equal([
      { key: 'K2', code: 'acs-charset' },
      { key: 'K6', code: 'acs-count' },
    ]);
  });

  it('do not hold for a plain trunk, and never touch headers that are no data', () => {
    const lines = [line('X-MS-Custom-K', 'a b'), line('X-Sbc-Trace', 'a b')];
    expect(limitHeaders(lines, plain, []).headers).to.equal(lines);
    expect(limitHeaders(lines, acs, []).headers).to.deep.equal([line('X-Sbc-Trace', 'a b')]);
  });
});

describe('with a key policy', () => {
  const keys = compileKeyPolicy([
    { key: 'Foo', in: 'Bar' },
    { key: 'Case', out: 'X-Case' },
    { key: 'Note', out: 'User-to-User' },
    { key: 'Secret', write: ['third-party'] },
  ]);
  const uui = { ...pair('UUI', '00AB;encoding=hex'), scope: 'uui' as const };

  it('custom headers become entries under the names it gives; of two that become one the first counts', () => {
    const { entries, dropped } = customEntriesFromHeaders(
      [line('X-MS-Custom-foo', '1'), line('X-MS-Custom-Bar', '2')],
      { dataHeaders: [], keys },
      alice,
    );
    expect(entries).to.deep.equal([{ ...header('Bar', '1'), headerName: 'X-MS-Custom-foo' }]);
    expect(dropped).to.deep.equal([{ key: 'Bar', code: 'duplicate-header' }]);
  });

  it('entries of scope sip and call leave in the headers it names, those without one as before', () => {
    const entries = [header('Bar', '1'), header('Case', '2'), pair('Case', '3'), pair('Other', '4')];
    expect(customHeadersFromEntries(entries, { profile: plain, keys })).to.deep.equal({
      headers: [line('X-MS-Custom-Bar', '1'), line('X-Case', '2'), line('X-Case', '3')],
      dropped: [],
    });
  });

  it('what cannot stand in its header stays in the data and is counted', () => {
    expect(customHeadersFromEntries([pair('Case', 'a\nb')], { profile: plain, keys })).to.deep.equal({
      headers: [],
      dropped: [{ key: 'Case', code: 'control-character' }],
    });
  });

  it('there is one User-to-User: its own entry before a key that is mapped to it', () => {
    const one = customHeadersFromEntries([pair('Note', 'a'), pair('Note', 'b')], { profile: plain, keys });
    expect(one.headers).to.deep.equal([line('User-to-User', '0461;encoding=hex')]);
    expect(one.dropped).to.deep.equal([{ key: 'Note', code: 'duplicate-header' }]);
    const none = customHeadersFromEntries([pair('Note', 'a'), uui], { profile: plain, keys });
    expect(none.headers).to.deep.equal([]);
  });

  it('the lines of a party go on under the names it gives, without those that no party writes', () => {
    const lines = [
      line('Subject', 'hi'),
      line('X-MS-Custom-Secret', 'forged'),
      line('x-ms-custom-case', '1'),
      line('X-MS-Custom-Foo', '2'),
      line('X-MS-Custom-Note', 'a'),
    ];
    expect(headersByPolicy(lines, [], keys)).to.deep.equal({
      headers: [
        line('Subject', 'hi'),
        line('X-Case', '1'),
        line('X-MS-Custom-Foo', '2'),
        line('User-to-User', '0461;encoding=hex'),
      ],
      dropped: [{ key: 'Secret', code: 'not-writable' }],
      renamed: ['X-Case', 'User-to-User'],
    });
  });

  it('a line that would be a second User-to-User does not go on', () => {
    const lines = [line('X-MS-Custom-Note', 'a'), line('User-To-User', 'ab')];
    const { headers, dropped } = headersByPolicy(lines, [], keys);
    expect(headers).to.deep.equal([line('User-To-User', 'ab')]);
    expect(dropped).to.deep.equal([{ key: 'Note', code: 'duplicate-header' }]);
  });

  it('User-to-User that no party writes does not go on', () => {
    const closed = compileKeyPolicy([{ key: 'UUI', write: [] }]);
    expect(headersByPolicy([line('User-to-User', 'ab')], [], closed).headers).to.deep.equal([]);
  });
});
