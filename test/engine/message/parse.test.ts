import { expect } from 'chai';
import fc from 'fast-check';
import { accepted, options, parse, utf8, verdict, wire, withStart } from './wire.ts';
import { tortureMessages } from './torture-messages.ts';

describe('what is no message', () => {
  const table: readonly (readonly [string, string, string])[] = [
    ['nothing', '', 'noise keepalive'],
    ['a line end', '\r\n', 'noise keepalive'],
    ['a double line end', '\r\n\r\n', 'noise keepalive'],
    ['zeros of a NAT keep-alive', '\x00\x00\x00\x00', 'noise not-sip'],
    ['a STUN request', '\x00\x01\x00\x08\x21\x12\xa4\x42\r\n', 'noise not-sip'],
    ['HTTP', 'GET / HTTP/1.1\r\nHost: a\r\n\r\n', 'noise not-sip'],
    ['a start line alone, without its end', 'OPTIONS sip:a@b SIP/2.0', 'noise not-sip'],
    ['a request without Via', wire(options([], ['via'])), 'noise unreadable-via'],
    ['a request with an unreadable Via', wire(options(['Via: nonsense'], ['via'])), 'noise unreadable-via'],
    ['a response of another version', wire(withStart('SIP/3.0 200 OK')), 'noise malformed-response'],
    ['a response with status 99', wire(withStart('SIP/2.0 099 OK')), 'noise malformed-response'],
    ['a response with status 700', wire(withStart('SIP/2.0 700 OK')), 'noise malformed-response'],
    [
      'a response without CSeq',
      wire(withStart('SIP/2.0 200 OK', options([], ['cseq']))),
      'noise malformed-response',
    ],
    [
      'a response without Via',
      wire(withStart('SIP/2.0 200 OK', options([], ['via']))),
      'noise malformed-response',
    ],
    [
      'a response with two To',
      wire(withStart('SIP/2.0 200 OK', options(['t: <sip:c@d>']))),
      'noise malformed-response',
    ],
    [
      'a response that was cut',
      wire(withStart('SIP/2.0 200 OK', options(['l: 5'])), '1234'),
      'noise malformed-response',
    ],
    [
      'an ACK whose CSeq says INVITE',
      wire(withStart('ACK sip:b@c SIP/2.0', options(['CSeq: 7 INVITE'], ['cseq']))),
      'noise malformed-ack',
    ],
  ];
  for (const [what, bytes, expected] of table) {
    it(`${what} is met with silence: ${expected}`, () => {
      expect(verdict(bytes)).to.equal(expected);
    });
  }
});

