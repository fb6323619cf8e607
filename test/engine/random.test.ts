import { expect } from 'chai';
import { newCallId, newTag, randomHex } from '../../lib/engine/random.ts';

describe('random identifiers', () => {
  it('have two hexadecimal digits per octet', () => {
    expect(randomHex(9)).to.match(/^[0-9a-f]{18}$/);
    expect(newTag()).to.match(/^[0-9a-f]{16}$/);
    expect(newCallId()).to.match(/^[0-9a-f]{32}$/);
  });

  it('never repeat, also where the pool is filled again', () => {
    const tags = Array.from({ length: 2_000 }, newTag);
    expect(new Set(tags).size).to.equal(2_000);
  });
});
