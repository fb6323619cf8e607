import { pino } from 'pino';
import { openKeyPolicy } from '../../lib/attached-data/key-policy.ts';
import { B2bua, type B2buaOptions } from '../../lib/b2bua.ts';
import type { CallDetail } from '../../lib/b2bua/call-view.ts';
import type { LegId, SignallingEffect } from '../../lib/call/signal.ts';
import type { CallEvent } from '../../lib/events/event.ts';
import {
  type AgentRoutesDesk,
  type DnRoutesDesk,
  HttpServer,
  type HttpServerOptions,
  type Readiness,
  type RecordingRoutesDesk,
} from '../../lib/http/server.ts';
import { Metrics } from '../../lib/metrics.ts';
import { dnViews } from '../../lib/registrar/dn-view.ts';
import { RecordingDesk } from '../../lib/recording/recording-desk.ts';
import { Recordings } from '../../lib/recording/recordings.ts';
import { Registrations } from '../../lib/registrar/registrations.ts';
import { MemoryStore } from '../../lib/store/memory-store.ts';
import { EventRing } from '../../lib/stream/event-ring.ts';
import { plainOptions } from '../b2bua/support/plain-options.ts';
import { payloadOf } from '../call/support/story.ts';
import { flowOfCode, PaperRecorder } from '../recording/support/paper-recorder.ts';

export interface Answered {
  readonly status: number;
  readonly body: Record<string, unknown>;
  readonly headers: Headers;
}

interface HouseOptions {
  readonly b2bua?: Partial<B2buaOptions>;
  readonly http?: Partial<HttpServerOptions>;
  readonly maxSubscribers?: number;
}

const sdpOf = (name: string): string =>
  `v=0\r\no=${name} 1 1 IN IP4 192.0.2.1\r\ns=-\r\nm=audio 4000 RTP/AVP 0\r\n`;

/** Nobody works here, no phone has registered, and nothing is recorded. */
export const noAgents: AgentRoutesDesk & DnRoutesDesk & { readonly recording: RecordingRoutesDesk } = {
  recording: { list: () => undefined, command: async () => ({ ok: false, code: 'call-unknown' }) },
  dns: () => [],
  tenant: 'acme',
  agents: () => [],
  agent: () => undefined,
  commandAgent: () => ({ ok: false, code: 'agent-unknown' }),
};

/** HTTP over a B2BUA with one call that is up: alice has called bob, tenant acme. */
export class House {
  readonly effects: SignallingEffect[] = [];
  readonly metrics = new Metrics();
  readonly ring = new EventRing({ run: '00c0ffee', maxEvents: 100, maxBytes: 1_000_000 });
  readonly b2bua: B2bua;
  readonly server: HttpServer;
  readonly connId: string;
  readonly registrations = new Registrations({
    clock: { nowMs: () => 1_700_000_000_000, after: () => () => undefined },
    onService: () => undefined,
    onChanged: () => undefined,
  });
  readonly recorder = new PaperRecorder();
  readiness: Readiness = 'ready';
  /** Hears every event. */
  onEvent: (event: CallEvent) => unknown = () => undefined;
  url = '';

