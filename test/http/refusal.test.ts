import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { expect } from 'chai';
import { noAgents } from './support.ts';
import { pino } from 'pino';
import { openKeyPolicy } from '../../lib/attached-data/key-policy.ts';
import { type ErrorCode, errorEntry } from '../../lib/errors.ts';
import { refuseUnreadable } from '../../lib/http/refusal.ts';
import { HttpServer } from '../../lib/http/server.ts';
import { Metrics } from '../../lib/metrics.ts';

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

describe('a request that is refused before any route is looked for', () => {
  let server: HttpServer;
  let metrics: Metrics;
  let port: number;
  let logged: string[];

  beforeEach(async () => {
    logged = [];
    metrics = new Metrics();
    server = new HttpServer({
      listen: { address: '127.0.0.1', port: 0 },
      tokens: [],
      views: {
        metrics,
        readiness: () => 'ready',
        stream: () => ({ stream: 'off' }),
        calls: () => [],
        call: () => undefined,
        ...noAgents,
        keys: openKeyPolicy,
        changeData: () => ({ ok: false, code: 'call-unknown' }),
        release: () => ({ ok: false, code: 'call-unknown' }),
        originate: () => ({ ok: false, code: 'overload' }),
        transfer: () => ({ ok: false, code: 'overload' }),
      },
      log: pino({ level: 'trace' }, { write: line => logged.push(line) }),
    });
    ({ port } = await server.start());
  });

  afterEach(async () => {
    await server.stop();
  });

  const host = 'Host: baton\r\n';
  const rows: [what: string, text: string, code: ErrorCode][] = [
    ['that is no HTTP', 'garbage\r\n\r\n', 'bad-request'],
    ['that is TLS', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', 'bad-request'],
    ['of a method that there is not', `FOO /healthz HTTP/1.1\r\n${host}\r\n`, 'bad-request'],
    ['of another version', `GET /healthz HTTP/9.9\r\n${host}\r\n`, 'bad-request'],
    [
      'with a negative Content-Length',
      `POST /healthz HTTP/1.1\r\n${host}Content-Length: -1\r\n\r\n`,
      'bad-request',
    ],
    [
      'with two lengths',
      `POST /healthz HTTP/1.1\r\n${host}Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n`,
      'bad-request',
    ],
    ['with a broken header line', `GET /healthz HTTP/1.1\r\n${host}no colon\r\n\r\n`, 'bad-request'],
    [
      'with a header of 100 kB',
      `GET /healthz HTTP/1.1\r\n${host}X-A: ${'a'.repeat(100_000)}\r\n\r\n`,
      'header-too-large',
    ],
    ['with a path of 100 kB', `GET /${'a'.repeat(100_000)} HTTP/1.1\r\n${host}\r\n`, 'header-too-large'],
    ['without Host', 'GET /healthz HTTP/1.1\r\n\r\n', 'bad-request'],
    ['with two Hosts', `GET /healthz HTTP/1.1\r\n${host}${host}\r\n`, 'bad-request'],
    ['for a tunnel', `CONNECT 192.0.2.1:443 HTTP/1.1\r\n${host}\r\n`, 'method-not-allowed'],
  ];
  for (const [what, text, code] of rows) {
    const status = errorEntry(code).httpStatus ?? 0;
    it(`${what}: ${status} ${code}, the connection closed`, async () => {
      const answers = await send(text);
      expect(answers).to.have.length(1);
      expectProblem(answers[0], code);
    });
  }

  it('leaves no trace in log and metrics', async () => {
    // Those that are HTTP but for their Host are counted as any request is.
    const others = async (): Promise<string[]> =>
      (await metrics.text()).body.split('\n').filter(line => !line.startsWith('baton_http_requests_total{'));
    const before = await others();
    for (const [, text] of rows) await send(text);
    expect(await others()).to.deep.equal(before);
    expect(logged).to.deep.equal([]);
  });

  it('says what is allowed where it refuses a method', async () => {
    const [answer] = await send(`CONNECT 192.0.2.1:443 HTTP/1.1\r\n${host}\r\n`);
    expect(answer?.headers).to.include({ allow: 'GET, HEAD, POST' });
  });

  it('comes after the answer to a good one on the same connection', async () => {
    const socket = await open();
    socket.write(`GET /healthz HTTP/1.1\r\n${host}\r\n`);
    const [first] = (await once(socket, 'data')) as [Buffer];
    expect(answersIn(first.toString())[0]).to.include({ status: 200, body: '{"status":"alive"}' });
    const answers = await readToEnd(socket, 'garbage\r\n\r\n');
    expect(answers).to.have.length(1);
    expectProblem(answers[0], 'bad-request');
  });

  it('comes after the answer to a good one that came with it, whose body is still being read', async () => {
    const change = JSON.stringify({ operation: 'delete-all', thirdPartyDn: 'crm' });
    const type = `Content-Type: application/json\r\nContent-Length: ${change.length}\r\n`;
    const good = `POST /v1/calls/C/user-data HTTP/1.1\r\n${host}${type}\r\n${change}`;
    const answers = await send(`${good}${good}garbage\r\n\r\nmore garbage\r\n\r\n`);
    expect(answers.map(({ status }) => status)).to.deep.equal([404, 404, 400]);
    expectProblem(answers[2], 'bad-request');
  });

  it('comes at once when the request before it did not come to its end', async () => {
    const chunked = 'Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n';
    const answers = await send(`POST /v1/calls/C/user-data HTTP/1.1\r\n${host}${chunked}\r\nnothing\r\n`);
    expect(answers.map(({ status }) => status)).to.deep.equal([400]);
  });

  it('is answered although its sender goes on, and the next one is served', async () => {
    const socket = await open();
    const answers = readToEnd(socket, 'garbage\r\n\r\n');
    for (let piece = 0; piece < 20; piece += 1) socket.write('more garbage\r\n'.repeat(1000));
    expectProblem((await answers)[0], 'bad-request');
    expect((await fetch(`http://127.0.0.1:${port}/healthz`)).status).to.equal(200);
  });

  it('does not hold up a stop, although its sender keeps the connection', async () => {
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    socket.write('garbage\r\n\r\n');
    await once(socket, 'data');
    await server.stop();
    socket.destroy();
  });

  describe('does not concern', () => {
    for (const [what, text] of [
      ['HTTP/1.0 without Host', 'GET /healthz HTTP/1.0\r\n\r\n'],
      ['an empty Host', 'GET /healthz HTTP/1.1\r\nHost:\r\nConnection: close\r\n\r\n'],
      [
        'an expectation that nobody knows',
        `GET /healthz HTTP/1.1\r\n${host}Expect: tea\r\nConnection: close\r\n\r\n`,
      ],
    ] as const) {
      it(`${what}: 200`, async () => {
        expect((await send(text))[0]).to.include({ status: 200, body: '{"status":"alive"}' });
      });
    }

    it('a peer that resets its connection: the next one is served', async () => {
      const socket = await open();
      socket.write('GET /healthz HTT');
      socket.resetAndDestroy();
      expect((await fetch(`http://127.0.0.1:${port}/healthz`)).status).to.equal(200);
      expect(logged).to.deep.equal([]);
    });
  });

  describe('as Node tells of it', () => {
    for (const [error, code] of [
      ['ERR_HTTP_REQUEST_TIMEOUT', 'request-timeout'],
      ['HPE_HEADER_OVERFLOW', 'header-too-large'],
      ['HPE_INVALID_METHOD', 'bad-request'],
    ] as const) {
      it(`is answered once when it is ${error}: ${code}`, async () => {
        const wire = new PaperSocket();
        refuseUnreadable(failure(error), wire);
        refuseUnreadable(failure(error), wire);
        await once(wire, 'finish');
        const answers = answersIn(wire.written);
        expect(answers).to.have.length(1);
        expectProblem(answers[0], code);
        wire.destroy();
      });
    }

    it('is not answered when the connection itself failed', () => {
      const wire = new PaperSocket();
      refuseUnreadable(failure('ECONNRESET'), wire);
      expect(wire).to.include({ written: '', destroyed: true });
    });
  });

  async function send(text: string): Promise<Answer[]> {
    return await readToEnd(await open(), text);
  }

  async function open(): Promise<Socket> {
    const socket = connect({ port, host: '127.0.0.1' });
    await once(socket, 'connect');
    return socket;
  }
});

/** A connection that keeps what is written to it. */
class PaperSocket extends Duplex {
  written = '';

  override _read(): void {
    // Nobody sends.
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.written += chunk.toString();
    done();
  }
}

function failure(code: string): NodeJS.ErrnoException {
  return Object.assign(new Error(code), { code });
}

function expectProblem(answer: Answer | undefined, code: ErrorCode): void {
  const { httpStatus: status, meaning } = errorEntry(code);
  expect(answer).to.deep.include({ status });
  expect(answer?.headers).to.include({
    'content-type': 'application/problem+json; charset=utf-8',
    connection: 'close',
    'content-length': String(answer?.body.length),
  });
  expect(JSON.parse(answer?.body ?? '')).to.deep.include({
    type: `urn:baton:error:${code}`,
    title: meaning,
    status,
    code,
  });
}

/** Sends text and reads until the server closes. */
async function readToEnd(socket: Socket, text: string): Promise<Answer[]> {
  let received = '';
  socket.setEncoding('latin1').on('data', (piece: string) => (received += piece));
  socket.write(text, 'latin1');
  await once(socket, 'close');
  return answersIn(received);
}

function answersIn(text: string): Answer[] {
  return text
    .split(/(?=HTTP\/1\.1 \d{3} )/)
    .filter(piece => piece !== '')
    .map(piece => {
      const [head = '', body = ''] = piece.split('\r\n\r\n');
      const [start = '', ...lines] = head.split('\r\n');
      const headers = lines.map(line => line.split(': ') as [string, string]);
      return {
        status: Number(start.split(' ')[1]),
        headers: Object.fromEntries(headers.map(([name, value]) => [name.toLowerCase(), value])),
        body,
      };
    });
}
