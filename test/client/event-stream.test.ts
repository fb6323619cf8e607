import type { ServerResponse } from 'node:http';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect } from 'chai';
import { pino } from 'pino';
import type { BatonClientError } from '../../lib/client/client.ts';
import { BatonClient, type EventsOptions, type StreamItem } from '../../lib/client/client.ts';
import { HttpServer, type HttpServerOptions } from '../../lib/http/server.ts';
import { problemFor } from '../../lib/http/problem.ts';
import { Metrics } from '../../lib/metrics.ts';
import { EventRing } from '../../lib/stream/event-ring.ts';
import { changeOf, changeOfThirdParty } from '../../support/sample-change.ts';
import { eventually } from '../support/eventually.ts';
import { ImpatientClock, ScriptedServer } from './support.ts';

const run = '00c0ffee';
const limits = { maxEvents: 1_000, maxBytes: 4_000_000 };

/** Reads a stream in the background and keeps what it gets. */
class Listener {
  readonly items: StreamItem[] = [];
  readonly lost: BatonClientError[] = [];
  readonly over: Promise<unknown>;
  readonly #leaving = new AbortController();

  constructor(client: BatonClient, options: EventsOptions = {}) {
    const onLost = (error: BatonClientError) => this.lost.push(error);
    this.over = this.#read(client.events({ signal: this.#leaving.signal, onLost, ...options })).catch(
      (error: unknown) => error,
    );
  }

  /** `1 "hello"` for an event at position 1, `gap 1-3` for a gap. */
  get heard(): readonly string[] {
    return this.items.map(({ position, event, gap }) => {
      if (gap !== undefined) return `gap ${numberOf(gap.missedFrom)}-${numberOf(gap.missedTo)}`;
      return `${numberOf(position)} ${JSON.stringify(event.UserData?.[0]?.value)}`;
    });
  }

  async hears(...expected: readonly string[]): Promise<void> {
    await eventually(() => this.items.length >= expected.length, `hears ${expected.join(', ')}`);
    expect(this.heard).to.deep.equal(expected);
  }

  /** Settles with what the loop ended with. */
  async leave(): Promise<unknown> {
    this.#leaving.abort();
    return await this.over;
  }

  async #read(items: AsyncIterable<StreamItem>): Promise<void> {
    for await (const item of items) this.items.push(item);
  }
}

function numberOf(position: string | null): string {
  return position?.split('-')[1] ?? '?';
}