describe('what is read', () => {
  it('a request with lines and body as they came', () => {
    const message = accepted(wire(options(['x-Foo:  a b ', 'c: text/plain', 'l: 4']), 'body'));
    expect(message).to.include({
      isRequest: true,
      method: 'OPTIONS',
      requestUri: 'sip:bob@example.com',
      status: 0,
    });
    expect(message).to.include({ callId: 'c1@192.0.2.1', fromTag: '1', toTag: '', body: 'body' });
    const lines: string[] = [];
    message.headers.forEach((name, value) => lines.push(`${name}: ${value}`));
    expect(lines).to.deep.equal([...options().slice(1), 'x-Foo: a b', 'c: text/plain', 'l: 4']);
  });

  it('a response, whose method is that of its CSeq', () => {
    const message = accepted(wire(withStart('SIP/2.0 180 Ringing')));
    expect(message).to.include({ isRequest: false, status: 180, method: 'OPTIONS', requestUri: '' });
  });

  it('compact forms', () => {
    const lines = options([], ['via', 'from', 'to', 'call-id']);
    const message = accepted(
      wire([...lines, 'v: SIP/2.0/UDP a;branch=b', 'f: <sip:a@b>;tag=1', 't: <sip:c@d>;tag=2', 'i: compact']),
    );
    expect(message).to.include({ callId: 'compact', fromTag: '1', toTag: '2' });
    expect(message.topVia?.branch).to.equal('b');
  });

  it('line ends that are LF alone, and line ends before the start line', () => {
    const message = accepted(`\r\n\n${wire(options(['l: 2'])).replaceAll('\r\n', '\n')}ab`);
    expect(message.body).to.equal('ab');
    expect(message.headers.get('call-id')).to.equal('c1@192.0.2.1');
  });

  it('folded lines, each fold one space', () => {
    const message = accepted(
      wire(options(['Subject: I know \t\r\n \tyou are\r\n there\r\n  ', 'X-A:\r\n 1'])),
    );
    expect(message.headers.get('subject')).to.equal('I know you are there');
    expect(message.headers.get('x-a')).to.equal('1');
  });

  it('UTF-8 and other octets in values, names of users and bodies, octet for octet', () => {
    const all = Array.from({ length: 128 }, (_, i) => String.fromCharCode(128 + i)).join('');
    const body = `${utf8('żółw 🐢')}\x00\x01\xff`;
    const message = accepted(
      wire(options([`X-All: ${all}`, `X-Voila: ${utf8('voilà')}`, `Subject:${utf8('\u00a0x\u00a0')}`]), body),
    );
    expect(message.headers.get('x-all')).to.equal(all);
    expect(message.headers.get('x-voila')).to.equal(utf8('voilà'));
    expect(message.headers.get('subject')).to.equal(utf8('\u00a0x\u00a0'));
    expect(message.body).to.equal(body);
  });

  it('the rest of a datagram without Content-Length, and no more than Content-Length of one with it', () => {
    expect(accepted(wire(options(), 'all of it')).body).to.equal('all of it');
    expect(accepted(wire(options(['Content-Length: 3']), 'all of it')).body).to.equal('all');
    expect(accepted(wire(options(['Content-Length: 0']), 'all of it')).body).to.equal('');
  });

  it('a version in any case, a Request-URI of any known scheme', () => {
    expect(accepted(wire(withStart('OPTIONS SIPS:bob@example.com sip/2.0'))).requestUri).to.equal(
      'SIPS:bob@example.com',
    );
    expect(accepted(wire(withStart('OPTIONS tel:+15551234 SIP/2.0'))).requestUri).to.equal('tel:+15551234');
    expect(accepted(wire(withStart('OPTIONS sip:bob@[2001:db8::1]:5070 SIP/2.0'))).method).to.equal(
      'OPTIONS',
    );
  });

  it('a Call-ID with a bar in it', () => {
    expect(accepted(wire(options(['Call-ID: a|b'], ['call-id']))).callId).to.equal('a|b');
  });

  it('a response without a space after its status', () => {
    expect(accepted(wire(withStart('SIP/2.0 100'))).status).to.equal(100);
  });

  for (const start of ['SIP/2.0 200 OK', 'ACK sip:bob@example.com SIP/2.0']) {
    it(`${start}: a line that cannot be read is left out, since refusing is not possible`, () => {
      const lines = [
        ...options(['CSeq: 7 ACK'], ['cseq']),
        'Digest username="x"',
        'X-Bad: a\x07b',
        'X-Good: 1',
      ];
      const message = accepted(wire(withStart(start, lines)));
      expect(message.headers.get('x-good')).to.equal('1');
      expect(message.headers.get('x-bad')).to.equal(undefined);
      expect(message.headers.length).to.equal(7);
    });
  }
});

