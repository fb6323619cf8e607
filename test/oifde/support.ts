import { generateKeyPairSync } from 'node:crypto';
import { pino } from 'pino';
import { openKeyPolicy } from '../../lib/attached-data/key-policy.ts';
import type { LegId } from '../../lib/call/signal.ts';
import { HttpServer, type HttpServerOptions } from '../../lib/http/server.ts';
import { Metrics } from '../../lib/metrics.ts';
import { Dialog, type DialogOptions } from '../../lib/oifde/dialog.ts';
import { RecognitionResults } from '../../lib/oifde/recognition-results.ts';
import { Tokens } from '../../lib/oifde/tokens.ts';
import { CallFinder } from '../../lib/recording/call-finder.ts';
import type { Flow } from '../../lib/recording/flow.ts';
import { FollowedCalls } from '../../lib/recording/followed-calls.ts';
import { Recordings } from '../../lib/recording/recordings.ts';
import { house, type House, invite, request } from '../b2bua/support/house.ts';
import { lines } from '../call/support/story.ts';
import { noAgents } from '../http/support.ts';
import { flowOfCode, PaperRecorder } from '../recording/support/paper-recorder.ts';

export const app = { appKey: 'ivr', appSecret: 'correct-horse' };
export const keys = generateKeyPairSync('rsa', { modulusLength: 2_048 });

/** Whatever an IVR says, unless a test says otherwise. */
export const record = {
  userid: 'u1',
  inaction: 7,
  seat: 'vir',
  inparams: { call_id: 'u1', call_sor_id: '7001', call_dst_id: '8001', auth_token: 'abc' },
  extparams: {},
};

export interface Answered {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

interface IvrOptions {
  readonly flows?: readonly Flow[];
  readonly mode?: 'off' | 'jwt';
  readonly dialog?: Partial<DialogOptions>;
  readonly http?: Partial<HttpServerOptions>;
}

/** The dialog interface over a B2BUA, with a recorder on paper. Time passes when it is told to. */
export class IvrHouse {
  readonly it: House;
  readonly recorder = new PaperRecorder();
  readonly metrics = new Metrics();
  readonly recordings: Recordings;
  readonly finder: CallFinder;
  readonly tokens: Tokens;
  readonly server: HttpServer;
  readonly logged: string[] = [];
  flows: readonly Flow[];
  url = '';

  private constructor({ flows = [flowOfCode('8001')], mode = 'off', dialog, http }: IvrOptions) {
    this.flows = flows;
    const log = pino({ level: 'trace' }, { write: (line: string) => void this.logged.push(line) });
    let clockMs = (): number => 0;
    const clock = {
      nowMs: () => clockMs(),
      after: (delayMs: number, fire: () => void) => this.it.clock.after(delayMs, fire),
    };
    this.finder = new CallFinder({
      store: { get: connId => this.it.store.get(connId), list: () => this.it.store.list() },
      clock,
      correlationHeader: 'X-MS-Custom-CallId',
    });
    this.recordings = new Recordings({
      backends: [this.recorder],
      clock,
      log,
      metrics: this.metrics.recording,
      calls: {
        changed: (connId, recording) => this.it.b2bua.recorded.changed(connId, recording),
        release: connId => this.it.b2bua.recorded.release(connId),
      },
      stopTimeoutMs: 5_000,
      maxEnded: 10,
    });
    const recorder = new FollowedCalls({ finder: this.finder, recordings: this.recordings });
    this.it = house({ retainAfterReleaseMs: 60_000 }, undefined, undefined, recorder);
    clockMs = this.it.clock.nowMs;
    this.tokens = new Tokens({
      ...{
        mode,
        issuer: 'baton',
        apps: mode === 'jwt' ? [app] : [],
        tokens: [],
        privateKey: keys.privateKey,
      },
      nowMs: clock.nowMs,
      onKeysMissing: () => undefined,
    });
    const desk = new Dialog({
      ...{ tokens: this.tokens, finder: this.finder, recordings: this.recordings, clock, log },
      flows: () => this.flows,
      recognition: new RecognitionResults({ keepMs: 600_000, maxResults: 10 }, clock.nowMs),
      ...{ budgetMs: 1_500, appearMs: 1_000, answer: 'strings', tokenEverywhere: false },
      metrics: this.metrics.recording,
      ...dialog,
    });
    const { b2bua } = this.it;
    this.server = new HttpServer({
      listen: { address: '127.0.0.1', port: 0 },
      tokens: [],
      log,
      views: {
        ...noAgents,
        metrics: this.metrics,
        readiness: () => 'ready',
        stream: () => ({ stream: 'off' }),
        keys: openKeyPolicy,
        calls: () => b2bua.callsView(),
        call: connId => b2bua.callDetail(connId),
        changeData: asked => b2bua.changeData(asked),
        release: asked => b2bua.release(asked),
        originate: asked => b2bua.originate(asked),
        transfer: asked => b2bua.transfer(asked),
        dialog: {
          // The time that the network takes is left out: here it passes when it is told to.
          process: async (body, _elapsedMs, vdnId) => await desk.answer(body, clock.nowMs(), vdnId),
          giveToken: async body => await this.tokens.give(body),
          takeRecognition: async body => await desk.takeRecognition(body),
        },
      },
      ...http,
    });
  }

  static async open(options: IvrOptions = {}): Promise<IvrHouse> {
    const opened = new IvrHouse(options);
    const { address, port } = await opened.server.start();
    opened.url = `http://${address}:${port}`;
    return opened;
  }

  async close(): Promise<void> {
    await this.server.stop();
  }

  /** 7001 calls 7002, who answers; `correlation` stands in its header. */
  call(correlation?: string, leg = 'alice'): void {
    const headers = correlation === undefined ? [] : lines([`X-MS-Custom-CallId: ${correlation}`]);
    const caller = leg as LegId;
    const callee = invite(this.it, caller, {
      callId: `call of ${leg}`,
      headers: [...request().headers, ...headers],
    });
    this.it.tell({ type: 'answered', leg: callee, status: 200, payload: { headers: [] } });
    this.it.tell({ type: 'acknowledged', leg: caller, payload: { headers: [] } });
  }

  /** What `GET /v1/calls/{connId}` says of the recording of the only call; undefined where there is none. */
  get recording() {
    const [view] = this.it.b2bua.callsView();
    return view === undefined ? undefined : this.it.b2bua.callDetail(view.connId)?.recording;
  }

  /** Texts go as they are, anything else as JSON. */
  async post(path: string, body: unknown, headers: Record<string, string> = {}): Promise<Answered> {
    const response = await fetch(this.url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  }

  async ask(body: unknown): Promise<Answered> {
    return await this.post('/oifde/rest/crs/process', body);
  }

  /** Until the server has taken the request that was sent before. */
  async untilAsked(count = 1): Promise<void> {
    while (this.recorder.asked.length < count && this.finder.counts.waiting < count)
      await new Promise(resolve => setTimeout(resolve, 1));
  }
}
