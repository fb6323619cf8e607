import { expect } from 'chai';
import fc from 'fast-check';
import { type Profile, profileNames, profileOf, profileWith } from '../../lib/attached-data/profile.ts';
import { isUuiOnWire, linesFromWire, linesToWire, type WireLines } from '../../lib/attached-data/wire.ts';
import type { HeaderLine } from '../../lib/call/signal.ts';

const plain = profileOf('plain');
const encoded = profileWith('plain', { percentEncode: true });
const audioCodes = profileWith('plain', { uuiHeader: 'X-User-to-User' });
const bare = profileWith('plain', { discriminator: 'none' });

function lines(texts: readonly string[]): HeaderLine[] {
  return texts.map(text => ({
    name: text.slice(0, text.indexOf(':')),
    value: text.slice(text.indexOf(':') + 2),
  }));
}

function shown({ headers, dropped }: WireLines): string[] {
  return [
    ...headers.map(({ name, value }) => `${name}: ${value}`),
    ...dropped.map(({ key, code }) => `(${key} ${code})`),
  ];
}

const read = (profile: Profile, ...texts: string[]) =>
  shown(linesFromWire(lines(texts), profile, ['X-Case']));
const written = (profile: Profile, ...texts: string[]) =>
  shown(linesToWire(lines(texts), { profile, dataHeaders: ['X-Case'], bareText: false }));

describe('lines from the wire', () => {
  it('are what they were, unless the profile says otherwise', () => {
    const headers = lines(['User-to-User: jason', 'X-MS-Custom-A: 100%25', 'X-User-to-User: AA']);
    for (const name of profileNames)
      expect(linesFromWire(headers, profileOf(name), []).headers).to.equal(headers);
  });

  it('have values of custom headers percent-decoded, no others', () => {
    expect(
      read(encoded, 'X-MS-Custom-A: a%20b', 'X-Case: %C3%A9', 'X-Other: a%20b', 'Subject: %41'),
    ).to.deep.equal(['X-MS-Custom-A: a b', 'X-Case: é', 'X-Other: a%20b', 'Subject: %41']);
  });

  it('keep what is no percent-encoding, or would end the line', () => {
    expect(read(encoded, 'X-MS-Custom-A: 100%', 'X-MS-Custom-B: a%0d%0aVia: x')).to.deep.equal([
      'X-MS-Custom-A: 100%',
      'X-MS-Custom-B: a%0d%0aVia: x',
      '(A not-converted)',
      '(B not-converted)',
    ]);
  });

  it('have User-to-User under its name, with the discriminator that X-User-to-User lacks', () => {
    expect(read(audioCodes, 'x-user-to-user: 48656C;encoding=hex', 'X-Case: 1')).to.deep.equal([
      'User-to-User: 0448656C;encoding=hex',
      'X-Case: 1',
    ]);
    expect(read(audioCodes, 'X-User-to-User: Hello;encoding=ascii')).to.deep.equal([
      'User-to-User: 0448656C6C6F;encoding=hex',
    ]);
    expect(read(bare, 'User-To-User: FA08;encoding=hex')).to.deep.equal([
      'User-To-User: 00FA08;encoding=hex',
    ]);
  });

  it('keep User-to-User that cannot be read', () => {
    expect(read(audioCodes, 'X-User-to-User: {x}')).to.deep.equal([
      'User-to-User: {x}',
      '(UUI not-converted)',
    ]);
  });
});

