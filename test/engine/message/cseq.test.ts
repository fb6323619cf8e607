import { expect } from 'chai';
import { parseCSeq } from '../../../lib/engine/message/cseq.ts';

describe('CSeq', () => {
  it('is a number and a method', () => {
    expect(parseCSeq('1 INVITE')).to.deep.equal({ number: 1, method: 'INVITE' });
    expect(parseCSeq('0009 \t INVITE')).to.deep.equal({ number: 9, method: 'INVITE' });
    expect(parseCSeq('0 ACK')).to.deep.equal({ number: 0, method: 'ACK' });
  });

  it('is below 2**31', () => {
    expect(parseCSeq('2147483647 BYE')?.number).to.equal(2_147_483_647);
    for (const number of ['2147483648', '4294967295', '36893488147419103232', '9'.repeat(400)]) {
      expect(parseCSeq(`${number} BYE`), number).to.equal(undefined);
    }
  });

  for (const value of [
    '',
    '1',
    'INVITE',
    '-1 INVITE',
    '1.5 INVITE',
    '1INVITE',
    '1 IN VITE',
    '1 ',
    ' INVITE',
    '0x1 INVITE',
  ]) {
    it(`cannot be ${JSON.stringify(value)}`, () => {
      expect(parseCSeq(value)).to.equal(undefined);
    });
  }
});
