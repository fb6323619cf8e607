import { expect } from 'chai';
import { identifiesTransaction, newBranch } from '../../../lib/engine/transaction/branch.ts';

describe('newBranch', () => {
  it('begins with the cookie and never repeats', () => {
    const branches = Array.from({ length: 2_000 }, newBranch);
    expect(branches.every(branch => /^z9hG4bK[0-9a-f]{18}$/.test(branch))).to.equal(true);
    expect(new Set(branches).size).to.equal(2_000);
  });
});

describe('identifiesTransaction', () => {
  const rows = [
    { branch: 'z9hG4bK1', identifies: true },
    { branch: 'z9hG4bK', identifies: false },
    { branch: '1.2.3', identifies: false },
    { branch: '', identifies: false },
  ];
  for (const { branch, identifies } of rows) {
    it(`is ${identifies} for '${branch}'`, () => {
      expect(identifiesTransaction(branch)).to.equal(identifies);
    });
  }
});