describe('lines to the wire', () => {
  it('are what they were, where the profile asks for nothing', () => {
    const headers = lines(['User-to-User: jason', 'User-to-User: 0401, 0402', 'X-MS-Custom-A: a b']);
    for (const name of ['plain', 'acs-dr', 'teams-dr'] as const) {
      const target = { profile: profileOf(name), dataHeaders: [], bareText: false };
      expect(linesToWire(headers, target).headers).to.equal(headers);
    }
  });

  it('have values of custom headers percent-encoded, no others', () => {
    expect(written(encoded, 'X-MS-Custom-A: a b', 'X-Case: é', 'X-Other: a b', 'Subject: a b')).to.deep.equal(
      ['X-MS-Custom-A: a%20b', 'X-Case: %C3%A9', 'X-Other: a b', 'Subject: a b'],
    );
  });

  it('have no names that are the neighbour’s own', () => {
    expect(
      written(profileOf('genesys-cloud'), 'X-Inin-Cnv: 1', 'x-genesys: 2', 'X-Case: 3', 'X-PCV-a: 4'),
    ).to.deep.equal([
      'X-Case: 3',
      '(X-Inin-Cnv reserved-header)',
      '(x-genesys reserved-header)',
      '(X-PCV-a reserved-header)',
    ]);
  });

  it('have User-to-User in its place and spelling', () => {
    expect(written(profileOf('avaya'), 'X-A: 1', 'user-to-user: AA;pd=04', 'X-B: 2')).to.deep.equal([
      'X-A: 1',
      'user-to-user: 04AA;encoding=hex',
      'X-B: 2',
    ]);
    expect(written(audioCodes, 'user-to-user: 04AA')).to.deep.equal(['X-User-to-User: AA;encoding=hex']);
  });

  it('have a length, with or without a form', () => {
    const limited = profileWith('plain', { maxUuiBytes: 2 });
    expect(written(limited, 'User-to-User: 04AAAA')).to.deep.equal(['User-to-User: 04AAAA']);
    expect(written(limited, 'User-to-User: 04AAAAAA')).to.deep.equal(['(UUI uui-too-long)']);
  });

  it('take a bare token for text where it comes from such a neighbour', () => {
    const headers = lines(['User-to-User: jason']);
    const target = { profile: profileOf('avaya'), dataHeaders: [] };
    expect(shown(linesToWire(headers, { ...target, bareText: true }))).to.deep.equal([
      'User-to-User: 046A61736F6E;encoding=hex',
    ]);
    expect(shown(linesToWire(headers, { ...target, bareText: false }))).to.deep.equal([
      'User-to-User: jason',
      '(UUI not-converted)',
    ]);
  });
});

describe('User-to-User on the wire', () => {
  for (const [name, profile, is] of [
    ['user-to-user', plain, true],
    ['X-User-to-User', plain, false],
    ['x-user-to-user', audioCodes, true],
    ['User-to-User', audioCodes, true],
    ['X-User-to-Users', audioCodes, false],
  ] as const) {
    it(`${name} is ${is ? '' : 'not '}it for ${profile.uuiHeader}`, () =>
      expect(isUuiOnWire(name, profile)).to.equal(is));
  }
});

describe('lines to the wire and back', () => {
  const value = fc
    .string({ unit: 'grapheme', maxLength: 20 })
    .map(text => text.replace(/[\r\n\0]|\p{Surrogate}/gu, '').trim());
  const payload = fc
    .uint8Array({ minLength: 1, maxLength: 30 })
    .map(octets => Buffer.from(octets).toString('hex'));
  const profiles = [...profileNames.map(profileOf), encoded, audioCodes, bare];

  it('say what they said', () => {
    fc.assert(
      fc.property(value, payload, fc.constantFrom(...profiles), (text, hex, profile) => {
        const headers = lines([`X-MS-Custom-K: ${text}`, `User-to-User: 04${hex};encoding=hex`]);
        const wire = linesToWire(headers, { profile, dataHeaders: [], bareText: false }).headers;
        const back = linesFromWire(wire, profile, []).headers;
        expect(back[0]?.value).to.equal(text);
        // The discriminator is lost where the wire has none, and the RFC's form where the profile has another.
        const rfc = linesToWire(back, {
          profile: profileOf('avaya'),
          dataHeaders: [],
          bareText: false,
        }).headers;
        expect(rfc[1]?.value.slice(2).toLowerCase()).to.equal(`${hex};encoding=hex`);
      }),
    );
  });
});
