import { expect } from 'chai';
import { isHost, parseHostPort, withBrackets, withoutBrackets } from '../../../lib/engine/message/host.ts';

describe('host and port', () => {
  const table: readonly (readonly [string, string, number | undefined])[] = [
    ['example.com', 'example.com', undefined],
    ['example.com:5060', 'example.com', 5060],
    ['192.0.2.1 : 5061', '192.0.2.1', 5061],
    ['[2001:db8::1]', '[2001:db8::1]', undefined],
    ['[2001:db8::1]:5070', '[2001:db8::1]', 5070],
    // RFC 5118 §4.3: the port is within the brackets, where it is part of the address.
    ['[2001:db8::10:5070]', '[2001:db8::10:5070]', undefined],
    ['[::ffff:192.0.2.10]:0', '[::ffff:192.0.2.10]', 0],
    ['my_host-1.local', 'my_host-1.local', undefined],
  ];
  for (const [text, host, port] of table) {
    it(`reads ${text}`, () => {
      expect(parseHostPort(text)).to.deep.equal({ host, port });
    });
  }

  const unreadable = [
    '',
    ':5060',
    'a:',
    'a:x',
    'a:-1',
    'a:65536',
    '2001:db8::1',
    '[2001:db8::1',
    '[::1]x',
    '[]',
    'a b',
    'a@b',
    'é',
  ];
  for (const text of unreadable) {
    it(`cannot read ${JSON.stringify(text)}`, () => {
      expect(parseHostPort(text)).to.equal(undefined);
    });
  }

  const hosts: readonly (readonly [string, boolean])[] = [
    ['example.com', true],
    ['example.com.', true],
    ['my_pbx-1', true],
    ['192.0.2.1', true],
    ['::1', true],
    ['[::1]', true],
    ['1.2.3', false],
    ['999.1.1.1', false],
    ['010.0.0.1', false],
    ['a..b', false],
    ['[a]', false],
    ['', false],
  ];
  for (const [text, is] of hosts) {
    it(`'${text}' is ${is ? 'a host' : 'no host'}`, () => {
      expect(isHost(text)).to.equal(is);
    });
  }

  it('brackets go and come', () => {
    expect(withoutBrackets('[::1]')).to.equal('::1');
    expect(withoutBrackets('a.b')).to.equal('a.b');
    expect(withBrackets('::1')).to.equal('[::1]');
    expect(withBrackets('[::1]')).to.equal('[::1]');
    expect(withBrackets('192.0.2.1')).to.equal('192.0.2.1');
  });
});
