import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { parse as parseYaml } from 'yaml';
import { formatStreamItem } from '../../lib/cli/event-line.ts';
import { type Main, runCommandLine, type Surroundings } from '../../lib/cli/program.ts';
import type { Config } from '../../lib/config.ts';
import { exitCodes } from '../../lib/cli/terminal.ts';
import { BatonError, errorEntry } from '../../lib/errors.ts';
import { problemFor } from '../../lib/http/problem.ts';
import { changeOf } from '../../support/sample-change.ts';

interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly error: string;
}

interface Play {
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  readonly isTerminal?: boolean;
  readonly main?: Partial<Main>;
}

const aliceToBob = {
  connId: '00@default:node1',
  callThreadId: '11',
  state: 'established',
  legs: [{ dn: 'alice', role: 'caller', state: 'confirmed', trunk: null }],
  startedAt: 'now',
  revision: 1,
  recording: null,
  userData: [{ key: 'CaseId', type: 'string', value: '42' }],
};

const plain = (_style: unknown, text: string) => text;

async function baton(args: readonly string[], play: Play = {}): Promise<Outcome> {
  let out = '';
  let error = '';
  const surroundings: Surroundings = {
    terminal: {
      env: play.env ?? {},
      input: inputOf(play.input ?? ''),
      isTerminal: play.isTerminal ?? false,
      print: text => (out += text),
      complain: line => (error += `${line}\n`),
    },
    host: { on: () => undefined, exit: () => undefined, hasTerminal: () => false },
    paint: plain,
    loadMain: () => Promise.resolve({ serve: neverAsked, runEngine: neverAsked, ...play.main }),
  };
  return { code: await runCommandLine(args, surroundings), out, error };
}

