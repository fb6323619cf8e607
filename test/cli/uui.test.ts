import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import type { ProfileName } from '../../lib/attached-data/profile.ts';
import { uuiBuild, type UuiBuildOptions, uuiParse, valueFromInput } from '../../lib/cli/uui.ts';
import { type JudgedMessage, judgeMessage } from '../../lib/cli/uui-judge.ts';

interface Vector {
  readonly id: string;
  readonly title: string;
  readonly input: JudgedMessage;
  readonly expect: Readonly<Record<string, unknown>>;
}

/** Constructed for this project from RFC 7433, RFC 7434, RFC 6086, RFC 3261 and the vendors' pages named in each vector's `ref`. */
const vectors = (
  JSON.parse(readFileSync(new URL('../fixtures/uui-vectors.json', import.meta.url), 'utf8')) as {
    vectors: Vector[];
  }
).vectors;

/** Remarks on the vector itself, not on the header. */
const REMARKS = ['note2', 'rawLine'];

describe('the User-to-User and custom header vectors', () => {
  it('are all there', () => expect(vectors).to.have.length(88));

  for (const vector of vectors) {
    it(`${vector.id}: ${vector.title}`, () => {
      const judged = judgeMessage(vector.input) as Record<string, unknown>;
      for (const [field, value] of Object.entries(vector.expect)) {
        if (!REMARKS.includes(field)) expect(judged[field], field).to.deep.equal(value);
      }
    });
  }

  // A single header is what the command is given.
  for (const vector of vectors.filter(({ input }) => input.headers.length === 1)) {
    const [header] = vector.input.headers;
    if (header === undefined || vector.input.context !== undefined || vector.input.method === 'INFO')
      continue;
    it(`${vector.id}: through the command's function, by value and by header line`, () => {
      const { method } = vector.input;
      const whole = judgeMessage(vector.input);
      expect(uuiParse(header.value, { method, header: header.name })).to.deep.equal(whole);
      if (!header.value.includes('X-Evil'))
        expect(uuiParse(`${header.name}: ${header.value}`, { method })).to.deep.equal(whole);
      if (/^(User-to-User|Refer-To|Contact)$/i.test(header.name)) {
        expect(uuiParse(header.value, { method })).to.deep.equal(whole);
      }
    });
  }
});

describe('uui with a profile', () => {
  it('reads a value as a trunk with that profile does', () => {
    const readings = (value: string, profile: ProfileName) =>
      (uuiParse(value, { profile }) as { readings: unknown }).readings;
    expect(readings('jason', 'acs-dr')).to.deep.equal([
      { pd: null, payloadHex: '6A61736F6E', payloadText: 'jason' },
    ]);
    expect(readings('jason', 'avaya')).to.deep.equal([null]);
    expect(readings('48656C;pd=04;encoding=hex', 'genesys-cloud')).to.deep.equal([
      { pd: '04', payloadHex: '48656C', payloadText: 'Hel' },
    ]);
    expect(readings('{"a":1}', 'plain')).to.deep.equal([]);
  });

  const rules: [options: UuiBuildOptions, value: string][] = [
    [{ text: 'Hello', profile: 'avaya' }, '0448656C6C6F;encoding=hex'],
    [{ hex: 'fa0801', profile: 'cisco-cvp' }, '00FA0801;encoding=hex'],
    [
      { text: 'Hello', pd: '05', profile: 'genesys-cloud' },
      '48656C6C6F;pd=05;encoding=hex;purpose=isdn-uui;content=isdn-uui',
    ],
  ];
  for (const [options, value] of rules) {
    it(`builds ${value} for ${String(options.profile)}`, () =>
      expect(uuiBuild(options)).to.deep.equal({ ok: true, value }));
  }

  const refused: [options: UuiBuildOptions, reason: string][] = [
    [{ data: 'x', profile: 'avaya' }, 'with profile give hex or text, and perhaps pd'],
    [{ text: 'x', encoding: 'ascii', profile: 'avaya' }, 'with profile give hex or text, and perhaps pd'],
    [{ text: 'x'.repeat(97), profile: 'avaya' }, '97 octets; avaya takes 96'],
    [{ text: 'x'.repeat(122), profile: 'acs-dr' }, 'over the limits of acs-dr: acs-value-length'],
  ];
  for (const [options, reason] of refused) {
    it(`builds nothing: ${reason}`, () => expect(uuiBuild(options)).to.deep.equal({ ok: false, reason }));
  }
});

