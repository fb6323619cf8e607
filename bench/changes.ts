import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { BatonProcess } from '../support/baton-process.ts';
import { freePort } from '../support/free-ports.ts';
import { sumOf } from '../support/prometheus-text.ts';
import { AgentDialog, SipAgent } from '../support/sip-agent.ts';
import { SseReader, WebSocketReader } from '../support/stream-readers.ts';
import { WebhookReceiver } from '../support/webhook-receiver.ts';
import { pidOf, startThroughNpm } from './npm-start.ts';
import { cpuSecondsOf } from './process-figures.ts';
import { percentile } from './report.ts';
import { Watch, type WatchFigures } from './watch.ts';

export interface ChangesOptions {
  readonly changes: number;
  readonly perSecond: number;
  /** Clients that write, each one request at a time. */
  readonly writers: number;
}

export interface ChangesFigures extends ChangesOptions {
  readonly observers: readonly WatchFigures[];
  /** Changes a second that were answered. */
  readonly achievedPerSecond: number;
  readonly refused: number;
  /** From the sending of the HTTP request to its answer. */
  readonly answerP50Ms: number;
  readonly answerP99Ms: number;
  /** Event INFOs other than delivered. */
  readonly undelivered: number;
  readonly cpuSecondsPerThousandChanges: number;
}

const address = '127.0.0.1';
const sdp = `v=0\r\no=- 1 1 IN IP4 ${address}\r\ns=-\r\nc=IN IP4 ${address}\r\nt=0 0\r\nm=audio 9 RTP/AVP 0\r\n`;
/** Observers have got what they will get when nothing more comes for so long. */
const quietMs = 3_000;

/** An agent who answers every event of its call. */
function watchLeg(agent: SipAgent, watch: Watch): void {
  agent.onRequest = request => {
    if (request.method !== 'INFO' && request.method !== 'BYE') return false;
    agent.respond(request, 200);
    if (request.method === 'INFO') watch.see(JSON.parse(request.body));
    return true;
  };
}

async function call(alice: SipAgent, bob: SipAgent, sipPort: number): Promise<void> {
  alice.request('INVITE', `sip:bob@${address}:${sipPort}`, { body: sdp });
  bob.respond(await bob.expect('INVITE'), 200, { body: sdp });
  const answer = await alice.expect('200 INVITE');
  AgentDialog.calling(alice, answer).ack(answer);
  await bob.expect('ACK');
}

/** Every kind of observer sees alice's copy; bob's leg has his own. */
const observed = { dn: ['alice'], id: ['EventAttachedDataChanged'] };

class Bench {
  readonly #options: ChangesOptions;
  readonly #sentAtMs: number[] = [];
  readonly #answeredMs: number[] = [];
  #refused = 0;

  constructor(options: ChangesOptions) {
    this.#options = options;
  }

