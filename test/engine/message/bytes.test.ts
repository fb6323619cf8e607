import { expect } from 'chai';
import { detached, trimmed } from '../../../lib/engine/message/bytes.ts';
import { utf8 } from './wire.ts';

describe('octet strings', () => {
  it('are trimmed of SP and HT only', () => {
    expect(trimmed(' \t a b\t ')).to.equal('a b');
    expect(trimmed('\r\na\r\n')).to.equal('\r\na\r\n');
    expect(trimmed(' \t ')).to.equal('');
  });

  it('keep a last octet 0xA0, which is half of a character', () => {
    expect(trimmed(utf8('voilà '))).to.equal(utf8('voilà'));
  });

  it('are the same after being detached', () => {
    for (const text of ['', 'a', utf8('é'.repeat(100))]) expect(detached(text)).to.equal(text);
  });
});