describe('uui parse', () => {
  const disposition = (value: string | string[], options = {}) =>
    uuiParse(value, options) as Record<string, unknown>;

  it('takes a value for one of User-to-User on INVITE', () => {
    expect(uuiParse('0448656C6C6F')).to.deep.equal({
      syntax: 'valid',
      values: [
        {
          data: '0448656C6C6F',
          form: 'token',
          params: [],
          effective: { purpose: 'isdn-uui', content: 'isdn-uui', encoding: 'hex' },
          octetsHex: '0448656C6C6F',
          pd: '04',
          payloadHex: '48656C6C6F',
          payloadText: 'Hello',
        },
      ],
      disposition: 'accept',
      acsValueLimitExceeded: false,
    });
  });

  it('takes several values for several header lines', () => {
    expect(disposition(['0401', '0402'])).to.include({ disposition: 'discard-all-isdn' });
  });

  it('takes header lines, folded ones too, for one message', () => {
    const judged = disposition(
      'User-to-User: 0401\r\n ;encoding=hex\nX-MS-Custom-CaseId : 42\nRequire: uui\n',
    );
    expect(judged).to.deep.include({
      disposition: 'accept',
      attached: [['CaseId', '42']],
      response: 'not-420',
    });
  });

  it('never splits a bare value at a line break', () => {
    for (const value of ['0401\n0402', '0401\r\nUser-to-User: 0402', 'User-to-User: 0401\nVia: x']) {
      expect(disposition(value)).to.include({ syntax: 'invalid' });
    }
    expect(disposition('0401\n0402')).to.include({ disposition: 'reject-api-input' });
  });

  it('takes an address for Refer-To on REFER, for Contact on a redirection, for no address elsewhere', () => {
    expect(disposition('<sip:b@h?X-A=1>', { method: 'REFER' })).to.include({ targetUri: 'sip:b@h' });
    expect(disposition('"B" <sip:b@h?X-A=1>', { method: '302/INVITE' })).to.include({ targetUri: 'sip:b@h' });
    expect(disposition('sip:b@h')).to.include({ syntax: 'invalid', disposition: 'relay-opaque-and-flag' });
  });

  it('takes what is known of the dialog', () => {
    const change = 'accept-to-attached-data-but-do-not-emit';
    expect(disposition('0401', { inDialog: true })).to.include({ disposition: change });
    expect(disposition('0401', { method: 'update' })).to.include({ disposition: change });
    expect(disposition('0401', { method: 'BYE', initialInviteHadUui: false })).to.include({
      disposition: 'ignore',
    });
  });

  it('takes a status alone for one to INVITE, and re-INVITE for an INVITE in a dialog', () => {
    expect(disposition('0401', { method: '180' })).to.include({ disposition: 'accept' });
    expect(disposition('0401', { method: '100 INVITE' })).to.include({ disposition: 'ignore' });
    expect(disposition('0401', { method: 're-INVITE' })).to.include({
      disposition: 'accept-to-attached-data-but-do-not-emit',
    });
  });

  it('takes any address on REFER for one, whatever its scheme', () => {
    const notAnAddress = { disposition: 'reject-400', reason: 'no URI' };
    expect(disposition('<bob>', { method: 'REFER' })).to.include(notAnAddress);
    expect(disposition('im:b@h', { method: 'REFER' })).to.include({ targetUri: 'im:b@h' });
    expect(disposition('r: <sip:b@h>', { method: 'REFER' })).to.include({ targetUri: 'sip:b@h' });
  });

  it('takes the value for no header line when its header is named', () => {
    const judged = disposition('X-Ray: yes', { header: 'X-MS-Custom-K' });
    expect(judged).to.deep.include({ attached: [['K', 'X-Ray: yes']] });
  });

  it('shows the gravest verdict on the headers of a message', () => {
    const custom = (count: number) =>
      Array.from({ length: count }, (_, at) => `X-MS-Custom-K${String(at)}: v`).join('\n');
    expect(disposition(`${custom(5)}\nUser-to-User: 0401`)).to.include({ disposition: 'accept' });
    expect(disposition(`${custom(6)}\nUser-to-User: 0401`)).to.include({
      disposition: 'acs-limit-violation',
    });
    const both = disposition(`${custom(6)}\nUser-to-User: 0401;encoding=text`);
    expect(both).to.include({ disposition: 'ignore' });
    expect(both).to.have.property('attached');
    expect(disposition(`X-MS-Routing: x\nUser-to-User: {`)).to.include({ syntax: 'invalid' });
    const reserved = disposition(`X-MS-Routing: x\nUser-to-User: 0401`);
    expect(reserved).to.include({ disposition: 'accept' }).and.not.have.property('reason');
  });

  it('counts only valid custom headers towards the limit of ACS', () => {
    const lines = ['1', '2', 'a b', '4', '5', '6'].map((value, at) => `X-MS-Custom-K${String(at)}: ${value}`);
    const judged = disposition(lines.join('\n'));
    expect(judged).to.include({ disposition: 'acs-charset-violation' });
    expect(judged['towardAcs']).to.have.length(5);
  });

  it('tells a header name that is none, and a key that is missing', () => {
    for (const header of ['X-MS-Custom-My Key', 'X-MS-Custom-é', 'X-MS-Custom-K\r\nEvil']) {
      expect(disposition('v', { header })).to.include({ syntax: 'invalid', disposition: 'reject-api-input' });
    }
    expect(disposition('v', { header: 'x-ms-custom-' })).to.include({
      disposition: 'not-attached-data',
      reason: 'key missing after X-MS-Custom-',
    });
    expect(disposition('v', { header: 'Subject' })).to.include({ disposition: 'not-attached-data' });
  });

  it('reads User-to-User beside the Contact that every INVITE and 2xx has, and both on a redirection', () => {
    const lines = 'User-to-User: 0401\nContact: <sip:b@h?X-A=1>';
    expect(disposition(lines)).to.include({ disposition: 'accept' }).and.not.have.property('embedded');
    expect(disposition(lines, { method: '302/INVITE' })).to.deep.include({ embedded: [['X-A', '1']] });
    expect(disposition(lines, { method: '302/INVITE' })).to.have.property('values');
  });

  it('shows the headers beside Refer-To as a transfer passes them on', () => {
    const lines = 'Refer-To: <sip:b@h>\nUser-To-User:  04BB\n ;encoding=hex\nX-MS-Custom-CaseId: 42 ';
    expect(disposition(lines, { method: 'REFER' })).to.deep.include({
      triggeredInvite: { 'User-to-User': '04BB ;encoding=hex', 'X-MS-Custom-CaseId': '42' },
    });
  });

  it('shows all values of User-to-User that a URI embeds, and the first of another header', () => {
    const address = '<sip:b@h?User-to-User=0401&user-to-user=ZZ%3Bpurpose%3Dfoo&X-A=1&X-A=2>';
    expect(disposition(address, { method: 'REFER' })).to.deep.include({
      triggeredInvite: { 'User-to-User': '0401, ZZ;purpose=foo', 'X-A': '1' },
    });
  });

  it('judges an INFO by its package before the data on it', () => {
    const lines = 'Info-Package: foo\nContent-Disposition: Info-Package\nX-MS-Custom-K: v';
    const method = 'INFO';
    expect(disposition(lines, { method })).to.include({ response: 469 });
    expect(disposition(lines, { method, recvInfo: ['foo'] })).to.deep.include({
      response: 200,
      attached: [['K', 'v']],
    });
  });

  it('takes plain X- headers for data only where the patterns say so', () => {
    const header = 'X-CaseId';
    expect(disposition('7', { header })).to.include({ disposition: 'accept-if-x-enabled' });
    expect(disposition('7', { header, dataHeaders: [] })).to.not.have.property('attached');
  });

  it('shows a line break in a custom header for what it is', () => {
    const judged = disposition('1\r\nX-Evil: 1', { header: 'X-MS-Custom-A' });
    expect(judged).to.include({ syntax: 'invalid', disposition: 'reject-api-input' });
  });

  it('reads standard input without the line end of echo', () => {
    expect(['0401\n', '0401\r\n', '0401'].map(valueFromInput)).to.deep.equal(['0401', '0401', '0401']);
  });
});

