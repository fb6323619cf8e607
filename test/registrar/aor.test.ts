import { expect } from 'chai';
import { addressOfRecord } from '../../lib/registrar/aor.ts';

const isOwnHost = (host: string) => ['example.com', '192.0.2.200'].includes(host);

function aor(to: string, parts: { from?: string; requestUri?: string } = {}) {
  return addressOfRecord({ requestUri: 'sip:example.com', from: to, to, ...parts }, isOwnHost);
}

describe('the address-of-record of a REGISTER', () => {
  const dns: [string, string][] = [
    ['<sip:bob@example.com>', 'bob'],
    ['"Bob" <sip:bob@192.0.2.200:5080;transport=tcp>', 'bob'],
    ['sip:%2B4930@example.com', '+4930'],
    ['<sip:1001;ext=7@example.com>', '1001'],
    ['<sip:Zo%C3%AB@example.com>', 'Zoë'],
  ];
  for (const [to, dn] of dns) {
    it(`of ${to} is the DN ${dn}`, () => {
      expect(aor(to)).to.deep.equal({ dn, isOwn: true });
    });
  }

  const refused: [string, string, string][] = [
    ['a foreign host', '<sip:bob@elsewhere.example>', 'dn-not-ours'],
    ['no user', '<sip:example.com>', 'dn-not-ours'],
    ['nobody in particular', '<sip:anonymous@example.com>', 'dn-not-ours'],
    ['a sips address', '<sips:bob@example.com>', 'dn-not-ours'],
    ['a number', '<tel:+4930>', 'dn-not-ours'],
    ['a line break', '<sip:bob%0d%0aX@example.com>', 'dn-not-ours'],
    ['blanks around it', '<sip:%20bob@example.com>', 'dn-not-ours'],
    ['a very long user', `<sip:${'1'.repeat(129)}@example.com>`, 'dn-not-ours'],
    ['nothing that can be read', '<sip:bob@example.com', 'bad-register'],
  ];
  for (const [what, to, code] of refused) {
    it(`is none with ${what}`, () => {
      expect(aor(to)).to.include({ code });
    });
  }

  it('is none when the Request-URI is of another server', () => {
    expect(aor('<sip:bob@example.com>', { requestUri: 'sip:elsewhere.example' })).to.include({
      code: 'dn-not-ours',
    });
  });

  it("is the sender's own when From has the same DN", () => {
    const isOwn = (from: string) => aor('<sip:bob@example.com>', { from });
    expect(isOwn('"B" <sip:bob@192.0.2.200>;tag=1')).to.include({ isOwn: true });
    expect(isOwn('<sip:alice@example.com>;tag=1')).to.include({ isOwn: false });
    expect(isOwn('<sip:bob@10.0.0.5:5066>;tag=1')).to.include({ isOwn: true });
    expect(isOwn('<tel:bob>')).to.include({ isOwn: false });
  });
});
