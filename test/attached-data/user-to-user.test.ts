import { expect } from 'chai';
import fc from 'fast-check';
import { emitUserToUser, parseUserToUser, type UuiValue } from '../../lib/attached-data/user-to-user.ts';

function only(line: string): UuiValue {
  const parsed = parseUserToUser([line]);
  if (parsed.syntax === 'invalid') throw new Error(parsed.reason);
  const [value] = parsed.values;
  if (value === undefined || parsed.values.length !== 1) throw new Error('not one value');
  return value;
}

describe('User-to-User, its grammar', () => {
  const valid: [what: string, line: string, data: string, params: [string, string | null][]][] = [
    ['white space around ; and =', '0401 ; encoding = hex', '0401', [['encoding', 'hex']]],
    ['a tab is white space', '0401\t;\tencoding=hex', '0401', [['encoding', 'hex']]],
    ['folding within', '0401;\r\n encoding=hex', '0401', [['encoding', 'hex']]],
    ['a quoted parameter value', '0401;app="a;b,c"', '0401', [['app', 'a;b,c']]],
    ['an IPv6 reference as value', '0401;host=[2001:db8::1]', '0401', [['host', '[2001:db8::1]']]],
    ['a host name as value', '0401;host=a.example.com', '0401', [['host', 'a.example.com']]],
    ['a tab within quotes', '"a\tb"', 'a\tb', []],
    ['a quoted-pair of any ASCII', '"\\a\\""', 'a"', []],
    ['an empty quoted parameter value', '0401;app=""', '0401', [['app', '']]],
  ];
  for (const [what, line, data, params] of valid) {
    it(`takes ${what}`, () => {
      const value = only(line);
      expect(value.data).to.equal(data);
      expect(value.params).to.deep.equal(params);
    });
  }

  const invalid: [line: string, reason: string][] = [
    ['', 'uui-data missing: token is 1*'],
    ['   ', 'uui-data missing: token is 1*'],
    [';encoding=hex', 'uui-data missing: token is 1*'],
    ['=hex', "'=' not allowed in token"],
    ['SGVsbG8=', "'=' not allowed in token"],
    ['SGVs/bG8', "'/' not allowed in token"],
    ['<a>', "'<' not allowed in token"],
    ['a@b', "'@' not allowed in token"],
    ['sip:a', "':' not allowed in token; URIs are forbidden content anyway (RFC 7433 s4)"],
    ['04 01', 'SP is not a token character'],
    ['0401;encoding=hex hex', 'SP is not a token character'],
    ['0401;enc oding=hex', 'SP is not a token character'],
    ['0401;encoding=h:x', "':' not allowed in token"],
    ['0401;encoding=hex=hex', "'=' not allowed in token"],
    ['0401;encoding=[zz]', "'[' not allowed in token"],
    ['0401;encoding=[::1', "'[' not allowed in token"],
    ['0401;=hex', 'parameter name missing'],
    ['0401;;encoding=hex', 'empty parameter'],
    ['0401; ,0402', 'empty parameter'],
    ['0401;encoding= ;purpose=x', 'gen-value missing after EQUAL'],
    ['0401;app=a;App', 'duplicate parameter name (case-insensitive)'],
    ['0401,', 'empty list element'],
    ['0401,,0402', 'empty list element'],
    ['"0401"0402', 'nothing but ; or , may follow a quoted-string'],
    ['"0401" 0402', 'nothing but ; or , may follow a quoted-string'],
    ['"0401', 'unterminated quoted-string'],
    ['"0401\\', 'unterminated quoted-string'],
    ['"0401\\"', 'unterminated quoted-string'],
    ['0401;app="x', 'unterminated quoted-string'],
    ['"\u0001"', 'control character in quoted-string'],
    ['"\u007f"', 'control character in quoted-string'],
    ['"\\é"', 'quoted-pair must be ASCII'],
    ['a\u0001', 'control character not allowed in token'],
    ['é', 'non-ASCII not allowed in token'],
    ['a\u00a0', 'non-ASCII not allowed in token'],
  ];
  for (const [line, reason] of invalid) {
    it(`refuses ${JSON.stringify(line)}: ${reason}`, () => {
      expect(parseUserToUser([line])).to.deep.equal({ syntax: 'invalid', reason, injection: false });
    });
  }

  for (const line of ['0401\r\nX-Evil: 1', '0401\nX-Evil: 1', '0401\rX', '04\x0001', '"\\\0"', '0401\r\n']) {
    it(`calls ${JSON.stringify(line)} an injection`, () => {
      expect(parseUserToUser([line])).to.include({ syntax: 'invalid', injection: true });
    });
  }

  it('one broken line makes the whole invalid', () => {
    expect(parseUserToUser(['0401', '{']).syntax).to.equal('invalid');
  });

  it('never throws, whatever comes', () => {
    const pieces = fc.constantFrom(
      '"',
      '\\',
      ';',
      ',',
      '=',
      '[',
      ']',
      ' ',
      '\r\n ',
      '\0',
      'é',
      '😀',
      '04',
      'encoding',
      'hex',
      ':',
    );
    const line = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(pieces).map(parts => parts.join('')),
    );
    fc.assert(fc.property(fc.array(line), lines => void parseUserToUser(lines)));
  });
});

