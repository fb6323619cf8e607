import { pino } from 'pino';
import { loadConfig } from '../../../lib/config.ts';
import { type Running, serve } from '../../../lib/main.ts';
import { UdpWire } from '../../../lib/rtpengine/udp-wire.ts';
import { NgClient } from '../../../lib/rtpengine/ng-client.ts';
import { afterRealTime } from '../../../lib/engine/control/after.ts';
import { freePort } from '../../../support/free-ports.ts';
import { parsePrometheusText, sumOf } from '../../../support/prometheus-text.ts';
import type { Rtpengine } from '../../../support/rtpengine.ts';
import { RtpPhone, type SdpOptions } from '../../../support/rtp-phone.ts';
import { AgentDialog, SipAgent } from '../../../support/sip-agent.ts';
import type { SipText } from '../../../support/sip-text.ts';
import { eventually } from '../../support/eventually.ts';

/** A phone: SIP and RTP. */
export class Phone {
  readonly sip: SipAgent;
  readonly rtp: RtpPhone;

  private constructor(sip: SipAgent, rtp: RtpPhone) {
    this.sip = sip;
    this.rtp = rtp;
  }

  static async open(name: string, ssrc: number, media = '127.0.0.1'): Promise<Phone> {
    const phone = new Phone(await SipAgent.open(name), await RtpPhone.open(name, ssrc, media));
    // What Baton tells about data is of no interest here.
    phone.sip.onRequest = request => {
      if (request.method !== 'INFO') return false;
      phone.sip.respond(request, 200);
      return true;
    };
    return phone;
  }

  async close(): Promise<void> {
    await Promise.all([this.sip.close(), this.rtp.close()]);
  }

  sdp(options?: SdpOptions): string {
    return this.rtp.sdp(options);
  }

  /** Takes a message with SDP: media goes where that says. */
  async expect(what: string): Promise<SipText> {
    const message = await this.sip.expect(what);
    if (message.body.startsWith('v=0')) this.rtp.sendTo(message.body);
    return message;
  }

  /** Takes a re-INVITE and accepts it, up to its ACK. */
  async accept(options?: SdpOptions): Promise<SipText> {
    const invite = await this.expect('INVITE');
    this.sip.respond(invite, 200, { body: this.sdp(options) });
    await this.expect('ACK');
    return invite;
  }
}

export interface StageOptions {
  readonly rtpengines: readonly Rtpengine[];
  readonly flags?: Readonly<Record<string, unknown>>;
  /** Address of the phones' media; default 127.0.0.1. */
  readonly media?: string;
  /** Default: each phone at its name. */
  readonly routesTo?: (phones: Readonly<Record<'alice' | 'bob' | 'carol', Phone>>) => readonly object[];
}

/** Baton in this process with rtpengines beside it; alice, bob and carol are phones. */
export class AnchorStage {
  readonly baton: Running;
  readonly alice: Phone;
  readonly bob: Phone;
  readonly carol: Phone;
  readonly url: string;
  readonly sipPort: number;
  readonly #clients: readonly NgClient[];

  private constructor(parts: {
    baton: Running;
    phones: readonly [Phone, Phone, Phone];
    url: string;
    sipPort: number;
    clients: readonly NgClient[];
  }) {
    [this.alice, this.bob, this.carol] = parts.phones;
    this.baton = parts.baton;
    this.url = parts.url;
    this.sipPort = parts.sipPort;
    this.#clients = parts.clients;
  }