describe('what is refused', () => {
  const table: readonly (readonly [string, string, string])[] = [
    ['no From', wire(options([], ['from'])), '400 Missing From'],
    ['no To', wire(options([], ['to'])), '400 Missing To'],
    ['no Call-ID', wire(options([], ['call-id'])), '400 Missing Call-ID'],
    ['an empty Call-ID', wire(options(['Call-ID:'], ['call-id'])), '400 Missing Call-ID'],
    ['no CSeq', wire(options([], ['cseq'])), '400 Missing CSeq'],
    ['two From', wire(options(['f: <sip:x@y>;tag=2'])), '400 Repeated Header Field'],
    ['two To', wire(options(['To: <sip:x@y>'])), '400 Repeated Header Field'],
    ['two Call-ID', wire(options(['i: c1@192.0.2.1'])), '400 Repeated Header Field'],
    ['two CSeq', wire(options(['CSeq: 7 OPTIONS'])), '400 Repeated Header Field'],
    ['two Max-Forwards', wire(options(['Max-Forwards: 1'])), '400 Repeated Header Field'],
    ['white space in Call-ID', wire(options(['Call-ID: a b'], ['call-id'])), '400 Malformed Call-ID'],
    ['CSeq at 2**31', wire(options(['CSeq: 2147483648 OPTIONS'], ['cseq'])), '400 Malformed CSeq'],
    ['CSeq without a method', wire(options(['CSeq: 1'], ['cseq'])), '400 Malformed CSeq'],
    [
      'CSeq method in another case',
      wire(options(['CSeq: 1 options'], ['cseq'])),
      '400 CSeq Method Does Not Match',
    ],
    [
      'Max-Forwards that is no number',
      wire(options(['Max-Forwards: x'], ['max-forwards'])),
      '400 Malformed Max-Forwards',
    ],
    ['From without its end', wire(options(['From: <sip:a@b'], ['from'])), '400 Malformed From'],
    ['From with two URIs', wire(options(['From: sip:a@b junk'], ['from'])), '400 Malformed From'],
    ['Contact without its end', wire(options(['Contact: "x <sip:a@b>'])), '400 Malformed Contact'],
    ['a second Via that is unreadable', wire(options(['Via: x'])), '400 Malformed Via'],
    ['a header line without colon', wire(options(['Digest username="x"'])), '400 Malformed Header Field'],
    ['a header name with a space', wire(options(['Two words: x'])), '400 Malformed Header Field'],
    ['a header line without name', wire(options([': x'])), '400 Malformed Header Field'],
    [
      'a folded start line',
      wire(withStart('OPTIONS sip:bob@example.com SIP/2.0\r\n x')),
      '400 Malformed Header Field',
    ],
    ['a NUL in a header', wire(options(['X-A: a\x00b'])), '400 Malformed Header Field'],
    ['a control character in quotes', wire(options(['X-A: "a\x1bb"'])), '400 Malformed Header Field'],
    ['a quoted pair outside quotes', wire(options(['X-A: a\\\x1bb'])), '400 Malformed Header Field'],
    ['a DEL in a header', wire(options(['X-A: a\x7fb'])), '400 Malformed Header Field'],
    ['a CR that ends no line', wire(options(['X-A: a\rX-B: b'])), '400 Malformed Header Field'],
    ['a quoted CR', wire(options(['X-A: "a\\\rb"'])), '400 Malformed Header Field'],
    ['no blank line', `${options().join('\r\n')}\r\n`, '400 Header Fields Without End'],
    ['a cut header line', options().join('\r\n'), '400 Header Fields Without End'],
    ['Content-Length twice', wire(options(['l: 0', 'Content-Length: 0'])), '400 Malformed Content-Length'],
    [
      'Content-Length with two values',
      wire(options(['Content-Length: 0, 0'])),
      '400 Malformed Content-Length',
    ],
    ['Content-Length in hex', wire(options(['Content-Length: 0x0'])), '400 Malformed Content-Length'],
    [
      'Content-Length that was folded apart',
      wire(options(['Content-Length: 1\r\n 0'])),
      '400 Malformed Content-Length',
    ],
    ['no Request-URI', wire(withStart('OPTIONS SIP/2.0')), '400 Malformed Request-URI'],
    ['a Request-URI without host', wire(withStart('OPTIONS sip: SIP/2.0')), '400 Malformed Request-URI'],
    ['a Request-URI without scheme', wire(withStart('OPTIONS bob SIP/2.0')), '400 Malformed Request-URI'],
    [
      'IPv6 without brackets',
      wire(withStart('OPTIONS sip:2001:db8::10 SIP/2.0')),
      '400 Malformed Request-URI',
    ],
    ['a method that is no token', wire(withStart('OPT(IONS sip:a@b SIP/2.0')), '400 Malformed Method'],
    [
      'white space before the method',
      wire(withStart(' OPTIONS sip:a@b SIP/2.0')),
      '400 Extra White Space in Request-Line',
    ],
    [
      'a control in the Request-URI',
      wire(withStart('OPTIONS sip:a\x00@b SIP/2.0')),
      '400 Control Character in Request-Line',
    ],
    ['a version that is none', wire(withStart('OPTIONS sip:a@b SIP/two')), '400 Malformed SIP-Version'],
    ['a later version', wire(withStart('OPTIONS sip:a@b SIP/3.0')), '505 Version Not Supported'],
    ['another scheme', wire(withStart('OPTIONS urn:service:sos SIP/2.0')), '416 Unsupported URI Scheme'],
  ];
  for (const [what, bytes, expected] of table) {
    it(`${what}: ${expected}`, () => {
      expect(verdict(bytes)).to.equal(expected);
    });
  }

  it('comes back with what an answer is made of', () => {
    const outcome = parse(wire(options([': bad', 'X-A: 1'], ['call-id'])));
    if (outcome.kind !== 'refused') throw new Error(outcome.kind);
    expect(outcome.message.topVia?.branch).to.equal('z9hG4bKabc');
    expect(outcome.message).to.include({ method: 'OPTIONS', fromTag: '1', callId: '' });
    expect(outcome.message.headers.get('x-a')).to.equal('1');
  });
});