describe('uui build', () => {
  const built: [what: string, options: UuiBuildOptions, value: string][] = [
    ['text: IA5 in hex', { text: 'Hello' }, '0448656C6C6F;encoding=hex'],
    ['text beyond ASCII as UTF-8', { text: 'é' }, '04C3A9;encoding=hex'],
    ['octets: user-specific', { hex: 'fa080019' }, '00FA080019;encoding=hex'],
    ['another discriminator', { hex: '01', pd: '04' }, '0401;encoding=hex'],
    [
      'all parameters',
      { text: 'a', purpose: 'isdn-uui', content: 'isdn-uui' },
      '0461;encoding=hex;purpose=isdn-uui;content=isdn-uui',
    ],
    ['another package, without discriminator', { hex: 'AA', purpose: 'foo' }, 'AA;encoding=hex;purpose=foo'],
    [
      'a vendor text',
      { text: 'hello world', encoding: 'ascii', pd: '04' },
      '"hello world";pd=04;encoding=ascii',
    ],
    ['raw data', { data: 'a,b', purpose: 'pk1' }, '"a,b";purpose=pk1'],
    [
      'raw data with a vendor discriminator',
      { data: '4865', pd: '04', encoding: 'hex' },
      '4865;pd=04;encoding=hex',
    ],
  ];
  for (const [what, options, value] of built) {
    it(`writes ${what}`, () => expect(uuiBuild(options)).to.deep.equal({ ok: true, value }));
  }

  const refused: UuiBuildOptions[] = [
    {},
    { data: 'a', text: 'b' },
    { hex: 'abc' },
    { hex: 'zz' },
    { text: 'a', pd: '4' },
    { data: 'a\r\nX-Evil: 1' },
    { text: 'a', content: 'x\0' },
  ];
  for (const options of refused) {
    it(`refuses ${JSON.stringify(options)}`, () => {
      const answer = uuiBuild(options);
      expect(answer.ok).to.equal(false);
      expect('reason' in answer && answer.reason)
        .to.be.a('string')
        .and.not.equal('');
    });
  }

  it('writes what parse reads', () => {
    for (const [, options, value] of built) {
      const again = uuiBuild(options);
      expect(again).to.deep.equal({ ok: true, value });
      expect(uuiParse(value)).to.include({ syntax: 'valid' });
    }
  });
});