  async run(folder: string): Promise<ChangesFigures> {
    const [alice, bob] = await Promise.all([SipAgent.open('alice'), SipAgent.open('bob')]);
    const [sse, webSocket, webhook, ...legs] = [
      'SSE',
      'WebSocket',
      'webhook',
      'SIP INFO to the caller',
      'SIP INFO to the callee',
    ].map(name => new Watch(name, this.#sentAtMs)) as [Watch, Watch, Watch, Watch, Watch];
    const receiver = await WebhookReceiver.open();
    receiver.reply = ({ event }) => {
      webhook.see(event['data']);
      return { status: 204 };
    };
    const sipPort = await freePort();
    const config = join(folder, 'baton.yaml');
    await writeFile(config, JSON.stringify(this.#config(receiver)));
    const baton = await startThroughNpm({ address, sipPort, targetPort: bob.port, config });
    try {
      await call(alice, bob, sipPort);
      watchLeg(alice, legs[0]);
      watchLeg(bob, legs[1]);
      const closers = await this.#watchStreams(baton, sse, webSocket);
      const figures = await this.#measure(baton, [...legs, sse, webSocket, webhook]);
      for (const close of closers) close();
      return figures;
    } finally {
      await baton.stop();
      await Promise.all([alice.close(), bob.close(), receiver.close()]);
    }
  }

  /** What differs from the default: nothing is dropped and nobody is slowed down by a limit. */
  #config({ url, secret }: WebhookReceiver): object {
    return {
      notify: { queueLimit: 10_000 },
      http: { rateLimit: { perSecond: 100_000 } },
      webhooks: { targets: [{ name: 'bench', url, secret, filter: observed }] },
    };
  }

  async #watchStreams(baton: BatonProcess, sse: Watch, webSocket: Watch): Promise<(() => void)[]> {
    const url = `${baton.httpUrl}/v1/events?dn=${observed.dn[0]}&id=${observed.id[0]}`;
    const [one, other] = await Promise.all([SseReader.open(url), WebSocketReader.open(url)]);
    one.onBlock = ({ data }) => {
      if (data !== undefined) sse.see(JSON.parse(data));
    };
    other.onFrame = ({ event }) => webSocket.see(event);
    return [() => one.close(), () => other.close()];
  }

  async #measure(baton: BatonProcess, watches: readonly Watch[]): Promise<ChangesFigures> {
    const { changes, writers } = this.#options;
    const [standing] = await baton.calls();
    const url = `${baton.httpUrl}/v1/calls/${standing?.connId}/user-data`;
    const cpuBefore = await cpuSecondsOf(pidOf(baton));
    const startMs = performance.now();
    await Promise.all(Array.from({ length: writers }, (_, writer) => this.#write(url, writer, startMs)));
    const tookMs = performance.now() - startMs;
    await this.#quiet(watches);
    const cpuSeconds = (await cpuSecondsOf(pidOf(baton))) - cpuBefore;
    const metrics = await baton.metrics();
    const notifications = sumOf(metrics, 'baton_notifications_total');
    const delivered = sumOf(metrics, 'baton_notifications_total{outcome="delivered"}');
    return {
      ...this.#options,
      observers: watches.map(watch => watch.figures(changes)),
      achievedPerSecond: (changes / tookMs) * 1000,
      refused: this.#refused,
      answerP50Ms: percentile(this.#answeredMs, 0.5),
      answerP99Ms: percentile(this.#answeredMs, 0.99),
      undelivered: notifications - delivered,
      cpuSecondsPerThousandChanges: cpuSeconds / (changes / 1000),
    };
  }

  /** Writer w makes changes w, w + writers, …, each at its time, or as soon as the one before is answered. */
  async #write(url: string, writer: number, startMs: number): Promise<void> {
    const { changes, perSecond, writers } = this.#options;
    for (let number = writer; number < changes; number += writers) {
      const waitMs = startMs + (number * 1000) / perSecond - performance.now();
      if (waitMs > 0) await delay(waitMs);
      await this.#change(url, `writer-${writer}`, number);
    }
  }

  async #change(url: string, thirdPartyDn: string, number: number): Promise<void> {
    const userData = [{ key: 'Number', value: number }];
    const body = JSON.stringify({ operation: 'update', thirdPartyDn, userData });
    const sentAtMs = performance.now();
    this.#sentAtMs[number] = sentAtMs;
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    });
    await response.arrayBuffer();
    this.#answeredMs.push(performance.now() - sentAtMs);
    if (response.status !== 200) this.#refused += 1;
  }

  async #quiet(watches: readonly Watch[]): Promise<void> {
    const seen = () => watches.reduce((sum, watch) => sum + watch.count, 0);
    for (let last = -1, sinceMs = Date.now(); Date.now() - sinceMs < quietMs; ) {
      if (seen() === this.#options.changes * watches.length) return;
      if (seen() !== last) sinceMs = Date.now();
      last = seen();
      await delay(50);
    }
  }
}

/** One standing call whose data several writers change over HTTP, everything on this machine's loopback and one clock. */
export async function runChanges(options: ChangesOptions): Promise<ChangesFigures> {
  const folder = await mkdtemp(join(tmpdir(), 'baton-bench-'));
  try {
    return await new Bench(options).run(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
