import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { parse as parseYaml } from 'yaml';
import { type Main, runCommandLine, type Surroundings } from '../../lib/cli/program.ts';
import type { Config } from '../../lib/config.ts';
import { BatonError } from '../../lib/errors.ts';
import { problemFor } from '../../lib/http/problem.ts';

interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly error: string;
}

interface Play {
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  readonly main?: Partial<Main>;
}

const aliceToBob = {
  connId: '00@default:node1',
  callThreadId: '11',
  state: 'established',
  legs: [],
  startedAt: 'now',
  userData: [{ key: 'CaseId', type: 'string', value: '42' }],
};

async function baton(args: readonly string[], play: Play = {}): Promise<Outcome> {
  let out = '';
  let error = '';
  const surroundings: Surroundings = {
    terminal: {
      env: play.env ?? {},
      input: inputOf(play.input ?? ''),
      print: text => (out += text),
      complain: line => (error += `${line}\n`),
    },
    host: { on: () => undefined, exit: () => undefined },
    paint: (_style, text) => text,
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
      code: 1,
      out: '',
      error: 'baton: hex is an even number of hex digits\n',
    });
  });

  it('wants to know who changes data', async () => {
    expect(await baton(['userdata', '00@t:n', 'set', 'a=1'])).to.deep.equal({
      code: 1,
      out: '',
      error: 'baton: --by says whose change it is\n',
    });
  });

  for (const args of [
    ['nonsense'],
    ['serve', '--nonsense'],
    ['uui', 'parse'],
    ['uui', 'parse', '04', '--metod'],
    ['call'],
    ['userdata', '00@t:n', 'eat'],
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
    for (const command of ['serve', 'engine', 'check-config', 'tail', 'call', 'userdata', 'uui'])
      expect(out).to.include(`\n  ${command}`);
  });
});

describe('baton call and baton userdata', () => {
  let server: Server;
  let url = '';
  let authorizations: (string | undefined)[];
  let asked: string[];
  let body: string | undefined;

  beforeEach(async () => {
    authorizations = [];
    asked = [];
    body = undefined;
    server = createServer((request, response) => {
      authorizations.push(request.headers.authorization);
      asked.push(`${request.method} ${decodeURIComponent(request.url ?? '')}`);
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

  it('says when there is no such call', async () => {
    expect(await baton(['call', '99@a:b', '--url', url])).to.include({
      code: 1,
      error: 'baton: no live call has the ConnID 99@a:b\n',
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
    expect(code).to.equal(1);
    expect(error).to.match(/^baton: http.* answered 200, and no JSON: no Baton\?\n$/);
  });

  it('says when nobody answers', async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
    expect(await baton(['call', '99@a:b', '--url', url])).to.include({
      code: 1,
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
