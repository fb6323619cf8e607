// npm run bench -- streams [CHANGES CHANGES_PER_SECOND]: changes published in process, one SSE and one WebSocket client.
import { pino } from 'pino';
import type { CallEvent } from '../lib/events/event.ts';
import { HttpServer, type HttpServerOptions } from '../lib/http/server.ts';
import { Metrics } from '../lib/metrics.ts';
import { EventRing } from '../lib/stream/event-ring.ts';
import { changeOf } from '../support/sample-change.ts';
import { SseReader, WebSocketReader } from '../support/stream-readers.ts';

export interface StreamFigures {
  readonly carrier: string;
  readonly changes: number;
  readonly missing: number;
  readonly doubled: number;
  /** From the publication to the client's having read it, milliseconds. */
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** When the change of each number was published, and read by each client. */
class Watch {
  readonly carrier: string;
  readonly #published: readonly number[];
  readonly #tookMs: number[] = [];
  readonly #seen = new Set<number>();
  #doubled = 0;

  constructor(carrier: string, published: readonly number[]) {
    this.carrier = carrier;
    this.#published = published;
  }

  read(number: number): void {
    if (this.#seen.has(number)) this.#doubled += 1;
    this.#seen.add(number);
    this.#tookMs.push(performance.now() - (this.#published[number] ?? 0));
  }

  get count(): number {
    return this.#seen.size;
  }

  figures(changes: number): StreamFigures {
    const sorted = this.#tookMs.toSorted((one, other) => one - other);
    const at = (share: number): number => sorted[Math.floor(sorted.length * share)] ?? NaN;
    const { carrier } = this;
    const missing = changes - this.count;
    return { carrier, changes, missing, doubled: this.#doubled, p50Ms: at(0.5), p99Ms: at(0.99) };
  }
}

/** Publishes `changes` at the given rate; each carries its number. */
async function publish(
  ring: EventRing,
  published: number[],
  changes: number,
  perSecond: number,
): Promise<void> {
  const startMs = performance.now();
  while (published.length < changes) {
    const due = Math.min(changes, ((performance.now() - startMs) * perSecond) / 1000);
    while (published.length < due) {
      const event: CallEvent = changeOf(`${published.length}`);
      published.push(performance.now());
      ring.publish(event);
    }
    await new Promise(resolve => setTimeout(resolve, 1));
  }
}

function numberIn(event: { readonly UserData?: readonly { readonly value: unknown }[] } | undefined): number {
  return Number(event?.UserData?.[0]?.value);
}

/** Waits until each has everything, or nothing more comes for two seconds. */
async function untilRead(watches: readonly Watch[], changes: number): Promise<void> {
  for (let last = -1, quiet = 0; quiet < 20; ) {
    const read = watches.reduce((sum, watch) => sum + watch.count, 0);
    if (read === changes * watches.length) return;
    quiet = read === last ? quiet + 1 : 0;
    last = read;
    await new Promise(resolve => setTimeout(resolve, 100));
  }
}

export async function runStreams(changes: number, perSecond: number): Promise<StreamFigures[]> {
  const ring = new EventRing({ run: '00c0ffee', maxEvents: 10_000, maxBytes: 16_777_216 });
  const server = new HttpServer({
    listen: { address: '127.0.0.1', port: 0 },
    tokens: [],
    log: pino({ level: 'silent' }),
    views: {
      metrics: new Metrics(),
      readiness: () => 'ready',
      calls: () => [],
    } as unknown as HttpServerOptions['views'],
    events: {
      ring,
      limits: { maxEvents: 1000, maxBytes: 4_194_304 },
      maxSubscribers: 2,
      heartbeatMs: 15_000,
    },
  });
  const { address, port } = await server.start();
  const url = `http://${address}:${port}/v1/events`;
  const published: number[] = [];
  const [sse, webSocket] = [new Watch('SSE', published), new Watch('WebSocket', published)];
  const alice = await SseReader.open(url);
  alice.onBlock = ({ data }) => {
    if (data !== undefined) sse.read(numberIn(JSON.parse(data) as Parameters<typeof numberIn>[0]));
  };
  const bob = await WebSocketReader.open(url);
  bob.onFrame = ({ event }) => webSocket.read(numberIn(event));
  await publish(ring, published, changes, perSecond);
  await untilRead([sse, webSocket], changes);
  alice.close();
  bob.close();
  await server.stop();
  return [sse.figures(changes), webSocket.figures(changes)];
}

const [changes = 10_000, perSecond = 500] = process.argv.slice(2).map(Number).filter(Number.isFinite);
const figures = await runStreams(changes, perSecond);
console.log(`${changes} changes at ${perSecond}/s\n`);
console.log('| carrier | missing | doubled | p50 | p99 |\n|---|---|---|---|---|');
for (const { carrier, missing, doubled, p50Ms, p99Ms } of figures)
  console.log(`| ${carrier} | ${missing} | ${doubled} | ${p50Ms.toFixed(2)} ms | ${p99Ms.toFixed(2)} ms |`);
if (figures.some(({ missing, doubled }) => missing + doubled > 0)) process.exitCode = 1;