describe('the event stream of an HttpServer', () => {
  let ring: EventRing;
  let server: HttpServer;
  let metrics: Metrics;
  let client: BatonClient;
  let clock: ImpatientClock;
  let listeners: Listener[];

  async function serve(options: { readonly maxEvents?: number; readonly port?: number } = {}): Promise<void> {
    ring = new EventRing({ run, maxEvents: options.maxEvents ?? 100, maxBytes: 100_000_000 });
    metrics = new Metrics();
    server = new HttpServer({
      listen: { address: '127.0.0.1', port: options.port ?? 0 },
      tokens: [],
      log: pino({ level: 'silent' }),
      views: { metrics, readiness: () => 'ready', calls: () => [] } as unknown as HttpServerOptions['views'],
      events: { ring, limits, maxSubscribers: 10, heartbeatMs: 60_000 },
    });
    const { address, port } = await server.start();
    clock = new ImpatientClock();
    client = new BatonClient({ url: `http://${address}:${port}`, after: clock.after });
  }

  /** Settles once the server has it. */
  async function listen(options: EventsOptions = {}): Promise<Listener> {
    const before = await subscribers();
    const listener = new Listener(client, options);
    listeners.push(listener);
    await subscribersAre(before + 1);
    return listener;
  }

  async function subscribers(): Promise<number> {
    const { body } = await metrics.text();
    return Number(/^baton_event_subscribers\{carrier="sse"\} (\d+)/m.exec(body)?.[1] ?? 0);
  }

  async function subscribersAre(count: number): Promise<void> {
    for (const untilMs = Date.now() + 8_000; (await subscribers()) !== count; ) {
      if (Date.now() > untilMs) throw new Error(`never: ${count} subscribers`);
      await nextTurn();
    }
  }

  beforeEach(() => {
    listeners = [];
  });

  afterEach(async () => {
    await Promise.all(listeners.map(each => each.leave()));
    await server.stop();
  });

  it('tells each event with its position', async () => {
    await serve();
    const alice = await listen();
    ring.publish(changeOf('two\nlines'));
    ring.publish(changeOfThirdParty('ö'));
    await alice.hears('1 "two\\nlines"', '2 "ö"');
    expect(alice.items[0]).to.deep.equal({ position: '00c0ffee-1', event: changeOf('two\nlines') });
  });

  it('tells what passes the filters', async () => {
    await serve();
    const [bobs, more] = [await listen({ dn: 'bob' }), await listen({ dn: ['dave', 'erin'] })];
    const none = await listen({ id: 'EventRinging', connId: ['0123456789abcdef@acme:n1'] });
    ring.publish(changeOf('x', { ThisDN: 'dave' }));
    ring.publish(changeOf('y', { ThisDN: 'bob' }));
    await bobs.hears('2 "y"');
    await more.hears('1 "x"');
    expect(none.items).to.deep.equal([]);
  });

  it('begins after a position', async () => {
    await serve();
    for (const value of ['a', 'b', 'c']) ring.publish(changeOf(value));
    const alice = await listen({ after: '00c0ffee-1' });
    await alice.hears('2 "b"', '3 "c"');
  });

  it('comes back to where it was when it is cut', async () => {
    await serve();
    const alice = await listen();
    ring.publish(changeOf('a'));
    await alice.hears('1 "a"');
    ring.cutAll('slow-subscriber');
    ring.publish(changeOf('b'));
    await alice.hears('1 "a"', '2 "b"');
    expect(alice.lost.map(({ code }) => code)).to.deep.equal(['slow-subscriber']);
    expect(clock.waitedMs).to.have.length(1);
    // The server asks for two seconds; the die takes up to half of it.
    expect(clock.waitedMs[0]).to.be.within(1_000, 2_000);
  });

  it('comes back to where it was also when it had heard nothing yet', async () => {
    await serve();
    ring.publish(changeOf('before'));
    const alice = await listen();
    ring.cutAll('slow-subscriber');
    ring.publish(changeOf('missed'));
    await alice.hears('2 "missed"');
  });

  it('says where events are gone for good', async () => {
    await serve({ maxEvents: 2 });
    for (const value of ['a', 'b', 'c', 'd']) ring.publish(changeOf(value));
    const alice = await listen({ after: '00c0ffee-1' });
    await alice.hears('gap 2-2', '3 "c"', '4 "d"');
    expect(alice.items[0]).to.deep.equal({
      position: '00c0ffee-2',
      gap: { missedFrom: '00c0ffee-2', missedTo: '00c0ffee-2' },
    });
  });

  it('says that nobody knows what is gone when the server was started anew', async () => {
    await serve();
    ring.publish(changeOf('a'));
    const alice = await listen({ after: 'deadbeef-17' });
    await alice.hears('gap ?-0', '1 "a"');
  });

  it('ends when its signal says so, and leaves nothing behind', async () => {
    await serve();
    const alice = await listen();
    ring.publish(changeOf('a'));
    await alice.hears('1 "a"');
    expect(await alice.leave()).to.equal(undefined);
    expect(clock.limits).to.equal(0);
    await subscribersAre(0);
  });

  it('ends when its reader has seen enough, and leaves nothing behind', async () => {
    await serve();
    ring.publish(changeOf('a'));
    ring.publish(changeOf('b'));
    for await (const { position } of client.events({ after: `${run}-0` })) {
      expect(position).to.equal('00c0ffee-1');
      break;
    }
    expect(clock.limits).to.equal(0);
    await subscribersAre(0);
  });

  it('is refused for a filter that means nothing', async () => {
    await serve();
    const failure = await new Listener(client, { dn: '' }).over;
    expect(failure).to.include({ name: 'BatonClientError', code: 'unprocessable', status: 422 });
  });
});

