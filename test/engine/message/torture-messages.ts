import type { ByteString } from '../../../lib/engine/message/bytes.ts';
import { options, utf8, wire, withStart } from './wire.ts';

export interface TortureMessage {
  /** The name RFC 4475 gives to it, and its section. */
  readonly name: string;
  readonly section: string;
  readonly bytes: ByteString;
  /** As `verdict` writes it. */
  readonly expected: string;
}

const sdp = 'v=0\r\no=mhandley 29739 7272939 IN IP4 192.0.2.3\r\ns=-\r\nc=IN IP4 192.0.2.4\r\nt=0 0\r\n';

const wsinv = wire(
  [
    'INVITE sip:vivekg@chair-dnrc.example.com;unknownparam SIP/2.0',
    'TO :',
    ' sip:vivekg@chair-dnrc.example.com ;   tag    = 1918181833n',
    'from   : "J Rosenberg \\\\\\""       <sip:jdrosen@example.com>',
    '  ;',
    '  tag = 98asjd8',
    'MaX-fOrWaRdS: 0068',
    'Call-ID: wsinv.ndaksdj@192.0.2.1',
    `Content-Length   : ${sdp.length}`,
    'cseq: 0009',
    '  INVITE',
    'Via  : SIP  /   2.0',
    ' /UDP',
    '    192.0.2.2;branch=390skdjuw',
    's :',
    'NewFangledHeader:   newfangled value',
    ' continued newfangled value',
    'UnknownHeaderWithUnusualValue: ;;,,;;,;',
    'Content-Type: application/sdp',
    'Route:',
    ' <sip:services.example.com;lr;unknownwith=value;unknown-no-value>',
    'v:  SIP  / 2.0  / TCP     spindle.example.com   ;',
    '  branch  =   z9hG4bK9ikj8  ,',
    ' SIP  /    2.0   / UDP  192.168.255.111   ; branch=',
    ' z9hG4bK30239',
    'm:"Quoted string \\"\\"" <sip:jdrosen@example.com> ; newparam =',
    '      newvalue ;',
    '  secondparam ; q = 0.33',
  ],
  sdp,
);

const unusualUri =
  "sip:1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*:&it+has=1,weird!*pas$wo~d_too.(doesn't-it)@example.com";

const intmeth = wire([
  `!interesting-Method0123456789_*+\`.%indeed'~ ${unusualUri} SIP/2.0`,
  "Via: SIP/2.0/TCP host1.example.com;branch=z9hG4bK-.!%66*_+`'~",
  `To: "BEL:\\\x07 NUL:\\\x00 DEL:\\\x7f" <${unusualUri}>`,
  "From: token1~` token2'+_ token3*%!.- <sip:mundane@example.com>" +
    `;fromParam''~+*_!.-%="${utf8('работающий')}";tag=_token~1'+\`*%!-.`,
  'Call-ID: intmeth.word%ZK-!.*_+\'@word`~)(><:\\/"][?}{',
  "CSeq: 139122385 !interesting-Method0123456789_*+`.%indeed'~",
  'Max-Forwards: 255',
  `extensionHeader-!.%*+_\`'~:${utf8('大停電')}`,
  'Content-Length: 0',
]);

const tooManyVias = Array.from(
  { length: 33 },
  (_, i) => `Via: SIP/2.0/TCP sip${33 - i}.example.com;received=192.0.2.${i};branch=z9hG4bK${i}.long`,
);

const register = (lines: readonly ByteString[]): ByteString[] =>
  options(['CSeq: 7 REGISTER', ...lines], ['cseq']).with(0, 'REGISTER sip:example.com SIP/2.0');

const invite = (lines: readonly ByteString[], without: readonly string[] = []): ByteString[] =>
  options(['CSeq: 7 INVITE', ...lines], ['cseq', ...without]).with(0, 'INVITE sip:user@example.com SIP/2.0');