describe('the command line', () => {
  it('serves when nothing else is said, and takes flags over the environment', async () => {
    const seen: Config[] = [];
    const outcome = await baton(
      ['--target', 'sip:10.0.0.1', '--set', 'sip.t1Ms=250', '--set', 'log.level=silent'],
      {
        env: { BATON_TARGET: 'sip:10.0.0.2' },
        main: { serve: config => refuse(seen, config) },
      },
    );
    expect(outcome).to.deep.equal({ code: 1, out: '', error: 'baton: taken\n' });
    expect(seen[0]).to.deep.include({ target: 'sip:10.0.0.1' });
    expect(seen[0]?.sip.t1Ms).to.equal(250);
  });

  it('runs the engine alone', async () => {
    const seen: Config[] = [];
    await baton(['engine', '--control-listen', '127.0.0.1:0', '--log-level', 'silent'], {
      env: { BATON_CONTROL_SECRET: 'cymru' },
      main: { runEngine: config => refuse(seen, config) },
    });
    expect(seen[0]?.engine.control).to.deep.include({
      secret: 'cymru',
      listen: { address: '127.0.0.1', port: 0 },
    });
  });

  it('does not run the engine alone without a secret', async () => {
    const { code, error } = await baton(['engine']);
    expect(code).to.equal(78);
    expect(error).to.include('engine.control.secret: must be set');
  });

  for (const [what, args, problem] of [
    ['a bad value', ['serve', '--target', 'bob'], 'target: "bob": expected a SIP URI'],
    ['a bad key', ['check-config', '--set', 'sipp.x=1'], 'sipp: unknown key'],
    ['an assignment without key', ['--set', 'x'], '--set: "x": expected key=value'],
    ['an assignment that is no YAML', ['--set', 'trusted=[1'], 'trusted: '],
    ['a file that is not there', ['serve', '--config', '/nowhere/baton.yaml'], '/nowhere/baton.yaml: ENOENT'],
  ] as const) {
    it(`refuses ${what} with 78`, async () => {
      const { code, out, error } = await baton(args);
      expect(code).to.equal(78);
      expect(out).to.equal('');
      expect(error).to.match(/^baton: configuration refused:\n {2}/);
      expect(error).to.include(`\n  ${problem}`);
    });
  }

  it('prints the configuration in force without its secrets', async () => {
    const env = {
      BATON_SIGNALLING: 'drachtio://hush@10.0.0.1',
      BATON_HTTP_TOKENS: 'hush-hush-hush-hush',
      BATON_CONTROL_SECRET: 'hush',
      BATON_KAFKA_PASSWORD: 'hush',
    };
    const webhook = '{name: crm, url: "https://crm.example.com/in?key=hush", secret: hush-hush-hush-hush}';
    const asked = 'webhooks.incomingCall={url: "http://127.0.0.1/?key=hush", secret: hush-hush-hush-hush}';
    const args = ['check-config', '--node', 'a1', '--set', `webhooks.targets=[${webhook}]`, '--set', asked];
    const { code, out } = await baton(args, { env });
    expect(out).to.include('https://crm.example.com/in?***');
    expect(code).to.equal(0);
    expect(out).to.not.include('hush');
    expect(parseYaml(out)).to.deep.include({
      node: 'a1',
      signalling: { kind: 'drachtio', servers: [{ secret: '***', host: '10.0.0.1', port: 9022 }] },
    });
  });

  it('prints a log from standard input for people', async () => {
    const input = '> npm\n{"level":30,"msg":"ready"}\n';
    expect(await baton(['tail'], { input })).to.include({
      code: 0,
      out: '> npm\n--:--:--.--- info  ready\n',
    });
  });

  it('reads a User-to-User value', async () => {
    const { code, out } = await baton(['uui', 'parse', '0401;encoding=hex', '--method', 'INVITE']);
    expect(code).to.equal(0);
    expect(JSON.parse(out)).to.deep.include({ syntax: 'valid', disposition: 'accept' });
  });

  it('reads a User-to-User value from standard input', async () => {
    const { out } = await baton(['uui', 'parse', '-'], { input: '0401;encoding=hex\n' });
    expect(JSON.parse(out)).to.deep.include({ syntax: 'valid', disposition: 'accept' });
  });

  it('takes for a value what begins with one hyphen, as a token may', async () => {
    const { code, out } = await baton(['uui', 'parse', '-a;purpose=foo', '--method', 'BYE']);
    expect(code).to.equal(0);
    expect(JSON.parse(out)).to.deep.include({ disposition: 'relay-opaque' });
  });

  it('ends well and says why when a value is broken', async () => {
    const { code, out } = await baton(['uui', 'parse', '']);
    expect(code).to.equal(0);
    expect(JSON.parse(out)).to.deep.include({ syntax: 'invalid', disposition: 'relay-opaque-and-flag' });
  });

  it('judges a User-to-User value by what is known of the dialog', async () => {
    for (const [flag, disposition] of [
      ['--initial-invite-had-uui', 'accept'],
      ['--no-initial-invite-had-uui', 'ignore'],
    ] as const) {
      const { out } = await baton(['uui', 'parse', '0401', '--method', 'BYE', flag]);
      expect(JSON.parse(out)).to.deep.include({ disposition });
    }
  });

  it('judges an INFO by its package', async () => {
    const info = ['uui', 'parse', 'Info-Package: foo', '--method', 'INFO'];
    const refused = await baton([...info, '--recv-info', 'bar, x-attached-data']);
    expect(JSON.parse(refused.out)).to.deep.include({
      response: 469,
      responseHeaders: { 'Recv-Info': 'bar, x-attached-data' },
    });
    const taken = await baton([...info, '--recv-info', 'foo']);
    expect(JSON.parse(taken.out)).to.deep.include({ response: 200 });
    const unknown = await baton([...info, '--no-dialog']);
    expect(JSON.parse(unknown.out)).to.deep.include({ response: 481 });
  });

  it('makes a User-to-User value', async () => {
    expect(await baton(['uui', 'build', '--hex', '01', '--pd', '04'])).to.deep.equal({
      code: 0,
      out: '0401;encoding=hex\n',
      error: '',
    });
  });

  it('says why a User-to-User value cannot be made', async () => {
    expect(await baton(['uui', 'build', '--hex', '1'])).to.deep.equal({
      code: 64,
      out: '',
      error: 'baton: hex is an even number of hex digits\n',
    });
  });

  for (const [args, why] of [
    [['userdata', '00@t:n', 'set', 'a=1'], '--by says whose change it is'],
    [['userdata', '00@t:n', 'delete', 'a'], '--by says whose change it is'],
    [['userdata', '00@t:n', 'delete-all'], '--by says whose change it is'],
    [['userdata', '00@t:n', 'set', '--by', 'crm'], 'set: expected key=value'],
    [['userdata', '00@t:n', 'attach', '--by', 'crm'], 'attach: expected key=value'],
    [['userdata', '00@t:n', 'delete', '--by', 'crm'], 'delete: expected the keys'],
    [['userdata', '00@t:n', 'get', 'a'], 'get: takes nothing more'],
    [['userdata', '00@t:n', 'set', 'a', '--by', 'crm'], '"a": expected key=value'],
    [['userdata', '00@t:n', 'set', 'a:int=b', '--by', 'crm'], '"a:int=b": expected a whole number'],
    [['call', '00@t:n', '--url', 'here'], '--url: expected http://host:port (Invalid URL)'],
    [
      ['call', '00@t:n', '--url', 'http://me:secret@here'],
      '--url: expected http://host:port (a token, not user and password)',
    ],
    [['agent', '1001', 'login'], 'login: expected dn'],
    [['agent', '1001', 'logout', '2001'], 'logout: takes nothing more'],
    [['agent', '1001', 'not-ready', '--reason', 'a'], '"a": expected key=value'],
    [['tail', 'baton.log', '--dn', '2001'], 'a log (baton.log) or the events of a Baton, not both'],
    [['uui', 'build'], 'give one of data, hex and text'],
  ] as const) {
    it(`says what is wrong with "baton ${args.join(' ')}"`, async () => {
      expect(await baton(args)).to.deep.equal({ code: 64, out: '', error: `baton: ${why}\n` });
    });
  }

  for (const args of [
    ['nonsense'],
    ['serve', '--nonsense'],
    ['uui', 'parse'],
    ['uui', 'parse', '04', '--metod'],
    ['call'],
    ['userdata', '00@t:n', 'eat'],
    ['userdata', '00@t:n', 'set', 'a=1', '--by', 'crm', '--scope', 'nowhere'],
    ['userdata', '00@t:n', 'set', 'a=1', '--by', 'crm', '--if-revision', 'x'],
    ['call', '00@t:n', 'and', 'more'],
    ['tail', '--dn'],
    ['agent', '1001', 'sleep'],
    ['agent', '1001', 'message-waiting-on', '--waiting', 'many'],
  ]) {
    it(`refuses "baton ${args.join(' ')}" as misused`, async () => {
      const { code, error } = await baton(args);
      expect(code).to.equal(64);
      expect(error).to.match(/^error: /);
    });
  }

  it('shows its help', async () => {
    const { code, out } = await baton(['--help']);
    expect(code).to.equal(0);
    for (const command of ['serve', 'engine', 'check-config', 'tail', 'call', 'userdata', 'agent', 'uui'])
      expect(out).to.include(`\n  ${command}`);
    expect(out).to.include('\nExit codes:\n  0   done\n');
    for (const code of Object.values(exitCodes)) expect(out).to.match(new RegExp(`\\n  ${code} +\\w`));
  });

  for (const [command, example] of [
    ['userdata', 'baton userdata CONNID set CaseId=42'],
    ['tail', 'baton tail --dn 2001'],
    ['agent', 'baton agent 1001 login 2001 --queue sales'],
  ] as const) {
    it(`shows examples in the help of ${command}`, async () => {
      const { code, out } = await baton([command, '--help']);
      expect(code).to.equal(0);
      expect(out).to.include(`\nExamples:\n`);
      expect(out).to.include(example);
    });
  }

  it('says that a log is not there', async () => {
    const { code, error } = await baton(['tail', '/nowhere/baton.log']);
    expect(code).to.equal(66);
    expect(error).to.match(/^baton: ENOENT: .*\/nowhere\/baton.log/);
  });
});

