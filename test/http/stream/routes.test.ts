import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect } from 'chai';
import { pino } from 'pino';
import { HttpServer, type HttpServerOptions } from '../../../lib/http/server.ts';
import { Metrics } from '../../../lib/metrics.ts';
import { EventRing } from '../../../lib/stream/event-ring.ts';
import type { QueueLimits } from '../../../lib/stream/subscription.ts';
import { changeOf, changeOfThirdParty } from '../../../support/sample-change.ts';
import { SubscriberRecorder, unlimited } from '../../stream/support.ts';
import { eventually } from '../../support/eventually.ts';
import { SseReader, WebSocketReader } from '../../../support/stream-readers.ts';

const token = 'correct-horse-battery';
const run = '00c0ffee';

interface Options {
  readonly tokens?: readonly string[];
  readonly limits?: QueueLimits;
  readonly heartbeatMs?: number;
  readonly maxSubscribers?: number;
  readonly maxEvents?: number;
}

describe('GET /v1/events', () => {
  let ring: EventRing;
  let metrics: Metrics;
  let server: HttpServer;
  let url = '';
  let leave: (() => void)[] = [];

  async function serve(options: Options = {}): Promise<void> {
    const { tokens = [], limits = { maxEvents: 1000, maxBytes: 4_000_000 }, maxEvents = 100 } = options;
    ring = new EventRing({ run, maxEvents, maxBytes: 100_000_000 });
    metrics = new Metrics();
    server = new HttpServer({
      listen: { address: '127.0.0.1', port: 0 },
      tokens,
      log: pino({ level: 'silent' }),
      views: { metrics, readiness: () => 'ready', calls: () => [] } as unknown as HttpServerOptions['views'],
      events: {
        ring,
        limits,
        maxSubscribers: options.maxSubscribers ?? 10,
        heartbeatMs: options.heartbeatMs ?? 60_000,
        closeGraceMs: 50,
      },
    });
    const { address, port } = await server.start();
    url = `http://${address}:${port}/v1/events`;
  }

  async function sse(query = '', headers: Readonly<Record<string, string>> = {}): Promise<SseReader> {
    const reader = await SseReader.open(url + query, headers);
    leave.push(() => reader.close());
    return reader;
  }

  async function webSocket(query = '', headers: Readonly<Record<string, string>> = {}, options = {}) {
    const reader = await WebSocketReader.open(url + query, headers, options);
    leave.push(() => reader.close());
    return reader;
  }

  /** A subscriber who sends its request and then reads nothing at all. */
  async function deafClient(headers: string): Promise<Socket> {
    const { hostname, port } = new URL(url);
    const socket = connect({ host: hostname, port: Number(port) });
    leave.push(() => socket.destroy());
    socket.pause().on('error', () => undefined);
    await once(socket, 'connect');
    socket.write(`GET /v1/events HTTP/1.1\r\nHost: ${hostname}:${port}\r\n${headers}\r\n\r\n`);
    return socket;
  }

  async function sample(name: string): Promise<number> {
    const { body } = await metrics.text();
    const line = body.split('\n').find(each => each.startsWith(`${name} `));
    return Number(line?.split(' ')[1] ?? 0);
  }

  async function subscribers(carrier: string, count: number): Promise<void> {
    const name = `baton_event_subscribers{carrier="${carrier}"}`;
    for (const until = Date.now() + 8_000; (await sample(name)) !== count; ) {
      if (Date.now() > until) throw new Error(`never: ${count} subscribers over ${carrier}`);
      await nextTurn();
    }
  }

  /** Until the wanted comes true: publishes, a little in each turn of the event loop. */
  async function publishUntil(condition: () => boolean, what: string, value: string): Promise<number> {
    let published = 0;
    await eventually(() => {
      if (condition()) return true;
      ring.publish(changeOf(value));
      published += 1;
      return false;
    }, what);
    return published;
  }

  beforeEach(() => {
    leave = [];
  });

  afterEach(async () => {
    for (const each of leave) each();
    await server.stop();
  });

  describe('as server-sent events', () => {
    it('sends its headers at once, and where the stream is', async () => {
      await serve();
      ring.publish(changeOf('before'));
      const alice = await sse();
      expect(alice.response.statusCode).to.equal(200);
      expect(alice.response.headers).to.include({
        'content-type': 'text/event-stream',
        'cache-control': 'no-store',
      });
      await alice.until(() => alice.blocks.length > 0, 'a first block');
      expect(alice.blocks).to.deep.equal([{ retry: '2000', id: '00c0ffee-1' }]);
    });

    it('ends without a word when its reader sends what cannot be read', async () => {
      await serve();
      const { hostname, port } = new URL(url);
      const socket = connect({ host: hostname, port: Number(port) }).setEncoding('utf8');
      let received = '';
      socket.on('data', (text: string) => (received += text));
      socket.on('error', () => undefined);
      socket.write('GET /v1/events HTTP/1.1\r\nHost: baton\r\n\r\n');
      await once(socket, 'data');
      socket.write('garbage\r\n\r\n');
      await once(socket, 'close');
      expect(received)
        .to.match(/^HTTP\/1\.1 200 /)
        .and.not.include('bad-request');
    });

    it('writes position, name and the bare event on one line', async () => {
      await serve();
      const alice = await sse();
      ring.publish(changeOf('two\nlines'));
      await alice.until(() => alice.told.length === 1, 'an event');
      const [block] = alice.told;
      expect(block).to.include({ id: '00c0ffee-1', event: 'EventAttachedDataChanged' });
      expect(JSON.parse(block?.data ?? '')).to.deep.equal(changeOf('two\nlines'));
    });

    it("streams every party's copy, the third party's included, unless a filter says otherwise", async () => {
      await serve();
      const [all, bobs, carols] = [await sse(), await sse('?dn=bob'), await sse('?dn=carol&dn=dave')];
      ring.publish(changeOf('x', { ThisDN: 'alice' }));
      ring.publish(changeOf('x', { ThisDN: 'bob' }));
      ring.publish(changeOfThirdParty('x'));
      await all.until(() => all.told.length === 3, 'three copies');
      await carols.until(() => carols.told.length === 1, 'one copy');
      await bobs.until(() => bobs.told.length === 1, 'one copy');
      expect(bobs.told[0]?.id).to.equal('00c0ffee-2');
      expect(carols.told[0]?.id).to.equal('00c0ffee-3');
    });

    for (const [what, query, headers] of [
      ['Last-Event-ID', '', { 'last-event-id': '00c0ffee-1' }],
      ['?after=', '?after=00c0ffee-1', {}],
    ] as const) {
      it(`gives what was missed to one who comes back with ${what}`, async () => {
        await serve();
        for (const value of ['a', 'b', 'c']) ring.publish(changeOf(value));
        const alice = await sse(query, headers);
        ring.publish(changeOf('d'));
        await alice.until(() => alice.told.length === 3, 'three events');
        expect(alice.told.map(block => block.id)).to.deep.equal(['00c0ffee-2', '00c0ffee-3', '00c0ffee-4']);
      });
    }

    for (const [what, lastEventId, missedFrom] of [
      ['the ring has let go of some', '00c0ffee-1', '00c0ffee-2'],
      ['it was another process', 'aaaaaaaa-4', null],
    ] as const) {
      it(`tells of a gap when ${what}`, async () => {
        await serve({ maxEvents: 2 });
        for (const value of ['a', 'b', 'c', 'd']) ring.publish(changeOf(value));
        const alice = await sse('', { 'last-event-id': lastEventId });
        await alice.until(() => alice.told.length === 3, 'gap and events');
        expect(alice.told.map(block => [block.event, block.id])).to.deep.equal([
          ['gap', '00c0ffee-2'],
          ['EventAttachedDataChanged', '00c0ffee-3'],
          ['EventAttachedDataChanged', '00c0ffee-4'],
        ]);
        expect(JSON.parse(alice.told[0]?.data ?? '')).to.deep.equal({ missedFrom, missedTo: '00c0ffee-2' });
      });
    }

    it('shows by comments that it lives', async () => {
      await serve({ heartbeatMs: 5 });
      const alice = await sse();
      await alice.until(() => alice.blocks.length > 2, 'heartbeats');
      expect(alice.blocks.slice(1, 3)).to.deep.equal([{ comment: 'heartbeat' }, { comment: 'heartbeat' }]);
    });

    it('tells with a heartbeat where the stream is when others were told something', async () => {
      await serve({ heartbeatMs: 5 });
      const alice = await sse('?dn=alice');
      ring.publish(changeOf('for bob'));
      await alice.until(() => alice.blocks.some(({ id }) => id === '00c0ffee-1'), 'the position');
      expect(alice.told).to.deep.equal([]);
      expect(alice.blocks.at(-1)).to.not.have.property('event');
    });

    for (const [what, query, headers, status, code] of [
      ['an unknown parameter', '?dm=bob', {}, 422, 'unprocessable'],
      ['no position', '?after=yesterday', {}, 422, 'unprocessable'],
      ['an Accept without it', '', { accept: 'application/json' }, 406, 'not-acceptable'],
      ['an Accept that excludes it', '', { accept: '*/*, text/event-stream;q=0' }, 406, 'not-acceptable'],
    ] as const) {
      it(`refuses ${what} with ${status}`, async () => {
        await serve();
        const response = await fetch(url + query, { headers });
        expect(response.status).to.equal(status);
        expect(await response.json()).to.include({ status, code });
      });
    }

    for (const accept of ['text/event-stream', 'text/html, text/*;q=0.5', '*/*', '']) {
      it(`is what "Accept: ${accept}" gets`, async () => {
        await serve();
        expect((await sse('', { accept })).response.statusCode).to.equal(200);
      });
    }

    it('answers HEAD and stays silent', async () => {
      await serve();
      const response = await fetch(url, { method: 'HEAD' });
      expect(response.headers.get('content-type')).to.match(/^text\/event-stream/);
      expect(await sample('baton_event_subscribers{carrier="sse"}')).to.equal(0);
    });

    it('wants a token where there are tokens', async () => {
      await serve({ tokens: [token] });
      expect((await sse()).response.statusCode).to.equal(401);
      expect((await sse('', { authorization: `Bearer ${token}` })).response.statusCode).to.equal(200);
    });

    it('counts subscribers and what they got', async () => {
      await serve();
      const alice = await sse();
      ring.publish(changeOf('x'));
      await alice.until(() => alice.told.length === 1, 'an event');
      expect(await sample('baton_event_subscribers{carrier="sse"}')).to.equal(1);
      expect(await sample('baton_events_streamed_total{carrier="sse"}')).to.equal(1);
      alice.close();
      await subscribers('sse', 0);
    });
  });

  describe('as a WebSocket', () => {
    it('sends a text frame with position and event', async () => {
      await serve();
      const alice = await webSocket('?dn=bob');
      ring.publish(changeOf('x', { ThisDN: 'alice' }));
      ring.publish(changeOf('y'));
      await alice.until(() => alice.frames.length === 1, 'a frame');
      expect(alice.frames).to.deep.equal([{ position: '00c0ffee-2', event: changeOf('y') }]);
    });

    it('says first where the stream is, or where it goes on', async () => {
      await serve();
      ring.publish(changeOf('before'));
      const [alice, bob] = [await webSocket(), await webSocket('?after=00c0ffee-0&dn=nobody')];
      await alice.until(() => alice.positions.length === 1, 'a position');
      await bob.until(() => bob.positions.length === 1, 'a position');
      expect([alice.positions, bob.positions]).to.deep.equal([['00c0ffee-1'], ['00c0ffee-0']]);
    });

    it('says no position to one of another run before it says that something is missing', async () => {
      await serve();
      const alice = await webSocket('?after=aaaaaaaa-5');
      await alice.until(() => alice.frames.length === 1, 'a gap');
      expect(alice.positions).to.deep.equal([]);
      expect(alice.frames[0]?.gap).to.deep.equal({ missedFrom: null, missedTo: '00c0ffee-0' });
    });

    it('tells with a heartbeat where the stream is when others were told something', async () => {
      await serve({ heartbeatMs: 300 });
      const alice = await webSocket('?dn=alice');
      ring.publish(changeOf('for bob'));
      await alice.until(() => alice.positions.length === 2, 'the position');
      expect(alice.positions[1]).to.equal('00c0ffee-1');
    });

    it('gives what was missed, after a gap where something is gone', async () => {
      await serve({ maxEvents: 1 });
      for (const value of ['a', 'b']) ring.publish(changeOf(value));
      const alice = await webSocket('?after=00c0ffee-0');
      await alice.until(() => alice.frames.length === 2, 'two frames');
      expect(alice.frames).to.deep.equal([
        { position: '00c0ffee-1', gap: { missedFrom: '00c0ffee-1', missedTo: '00c0ffee-1' } },
        { position: '00c0ffee-2', event: changeOf('b') },
      ]);
    });

    for (const [what, query, headers, reason] of [
      ['an unknown parameter', '?dm=x', {}, '"dm": no such parameter; there are dn, connId, id, after'],
      [
        'a page of another origin',
        '',
        { origin: 'https://evil.example' },
        'a page of another origin may not read events',
      ],
    ] as const) {
      it(`closes with 1008 for ${what}`, async () => {
        await serve();
        const alice = await webSocket(query, headers);
        await alice.until(() => alice.closed !== undefined, 'closed');
        expect(alice.closed).to.deep.equal({ code: 1008, reason });
      });
    }

    it('serves a page of its own origin', async () => {
      await serve();
      const alice = await webSocket('', { origin: new URL(url).origin });
      ring.publish(changeOf('x'));
      await alice.until(() => alice.frames.length === 1, 'a frame');
    });

    it('wants a token where there are tokens, and says so before the handshake', async () => {
      await serve({ tokens: [token] });
      const failure: unknown = await webSocket().catch((error: unknown) => error);
      expect(failure).to.have.property('message', 'Unexpected server response: 401');
      const alice = await webSocket('', { authorization: `Bearer ${token}` });
      ring.publish(changeOf('x'));
      await alice.until(() => alice.frames.length === 1, 'a frame');
    });

    for (const [what, headers] of [
      ['without a key', 'Sec-WebSocket-Version: 13'],
      ['of another version', 'Sec-WebSocket-Version: 7\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA=='],
    ] as const) {
      it(`refuses a handshake ${what} with a problem that tells the version`, async () => {
        await serve();
        const socket = await deafClient(`Connection: Upgrade\r\nUpgrade: websocket\r\n${headers}`);
        let text = '';
        socket.on('data', (piece: Buffer) => (text += piece.toString())).resume();
        await once(socket, 'close');
        expect(text)
          .to.match(/^HTTP\/1\.1 400 /)
          .and.include('Sec-WebSocket-Version: 13\r\n');
        expect(JSON.parse(text.slice(text.indexOf('\r\n\r\n')))).to.include({ code: 'bad-request' });
      });
    }

    it('is not to be had at another path', async () => {
      await serve();
      url = url.replace('events', 'calls');
      const failure: unknown = await webSocket().catch((error: unknown) => error);
      expect(failure).to.have.property('message', 'Unexpected server response: 200');
    });

    it('pings, and serves on who answers', async () => {
      await serve({ heartbeatMs: 300 });
      const alice = await webSocket();
      let pings = 0;
      alice.socket.on('ping', () => (pings += 1));
      await eventually(() => pings > 2, 'three pings');
      expect(alice.closed).to.equal(undefined);
    });

    it('ends with who does not answer a ping', async () => {
      await serve({ heartbeatMs: 10 });
      const alice = await webSocket('', {}, { autoPong: false });
      await alice.until(() => alice.closed !== undefined, 'closed');
      expect(alice.closed?.code).to.equal(1006);
    });

    it('ignores frames, and closes when they do not stop', async () => {
      await serve();
      const alice = await webSocket();
      for (let frame = 0; frame < 100; frame += 1) alice.socket.send('hello');
      alice.socket.ping();
      await once(alice.socket, 'pong');
      ring.publish(changeOf('x'));
      await alice.until(() => alice.frames.length === 1, 'a frame');
      alice.socket.send('hello');
      await alice.until(() => alice.closed !== undefined, 'closed');
      expect(alice.closed).to.deep.equal({ code: 1008, reason: 'nothing is expected from you' });
    });

    it('closes with 1009 for a frame over 4,096 octets', async () => {
      await serve();
      const alice = await webSocket();
      alice.socket.send('x'.repeat(4_097));
      await alice.until(() => alice.closed !== undefined, 'closed');
      expect(alice.closed?.code).to.equal(1009);
      await subscribers('websocket', 0);
    });
  });

  describe('with as many subscribers as there may be', () => {
    it('refuses one more with 503, over both carriers, and counts it', async () => {
      await serve({ maxSubscribers: 2 });
      await sse();
      await webSocket();
      const response = await fetch(url);
      expect(response.status).to.equal(503);
      expect(response.headers.get('content-type')).to.match(/^application\/problem\+json/);
      expect(await response.json()).to.include({ code: 'too-many-subscribers' });
      const failure: unknown = await webSocket().catch((error: unknown) => error);
      expect(failure).to.have.property('message', 'Unexpected server response: 503');
      expect(await sample('baton_event_subscribers_refused_total')).to.equal(2);
    });

    it('takes another when one has left', async () => {
      await serve({ maxSubscribers: 1 });
      const alice = await sse();
      alice.close();
      await subscribers('sse', 0);
      expect((await sse()).response.statusCode).to.equal(200);
    });
  });

  describe('with a subscriber who does not read', () => {
    const upgrade =
      'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==';
    for (const [carrier, headers] of [
      ['sse', 'Accept: text/event-stream'],
      ['websocket', upgrade],
    ] as const) {
      it(`${carrier}: cuts it and lets others have everything, in order`, async () => {
        await serve({ limits: { maxEvents: 20, maxBytes: 10_000_000 }, maxEvents: 10_000 });
        const deaf = await deafClient(headers);
        await subscribers(carrier, 1);
        const [alice, bob] = [await sse(), await webSocket()];
        await subscribers('sse', carrier === 'sse' ? 2 : 1);
        await subscribers('websocket', carrier === 'sse' ? 1 : 2);
        let cuts = 0;
        const { streams } = metrics;
        const { subscriberCut } = streams;
        streams.subscriberCut = code => {
          cuts += 1;
          subscriberCut.call(streams, code);
        };
        const count = await publishUntil(() => cuts > 0, 'a cut', 'x'.repeat(20_000));
        const positions = Array.from({ length: count }, (_, at) => `${run}-${at + 1}`);
        await alice.until(() => alice.told.length >= count, 'all events');
        await bob.until(() => bob.frames.length >= count, 'all events');
        expect(alice.told.map(block => block.id)).to.deep.equal(positions);
        expect(bob.frames.map(frame => frame.position)).to.deep.equal(positions);
        expect(await sample('baton_event_subscribers_cut_total{code="slow-subscriber"}')).to.equal(1);
        // It is not kept for ever either.
        await subscribers(carrier, 1);
        deaf.destroy();
      });
    }

    it('tells one who reads again in time why it was cut: SSE', async () => {
      await serve({ limits: { maxEvents: 5, maxBytes: 10_000_000 } });
      const alice = await sse();
      ring.cutAll('slow-subscriber');
      await alice.until(() => alice.ended, 'the end');
      expect(alice.told.at(-1)).to.deep.equal({ event: 'cut', data: '{"code":"slow-subscriber"}' });
    });

    it('tells one who reads again in time why it was cut: WebSocket', async () => {
      await serve();
      const alice = await webSocket();
      ring.cutAll('slow-subscriber');
      await alice.until(() => alice.closed !== undefined, 'closed');
      expect(alice.closed).to.deep.equal({ code: 4408, reason: 'slow-subscriber' });
    });
  });

  describe('at a stop', () => {
    it('says goodbye to all, and ends with those who do not hear', async () => {
      await serve();
      const [alice, bob] = [await sse(), await webSocket()];
      await deafClient('Accept: text/event-stream');
      await subscribers('sse', 2);
      await server.stop();
      await alice.until(() => alice.ended, 'the end');
      await bob.until(() => bob.closed !== undefined, 'closed');
      expect(alice.told).to.deep.equal([{ event: 'cut', data: '{"code":"shutting-down"}' }]);
      expect(bob.closed).to.deep.equal({ code: 1001, reason: 'shutting-down' });
      await subscribers('sse', 0);
    });

    it('leaves other readers of the ring alone', async () => {
      await serve();
      const other = new SubscriberRecorder();
      ring.subscribe({ subscriber: other, filter: {}, limits: unlimited });
      await server.stop();
      ring.publish(changeOf('a party hangs up'));
      ring.handOver();
      expect([other.heard, other.cut]).to.deep.equal([['1'], undefined]);
    });

    it('hands over what was published before', async () => {
      await serve();
      const alice = await sse();
      await alice.until(() => alice.blocks.length === 1, 'a first block');
      ring.publish(changeOf('last words'));
      await server.stop();
      await alice.until(() => alice.ended, 'the end');
      expect(alice.told.map(block => block.event)).to.deep.equal(['EventAttachedDataChanged', 'cut']);
    });
  });
});