  static async open({ rtpengines, flags = {}, media, routesTo }: StageOptions): Promise<AnchorStage> {
    const [sip, http] = [await freePort(), await freePort()];
    const phones = await Promise.all([
      Phone.open('alice', 0xa11ce, media),
      Phone.open('bob', 0xb0b, media),
      Phone.open('carol', 0xca201, media),
    ]);
    const [alice, bob, carol] = phones;
    const routeTo = ({ sip: { name, uri } }: Phone) => ({ number: `^${name}$`, targets: [uri] });
    const config = loadConfig({
      flags: new Map<string, unknown>([
        ['sip.listen', `udp:127.0.0.1:${sip}`],
        ['sip.t1Ms', 50],
        ['http.listen', `127.0.0.1:${http}`],
        ['state.directory', 'off'],
        ['call.drainMs', 500],
        ['target', bob.sip.uri],
        ['routes', routesTo?.({ alice, bob, carol }) ?? phones.map(routeTo)],
        ['media.anchor', 'rtpengine'],
        ['recording.rtpengine.ng', rtpengines.map(({ ng }) => ng)],
        ['recording.rtpengine.timeouts.pingMs', 200],
        ...Object.entries(flags),
      ]),
    });
    const baton = await serve(config, pino({ level: 'silent' }), new AbortController().signal);
    const clients = rtpengines.map(
      ({ ngPort, ng }) =>
        new NgClient({
          ...{
            name: ng,
            wire: new UdpWire({ host: '127.0.0.1', port: ngPort }),
            cookiePrefix: `stage${sip}`,
          },
          timeouts: { commandMs: 2_000, resendMs: 100 },
          clock: { nowMs: Date.now, after: afterRealTime },
        }),
    );
    return new AnchorStage({ baton, phones, url: `http://127.0.0.1:${http}`, sipPort: sip, clients });
  }

  async close(): Promise<void> {
    await this.baton.stop();
    for (const client of this.#clients) client.close();
    await Promise.all([this.alice, this.bob, this.carol].map(phone => phone.close()));
  }

  uri(name: string): string {
    return `sip:${name}@127.0.0.1:${this.sipPort}`;
  }

  /** For questions of the test itself. */
  ng(at = 0): NgClient {
    const client = this.#clients[at];
    if (client === undefined) throw new Error(`there is no rtpengine ${at}`);
    return client;
  }

  /** Settles when Baton knows that so many rtpengines are there. */
  async hasUp(count: number): Promise<void> {
    await eventually(
      async () => (await this.metric('baton_rtpengine_up')) === count,
      `${count} rtpengines up`,
    );
  }

  /** Ids of the calls that the rtpengine has. */
  async ngCalls(at = 0): Promise<readonly string[]> {
    const outcome = await this.ng(at).ask({ command: 'list' });
    return outcome.ok ? (outcome.answer['calls'] as string[]).toSorted() : [];
  }

  /** Settles when the rtpengine has that many calls. */
  async hasNgCalls(count: number, at = 0): Promise<void> {
    const isSo = async (): Promise<boolean> => (await this.ngCalls(at)).length === count;
    await eventually(isSo, `${count} calls in the rtpengine`);
  }

  async connIds(): Promise<readonly string[]> {
    const { calls } = (await (await fetch(`${this.url}/v1/calls`)).json()) as { calls: { connId: string }[] };
    return calls.map(({ connId }) => connId);
  }

  async metric(name: string): Promise<number> {
    return sumOf(parsePrometheusText(await (await fetch(`${this.url}/metrics`)).text()), name);
  }

  async post(path: string, body: object): Promise<number> {
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(this.url + path, { method: 'POST', headers, body: JSON.stringify(body) });
    return response.status;
  }

  /** Alice calls bob, who answers; both know where to send. */
  async call(): Promise<{ readonly alice: AgentDialog; readonly bob: AgentDialog }> {
    const { alice, bob } = this;
    alice.sip.request('INVITE', this.uri('bob'), { body: alice.sdp() });
    const invite = await bob.expect('INVITE');
    bob.sip.respond(invite, 200, { body: bob.sdp() });
    const answer = await alice.expect('200 INVITE');
    const dialog = AgentDialog.calling(alice.sip, answer);
    dialog.ack(answer);
    await bob.expect('ACK');
    return { alice: dialog, bob: AgentDialog.called(bob.sip, invite) };
  }

  /** One hangs up, and the other hears of it. */
  async hangUp(dialog: AgentDialog, other: Phone): Promise<void> {
    dialog.request('BYE');
    await dialog.agent.expect('200 BYE');
    other.sip.respond(await other.expect('BYE'), 200);
  }
}
