import { expect } from 'chai';
import { Nonces } from '../../lib/registrar/nonces.ts';
import { sign } from './support.ts';

function nonces(maxNonces = 10) {
  let drawn = 0;
  const randomHex = (digits: number) => {
    drawn += 1;
    return String(drawn).padStart(digits, '0');
  };
  return new Nonces({ lifetimeMs: 1_000, maxNonces, sign, randomHex });
}

describe('a nonce', () => {
  it('is another each time', () => {
    const given = nonces();
    expect(given.newNonce(0)).to.not.equal(given.newNonce(0));
  });

  it('is good until its time is over', () => {
    const given = nonces();
    const nonce = given.newNonce(5_000);
    expect(given.use(nonce, 1, 5_999)).to.equal(true);
    expect(given.use(nonce, 2, 6_000)).to.equal(false);
  });

  it('is good once for each count, and counts only go up', () => {
    const given = nonces();
    const nonce = given.newNonce(0);
    const used = [1, 1, 2, 5, 3, 6].map(count => given.use(nonce, count, 1));
    expect(used).to.deep.equal([true, false, true, true, false, true]);
  });

  it('is not good when somebody else made it, or changed it', () => {
    const given = nonces();
    const nonce = given.newNonce(0);
    const [time = '', chance = '', signature = ''] = nonce.split('.');
    const forged = [
      '',
      '.',
      'x',
      `1.${chance}.${signature}`,
      `${time}.${chance}.`,
      `${time}.${chance}`,
      `${nonce}0`,
    ];
    expect(forged.filter(each => given.use(each, 1, 1))).to.deep.equal([]);
  });

  it('cannot be used again when its use had to be forgotten', () => {
    const given = nonces(1);
    const first = given.newNonce(0);
    const second = given.newNonce(1);
    expect(given.use(first, 1, 2)).to.equal(true);
    expect(given.use(second, 1, 2)).to.equal(true);
    expect(given.use(first, 1, 3)).to.equal(false);
    expect(given.use(second, 2, 3)).to.equal(true);
  });
});