describe('limits', () => {
  const lines = (count: number): string[] => Array.from({ length: count }, (_, i) => `X-${i}: v`);
  const size = wire(options(), 'x'.repeat(100)).length;

  const table: readonly (readonly [string, string, Parameters<typeof verdict>[1], string])[] = [
    ['as many octets as allowed', wire(options(), 'x'.repeat(100)), { maxMessageBytes: size }, 'message'],
    ['one octet more', wire(options(), 'x'.repeat(101)), { maxMessageBytes: size }, '513 Message Too Large'],
    ['as many lines as allowed', wire(options(lines(4))), { maxHeaderCount: 10 }, 'message'],
    ['one line more', wire(options(lines(5))), { maxHeaderCount: 10 }, '513 Too Many Header Fields'],
    [
      'a line as long as allowed',
      wire(options([`X: ${'v'.repeat(97)}`])),
      { maxHeaderLineBytes: 100 },
      'message',
    ],
    [
      'a longer line',
      wire(options([`X: ${'v'.repeat(98)}`])),
      { maxHeaderLineBytes: 100 },
      '513 Header Field Too Long',
    ],
    [
      'a longer folded line',
      wire(options([`X: ${'v\r\n '.repeat(40)}`])),
      { maxHeaderLineBytes: 100 },
      '513 Header Field Too Long',
    ],
    ['a body as long as allowed', wire(options(), 'x'.repeat(10)), { maxBodyBytes: 10 }, 'message'],
    ['a longer body', wire(options(), 'x'.repeat(11)), { maxBodyBytes: 10 }, '413 Request Entity Too Large'],
    ['a start line too long', wire(options()), { maxStartLineBytes: 30 }, '414 Request-URI Too Long'],
    [
      'a response too long',
      wire(withStart('SIP/2.0 200 OK'), 'x'),
      { maxBodyBytes: 0 },
      'noise malformed-response',
    ],
  ];
  for (const [what, bytes, limits, expected] of table) {
    it(`${what}: ${expected}`, () => {
      expect(verdict(bytes, limits)).to.equal(expected);
    });
  }

  it('a header that carries more attached data than is allowed can still be read', () => {
    const value = 'v'.repeat(65_535);
    expect(accepted(wire(options([`X-MS-Custom-Foo: ${value}`]))).headers.get('x-ms-custom-foo')).to.equal(
      value,
    );
  });
});

describe('any input', () => {
  it('of random octets is read without an exception', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), octets => {
        expect(parse(Buffer.from(octets).toString('latin1')).kind).to.be.oneOf([
          'message',
          'refused',
          'noise',
        ]);
      }),
    );
  });

  it('of header-like lines under a good start is read without an exception', () => {
    const scrap = fc.constantFrom(
      'Via',
      'From',
      'To',
      ':',
      ';',
      ',',
      '"',
      '<',
      '>',
      '\\',
      ' ',
      '\t',
      '\r\n',
      '\n',
      '\r',
      '\0',
      'a',
      '%',
      '=',
      '[',
      '1',
      '\xff',
    );
    fc.assert(
      fc.property(fc.array(scrap, { maxLength: 60 }), scraps => {
        expect(parse(wire(options([scraps.join('')]))).kind).to.be.oneOf(['message', 'refused']);
      }),
    );
  });

  it('made by damaging good messages is read without an exception', () => {
    const damage = fc.record({
      torture: fc.constantFrom(...tortureMessages),
      at: fc.double({ min: 0, max: 1, noNaN: true }),
      removed: fc.nat(20),
      added: fc.uint8Array({ maxLength: 4 }),
    });
    fc.assert(
      fc.property(damage, ({ torture, at, removed, added }) => {
        const from = Math.floor(at * torture.bytes.length);
        const bytes =
          torture.bytes.slice(0, from) +
          Buffer.from(added).toString('latin1') +
          torture.bytes.slice(from + removed);
        const outcome = parse(bytes);
        if (outcome.kind === 'refused') {
          expect(outcome.message.isRequest).to.equal(true);
          expect(outcome.message.method).to.not.equal('ACK');
          expect(outcome.message.topVia).to.not.equal(undefined);
        }
      }),
      { numRuns: 2_000 },
    );
  });
});