describe('the event stream of a server in trouble', () => {
  let server: ScriptedServer;
  let clock: ImpatientClock;
  let listener: Listener;

  /** What the server does for the first, second, … request; it refuses what comes after. */
  async function listenTo(
    ...answers: readonly ((response: ServerResponse) => void)[]
  ): Promise<readonly BatonClientError[]> {
    clock = new ImpatientClock();
    server = await ScriptedServer.start((response, nth) => {
      const answer = answers[nth - 1] ?? refuseWith('unauthorized', 401);
      answer(response);
    });
    listener = new Listener(new BatonClient({ url: server.url, after: clock.after }));
    return listener.lost;
  }

  const block = (position: string, value: string) =>
    `id: ${position}\nevent: EventAttachedDataChanged\ndata: ${JSON.stringify(changeOf(value))}\n\n`;

  function refuseWith(code: Parameters<typeof problemFor>[0], status: number, headers = {}) {
    return (response: ServerResponse) => {
      response.writeHead(status, headers).end(JSON.stringify(problemFor(code)));
    };
  }

  function stream(...texts: readonly string[]) {
    return (response: ServerResponse) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      for (const text of texts) response.write(text);
    };
  }

  function streamAndBreak(...texts: readonly string[]) {
    return (response: ServerResponse) => {
      stream(...texts)(response);
      setImmediate(() => response.destroy());
    };
  }

  afterEach(async () => {
    await listener.leave();
    await server.stop();
  });

  it('tells an event that comes in pieces, once', async () => {
    const text = block('a-1', 'ö');
    await listenTo(stream(': hello\n\n', text.slice(0, 30), text.slice(30), block('a-2', 'b')));
    await listener.hears('1 "ö"', '2 "b"');
  });

  it('asks for what came since when the connection breaks', async () => {
    await listenTo(
      streamAndBreak('retry: 40\nid: a-7\n\n'),
      streamAndBreak(block('a-8', 'a'), 'id: a-9\nevent: EventAttachedDataChanged\ndata: {"half'),
      stream(block('a-9', 'b')),
    );
    await listener.hears('8 "a"', '9 "b"');
    const positions = server.requests.map(({ headers }) => headers['last-event-id']);
    expect(positions).to.deep.equal([undefined, 'a-7', 'a-8']);
    for (const { url, headers } of server.requests)
      expect([url, headers.accept]).to.deep.equal(['/v1/events', 'text/event-stream']);
    for (const waitedMs of clock.waitedMs) expect(waitedMs).to.be.within(20, 40);
  });

  it('waits longer with each failure, and as long as it is told to', async () => {
    const lost = await listenTo(
      stream('retry: 40\n\n', block('a-7', '0')),
      refuseWith('not-ready', 503),
      refuseWith('too-many-requests', 429, { 'retry-after': '3' }),
      response => response.socket?.destroy(),
      stream(block('a-8', 'a')),
    );
    await listener.hears('7 "0"');
    await clock.runOut();
    await listener.hears('7 "0"', '8 "a"');
    expect(lost.map(({ code }) => code)).to.deep.equal([
      'unreachable',
      'not-ready',
      'too-many-requests',
      'unreachable',
    ]);
    const [first = 0, second = 0, asked = 0, third = 0] = clock.waitedMs;
    expect(first).to.be.within(20, 40);
    expect(second).to.be.within(40, 80);
    expect(asked).to.equal(3_000);
    expect(third).to.be.within(160, 320);
  });

  it('ends when it is refused for good', async () => {
    const lost = await listenTo(streamAndBreak(block('a-1', 'a')), refuseWith('forbidden', 403));
    expect(await listener.over).to.include({ code: 'forbidden', status: 403 });
    expect(lost).to.have.length(1);
    expect(clock.limits).to.equal(0);
  });

  for (const [what, answer, code] of [
    ['is refused', refuseWith('too-many-subscribers', 503), 'too-many-subscribers'],
    ['is no stream', (response: ServerResponse) => response.end('<html>'), 'not-baton'],
    ['breaks at once', (response: ServerResponse) => response.socket?.destroy(), 'unreachable'],
  ] as const) {
    it(`does not insist when what it opens ${what}`, async () => {
      await listenTo(answer);
      expect(await listener.over).to.include({ name: 'BatonClientError', code });
      expect(server.requests).to.have.length(1);
    });
  }

  it('does not wait for ever to be let in', async () => {
    await listenTo(() => undefined);
    await eventually(() => server.requests.length === 1, 'a request');
    await clock.runOut();
    expect(await listener.over).to.include({ code: 'timed-out' });
  });

  it('can be left while it waits', async () => {
    await listenTo(streamAndBreak('retry: 20000\nid: a-1\n\n'));
    await eventually(() => listener.lost.length === 1, 'the loss');
    expect(await listener.leave()).to.equal(undefined);
    expect(clock.limits).to.equal(0);
  });
});
