import { expect } from 'chai';
import fc from 'fast-check';
import {
  param,
  parseUri,
  schemeOf,
  serializeUri,
  unescapeOnce,
  unescapeText,
} from '../../../lib/engine/message/uri.ts';

const uri = (value: string) => {
  const parsed = parseUri(value);
  if (parsed === undefined) throw new Error(`cannot read ${value}`);
  return parsed;
};

describe('a URI', () => {
  const table: readonly (readonly [string, Record<string, unknown>])[] = [
    ['sip:example.com', { scheme: 'sip', user: undefined, host: 'example.com', port: undefined }],
    ['SIPS:alice:secret@example.com:5061', { scheme: 'sips', user: 'alice', password: 'secret', port: 5061 }],
    ['sip:alice;day=tuesday@atlanta.com', { user: 'alice;day=tuesday', host: 'atlanta.com' }],
    ['sip:a?b/c@host', { user: 'a?b/c', host: 'host' }],
    ['sip:[2001:db8::10]', { host: '[2001:db8::10]', port: undefined }],
    ['sip:user@[2001:db8::10]:5070', { user: 'user', host: '[2001:db8::10]', port: 5070 }],
    ['sip:j%40s0n@host', { user: 'j%40s0n' }],
    ['sip:Jürgen😀@host;p=ß', { user: 'Jürgen😀', host: 'host' }],
    ['tel:+1-201-555-0123;phone-context=example.com', { scheme: 'tel', user: '+1-201-555-0123', host: '' }],
  ];
  for (const [value, expected] of table) {
    it(`reads ${value}`, () => {
      expect(uri(value)).to.include(expected);
      expect(serializeUri(uri(value)).toLowerCase()).to.equal(value.toLowerCase());
    });
  }

  it('has parameters and headers in order', () => {
    const parsed = uri('sip:a@b:5080;transport=tcp;lr;x=a=b?Subject=hi&Route=%3Csip:c%3E&e=');
    expect(parsed.params).to.deep.equal([
      { name: 'transport', value: 'tcp' },
      { name: 'lr', value: '' },
      { name: 'x', value: 'a=b' },
    ]);
    expect(parsed.headers).to.deep.equal([
      { name: 'Subject', value: 'hi' },
      { name: 'Route', value: '%3Csip:c%3E' },
      { name: 'e', value: '' },
    ]);
    expect(param(parsed, 'transport')).to.equal('tcp');
    expect(param(parsed, 'lr')).to.equal('');
    expect(param(parsed, 'maddr')).to.equal(undefined);
    expect(param(uri('sip:b;TRANSPORT=udp'), 'transport')).to.equal('udp');
  });

  it('with headers may have no parameters', () => {
    const parsed = uri('sip:b?a=1;2');
    expect(parsed.params).to.deep.equal([]);
    expect(parsed.headers).to.deep.equal([{ name: 'a', value: '1;2' }]);
  });

  it('of a transfer keeps an unescaped @ in its headers', () => {
    const parsed = uri('sip:bob@host?Replaces=abc@192.0.2.1');
    expect(parsed).to.include({ user: 'bob', host: 'host' });
    expect(parsed.headers).to.deep.equal([{ name: 'Replaces', value: 'abc@192.0.2.1' }]);
  });

  for (const value of [
    '',
    'sip:',
    'sip:@host',
    'sip::secret@host',
    'sip:a@',
    'alice@example.com',
    'sip:a@b@c',
    'sip:a b@c',
    'sip:a@b:port',
    'sip:a@b:99999',
    'sip:2001:db8::10',
    '<sip:a@b>',
    'sip:a@b\r\nX: y',
    'sip:a@b\x00',
    'http://example.com',
    'tel:',
    'tel:xyz',
    ':a@b',
  ]) {
    it(`cannot be ${JSON.stringify(value)}`, () => {
      expect(parseUri(value)).to.equal(undefined);
    });
  }

  it('has a scheme, known or not', () => {
    expect(schemeOf('SIP:a')).to.equal('sip');
    expect(schemeOf('soap.beep://x')).to.equal('soap.beep');
    expect(schemeOf('no scheme:x')).to.equal(undefined);
    expect(schemeOf('nothing')).to.equal(undefined);
  });

  it('is decoded once', () => {
    expect(unescapeOnce('%2541%20b%zz%')).to.equal('%41 b%zz%');
    expect(unescapeOnce('%C3%A9')).to.equal('\xc3\xa9');
    expect(unescapeText('%2541%C3%A9 +')).to.equal('%41é +');
    expect(['%', '%zz', '%C3', '%FF'].map(unescapeText)).to.deep.equal([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('is the same after writing and reading', () => {
    const word = fc.stringMatching(/^[a-z0-9%.!~-]{1,8}$/);
    const part = fc.tuple(word, fc.option(word, { nil: '' })).map(([name, value]) => ({ name, value }));
    const any = fc.record({
      scheme: fc.constantFrom('sip' as const, 'sips' as const),
      user: fc.option(word, { nil: undefined }),
      password: fc.constant(undefined),
      host: fc.constantFrom('example.com', '192.0.2.1', '[2001:db8::1]'),
      port: fc.option(fc.nat(65_535), { nil: undefined }),
      params: fc.array(part),
      headers: fc.option(fc.array(part, { minLength: 1 }), { nil: undefined }),
    });
    fc.assert(
      fc.property(any, value => {
        expect(parseUri(serializeUri(value))).to.deep.equal(value);
      }),
    );
  });
});
