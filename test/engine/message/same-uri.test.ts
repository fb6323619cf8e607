import { expect } from 'chai';
import { isSameUri } from '../../../lib/engine/message/same-uri.ts';
import { parseUri } from '../../../lib/engine/message/uri.ts';

function isSame(one: string, other: string): boolean {
  const [a, b] = [parseUri(one), parseUri(other)];
  if (a === undefined || b === undefined) throw new Error(`no URI: ${one} ${other}`);
  expect(isSameUri(b, a), 'the other way round').to.equal(isSameUri(a, b));
  return isSameUri(a, b);
}

describe('two URIs', () => {
  // The examples of RFC 3261 §19.1.4, and some more.
  const same: [string, string][] = [
    ['sip:%61lice@atlanta.com;transport=TCP', 'sip:alice@AtLanTa.CoM;Transport=tcp'],
    ['sip:carol@chicago.com', 'sip:carol@chicago.com;newparam=5'],
    ['sip:carol@chicago.com', 'sip:carol@chicago.com;security=on'],
    ['sip:carol@chicago.com;security=off', 'sip:carol@chicago.com;newparam=5'],
    [
      'sip:biloxi.com;transport=tcp;method=REGISTER?to=sip:bob%40biloxi.com',
      'sip:biloxi.com;method=REGISTER;transport=tcp?to=sip:bob%40biloxi.com',
    ],
    [
      'sip:alice@atlanta.com?subject=project%20x&priority=urgent',
      'sip:alice@atlanta.com?priority=urgent&subject=project%20x',
    ],
    ['sip:bob@[2001:DB8::1]', 'sip:bob@[2001:db8:0:0:0:0:0:1]'],
    ['sip:bob%3b@h', 'sip:bob%3B@h'],
    ['tel:+4930', 'tel:+4930'],
  ];
  for (const [one, other] of same) {
    it(`are the same: ${one} and ${other}`, () => {
      expect(isSame(one, other)).to.equal(true);
    });
  }

  const different: [string, string, string][] = [
    ['letter case of the user', 'sip:ALICE@AtLanTa.CoM;Transport=udp', 'sip:alice@AtLanTa.CoM;Transport=UDP'],
    ['a port that only one names', 'sip:bob@biloxi.com', 'sip:bob@biloxi.com:5060'],
    ['a transport that only one names', 'sip:bob@biloxi.com', 'sip:bob@biloxi.com;transport=udp'],
    ['port and transport', 'sip:bob@biloxi.com', 'sip:bob@biloxi.com:6000;transport=tcp'],
    ['headers', 'sip:carol@chicago.com', 'sip:carol@chicago.com?Subject=next%20meeting'],
    ['an address is no name', 'sip:bob@phone21.boxesbybob.com', 'sip:bob@192.0.2.4'],
    ['another value', 'sip:carol@chicago.com;security=on', 'sip:carol@chicago.com;security=off'],
    ['user= that only one names', 'sip:+4930@h', 'sip:+4930@h;user=phone'],
    ['the scheme', 'sip:bob@h', 'sips:bob@h'],
    ['the password', 'sip:bob:x@h', 'sip:bob@h'],
    ['an escape that stands for a reserved character', 'sip:a%3Bb@h', 'sip:a;b@h'],
  ];
  for (const [why, one, other] of different) {
    it(`differ by ${why}`, () => {
      expect(isSame(one, other)).to.equal(false);
    });
  }
});
