import type { LegId } from '../../lib/call/signal.ts';
import { afterRealTime } from '../../lib/engine/control/after.ts';
import { randomHex } from '../../lib/engine/random.ts';
import { SipEngine } from '../../lib/engine/sip-engine.ts';
import type { AnchoredPair, MediaAnchor } from '../../lib/media-anchor/anchor.ts';
import type { RecordedParty, RecordingOrder } from '../../lib/recording/backend.ts';
import { SiprecBackend, type SiprecBackendOptions } from '../../lib/recording/siprec-backend.ts';
import { NgClient } from '../../lib/rtpengine/ng-client.ts';
import { UdpWire } from '../../lib/rtpengine/udp-wire.ts';
import { EngineSignalling } from '../../lib/signalling/engine-signalling.ts';
import { SharedSignalling } from '../../lib/signalling/shared-signalling.ts';
import { directWay, SoleApplication } from '../../lib/signalling/ways.ts';
import { RtpPhone } from '../../support/rtp-phone.ts';
import type { Rtpengine } from '../../support/rtpengine.ts';
import { eventually } from '../support/eventually.ts';

const clock = { nowMs: Date.now, after: afterRealTime };
const silent = (): void => {};
const silentLog = { debug: silent, info: silent, warn: silent, error: silent };

/** Who anchors: the test says what is ready and what ends. */
class Anchor implements MediaAnchor {
  readonly pairs: AnchoredPair[] = [];
  #ready: (pair: AnchoredPair) => void = silent;
  #ending: (pair: AnchoredPair) => Promise<void> = async () => {};

  pairOf(one: LegId, other: LegId): AnchoredPair | undefined {
    return this.pairs.find(({ legs }) => legs.includes(one) && legs.includes(other));
  }

  onReady(listener: (pair: AnchoredPair) => void): void {
    this.#ready = listener;
  }

  onEnding(listener: (pair: AnchoredPair) => Promise<void>): void {
    this.#ending = listener;
  }

  ready(pair: AnchoredPair): void {
    this.#ready(pair);
  }

  async end(pair: AnchoredPair): Promise<void> {
    this.pairs.splice(this.pairs.indexOf(pair), 1);
    await this.#ending(pair);
  }
}

/** The back end with a real SIP engine and a real rtpengine; alice, bob and carol talk through that. */
export class SiprecStage {
  readonly backend: SiprecBackend;
  readonly alice: RtpPhone;
  readonly bob: RtpPhone;
  readonly carol: RtpPhone;
  /** Of recordings that ended by themselves: their reasons. */
  readonly failed: string[] = [];
  /** What the metrics were told. */
  readonly counted: string[] = [];
  readonly #anchor = new Anchor();
  readonly #ng: NgClient;
  readonly #engine: SipEngine;
  readonly #signalling: EngineSignalling;

