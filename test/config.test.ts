import { expect } from 'chai';
import { profileOf } from '../lib/attached-data/profile.ts';
import { noRename } from '../lib/attached-data/rename.ts';
import { ConfigError, type ConfigSources, defaultFile, loadConfig } from '../lib/config.ts';
import { readFileSync } from 'node:fs';

const defaults = readFileSync(defaultFile, 'utf8');

/** Files by name, beside the defaults. */
function files(texts: Readonly<Record<string, string>>): (path: string) => string {
  return path => {
    if (path === defaultFile) return defaults;
    const text = texts[path];
    if (text === undefined) throw new Error(`ENOENT: no such file, open '${path}'`);
    return text;
  };
}

function fromFile(text: string): ConfigSources {
  return { file: 'baton.yaml', readFile: files({ 'baton.yaml': text }) };
}

function problemsOf(sources: ConfigSources): string[] {
  try {
    loadConfig(sources);
  } catch (error) {
    if (error instanceof ConfigError)
      return error.problems.map(problem => `${problem.key}: ${problem.message}`);
    throw error;
  }
  return [];
}

describe('the configuration', () => {
  it('is complete by itself', () => {
    const config = loadConfig();
    expect(config.signalling).to.deep.equal({ kind: 'engine' });
    expect(config.sip.listen).to.deep.equal([
      { protocol: 'udp', address: '0.0.0.0', port: 5060 },
      { protocol: 'tcp', address: '0.0.0.0', port: 5060 },
    ]);
    expect(config.http.listen).to.deep.equal({ address: '127.0.0.1', port: 8080 });
    expect(config.target).to.equal(undefined);
  });

  it('is good in config/test.yaml', () => {
    const config = loadConfig({ file: 'config/test.yaml' });
    expect(config.sip.listen.map(listener => listener.port)).to.deep.equal([0, 0]);
  });

  describe('takes a flag before the environment before a file before the default', () => {
    const file = { file: 'f', readFile: files({ f: 'log: {level: error}' }) };
    const env = { BATON_LOG_LEVEL: 'warn' };
    const flags = new Map([['log.level', 'debug']]);
    for (const [sources, level] of [
      [{ ...file, env, flags }, 'debug'],
      [{ ...file, env }, 'warn'],
      [file, 'error'],
      [{}, 'info'],
    ] as const) {
      it(`${Object.keys(sources).join(', ') || 'nothing'}: ${level}`, () => {
        expect(loadConfig(sources).log.level).to.equal(level);
      });
    }
  });

  it('reads the file that BATON_CONFIG names, and prefers the flag to it', () => {
    const readFile = files({ 'by-env': 'node: by-env', 'by-flag': 'node: by-flag' });
    const env = { BATON_CONFIG: 'by-env' };
    expect(loadConfig({ env, readFile }).node).to.equal('by-env');
    expect(loadConfig({ env, readFile, file: 'by-flag' }).node).to.equal('by-flag');
  });

  it('merges a file key by key and replaces lists', () => {
    const config = loadConfig(fromFile('sip: {t1Ms: 100, listen: [udp:127.0.0.1:5080]}'));
    expect(config.sip).to.deep.include({ t1Ms: 100, t2Ms: 4000 });
    expect(config.sip.listen).to.deep.equal([{ protocol: 'udp', address: '127.0.0.1', port: 5080 }]);
  });

  for (const text of ['', '# nothing but a comment', 'sip:\n  # all commented out\n']) {
    it(`takes ${JSON.stringify(text)} as a file that says nothing`, () => {
      expect(loadConfig(fromFile(text)).sip.t1Ms).to.equal(500);
    });
  }

  it('counts an empty variable as unset', () => {
    const config = loadConfig({ env: { BATON_CONFIG: '', BATON_HTTP_LISTEN: '', BATON_NODE: ' ' } });
    expect(config.http.listen).to.deep.equal({ address: '127.0.0.1', port: 8080 });
    expect(config.node).to.equal('node1');
  });

  it('reads lists from the environment with commas between', () => {
    const config = loadConfig({
      env: { BATON_TRUSTED: '10.0.0.0/8, 192.0.2.7,', BATON_SIP_LISTEN: 'udp:[::1]:5060,tcp:127.0.0.1:0' },
    });
    expect(config.trusted).to.deep.equal(['10.0.0.0/8', '192.0.2.7/32']);
    expect(config.sip.listen).to.deep.equal([
      { protocol: 'udp', address: '::1', port: 5060 },
      { protocol: 'tcp', address: '127.0.0.1', port: 0 },
    ]);
  });

  it('reads several real drachtio-servers, secrets percent-decoded', () => {
    const { signalling } = loadConfig({
      env: { BATON_SIGNALLING: 'drachtio://cymru@10.0.0.1:9023,drachtio://a%2Cb%40@media' },
    });
    expect(signalling).to.deep.equal({
      kind: 'drachtio',
      servers: [
        { secret: 'cymru', host: '10.0.0.1', port: 9023 },
        { secret: 'a,b@', host: 'media', port: 9022 },
      ],
    });
  });

  it('gives a trunk what it does not say', () => {
    const config = loadConfig(
      fromFile(
        'tenant: acme\ntrunks: [{name: sbc, sources: [10.1.0.0/16]}, {name: pbx, sources: "::1", tenant: own}]',
      ),
    );
    expect(config.trunks[0]).to.deep.equal({
      name: 'sbc',
      sources: ['10.1.0.0/16'],
      tenant: 'acme',
      profile: profileOf('plain'),
      rename: noRename,
      notify: 'info',
      transfer: 'handle',
      network: false,
      dataHeaders: [],
      redirects: 'relay',
      fromHost: 'own',
      referTo: 'uri',
      dnFrom: 'from',
      delayedOffer: true,
      blockHeaders: [],
    });
    expect(config.trunks[1]).to.deep.include({ sources: ['::1/128'], tenant: 'own' });
  });

  it("what becomes of a REFER: its own word, then the profile's", () => {
    const modes = (keys: string) =>
      loadConfig(fromFile(`trunks: [{name: a, sources: [::1]${keys}}]`)).trunks[0]?.transfer;
    expect(modes('')).to.equal('handle');
    expect(modes(', profile: teams-dr')).to.equal('relay');
    expect(modes(', profile: teams-dr, transfer: reject')).to.equal('reject');
    expect(modes(', profile: {base: plain, transfer: relay}')).to.equal('relay');
    expect(() => modes(', transfer: maybe')).to.throw(/transfer/);
  });

  it('offers at once to trunks whose profile wants it, unless they say otherwise', () => {
    const { trunks } = loadConfig(
      fromFile(
        'trunks: [{name: a, sources: [::1], profile: teams-dr}, {name: b, sources: [::2], profile: acs-dr, delayedOffer: true}, ' +
          '{name: c, sources: [::3], delayedOffer: false}]',
      ),
    );
    expect(trunks.map(({ delayedOffer }) => delayedOffer)).to.deep.equal([false, true, false]);
  });

  it('makes a profile of a name, or of a name and what differs', () => {
    const [named, changed] = loadConfig(
      fromFile(
        'trunks: [{name: a, sources: [::1], profile: avaya}, {name: b, sources: [::2], ' +
          'profile: {base: genesys-cloud, uuiHeader: X-User-to-User, reservedPrefixes: [X-Own], notify: none}}]',
      ),
    ).trunks;
    expect(named?.profile).to.equal(profileOf('avaya'));
    expect(changed?.profile).to.deep.equal({
      ...profileOf('genesys-cloud'),
      uuiHeader: 'X-User-to-User',
      discriminator: 'none',
      reservedPrefixes: ['x-own'],
      notify: 'none',
    });
  });

  it('tells a trunk of changes as its profile has it, or as the trunk itself has it', () => {
    const trunks = loadConfig(
      fromFile(
        'trunks: [{name: a, sources: [::1], profile: {base: plain, notify: none}}, ' +
          '{name: b, sources: [::2], profile: {base: plain, notify: none}, notify: info}]',
      ),
    ).trunks;
    expect(trunks.map(({ notify }) => notify)).to.deep.equal(['none', 'info']);
  });

  it("reads a trunk's own header names both ways", () => {
    const [trunk] = loadConfig(
      fromFile('trunks: [{name: a, sources: [::1], rename: {CaseId: X-Case}}]'),
    ).trunks;
    expect(trunk?.rename).to.deep.equal({
      keys: new Map([['x-case', 'CaseId']]),
      headers: new Map([['caseid', 'X-Case']]),
    });
  });

  it('compares header names that do not cross in lower case', () => {
    const config = loadConfig(
      fromFile('trunks: [{name: sbc, sources: [::1], blockHeaders: [P-Asserted-Identity]}]'),
    );
    expect(config.trunks[0]?.blockHeaders).to.deep.equal(['p-asserted-identity']);
  });

  describe('refuses', () => {
    const trunk = '{name: sbc, sources: [10.0.0.1]}';
    for (const [what, text, ...problems] of [
      ['a key nobody knows', 'sipp: {}', 'sipp: unknown key'],
      ['a key nobody knows further down', 'sip: {t1: 500}', 'sip.t1: unknown key'],
      ['a prototype as key', '{"__proto__": {"node": "x"}}', '__proto__: unknown key'],
      ['a text for a number', 'sip: {t1Ms: half}', 'sip.t1Ms: expected number, received string'],
      ['a duration of nothing', 'sip: {t2Ms: 0}', 'sip.t2Ms: expected number to be >=1'],
      ['a scalar for a map', 'sip: 5', 'sip: expected object, received number'],
      ['a node name with a colon', 'node: a:b', 'node: expected letters, digits, _ and - (at most 64)'],
      [
        'a protocol of a later version',
        'sip: {listen: tls:0.0.0.0:5061}',
        'sip.listen[0]: "tls:0.0.0.0:5061": tls is not supported yet',
      ],
      [
        'no protocol',
        'sip: {listen: 0.0.0.0:5060}',
        'sip.listen[0]: "0.0.0.0:5060": expected udp:address:port or tcp:address:port',
      ],
      [
        'IPv6 without brackets',
        'sip: {listen: "udp:::1:5060"}',
        'sip.listen[0]: "::1:5060": IPv6 addresses need brackets',
      ],
      ['no address to listen on', 'sip: {listen: []}', 'sip.listen: at least one address to listen on'],
      [
        'one address twice',
        'sip: {listen: "udp:127.0.0.1:5060,udp:127.0.0.1:5060"}',
        'sip.listen[1]: "udp:127.0.0.1:5060" is there twice',
      ],
      [
        'a port out of range',
        'http: {listen: 127.0.0.1:65536}',
        'http.listen: "127.0.0.1:65536": the port must be 0 to 65535',
      ],
      [
        'HTTP for everybody',
        'http: {listen: 0.0.0.0:8080}',
        'http.listen: "0.0.0.0:8080" can be reached from outside: set http.tokens, or listen on loopback',
      ],
      [
        'a short token',
        'http: {tokens: [abc]}',
        'http.tokens[0]: a token has at least 16 characters, those of RFC 6750 §2.1',
      ],
      [
        'a token with an unknown scope',
        'http: {tokens: [{token: correct-horse-battery, scopes: [calls:eat]}]}',
        'http.tokens[0]: expected a token, or {token, scopes, tenant} with scopes of calls:read, calls:write, events:read, agents:read, agents:write',
      ],
      [
        'a CIDR block too narrow',
        'trusted: [10.0.0.0/33]',
        'trusted[0]: "10.0.0.0/33": the prefix must be 0 to 32',
      ],
      [
        'a name for an address',
        'trusted: [example.com]',
        'trusted[0]: "example.com": expected an IP address or a CIDR block like 10.0.0.0/8',
      ],
      [
        'a target without scheme',
        'target: 10.0.0.1',
        'target: "10.0.0.1": expected a SIP URI like sip:10.0.0.1:5060',
      ],
      [
        'a target over TLS',
        'target: sips:bob@example.com',
        'target: "sips:bob@example.com": TLS is not supported yet',
      ],
      [
        'a target over WebSocket',
        'target: sip:example.com;transport=ws',
        'target: "sip:example.com;transport=ws": transport ws is not supported yet',
      ],
      [
        'a word it does not know',
        'relay: {anyTarget: sometimes}',
        'relay.anyTarget: expected one of loopback, always, never',
      ],
      [
        'too much data',
        'attachedData: {packedLimitBytes: 65536}',
        'attachedData.packedLimitBytes: expected number to be <=65535',
      ],
      ...(
        [
          ['{key: ""}', '[0].key: expected a key, or a pattern of keys'],
          ['{key: A, write: [anybody]}', '[0].write[0]: expected one of party, third-party'],
          ['{key: A, in: __proto__}', '[0].in: expected a key'],
          ['{key: A, in: B*}', '[0].in: "B*": a * needs one in key'],
          ['{key: A*, in: B}', '[0].in: "B": expected one *, else many keys get one name'],
          ['{key: "*A*", out: X-*}', '[0].out: "X-*": key may have one * only'],
          ['{key: A, out: X A}', '[0].out: "X A" is no header name'],
          ['{key: A, out: Subject}', '[0].out: "Subject": expected X-MS-Custom-…, X-… or User-to-User'],
          ['{key: A, out: X-MS-Skype}', '[0].out: "X-MS-Skype": X-MS- names are Microsoft\'s own'],
          ['{key: A, out: X-A, scope: voip}', '[0].out: pairs of scope voip never leave in a header'],
          ['{key: A, scope: uui}', '[0].scope: uui is for the key UUI only; see out: User-to-User'],
          [
            '{key: X-*, in: "*", write: []}',
            '[0].in: "*" makes any key: what else holds for some stands in rules of their own',
          ],
          ['{key: A, out: X-C}, {key: B, out: x-c}', '[1].out: "x-c" is the header of keys[0] already'],
          ['{key: A, in: B}, {key: B, in: C}', '[0].in: keys[1] renames it again: a key is renamed once'],
          ['{key: "*", in: crm-*}', '[0].in: keys[0] renames it again: a key is renamed once'],
        ] as const
      ).map(
        ([rules, message]) =>
          [
            'a rule for keys that cannot be',
            `attachedData: {keys: [${rules}]}`,
            `attachedData.keys${message}`,
          ] as const,
      ),
      [
        'a trunk without sources',
        'trunks: [{name: sbc, sources: []}]',
        'trunks[0].sources: at least one source address',
      ],
      [
        'two trunks of one name',
        `trunks: [${trunk}, ${trunk}]`,
        'trunks[1].name: "sbc" is the name of an earlier trunk',
      ],
      [
        'a profile that does not exist',
        'trunks: [{name: a, sources: [::1], profile: lync}]',
        'trunks[0].profile.base: expected one of plain, acs-dr, teams-dr, genesys-cloud, avaya, cisco-cvp',
      ],
      [
        'a profile that is made of nothing',
        'trunks: [{name: a, sources: [::1], profile: {encoding: base64, colour: red}}]',
        'trunks[0].profile.base: expected one of plain, acs-dr, teams-dr, genesys-cloud, avaya, cisco-cvp',
        'trunks[0].profile.encoding: expected one of hex, ascii, text',
        'trunks[0].profile.colour: unknown key',
      ],
      [
        'a discriminator in data that is text',
        'trunks: [{name: a, sources: [::1], profile: {base: plain, encoding: ascii}}]',
        'trunks[0].profile.discriminator: in the data only with encoding hex: expected pd or none with encoding ascii',
      ],
      [
        'X-User-to-User with a discriminator',
        'trunks: [{name: a, sources: [::1], profile: {base: plain, uuiHeader: X-User-to-User, discriminator: pd}}]',
        'trunks[0].profile.discriminator: X-User-to-User has no discriminator: expected none',
      ],
      [
        'a name for a key that is no X- header',
        'trunks: [{name: a, sources: [::1], rename: {CaseId: Call-Info}}]',
        'trunks[0].rename: "Call-Info": expected an X- header',
      ],
      [
        'one header for two keys',
        'trunks: [{name: a, sources: [::1], rename: {CaseId: X-Case, Ticket: x-case}}]',
        'trunks[0].rename: "x-case" stands for two keys',
      ],
      [
        'data headers that are not X-',
        'trunks: [{name: a, sources: [::1], dataHeaders: [Subject]}]',
        'trunks[0].dataHeaders[0]: "Subject": expected an X- header, with a * at the end or without',
      ],
      [
        'a route with trunks that do not exist',
        `trunks: [${trunk}]\nroutes: [{trunk: scb, targetTrunk: pbx, targets: [sip:a]}]`,
        'routes[0].trunk: no trunk is named "scb"',
        'routes[0].targetTrunk: no trunk is named "pbx"',
      ],
      ['a route without targets', 'routes: [{targets: []}]', 'routes[0].targets: at least one target'],
    ] as const) {
      it(`${what}: ${text.replaceAll('\n', ' ')}`, () => {
        expect(problemsOf(fromFile(text))).to.deep.equal(problems);
      });
    }

    for (const number of ['^(a+)+$', '(\\d|[*])*', '((ab)+c)+', '(?:a{2,}){3,}', '(']) {
      it(`the number pattern ${number}`, () => {
        const problems = problemsOf(fromFile(`routes: [{number: '${number}', targets: [sip:a]}]`));
        expect(problems).to.have.length(1);
        expect(problems[0]).to.match(/^routes\[0\]\.number: /);
      });
    }

    it('a number pattern of more than 200 characters', () => {
      const problems = problemsOf(fromFile(`routes: [{number: '${'1'.repeat(201)}', targets: [sip:a]}]`));
      expect(problems).to.deep.equal(['routes[0].number: longer than 200 characters']);
    });
  });

  for (const number of [
    '^\\+?49\\d+$',
    '^(?:00|\\+)49(\\d{2})?',
    '[(|)*]+',
    '(ab|cd)?\\)+',
    '^(12|34)\\d*$',
  ]) {
    it(`takes the number pattern ${number}`, () => {
      expect(problemsOf(fromFile(`routes: [{number: '${number}', targets: [sip:a]}]`))).to.deep.equal([]);
    });
  }

  for (const target of [
    'sip:10.0.0.1',
    'sip:bob@[2001:db8::1]:5060;transport=tcp',
    'sip:pbx.example.com:5070',
    'sip:my_pbx;lr',
  ]) {
    it(`takes the target ${target}`, () => {
      expect(loadConfig({ env: { BATON_TARGET: target } }).target).to.equal(target);
    });
  }

  it('names every problem at once, and where a bad variable was', () => {
    const sources = {
      ...fromFile('foo: 1\nsip: {t1Ms: x}\ntrunks: [{name: a}]\nroutes: [{trunk: b, targets: sip:x}]'),
    };
    expect(
      problemsOf({ ...sources, env: { BATON_TARGET: 'bob', BATON_SIP_LISTEN: 'udp:1.2.3.4' } }),
    ).to.have.members([
      'foo: unknown key',
      'sip.t1Ms: expected number, received string',
      'trunks[0].sources: expected a list of strings, or one string with commas between',
      'routes[0].trunk: no trunk is named "b"',
      'target: "bob": expected a SIP URI like sip:10.0.0.1:5060 (from BATON_TARGET)',
      'sip.listen[0]: "1.2.3.4": the port is missing (from BATON_SIP_LISTEN)',
    ]);
  });

  it('never repeats a secret in what it refuses', () => {
    const [problem] = problemsOf({ env: { BATON_SIGNALLING: 'drachtio://hush-hush@' } });
    expect(problem).to.match(/^signalling: /);
    expect(problem).to.not.include('hush');
  });

  it('names a file that is not there', () => {
    expect(problemsOf({ file: 'gone.yaml', readFile: files({}) })).to.deep.equal([
      "gone.yaml: ENOENT: no such file, open 'gone.yaml'",
    ]);
  });

  it('says where a file is no YAML without showing what stands there', () => {
    const [problem] = problemsOf(fromFile('http:\n  tokens: [a-token-of-16-characters\nlog: x'));
    expect(problem).to.match(/^baton\.yaml: .* at line 3, column 1$/);
  });

  it('says where a file is no YAML', () => {
    const [problem] = problemsOf(fromFile('sip:\n  t1Ms: [1\n'));
    expect(problem).to.match(/^baton\.yaml: .* at line 3/s);
  });

  it('refuses a file that is a list', () => {
    expect(problemsOf(fromFile('- a'))).to.deep.equal(['baton.yaml: expected keys and values']);
  });
});