const response = (
  start: ByteString,
  lines: readonly ByteString[] = [],
  without: readonly string[] = [],
): ByteString => wire(options(['Content-Length: 0', ...lines], without).with(0, start));

/** RFC 4475 §3.1.1: legal, however unusual. */
const valid: readonly TortureMessage[] = [
  { name: 'wsinv', section: '3.1.1.1', bytes: wsinv, expected: 'message' },
  { name: 'intmeth', section: '3.1.1.2', bytes: intmeth, expected: 'message' },
  {
    name: 'esc01',
    section: '3.1.1.3',
    bytes: wire(
      invite(
        [
          'To: sip:%75se%72@example.com',
          'X-%2E: a',
          'Contact: <sip:cal%6Cer@192.0.2.5;%6C%72;n%61me=v%61lue%25%34%31>',
        ],
        ['to'],
      ).with(0, 'INVITE sip:sips%3Auser%40example.com@example.net SIP/2.0'),
    ),
    expected: 'message',
  },
  {
    name: 'escnull',
    section: '3.1.1.4',
    bytes: wire(
      register(['Contact: <sip:%00@host5.example.com>', 'Contact: <sip:%00%00@host5.example.com>']),
    ),
    expected: 'message',
  },
  {
    name: 'esc02',
    section: '3.1.1.5',
    bytes: wire(
      options(['CSeq: 29344 RE%47IST%45R'], ['cseq']).with(
        0,
        'RE%47IST%45R sip:registrar.example.com SIP/2.0',
      ),
    ),
    expected: 'message',
  },
  {
    name: 'lwsdisp',
    section: '3.1.1.6',
    bytes: wire(options(['From: caller<sip:caller@example.com>;tag=323'], ['from'])),
    expected: 'message',
  },
  {
    name: 'longreq',
    section: '3.1.1.7',
    bytes: wire(
      invite([
        ...tooManyVias,
        `Unknown-${'Long'.repeat(20)}-Name: unknown-${'long'.repeat(50)}-value`,
        `Contact: <sip:amazinglylongcallername${'n'.repeat(900)}@host5.example.net>`,
      ]).with(0, `INVITE sip:user@example.com;param=${'v'.repeat(2_000)} SIP/2.0`),
    ),
    expected: 'message',
  },
  {
    name: 'dblreq',
    section: '3.1.1.8',
    bytes: wire(register(['Content-Length: 0']), wire(invite(['Content-Length: 3']), 'v=0')),
    expected: 'message',
  },
  {
    name: 'semiuri',
    section: '3.1.1.9',
    bytes: wire(withStart('OPTIONS sip:user;par=u%40example.net@example.com SIP/2.0')),
    expected: 'message',
  },
  {
    name: 'transports',
    section: '3.1.1.10',
    bytes: wire(
      options([
        ...['SCTP', 'TLS', 'UNKNOWN', 'TCP'].map(
          protocol => `Via: SIP/2.0/${protocol} t.example.com;branch=z9hG4bK1`,
        ),
      ]),
    ),
    expected: 'message',
  },
  {
    name: 'unreason',
    section: '3.1.1.12',
    bytes: response(utf8('SIP/2.0 200 = 2**3 * 5**2 но сто девяносто девять - простое')),
    expected: 'message',
  },
  { name: 'noreason', section: '3.1.1.13', bytes: response('SIP/2.0 100 '), expected: 'message' },
];