describe('User-to-User, its meaning', () => {
  it('hex of either case is shown upper case, the data as it came', () => {
    expect(only('04ffAa')).to.include({ data: '04ffAa', octetsHex: '04FFAA', pd: '04', payloadHex: 'FFAA' });
  });

  it('a discriminator alone has an empty payload', () => {
    expect(only('04')).to.include({ octetsHex: '04', pd: '04', payloadHex: '' });
  });

  it('no octets: no discriminator, no payload', () => {
    const value = only('""');
    expect(value.octetsHex).to.equal('');
    expect(value).to.not.have.any.keys('pd', 'payloadHex');
  });

  it('a purpose of another case is the same package', () => {
    expect(only('0401;purpose=ISDN-Interwork').effective.purpose).to.equal('isdn-uui');
  });

  it('another package has no discriminator and no defaults', () => {
    const value = only('0401;purpose=Foo');
    expect(value.effective).to.deep.equal({ purpose: 'foo', content: null, encoding: null });
    expect(value).to.not.have.any.keys('octetsHex', 'pd', 'payloadHex');
  });

  it('a purpose without a value is none', () => {
    expect(only('0401;purpose').effective.purpose).to.equal('isdn-uui');
  });

  it('X-User-to-User has no discriminator in its octets', () => {
    const parsed = parseUserToUser(['48656C6C6F;encoding=hex'], { discriminator: 'none' });
    expect(parsed).to.have.nested.property('values[0].payloadText', 'Hello');
    expect(parsed).to.not.have.nested.property('values[0].pd');
  });

  it('a vendor pd that is no octet is not taken for one', () => {
    const value = only('4865;pd=x4');
    expect(value.payloadHex).to.equal('4865');
    expect(value).to.not.have.property('pd');
  });

  it('text is shown when it is short and printable', () => {
    expect(only('0048656C6C6F').payloadText).to.equal('Hello');
    expect(only('00480A').payloadText).to.equal(undefined);
    expect(only(`04${'41'.repeat(65)}`).payloadText).to.equal(undefined);
  });

  it('Avaya elements are shown when they fill the payload after PD 00', () => {
    expect(only('00C8024142FA080019001038F725B3').avayaTlv).to.deep.equal([
      { app: 'C8', len: 2, valueHex: '4142' },
      { app: 'FA', len: 8, valueHex: '0019001038F725B3' },
    ]);
    for (const line of ['04C8024142FA', '00C802FF', '00C8', '00'])
      expect(only(line).avayaTlv, line).to.equal(undefined);
  });
});

describe('User-to-User, written', () => {
  const text = fc.oneof(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'binary-ascii' }));
  const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,8}$/);
  const params = fc.uniqueArray(fc.tuple(name, fc.option(text)), { selector: ([n]) => n, maxLength: 4 });
  const output = fc.record({ data: text, params });

  const hasControl = (one: string) => /[\0-\x08\x0a-\x1f\x7f]/.test(one);

  it('reads back as it was, or was refused for a control character', () => {
    fc.assert(
      fc.property(fc.array(output, { minLength: 1, maxLength: 3 }), values => {
        const emitted = emitUserToUser(values);
        const unfit = values.some(
          value => hasControl(value.data) || value.params.some(([, v]) => hasControl(v ?? '')),
        );
        expect(emitted.ok).to.equal(!unfit);
        if (!emitted.ok) return;
        const parsed = parseUserToUser([emitted.value]);
        expect(
          parsed.syntax === 'valid' &&
            parsed.values.map(({ data, params: read }) => ({ data, params: read })),
        ).to.deep.equal(values);
      }),
    );
  });

  it('is the line it was parsed from', () => {
    for (const line of [
      '0401;encoding=hex',
      '"a\\"b";purpose=pk1',
      'a;b',
      '"";app="x y"',
      '0401;h=[::1], ZZ;purpose=foo',
    ]) {
      const parsed = parseUserToUser([line]);
      expect(parsed.syntax === 'valid' && emitUserToUser(parsed.values)).to.deep.equal({
        ok: true,
        value: line,
      });
    }
  });

  it('refuses what would break the header', () => {
    for (const data of ['a\r\nX-Evil: 1', 'a\0', '\u0001'])
      expect(emitUserToUser([{ data, params: [] }]).ok).to.equal(false);
    expect(emitUserToUser([{ data: 'a', params: [['b c', null]] }]).ok).to.equal(false);
    expect(emitUserToUser([{ data: 'a', params: [['b', 'x\ny']] }]).ok).to.equal(false);
    expect(emitUserToUser([]).ok).to.equal(false);
  });
});
