import { createRequire } from 'node:module';
import { expect } from 'chai';
import fc from 'fast-check';
import { HeaderList } from '../../../lib/engine/message/header-list.ts';
import { SipMessage, type StartLine } from '../../../lib/engine/message/message.ts';
import {
  serializeForApplication,
  serializeMessage,
  UnsafeHeaderError,
} from '../../../lib/engine/message/serialize.ts';
import { tortureMessages } from './torture-messages.ts';
import { accepted, options, utf8, wire, withStart } from './wire.ts';

const OK: StartLine = { kind: 'response', status: 200, reason: 'OK' };

const message = (start: StartLine, lines: readonly (readonly [string, string])[], body = ''): SipMessage => {
  const headers = new HeaderList();
  for (const [name, value] of lines) headers.append(name, value);
  return new SipMessage(start, headers, body);
};

const linesOf = ({ headers }: SipMessage): string[] => {
  const lines: string[] = [];
  headers.forEach((name, value) => lines.push(`${name}: ${value}`));
  return lines;
};

describe('a written message', () => {
  it('has its lines in order and as spelled, and Content-Length last', () => {
    expect(
      serializeMessage(
        message(
          OK,
          [
            ['v', 'x'],
            ['x-FOO', ''],
            ['v', 'y'],
          ],
          'body',
        ),
      ),
    ).to.equal('SIP/2.0 200 OK\r\nv: x\r\nx-FOO: \r\nv: y\r\nContent-Length: 4\r\n\r\nbody');
  });

  it('has a true Content-Length in the place of the one that is there, once', () => {
    const lines = [
      ['l', '99'],
      ['To', 'x'],
      ['Content-Length', '7'],
    ] as const;
    expect(serializeMessage(message(OK, lines, utf8('é')))).to.equal(
      'SIP/2.0 200 OK\r\nl: 2\r\nTo: x\r\n\r\n\xc3\xa9',
    );
  });

  it('begins with method, Request-URI and version when it is a request', () => {
    const start: StartLine = { kind: 'request', method: 'BYE', requestUri: 'sip:a@b' };
    expect(serializeMessage(message(start, []))).to.equal('BYE sip:a@b SIP/2.0\r\nContent-Length: 0\r\n\r\n');
  });

  const unsafe: readonly (readonly [string, SipMessage])[] = [
    ['a CRLF in a value', message(OK, [['X', 'a\r\nVia: b']])],
    ['an LF in a value', message(OK, [['X', 'a\nb']])],
    ['a CR in a value', message(OK, [['X', 'a\rb']])],
    ['a name that is no token', message(OK, [['X: y\r\nZ', 'a']])],
    ['an empty name', message(OK, [['', 'a']])],
    ['a line end in the reason phrase', message({ kind: 'response', status: 200, reason: 'OK\r\nX: y' }, [])],
    [
      'a line end in the Request-URI',
      message({ kind: 'request', method: 'BYE', requestUri: 'sip:a\r\n@b' }, []),
    ],
    ['a space in the Request-URI', message({ kind: 'request', method: 'BYE', requestUri: 'sip:a b' }, [])],
    ['no Request-URI', message({ kind: 'request', method: 'BYE', requestUri: '' }, [])],
    ['a method that is no token', message({ kind: 'request', method: 'B YE', requestUri: 'sip:a' }, [])],
  ];
  for (const [what, bad] of unsafe) {
    it(`is not written with ${what}`, () => {
      expect(() => serializeMessage(bad)).to.throw(UnsafeHeaderError);
    });
  }

  it('is read back the same', () => {
    const octet = fc.integer({ min: 0x21, max: 0xff }).filter(code => code !== 0x7f);
    const text = fc.array(octet, { maxLength: 30 }).map(codes => String.fromCharCode(...codes));
    const name = fc.stringMatching(/^[A-Za-z0-9!%*_+`'~.-]{1,20}$/).map(token => `X-${token}`);
    const body = fc.uint8Array({ maxLength: 60 }).map(octets => Buffer.from(octets).toString('latin1'));
    fc.assert(
      fc.property(fc.array(fc.tuple(name, text), { maxLength: 20 }), body, (lines, content) => {
        const written = accepted(wire(options(), content));
        for (const [lineName, value] of lines) written.headers.append(lineName, value);
        const read = accepted(serializeMessage(written));
        expect(read.start).to.deep.equal(written.start);
        expect(linesOf(read)).to.deep.equal([...linesOf(written), `Content-Length: ${content.length}`]);
        expect(read.body).to.equal(content);
        expect(serializeMessage(read)).to.equal(serializeMessage(written));
      }),
    );
  });

  for (const { name, bytes, expected } of tortureMessages.filter(torture => torture.expected === 'message')) {
    it(`${name} (${expected}) is read back the same`, () => {
      const once = serializeMessage(accepted(bytes));
      expect(serializeMessage(accepted(once))).to.equal(once);
    });
  }
});

interface ClientMessage {
  readonly headers: Record<string, string>;
  readonly body: string | undefined;
  readonly method?: string;
  readonly uri?: string;
  readonly status?: number;
  readonly reason?: string;
}

/** drachtio-srf's own parser, which throws when it would drop a message. */
const ClientSipMessage = createRequire(import.meta.url)('drachtio-srf/lib/sip-parser/message.js') as new (
  text: string,
) => ClientMessage;

const asClient = (sip: SipMessage): ClientMessage =>
  new ClientSipMessage(Buffer.from(serializeForApplication(sip), 'latin1').toString('utf8'));

describe('a message written for drachtio-srf', () => {
  for (const { name, bytes } of tortureMessages.filter(torture => torture.expected === 'message')) {
    it(`${name} is one it can read`, () => {
      const sip = accepted(bytes);
      const read = asClient(sip);
      expect(read.headers['content-length']).to.equal(String(sip.body.length));
      expect(read.headers['call-id']).to.equal(sip.callId);
      expect(read.body).to.equal(sip.body);
    });
  }

  it('has compact names written out', () => {
    const read = asClient(
      accepted(wire(options(['r: <sip:c@d>', 'b: <sip:e@f>', 'x: 90', 'o: refer', 'e: gzip', 'z: 1']))),
    );
    expect(read.headers).to.include({
      'refer-to': '<sip:c@d>',
      'referred-by': '<sip:e@f>',
      'session-expires': '90',
      event: 'refer',
      'content-encoding': 'gzip',
      z: '1',
    });
  });

  it('has the other names as they were spelled', () => {
    const text = serializeForApplication(
      accepted(wire(options(['X-MS-Custom-Foo: 1', 'user-to-user: 2', 'l: 0']))),
    );
    expect(text).to.match(/\r\nX-MS-Custom-Foo: 1\r\nuser-to-user: 2\r\nContent-Length: 0\r\n\r\n$/);
  });

  it('has no line that it would take for something else', () => {
    const sip = accepted(
      wire(
        options(['%43ontact: <sip:evil@x>', 'X%0D%0AVia: y', 'constructor: 1', '__proto__: 2', 'X-50%25: 3']),
      ),
    );
    const read = asClient(sip);
    expect(read.headers).to.not.have.any.keys('contact', 'constructor');
    expect(read.headers['X-50%25']).to.equal('3');
    expect(Object.keys(read.headers)).to.have.length(8);
  });

  it('leaves out lines whose name is no token', () => {
    expect(
      serializeForApplication(
        message(OK, [
          ['Bad name', 'x'],
          ['To', 'y'],
        ]),
      ),
    ).to.equal('SIP/2.0 200 OK\r\nTo: y\r\nContent-Length: 0\r\n\r\n');
  });

  it('has a start line without what it takes for the end of it', () => {
    const sip = accepted(wire(withStart(`OPTIONS sip:${utf8('josé\u00a0\u2028')}@example.com SIP/2.0`)));
    expect(asClient(sip)).to.include({ method: 'OPTIONS', uri: 'sip:jos%C3%A9%C2%A0%E2%80%A8@example.com' });
    const answer = accepted(wire(withStart(utf8('SIP/2.0 200 très\u2028bien'))));
    expect(asClient(answer)).to.include({ status: 200, reason: 'très bien' });
  });

  it('keeps the blank line and the whole body', () => {
    const body = utf8('--b\r\n\r\npart é\r\n\r\n--b--');
    const sip = accepted(wire(options(['Content-Type: multipart/mixed;boundary=b']), body));
    expect(asClient(sip).body).to.equal('--b\r\n\r\npart é\r\n\r\n--b--');
  });

  it('is never written with a line end in a value', () => {
    expect(() => serializeForApplication(message(OK, [['X', 'a\r\nb']]))).to.throw(UnsafeHeaderError);
  });
});