/** RFC 4475 §3.1.2: not legal. */
const invalid: readonly TortureMessage[] = [
  {
    name: 'badinv01',
    section: '3.1.2.1',
    bytes: wire(
      invite(['Via: SIP/2.0/UDP 192.0.2.15;;,;,,', 'Contact: "Joe" <sip:joe@example.org>;;;;'], ['via']),
    ),
    expected: '400 Malformed Via',
  },
  {
    name: 'clerr',
    section: '3.1.2.2',
    bytes: wire(invite(['Content-Type: application/sdp', 'Content-Length: 9999']), sdp),
    expected: '400 Body Shorter Than Content-Length',
  },
  {
    name: 'ncl',
    section: '3.1.2.3',
    bytes: wire(invite(['Content-Length: -999']), sdp),
    expected: '400 Malformed Content-Length',
  },
  {
    name: 'scalar02',
    section: '3.1.2.4',
    bytes: wire(
      options(
        [
          'CSeq: 36893488147419103232 REGISTER',
          'Expires: 10000000000000',
          'Contact: <sip:user@host129.example.com>',
        ],
        ['cseq'],
      ).with(0, 'REGISTER sip:example.com SIP/2.0'),
    ),
    expected: '400 Malformed CSeq',
  },
  {
    name: 'scalarlg',
    section: '3.1.2.5',
    bytes: response('SIP/2.0 503 Service Unavailable', ['CSeq: 9292394834772304023312 OPTIONS'], ['cseq']),
    expected: 'noise malformed-response',
  },
  {
    name: 'quotbal',
    section: '3.1.2.6',
    bytes: wire(invite(['To: "Mr. J. User <sip:j.user@example.com>'], ['to'])),
    expected: '400 Malformed To',
  },
  {
    name: 'ltgtruri',
    section: '3.1.2.7',
    bytes: wire(withStart('OPTIONS <sip:user@example.com> SIP/2.0')),
    expected: '400 Malformed Request-URI',
  },
  {
    name: 'lwsruri',
    section: '3.1.2.8',
    bytes: wire(withStart('OPTIONS sip:user@example.com; lr SIP/2.0')),
    expected: '400 Malformed Request-URI',
  },
  {
    name: 'lwsstart',
    section: '3.1.2.9',
    bytes: wire(withStart('OPTIONS  sip:user@example.com  SIP/2.0')),
    expected: '400 Malformed Request-URI',
  },
  {
    name: 'trws',
    section: '3.1.2.10',
    bytes: wire(withStart('OPTIONS sip:remote-target@example.com SIP/2.0  ')),
    expected: '400 Extra White Space in Request-Line',
  },
  {
    // An element may ignore headers in a Request-URI.
    name: 'escruri',
    section: '3.1.2.11',
    bytes: wire(withStart('OPTIONS sip:user@example.com?Route=%3Csip:example.com%3E SIP/2.0')),
    expected: 'message',
  },
  {
    // An element may ignore a Date it does not use.
    name: 'baddate',
    section: '3.1.2.12',
    bytes: wire(invite(['Date: Fri, 01 Jan 2010 16:00:00 EST'])),
    expected: 'message',
  },
  {
    name: 'regbadct',
    section: '3.1.2.13',
    bytes: wire(register(['Contact: sip:user@example.com?Route=%3Csip:sip.example.com%3E'])),
    expected: '400 Malformed Contact',
  },
  {
    // An element may strip the spaces within the brackets.
    name: 'badaspec',
    section: '3.1.2.14',
    bytes: wire(options(['To: "Watson, Thomas" < sip:t.watson@example.org >'], ['to'])),
    expected: 'message',
  },
  {
    // An element may accept a display name that should have been quoted.
    name: 'baddn',
    section: '3.1.2.15',
    bytes: wire(options(['From: Bell, Alexander <sip:a.g.bell@example.com>;tag=43'], ['from'])),
    expected: 'message',
  },
  {
    name: 'badvers',
    section: '3.1.2.16',
    bytes: wire(
      withStart(
        'OPTIONS sip:t.watson@example.org SIP/7.0',
        options(['Via: SIP/7.0/UDP c.example.com;branch=z9hG4bKk'], ['via']),
      ),
    ),
    expected: '505 Version Not Supported',
  },
  {
    name: 'mismatch01',
    section: '3.1.2.17',
    bytes: wire(options(['CSeq: 8 INVITE'], ['cseq'])),
    expected: '400 CSeq Method Does Not Match',
  },
  {
    name: 'mismatch02',
    section: '3.1.2.18',
    bytes: wire(invite([]).with(0, 'NEWMETHOD sip:user@example.com SIP/2.0')),
    expected: '400 CSeq Method Does Not Match',
  },
  {
    name: 'bigcode',
    section: '3.1.2.19',
    bytes: response('SIP/2.0 4294967301 better not break the receiver'),
    expected: 'noise malformed-response',
  },
];

