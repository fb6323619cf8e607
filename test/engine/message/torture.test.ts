import { expect } from 'chai';
import { listTokens } from '../../../lib/engine/message/option-tags.ts';
import { parseNameAddr, tagOf } from '../../../lib/engine/message/name-addr.ts';
import { parseUri } from '../../../lib/engine/message/uri.ts';
import { tortureMessages } from './torture-messages.ts';
import { accepted, utf8, verdict } from './wire.ts';

describe('RFC 4475 torture messages', () => {
  for (const { name, section, bytes, expected } of tortureMessages) {
    it(`§${section} ${name}: ${expected}`, () => {
      expect(verdict(bytes)).to.equal(expected);
    });
  }

  const message = (name: string) =>
    accepted(tortureMessages.find(torture => torture.name === name)?.bytes ?? '');

  it('wsinv: white space and folding leave every value readable', () => {
    const wsinv = message('wsinv');
    expect(wsinv.cseq).to.deep.equal({ number: 9, method: 'INVITE' });
    expect(wsinv.toTag).to.equal('1918181833n');
    expect(wsinv.fromTag).to.equal('98asjd8');
    expect(wsinv.topVia).to.include({ protocol: 'UDP', host: '192.0.2.2', branch: '390skdjuw' });
    expect(listTokens(wsinv.headers, 'via')).to.have.length(3);
    expect(Number(wsinv.headers.get('max-forwards'))).to.equal(68);
    expect(wsinv.headers.get('subject')).to.equal('');
    expect(wsinv.headers.get('newfangledheader')).to.equal('newfangled value continued newfangled value');
    expect(wsinv.headers.get('route')).to.equal(
      '<sip:services.example.com;lr;unknownwith=value;unknown-no-value>',
    );
    expect(wsinv.headers.get('contact')).to.match(/ ; newparam = newvalue ; secondparam ; q = 0.33$/);
    expect(wsinv.body).to.match(/^v=0\r\n/);
  });

  it('intmeth: every legal character stays where it is', () => {
    const intmeth = message('intmeth');
    expect(intmeth.method).to.equal("!interesting-Method0123456789_*+`.%indeed'~");
    expect(intmeth.fromTag).to.equal("_token~1'+`*%!-.");
    expect(parseNameAddr(intmeth.headers.get('to') ?? '')?.display).to.equal(
      '"BEL:\\\x07 NUL:\\\x00 DEL:\\\x7f"',
    );
    expect(parseUri(intmeth.requestUri)).to.include({
      user: "1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*",
      password: "&it+has=1,weird!*pas$wo~d_too.(doesn't-it)",
      host: 'example.com',
    });
    expect(intmeth.headers.get("extensionheader-!.%*+_`'~")).to.equal(utf8('大停電'));
  });

  it('dblreq: what follows the request in its datagram is discarded', () => {
    expect(message('dblreq')).to.include({ method: 'REGISTER', body: '' });
  });

  it('unreason: the reason phrase keeps its octets', () => {
    const { start } = message('unreason');
    expect(start).to.deep.equal({
      kind: 'response',
      status: 200,
      reason: utf8('= 2**3 * 5**2 но сто девяносто девять - простое'),
    });
  });

  it('inv2543: neither branch nor tag is needed', () => {
    const inv2543 = message('inv2543');
    expect(inv2543.topVia?.branch).to.equal('');
    expect(tagOf(inv2543.headers.get('from') ?? '')).to.equal('');
  });
});