  private constructor(parts: {
    phones: readonly [RtpPhone, RtpPhone, RtpPhone];
    ng: NgClient;
    engine: SipEngine;
    signalling: EngineSignalling;
    options: Pick<SiprecBackendOptions, 'servers' | 'timeouts'>;
  }) {
    [this.alice, this.bob, this.carol] = parts.phones;
    this.#ng = parts.ng;
    this.#engine = parts.engine;
    this.#signalling = parts.signalling;
    const shared = new SharedSignalling(parts.signalling);
    const legs = shared.legsOf({ receiveSignal: signal => this.backend.receiveSignal(signal) });
    this.backend = new SiprecBackend({
      ...{ ...parts.options, anchor: this.#anchor, clock, log: silentLog },
      perform: effect => legs.perform(effect),
      metadataType: 'application/rs-metadata+xml',
      metrics: {
        serverAsked: outcome => this.counted.push(outcome),
        updated: outcome => this.counted.push(`update ${outcome}`),
      },
      randomHex: digits => randomHex(digits / 2),
    });
    this.backend.listen({
      segmentsChanged: silent,
      failed: (_, { reason }) => this.failed.push(reason),
    });
    void shared.start({
      receiveSignal: silent,
      receiveStandalone: () => 'ignore',
      signallingChanged: silent,
    });
  }

  static async open(
    rtpengine: Rtpengine,
    servers: readonly { readonly uri: string }[],
    timeouts: Partial<SiprecBackendOptions['timeouts']> = {},
  ): Promise<SiprecStage> {
    const phones = await Promise.all([
      RtpPhone.open('alice', 0xa11ce),
      RtpPhone.open('bob', 0xb0b),
      RtpPhone.open('carol', 0xca201),
    ]);
    const application = new SoleApplication();
    const listen = [{ protocol: 'udp', address: '127.0.0.1', port: 0 } as const];
    // RFC 3261 §17.1.1.2: who says nothing is given up after 64*T1.
    const engine = new SipEngine({
      listen,
      applications: application,
      timing: { t1Ms: 20 },
    });
    await engine.start();
    const ways = [directWay(engine.core, application)];
    const signalling = new EngineSignalling({ ways, log: silentLog });
    const ng = new NgClient({
      ...{ name: rtpengine.ng, wire: new UdpWire({ host: '127.0.0.1', port: rtpengine.ngPort }), clock },
      ...{ timeouts: { commandMs: 500, resendMs: 50 }, cookiePrefix: randomHex(6) },
    });
    const options = {
      servers: servers.map(({ uri }) => uri),
      timeouts: { answerMs: 400, keepAliveMs: 60_000, restMs: 60_000, ...timeouts },
    };
    return new SiprecStage({ phones, ng, engine, signalling, options });
  }

  async close(): Promise<void> {
    await this.backend.close();
    for (const pair of [...this.#anchor.pairs]) await this.release(pair);
    await this.#signalling.stop();
    await this.#engine.stop();
    this.#ng.close();
    await Promise.all([this.alice, this.bob, this.carol].map(async phone => phone.close()));
  }

  /** Nothing is left of any recording, on the wire or in memory. */
  async idle(): Promise<void> {
    await eventually(() => {
      const { recordings, legs } = this.backend.counts;
      return recordings + legs + this.#signalling.openCounts.legs === 0;
    }, 'no recording and no leg is left');
  }

  /** Two who talk through rtpengine. */
  async call(
    one = this.alice,
    other = this.bob,
  ): Promise<{ readonly order: RecordingOrder; readonly pair: AnchoredPair }> {
    const pair = await this.anchor(one, other);
    return { pair, order: this.orderFor([one, other]) };
  }

  /** Media of two through rtpengine, as a call of its own there. `said`: their SDP. */
  async anchor(
    one: RtpPhone,
    other: RtpPhone,
    said = (phone: RtpPhone) => phone.sdp(),
  ): Promise<AnchoredPair> {
    const ngCallId = randomHex(8);
    const legs = [one.name as LegId, other.name as LegId] as const;
    const ofCall = { 'call-id': ngCallId, replace: ['origin', 'session-connection'] as const };
    const offer = await this.#ng.ask({ command: 'offer', ...ofCall, 'from-tag': one.name, sdp: said(one) });
    if (offer.ok) other.sendTo(offer.answer.sdp);
    const tags = { 'from-tag': one.name, 'to-tag': other.name };
    const answer = await this.#ng.ask({ command: 'answer', ...ofCall, ...tags, sdp: said(other) });
    if (answer.ok) one.sendTo(answer.answer.sdp);
    const pair = { ngCallId, engine: this.#ng, legs };
    this.#anchor.pairs.push(pair);
    this.#anchor.ready(pair);
    return pair;
  }

  /** The rtpengine forgets them. */
  async release(pair: AnchoredPair): Promise<void> {
    await this.#anchor.end(pair);
    await this.#ng.ask({ command: 'delete', 'call-id': pair.ngCallId, 'delete delay': 0 });
  }

  orderFor(phones: readonly RtpPhone[], held: readonly RtpPhone[] = []): RecordingOrder {
    return {
      ...{ recordingId: 'rec-1', connId: '00aa00aa00aa00aa@acme:n1', callNumber: 1, tenant: 'acme' },
      ...{ callThreadId: '00bb00bb00bb00bb', mode: 'record', startedAtMs: Date.now() },
      flow: { accessCode: '*', mode: 'record', backend: 'siprec', required: false, onNotFound: 'error' },
      parties: phones.map(
        (phone, at): RecordedParty => ({
          ...{
            leg: phone.name as LegId,
            dn: `dn-${phone.name}`,
            address: `<sip:${phone.name}@phones.example>`,
          },
          ...{ role: at === 0 ? 'caller' : 'callee', callId: `id-${phone.name}`, held: held.includes(phone) },
        }),
      ),
    };
  }

  /** A time of the clock. */
  within(ms: number): number {
    return Date.now() + ms;
  }

  /** Each says something, marked, for as long as `during` takes. */
  async talking<Result>(
    sounds: ReadonlyMap<RtpPhone, number>,
    during: () => Promise<Result>,
  ): Promise<Result> {
    const saying = setInterval(() => {
      for (const [phone, marker] of sounds) phone.say(marker);
    }, 10);
    try {
      return await during();
    } finally {
      clearInterval(saying);
    }
  }
}