describe('baton asks a running Baton', () => {
  let server: Server;
  let url = '';
  let authorizations: (string | undefined)[];
  let asked: string[];
  let body: string | undefined;
  let bodies: string[];

  beforeEach(async () => {
    authorizations = [];
    asked = [];
    bodies = [];
    body = undefined;
    server = createServer((request, response) => {
      authorizations.push(request.headers.authorization);
      asked.push(`${request.method} ${decodeURIComponent(request.url ?? '')}`);
      request.setEncoding('utf8').on('data', (text: string) => bodies.push(text));
      const isKnown = asked.at(-1)?.includes(aliceToBob.connId) === true;
      response.statusCode = isKnown ? 200 : 404;
      response.end(body ?? JSON.stringify(isKnown ? aliceToBob : problemFor('call-unknown')));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });

  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  it('prints the call', async () => {
    const { code, out } = await baton(['call', aliceToBob.connId, '--url', url]);
    expect(code).to.equal(0);
    expect(JSON.parse(out)).to.deep.equal(aliceToBob);
  });

  it('asks where the configuration says, with its token', async () => {
    const env = { BATON_HTTP_LISTEN: new URL(url).host, BATON_HTTP_TOKENS: 'correct-horse-battery' };
    expect(await baton(['call', aliceToBob.connId], { env })).to.include({ code: 0 });
    expect(authorizations).to.deep.equal(['Bearer correct-horse-battery']);
  });

  for (const [what, args, env, expected] of [
    ['--token', ['--token', 'by-flag'], { BATON_TOKEN: 'by-env' }, 'by-flag'],
    ['BATON_TOKEN', [], { BATON_TOKEN: 'by-env' }, 'by-env'],
    ['the first token that may write', [], { BATON_TOKEN: '' }, 'may-write-and-read'],
  ] as const) {
    it(`shows ${what}`, async () => {
      const tokens =
        '[{token: may-only-listen-1, scopes: [events:read]}, {token: of-another-tenant, scopes: [calls:write], tenant: acme},' +
        ' {token: may-write-and-read, scopes: [calls:read, calls:write], tenant: default}]';
      const write = ['userdata', aliceToBob.connId, 'delete', 'A', '--by', 'crm', '--url', url];
      const outcome = await baton([...write, '--set', `http.tokens=${tokens}`, ...args], { env });
      expect(outcome).to.include({ code: 0, error: '' });
      expect(authorizations).to.deep.equal([`Bearer ${expected}`]);
    });
  }

  it('does not show a token that may not do it', async () => {
    const tokens = 'http.tokens=[{token: may-only-listen-1, scopes: [events:read]}]';
    expect(await baton(['call', aliceToBob.connId, '--url', url, '--set', tokens])).to.deep.equal({
      code: 77,
      out: '',
      error: 'baton: no token of http.tokens has the scope calls:read here; give --token\n',
    });
    expect(asked).to.deep.equal([]);
  });

  it('shows legs and data to a person', async () => {
    const args = ['call', aliceToBob.connId, '--url', url];
    const { out } = await baton(args, { isTerminal: true });
    expect(out.split('\n')).to.include.members(['  caller alice confirmed', '  CaseId=42']);
    expect(JSON.parse((await baton([...args, '--json'], { isTerminal: true })).out)).to.deep.equal(
      aliceToBob,
    );
    const data = await baton(['userdata', aliceToBob.connId, 'get', '--url', url], { isTerminal: true });
    expect(data.out).to.equal('CaseId=42\n');
  });

  it('sends what it was told to', async () => {
    const common = ['--by', 'crm', '--if-revision', '7', '--url', url];
    for (const what of [
      ['set', 'A=1', 'B:int=2', '--scope', 'sip'],
      ['attach', 'A=1'],
      ['delete', 'A', 'B'],
      ['delete-all'],
    ])
      expect(await baton(['userdata', aliceToBob.connId, ...what, ...common])).to.include({ code: 0 });
    const author = { thirdPartyDn: 'crm', ifRevision: 7 };
    const text = { key: 'A', type: 'string', value: '1' };
    const number = { key: 'B', type: 'int', value: 2 };
    expect(bodies.map(each => JSON.parse(each) as unknown)).to.deep.equal([
      {
        ...author,
        operation: 'update',
        userData: [
          { ...text, scope: 'sip' },
          { ...number, scope: 'sip' },
        ],
      },
      { ...author, operation: 'attach', userData: [text] },
      { ...author, operation: 'delete', keys: ['A', 'B'] },
      { ...author, operation: 'delete-all' },
    ]);
  });

  it('shows agents, and asks something of one', async () => {
    const ready = { agentId: '1001', state: 'ready', revision: 2 };
    server.removeAllListeners('request');
    server.on('request', (request, response) => {
      asked.push(`${request.method} ${request.url}`);
      request.setEncoding('utf8').on('data', (text: string) => bodies.push(text));
      response.end(JSON.stringify(request.url === '/v1/agents' ? { agents: [ready, ready] } : ready));
    });
    const isTerminal = true;
    expect(await baton(['agent', '--url', url], { isTerminal })).to.include({
      out: '1001 ready\n1001 ready\n',
    });
    const one = await baton(['agent', '1001', '--url', url]);
    expect(JSON.parse(one.out)).to.deep.equal(ready);
    const login = ['login', '2001', '--queue', 'sales', '--queue', 'care', '--reference-id', '7'];
    const notReady = ['not-ready', '--work-mode', 'AuxWork', '--reason', 'Lunch:int=1'];
    const more = [
      ['forward-set', '+4930'],
      ['mute-on', '--call', '00@t:n'],
      ['monitor-next-call', '--type', 'MonitorAllCalls'],
      ['message-waiting-on', '--waiting', '2', '--old', '0', '--urgent', '1', '--urgent-old', '0'],
    ];
    for (const words of [login, notReady, ...more])
      expect(await baton(['agent', '10/1', ...words, '--url', url])).to.include({ code: 0, error: '' });
    expect(new Set(asked.slice(2))).to.deep.equal(new Set(['POST /v1/agents/10%2F1/state']));
    expect(bodies.map(each => JSON.parse(each) as unknown)).to.deep.equal([
      { action: 'login', dn: '2001', queues: ['sales', 'care'], referenceId: 7 },
      { action: 'not-ready', workMode: 'AuxWork', reasons: [{ key: 'Lunch', type: 'int', value: 1 }] },
      { action: 'forward-set', to: '+4930' },
      { action: 'mute-on', connId: '00@t:n' },
      { action: 'monitor-next-call', type: 'MonitorAllCalls' },
      { action: 'message-waiting-on', waiting: 2, old: 0, urgent: 1, urgentOld: 0 },
    ]);
  });

  it('says that a change is done whose result the token may not read', async () => {
    body = JSON.stringify({ connId: aliceToBob.connId, state: 'established', revision: 2 });
    expect(
      await baton(['userdata', aliceToBob.connId, 'delete-all', '--by', 'crm', '--url', url]),
    ).to.deep.equal({ code: 0, out: '', error: 'baton: done; the token may not read the data\n' });
  });

  describe('for its events', () => {
    const event = changeOf('42');
    const gap = { missedFrom: 'a-1', missedTo: 'a-6' };
    const block = (id: string, name: string, data: object) =>
      `id: ${id}\nevent: ${name}\ndata: ${JSON.stringify(data)}\n\n`;

    /** One stream, and a refusal for who comes back. */
    beforeEach(() => {
      server.removeAllListeners('request');
      server.on('request', (request, response) => {
        asked.push(`${request.url} ${String(request.headers['last-event-id'] ?? '')}`);
        authorizations.push(request.headers.authorization);
        if (asked.length > 1) {
          response.writeHead(401).end(JSON.stringify(problemFor('unauthorized')));
          return;
        }
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.end(
          `retry: 2\n\n${block('a-6', 'gap', gap)}${block('a-7', event.id, event)}` +
            block('', 'cut', { code: 'shutting-down' }).replace(/^id.*\n/, ''),
        );
      });
    });

    it('prints them as JSON lines, comes back, and ends when it is refused', async () => {
      const filters = [
        '--dn',
        'bob',
        '--dn',
        'carol',
        '--id',
        'EventAttachedDataChanged',
        '--conn-id',
        '1@a:b',
      ];
      const { code, out, error } = await baton(['tail', '--url', url, ...filters, '--after', 'a-0']);
      const lines = out.trim().split('\n');
      expect(lines.map(line => JSON.parse(line) as unknown)).to.deep.equal([
        { position: 'a-6', gap },
        { position: 'a-7', event },
      ]);
      const query = '/v1/events?dn=bob&dn=carol&connId=1%40a%3Ab&id=EventAttachedDataChanged&after=a-0';
      expect(asked).to.deep.equal([`${query} `, `${query} a-7`]);
      expect(error.split('\n')[0]).to.equal('baton: the event stream was cut: shutting-down; again in 0.0 s');
      expect(code).to.equal(77);
    });

    it('prints them as lines for a person', async () => {
      const { out } = await baton(['tail', '--events', '--url', url], { isTerminal: true });
      expect(out.split('\n').slice(0, -1)).to.deep.equal([
        formatStreamItem({ position: 'a-6', gap }, plain),
        formatStreamItem({ position: 'a-7', event }, plain),
      ]);
    });

    it('shows a token that may read them', async () => {
      const tokens = 'http.tokens=[{token: may-read-calls-1, scopes: [calls:read]}, may-do-everything]';
      await baton(['tail', '--dn', 'bob', '--url', url, '--set', tokens]);
      expect(authorizations[0]).to.equal('Bearer may-do-everything');
    });
  });

  it('says when there is no such call', async () => {
    expect(await baton(['call', '99@a:b', '--url', url])).to.deep.equal({
      code: 66,
      out: '',
      error: `baton: ${errorEntry('call-unknown').meaning}\n`,
    });
  });

  it('shows and changes its data alone', async () => {
    const { connId, userData } = aliceToBob;
    for (const what of [['get'], ['set', 'CaseId=42', '--by', 'crm'], ['delete', 'CaseId', '--by', 'crm']]) {
      const { out } = await baton(['userdata', connId, ...what, '--url', url]);
      expect(JSON.parse(out)).to.deep.equal(userData);
    }
    const write = `POST /v1/calls/${connId}/user-data`;
    expect(asked).to.deep.equal([`GET /v1/calls/${connId}`, write, write]);
  });

  it('says when somebody else answers', async () => {
    body = '<html>';
    const { code, error } = await baton(['call', aliceToBob.connId, '--url', url]);
    expect(code).to.equal(76);
    expect(error).to.match(/^baton: http.* answered 200, and no JSON: no Baton\?\n$/);
  });

  it('says when nobody answers', async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
    expect(await baton(['call', '99@a:b', '--url', url])).to.include({
      code: 69,
      error: `baton: nothing answers at ${url}/v1/calls/99%40a%3Ab\n`,
    });
  });
});

function neverAsked(): Promise<never> {
  return Promise.reject(new Error('was not to be started'));
}

/** Remembers what it was to start with and fails in a way that ends the command. */
function refuse(seen: Config[], config: Config): Promise<never> {
  seen.push(config);
  return Promise.reject(new BatonError('port-in-use', 'taken'));
}

async function* inputOf(text: string): AsyncGenerator<string> {
  yield text;
}
