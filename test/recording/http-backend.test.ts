import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import { readFileSync } from 'node:fs';
import { HttpBackend } from '../../lib/recording/http-backend.ts';
import { orderOf } from '../../lib/recording/order.ts';
import { Story } from '../call/support/story.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { flowOfCode } from './support/paper-recorder.ts';

interface Asked {
  readonly headers: IncomingHttpHeaders;
  readonly body: Record<string, unknown>;
}

const schema = JSON.parse(
  readFileSync(new URL('../../docs/schema/recorder-request.json', import.meta.url), 'utf8'),
) as object;

/** Answers one after the other as it is told to; the last again and again. */
class RecorderOfOthers {
  readonly asked: Asked[] = [];
  readonly server: Server;
  answers: readonly ((response: ServerResponse) => void)[] = [response => response.end()];
  #onAsked: () => void = () => undefined;

  constructor() {
    this.server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const body = JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown>;
        this.asked.push({ headers: request.headers, body });
        const answer = this.answers[Math.min(this.asked.length, this.answers.length) - 1];
        answer?.(response);
        this.#onAsked();
      });
    });
  }

  async open(): Promise<string> {
    await new Promise<void>(resolve => this.server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/tasks?x=1`;
  }

  async whenAsked(count: number): Promise<void> {
    while (this.asked.length < count) await new Promise<void>(resolve => (this.#onAsked = resolve));
  }

  close(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
}

const says =
  (status: number, text = '') =>
  (response: ServerResponse): void =>
    void response.writeHead(status).end(text);
const hangs = (): void => undefined;
const breaks = (response: ServerResponse): void => void response.destroy();

describe('an external recorder', () => {
  let recorder: RecorderOfOthers;
  let backend: HttpBackend;
  let clock: FakeClock;
  const { call } = new Story().established();
  const order = orderOf(call, {
    recordingId: 'user 1',
    mode: 'record',
    flow: flowOfCode('8001', { backend: 'http', mode: 'record' }),
    startedAtMs: 1_700_000_000_000,
  });

  beforeEach(async () => {
    recorder = new RecorderOfOthers();
    clock = new FakeClock();
    const url = await recorder.open();
    backend = new HttpBackend({ url, token: 's3cret', timeoutMs: 500, maxConnections: 4, clock });
    backend.listen({ failed: () => undefined, segmentsChanged: () => undefined });
  });

  afterEach(async () => {
    await backend.close();
    recorder.close();
  });

  const start = () => backend.start(order, clock.nowMs() + 1_300);

  it('is told which call, and its word is taken', async () => {
    recorder.answers = [says(201, '{"file":"rec/17.wav","bytes":44}')];
    expect(await start()).to.deep.equal({
      ok: true,
      segments: [{ file: 'rec/17.wav', bytes: 44, startedAtMs: clock.nowMs() }],
    });
    const [{ headers, body } = { headers: {}, body: {} }] = recorder.asked;
    expect(headers).to.include({ authorization: 'Bearer s3cret', 'content-type': 'application/json' });
    expect(headers['idempotency-key']).to.equal(
      encodeURIComponent(`${call.connId}.1700000000000.user 1.start`),
    );
    expect(body).to.deep.include({ taskID: 'user 1', action: 'start', mode: 'record', accessCode: '8001' });
    expect(body['parties']).to.deep.equal(
      order.parties.map(({ dn, role, address, callId, held }) => {
        return { dn, role, address, sipCallId: callId, holds: held };
      }),
    );
  });

  it('gets what docs/schema/recorder-request.json says', async () => {
    await start();
    backend.changed(order);
    await backend.pause(order, clock.nowMs() + 500);
    await backend.resume(order, clock.nowMs() + 500);
    await backend.stop(order);
    await recorder.whenAsked(5);
    const ajv = new Ajv({ strict: true, allErrors: true });
    addFormats.default(ajv);
    const isValid = ajv.compile(schema);
    for (const { body } of recorder.asked)
      expect(isValid(body), JSON.stringify(isValid.errors)).to.equal(true);
    const actions = recorder.asked.map(({ body }) => body['action']).sort();
    expect(actions).to.deep.equal(['change', 'pause', 'resume', 'start', 'stop']);
    expect(new Set(recorder.asked.map(({ headers }) => headers['idempotency-key'])).size).to.equal(5);
  });

  const starts: readonly [
    what: string,
    answers: RecorderOfOthers['answers'],
    outcome: object,
    asked: number,
  ][] = [
    ['says nothing about a file', [says(204)], { ok: true, segments: [] }, 1],
    ['says what is no JSON', [says(200, 'ok')], { ok: true, segments: [] }, 1],
    ['says far too much', [says(200, `{"file":"${'x'.repeat(20_000)}"}`)], { ok: true, segments: [] }, 1],
    [
      'names a file without end',
      [says(200, `{"file":"${'x'.repeat(2_000)}"}`)],
      { ok: true, segments: [] },
      1,
    ],
    ['fails once', [says(500), says(200)], { ok: true, segments: [] }, 2],
    ['is overrun once', [says(429), says(200)], { ok: true, segments: [] }, 2],
    ['fails twice', [says(500)], { ok: false, code: 'recorder-failed', reason: 'the recorder said 500' }, 2],
    ['refuses', [says(403)], { ok: false, code: 'recorder-failed', reason: 'the recorder said 403' }, 1],
    ['redirects', [says(302)], { ok: false, code: 'recorder-failed', reason: 'the recorder said 302' }, 1],
    ['breaks off once', [breaks, says(200)], { ok: true, segments: [] }, 2],
  ];
  for (const [what, answers, outcome, asked] of starts) {
    it(`that ${what}: ${JSON.stringify(outcome)}`, async () => {
      recorder.answers = answers;
      expect(await start()).to.deep.equal(outcome);
      expect(recorder.asked).to.have.length(asked);
      expect(new Set(recorder.asked.map(({ headers }) => headers['idempotency-key'])).size).to.equal(1);
    });
  }

  it('that hangs is asked twice with the same key, and told to stop what it may have begun', async () => {
    recorder.answers = [hangs, hangs, says(200)];
    const outcome = start();
    await recorder.whenAsked(1);
    clock.pass(500);
    await recorder.whenAsked(2);
    clock.pass(500);
    expect(await outcome).to.deep.equal({
      ok: false,
      code: 'recorder-timeout',
      reason: 'the recorder: timeout',
    });
    await recorder.whenAsked(3);
    const [first, second, third] = recorder.asked;
    expect(second?.headers['idempotency-key']).to.equal(first?.headers['idempotency-key']);
    expect(third?.body['action']).to.equal('stop');
  });

  it('is not asked again when nobody waits any more', async () => {
    recorder.answers = [hangs, says(200)];
    const outcome = backend.start(order, clock.nowMs() + 300);
    await recorder.whenAsked(1);
    clock.pass(300);
    expect(await outcome).to.include({ ok: false, code: 'recorder-timeout' });
    await recorder.whenAsked(2);
    expect(recorder.asked.map(({ body }) => body['action'])).to.deep.equal(['start', 'stop']);
  });

  it('that cannot be reached has failed', async () => {
    recorder.close();
    expect(await start()).to.deep.equal({
      ok: false,
      code: 'recorder-failed',
      reason: 'the recorder: network',
    });
  });

  it('says at the end how large the file is', async () => {
    recorder.answers = [says(200, '{"file":"rec/17.wav","bytes":4400}')];
    expect(await backend.stop(order)).to.deep.equal({
      ok: true,
      segments: [{ file: 'rec/17.wav', bytes: 4_400 }],
    });
  });

  it('that does not stop has failed', async () => {
    recorder.answers = [says(500)];
    expect(await backend.stop(order)).to.include({ ok: false, code: 'recorder-failed' });
  });
});