/** RFC 4475 §3.2 to §3.4: what the syntax allows and a later step may not. */
const beyondSyntax: readonly TortureMessage[] = [
  {
    name: 'badbranch',
    section: '3.2.1',
    bytes: wire(options(['Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK'], ['via'])),
    expected: 'message',
  },
  {
    name: 'insuf',
    section: '3.3.1',
    bytes: wire(invite([], ['call-id', 'from', 'to'])),
    expected: '400 Missing From',
  },
  {
    name: 'unkscm',
    section: '3.3.2',
    bytes: wire(withStart('OPTIONS nobodyKnowsThisScheme:totallyopaquecontent SIP/2.0')),
    expected: '416 Unsupported URI Scheme',
  },
  {
    name: 'novelsc',
    section: '3.3.3',
    bytes: wire(withStart('OPTIONS soap.beep://192.0.2.103:3002 SIP/2.0')),
    expected: '416 Unsupported URI Scheme',
  },
  {
    name: 'unksm2',
    section: '3.3.4',
    bytes: wire(options(['To: isbn:2983792873', 'From: <http://www.example.com>;tag=3'], ['to', 'from'])),
    expected: 'message',
  },
  {
    // Whether an extension is supported is not for the parser to know.
    name: 'bext01',
    section: '3.3.5',
    bytes: wire(options(['Require: nothingSupportsThis, nothingSupportsThisEither'])),
    expected: 'message',
  },
  {
    name: 'multi01',
    section: '3.3.8',
    bytes: wire(
      invite([
        'CSeq: 59 INVITE',
        'Call-ID: other@example.com',
        'From: <sip:other@example.com>;tag=2',
        'Max-Forwards: 5',
      ]),
    ),
    expected: '400 Repeated Header Field',
  },
  {
    name: 'mcl01',
    section: '3.3.9',
    bytes: wire(options(['Content-Length: 13', 'Content-Length: 5']), 'There is no way to know'),
    expected: '400 Malformed Content-Length',
  },
  {
    // A response with a second Via value: that it is not ours is seen later.
    name: 'bcast',
    section: '3.3.10',
    bytes: response('SIP/2.0 200 OK', ['Via: SIP/2.0/UDP 255.255.255.255;branch=z9hG4bKmyspecialbranch']),
    expected: 'message',
  },
  {
    name: 'zeromf',
    section: '3.3.11',
    bytes: wire(options(['Max-Forwards: 0'], ['max-forwards'])),
    expected: 'message',
  },
  {
    name: 'cparam01',
    section: '3.3.12',
    bytes: wire(register(['Contact: sip:+19725552222@gw1.example.net;unknownparam'])),
    expected: 'message',
  },
  {
    name: 'regescrt',
    section: '3.3.14',
    bytes: wire(register(['Contact: <sip:user@example.com?Route=%3Csip:sip.example.com%3E>'])),
    expected: 'message',
  },
  {
    name: 'inv2543',
    section: '3.4.1',
    bytes: wire(
      invite(
        ['Via: SIP/2.0/UDP iftgw.example.com', 'From: <sip:+13035551111@ift.client.example.net;user=phone>'],
        ['via', 'from', 'max-forwards'],
      ),
      sdp,
    ),
    expected: 'message',
  },
];

export const tortureMessages: readonly TortureMessage[] = [...valid, ...invalid, ...beyondSyntax];
