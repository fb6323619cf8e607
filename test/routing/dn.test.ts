import { expect } from 'chai';
import { callerDn, dnOfUri, numberOfUser } from '../../lib/routing/dn.ts';
import { neighbourWithoutTrunk } from '../../lib/routing/who-is.ts';

const plain = neighbourWithoutTrunk('acme');
const asserting = { ...plain, dnFrom: 'p-asserted-identity' as const };

describe('the DN of a URI', () => {
  const table: [string, string][] = [
    ['sip:7001@pbx.example', '7001'],
    ['sip:+4930123@h;user=phone', '+4930123'],
    ['sip:%2B49%20x@h', '+49 x'],
    ['sip:+49;ext=1@h', '+49'],
    ['sip:pbx.example:5070', 'pbx.example'],
    ['tel:+4930123;phone-context=x', '+4930123'],
    ['sip:Anonymous@anonymous.invalid', 'anonymous'],
    ['sip:x@Anonymous.invalid', 'anonymous'],
    ['sip:J%C3%BCrgen@h', 'Jürgen'],
    ['nonsense', 'nonsense'],
  ];
  for (const [uri, dn] of table) {
    it(`${uri} is ${dn}`, () => {
      expect(dnOfUri(uri)).to.equal(dn);
    });
  }

  it('keeps a broken escape', () => {
    expect(numberOfUser('100%')).to.equal('100%');
  });
});

describe('the DN of the caller', () => {
  const headers = [{ name: 'p-asserted-identity', value: '"A" <sip:+4930@h>' }];

  it('is the user of From', () => {
    expect(callerDn('"B" <sip:7001@h>;tag=1', headers, plain)).to.equal('7001');
    expect(callerDn('sip:7001@h;tag=1', headers, plain)).to.equal('7001');
    expect(callerDn('"A \\"<b>\\" c" <sip:7001@h;x=y>;tag=1', headers, plain)).to.equal('7001');
  });

  it('is the user of P-Asserted-Identity where the trunk says so', () => {
    expect(callerDn('<sip:anonymous@anonymous.invalid>', headers, asserting)).to.equal('+4930');
    expect(callerDn('<sip:7001@h>', [], asserting)).to.equal('7001');
    // RFC 3325 §9.1: a sip and a tel URI may stand side by side.
    const both = [{ name: 'P-Asserted-Identity', value: '"A, B" <sip:+4930@h>, <tel:+4931>' }];
    expect(callerDn('<sip:7001@h>', both, asserting)).to.equal('+4930');
  });
});
