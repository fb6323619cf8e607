import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from '../support/free-ports.ts';
import { Rtpengine } from '../support/rtpengine.ts';
import { AgentDialog, SipAgent } from '../support/sip-agent.ts';
import { playCalls } from './load.ts';
import { startThroughNpm } from './npm-start.ts';
import { percentile } from './report.ts';

export interface RecordingOptions {
  readonly backend: 'http' | 'rtpengine';
  /** Commands at one time, each for a standing call of its own. */
  readonly posts: number;
  readonly rounds: number;
  /** Calls that have nothing to do with it, all the while. */
  readonly callsPerSecond: number;
}

export interface RecordingFigures extends RecordingOptions {
  /** Commands that were answered other than "0". */
  readonly failed: number;
  /** From the sending of a command to its answer. */
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly worstMs: number;
  /** Starts that the recorder has seen, or pcap files; a round that warms up is among them. */
  readonly recorded: number;
  readonly failedCalls: number;
}

/** What records, seen from outside. */
interface Recorder {
  /** Keys of the configuration. */
  readonly config: { readonly media?: object; readonly recording: object };
  recorded(): Promise<number>;
  close(): Promise<void>;
}

const address = '127.0.0.1';
const sdp = `v=0\r\no=- 1 1 IN IP4 ${address}\r\ns=-\r\nc=IN IP4 ${address}\r\nt=0 0\r\nm=audio 9 RTP/AVP 0\r\n`;
/** Loads warm up, and calls stand, before anything is measured. */
const warmUpMs = 3_000;
/** Between two rounds: what was recorded is stopped. */
const pauseMs = 1_000;

/** Takes every command at once. */
async function openHttpRecorder(): Promise<Recorder> {
  let starts = 0;
  const server = createServer((request, response) => {
    let text = '';
    request.setEncoding('utf8').on('data', (part: string) => (text += part));
    request.on('end', () => {
      if ((JSON.parse(text) as { action: string }).action === 'start') starts += 1;
      response.end();
    });
  });
  await new Promise<void>(resolve => server.listen(0, address, resolve));
  const { port } = server.address() as AddressInfo;
  return {
    config: { recording: { http: { url: `http://${address}:${port}/` } } },
    recorded: () => Promise.resolve(starts),
    close: async () => {
      server.closeAllConnections();
      await new Promise<void>(resolve => server.close(() => resolve()));
    },
  };
}

async function openRtpengine(): Promise<Recorder> {
  const rtpengine = await Rtpengine.start({ mediaPorts: 3_000 });
  return {
    config: {
      media: { anchor: 'rtpengine' },
      recording: { rtpengine: { ng: [rtpengine.ng], recordingDir: rtpengine.recordingDir } },
    },
    recorded: async () => (await readdir(rtpengine.pcapDir)).length,
    close: async () => await rtpengine.stop(),
  };
}

class Bench {
  readonly #options: RecordingOptions;
  readonly #recorder: Recorder;
  readonly #tookMs: number[] = [];
  #failed = 0;

  constructor(options: RecordingOptions, recorder: Recorder) {
    this.#options = options;
    this.#recorder = recorder;
  }

  async run(folder: string): Promise<RecordingFigures> {
    const [alice, bob] = await Promise.all([SipAgent.open('alice'), SipAgent.open('bob')]);
    const [sipPort, targetPort] = [await freePort(), await freePort()];
    const config = join(folder, 'baton.yaml');
    await writeFile(config, JSON.stringify(this.#config(bob)));
    const baton = await startThroughNpm({ address, sipPort, targetPort, config });
    try {
      for (let number = 0; number < this.#options.posts; number += 1)
        await call(alice, bob, sipPort, userOf(number));
      const { callsPerSecond, rounds } = this.#options;
      const seconds = Math.ceil((warmUpMs + (rounds + 1) * (pauseMs + 1_000)) / 1000) + 3;
      const load = playCalls({ folder, sipPort, targetPort }, { callsPerSecond, seconds });
      await delay(warmUpMs);
      // While the code is being compiled nothing is measured.
      await this.#round(baton.httpUrl);
      this.#tookMs.length = 0;
      for (let round = 0; round < rounds; round += 1) await this.#round(baton.httpUrl);
      const [caller] = await load;
      return {
        ...this.#options,
        failed: this.#failed,
        p50Ms: percentile(this.#tookMs, 0.5),
        p99Ms: percentile(this.#tookMs, 0.99),
        worstMs: Math.max(...this.#tookMs),
        recorded: await this.#recorder.recorded(),
        failedCalls: callsPerSecond * seconds - (caller?.statistics.get('SuccessfulCall') ?? 0),
      };
    } finally {
      await baton.stop();
      await Promise.all([alice.close(), bob.close()]);
    }
  }

  #config(bob: SipAgent): object {
    const { backend } = this.#options;
    const { media, recording } = this.#recorder.config;
    return {
      routes: [{ number: '^standing$', targets: [`sip:${address}:${bob.port}`] }],
      http: { rateLimit: { perSecond: 100_000 } },
      ...(media !== undefined && { media }),
      recording: { ...recording, flows: [{ accessCode: '8001', mode: 'capture', backend }] },
    };
  }

  /** All are asked for at one time, and given up again. */
  async #round(httpUrl: string): Promise<void> {
    const users = Array.from({ length: this.#options.posts }, (_, number) => userOf(number));
    const started = await Promise.all(
      users.map(userid =>
        post(httpUrl, { userid, inaction: 7, inparams: { call_dst_id: '8001', auth_token: 'x' } }),
      ),
    );
    for (const { tookMs, ret } of started) {
      this.#tookMs.push(tookMs);
      if (ret !== '0') this.#failed += 1;
    }
    await delay(pauseMs / 2);
    await Promise.all(
      users.map(userid => post(httpUrl, { userid, inaction: 9, inparams: { input: 'hangup' } })),
    );
    await delay(pauseMs / 2);
  }
}

const userOf = (number: number): string => `user-${number}`;

async function call(alice: SipAgent, bob: SipAgent, sipPort: number, userid: string): Promise<void> {
  const headers = [['X-MS-Custom-CallId', userid]] as const;
  alice.request('INVITE', `sip:standing@${address}:${sipPort}`, { body: sdp, headers });
  bob.respond(await bob.expect('INVITE'), 200, { body: sdp });
  const answer = await alice.expect('200 INVITE');
  AgentDialog.calling(alice, answer).ack(answer);
  await bob.expect('ACK');
}

async function post(
  httpUrl: string,
  body: object,
): Promise<{ readonly tookMs: number; readonly ret: unknown }> {
  const sentAtMs = performance.now();
  const response = await fetch(`${httpUrl}/oifde/rest/crs/process`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const { ret } = (await response.json()) as { readonly ret?: unknown };
  return { tookMs: performance.now() - sentAtMs, ret };
}

/** Standing calls that are all recorded at one time, amid other calls; everything on this machine's loopback. */
export async function runRecording(options: RecordingOptions): Promise<RecordingFigures> {
  const folder = await mkdtemp(join(tmpdir(), 'baton-bench-'));
  const recorder = await (options.backend === 'http' ? openHttpRecorder() : openRtpengine());
  try {
    return await new Bench(options, recorder).run(folder);
  } finally {
    await recorder.close();
    await rm(folder, { recursive: true, force: true });
  }
}
