import { expect } from 'chai';
import { parseUri } from '../../../lib/engine/message/uri.ts';
import { sameUri } from '../../../lib/engine/message/uri-comparison.ts';

const same = (a: string, b: string): boolean => {
  const left = parseUri(a);
  const right = parseUri(b);
  if (left === undefined || right === undefined) throw new Error('cannot read');
  expect(sameUri(right, left)).to.equal(sameUri(left, right));
  return sameUri(left, right);
};

describe('URI comparison (RFC 3261 §19.1.4)', () => {
  const equivalent: readonly (readonly [string, string])[] = [
    ['sip:%61lice@atlanta.com;transport=TCP', 'sip:alice@AtLanTa.CoM;Transport=tcp'],
    ['sip:carol@chicago.com', 'sip:carol@chicago.com;newparam=5'],
    ['sip:carol@chicago.com', 'sip:carol@chicago.com;security=on'],
    ['sip:carol@chicago.com;newparam=5', 'sip:carol@chicago.com;security=on'],
    [
      'sip:biloxi.com;transport=tcp;method=REGISTER?to=sip:bob%40biloxi.com',
      'sip:biloxi.com;method=REGISTER;transport=tcp?to=sip:bob%40biloxi.com',
    ],
    [
      'sip:alice@atlanta.com?subject=project%20x&priority=urgent',
      'sip:alice@atlanta.com?priority=urgent&subject=project%20x',
    ],
    ['sip:a%3bb@h', 'sip:a%3Bb@h'],
    ['tel:+1234', 'tel:+1234'],
  ];
  for (const [a, b] of equivalent) {
    it(`${a} is ${b}`, () => {
      expect(same(a, b)).to.equal(true);
    });
  }

  const different: readonly (readonly [string, string])[] = [
    ['SIP:ALICE@AtLanTa.CoM;Transport=udp', 'sip:alice@AtLanTa.CoM;Transport=UDP'],
    ['sip:bob@biloxi.com', 'sip:bob@biloxi.com:5060'],
    ['sip:bob@biloxi.com', 'sip:bob@biloxi.com;transport=udp'],
    ['sip:bob@biloxi.com', 'sip:bob@biloxi.com:6000;transport=tcp'],
    ['sip:carol@chicago.com', 'sip:carol@chicago.com?Subject=next%20meeting'],
    ['sip:bob@phone21.boxesbybob.com', 'sip:bob@192.0.2.4'],
    ['sip:carol@chicago.com;security=on', 'sip:carol@chicago.com;security=off'],
    ['sip:alice@a.com', 'sips:alice@a.com'],
    ['sip:a.com', 'sip:alice@a.com'],
    ['sip:alice@a.com', 'sip:alice:pw@a.com'],
    ['sip:a@h', 'sip:a@h;maddr=192.0.2.1'],
    ['sip:a;b@h', 'sip:a%3Bb@h'],
    ['sip:a@h?x=1', 'sip:a@h?x=1&x=1'],
  ];
  for (const [a, b] of different) {
    it(`${a} is not ${b}`, () => {
      expect(same(a, b)).to.equal(false);
    });
  }
});