  private constructor({ b2bua = {}, http = {}, maxSubscribers = 10 }: HouseOptions) {
    const { metrics, ring, effects, recorder } = this;
    const store = new MemoryStore();
    const clock = { nowMs: () => 1_700_000_000_000, after: () => () => undefined };
    const recordings = new Recordings({
      backends: [recorder],
      ...{
        clock,
        log: pino({ level: 'silent' }),
        metrics: metrics.recording,
        stopTimeoutMs: 1_000,
        maxEnded: 10,
      },
      calls: {
        changed: (connId, recording) => this.b2bua.recorded.changed(connId, recording),
        release: connId => this.b2bua.recorded.release(connId),
      },
    });
    this.b2bua = new B2bua({
      options: { ...plainOptions, ...b2bua },
      signalling: {
        perform: effect => effects.push(effect),
        probe: () => undefined,
        start: async () => undefined,
        stop: async () => undefined,
        listening: [],
        up: true,
      },
      store,
      recorder: {
        callBegan: () => undefined,
        callChanged: call => recordings.callChanged(call),
        callGone: connId => recordings.callGone(connId),
      },
      publisher: {
        publish: event => {
          this.onEvent(event);
          ring.publish(event);
        },
      },
      clock,
      log: pino({ level: 'silent' }),
      metrics: metrics.calls,
      agentMetrics: metrics.agents,
      randomHex: digits => '0'.repeat(digits),
    });
    this.#call();
    this.connId = this.b2bua.callsView()[0]?.connId ?? '';
    const desk = this.b2bua;
    this.server = new HttpServer({
      listen: { address: '127.0.0.1', port: 0 },
      tokens: [],
      log: pino({ level: 'silent' }),
      views: {
        metrics,
        readiness: () => this.readiness,
        stream: () => ({ stream: 'off' }),
        recording: new RecordingDesk({
          ...{ store, recordings, clock, budgetMs: 1_500, newId: () => 'api-1' },
          flows: () => [flowOfCode('8001'), flowOfCode('8000', { mode: 'none' })],
        }),
        keys: openKeyPolicy,
        calls: () => desk.callsView(),
        call: connId => desk.callDetail(connId),
        changeData: request => desk.changeData(request),
        release: request => desk.release(request),
        originate: request => desk.originate(request),
        transfer: request => desk.transfer(request),
        tenant: 'acme',
        dns: tenant => dnViews(this.registrations.all(), tenant),
        agents: tenant => desk.agents.list(tenant),
        agent: name => desk.agents.get(name),
        commandAgent: request => desk.agents.command(request),
      },
      events: {
        ring,
        limits: { maxEvents: 10, maxBytes: 100_000 },
        maxSubscribers,
        heartbeatMs: 60_000,
      },
      ...http,
    });
  }

  static async open(options: HouseOptions = {}): Promise<House> {
    const house = new House(options);
    const { address, port } = await house.server.start();
    house.url = `http://${address}:${port}`;
    return house;
  }

  get call(): CallDetail | undefined {
    return this.b2bua.callDetail(this.connId);
  }

  /** Texts go as they are, anything else as JSON; `C` in the path stands for the call. */
  async send(path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answered> {
    const response = await fetch(this.url + path.replace('/C', `/${this.connId}`), {
      headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
      ...(body !== undefined && {
        method: 'POST',
        body: typeof body === 'string' ? body : JSON.stringify(body),
      }),
    });
    const { status } = response;
    const isJson = response.headers.get('content-type')?.includes('json') ?? false;
    if (isJson) {
      return {
        status,
        headers: response.headers,
        body: (await response.json()) as Record<string, unknown>,
      };
    }
    await response.body?.cancel();
    return { status, headers: response.headers, body: {} };
  }

  async close(): Promise<void> {
    await this.server.stop();
  }

  #call(): void {
    const leg = 'alice' as LegId;
    const request = {
      method: 'INVITE',
      requestUri: 'sip:bob@127.0.0.1',
      from: '<sip:alice@client>;tag=1',
      to: '<sip:bob@127.0.0.1>',
      source: { protocol: 'udp', address: '127.0.0.1', port: 5080 },
      receivedOn: '127.0.0.1:5060',
      callId: 'c1',
      ...payloadOf({ sdp: sdpOf('alice'), headers: ['X-MS-Custom-CaseId: 1'] }),
    };
    this.b2bua.receiveSignal({ type: 'invited', leg, request });
    const bob = this.effects.find(effect => effect.do === 'invite')?.leg ?? leg;
    this.b2bua.receiveSignal({
      type: 'answered',
      leg: bob,
      status: 200,
      payload: payloadOf({ sdp: sdpOf('bob') }),
    });
    this.b2bua.receiveSignal({ type: 'acknowledged', leg, payload: { headers: [] } });
  }
}
