import { expect } from 'chai';
import { Secret } from '../../../lib/engine/control/secret.ts';

describe('the secret of the control port', () => {
  it('matches itself only', () => {
    const secret = new Secret('cymru');
    expect(secret.matches('cymru')).to.equal(true);
    for (const other of ['', 'cymr', 'cymru ', 'Cymru', 'undefined'])
      expect(secret.matches(other)).to.equal(false);
  });

  it('is compared by its UTF-8 octets', () => {
    expect(new Secret('gähn').matches('g\xc3\xa4hn')).to.equal(true);
  });

  for (const secret of ['', 'a|b', 'a\rb', 'a\nb']) {
    it(`cannot be ${JSON.stringify(secret)}`, () => {
      expect(() => new Secret(secret)).to.throw(RangeError);
    });
  }
});
