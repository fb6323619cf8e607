import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { multipartFromParts } from '../../lib/siprec/multipart.ts';
import { Bell } from '../../support/bell.ts';
import { AgentDialog, type MessageContent, SipAgent } from '../../support/sip-agent.ts';
import type { SipText } from '../../support/sip-text.ts';
import { type OfferedStream, type Snapshot, snapshotOf } from './recording-rules.ts';

/** What becomes of an initial INVITE. `hang`: nothing after a 100; `silence`: not even that. */
export type Reply = 'accept' | 'hang' | 'silence' | { readonly status: number };

/** RTP of one m= line. */
export class Track {
  readonly label: string;
  /** In all. */
  packets = 0;
  /** First octets of their payloads. */
  readonly sounds = new Set<number>();
  readonly formats = new Set<number>();
  readonly #socket: Socket;

  constructor(label: string, socket: Socket, received: () => void) {
    this.label = label;
    this.#socket = socket;
    socket.on('message', (bytes: Buffer) => {
      const second = bytes[1] ?? 0;
      // RFC 5761 §4: 192 to 223 is RTCP, which may come to the port beside another one of ours.
      if (bytes.length <= 12 || (second >= 192 && second <= 223)) return;
      this.packets += 1;
      this.formats.add(second & 0x7f);
      this.sounds.add(bytes[12] ?? 0);
      received();
    });
  }

  static async open(label: string, address: string, received: () => void): Promise<Track> {
    const socket = createSocket('udp4');
    socket.bind(0, address);
    await once(socket, 'listening');
    return new Track(label, socket, received);
  }

  get port(): number {
    return this.#socket.address().port;
  }

  close(): void {
    this.#socket.close();
  }
}

/** One recording session, as the server sees it. */
export class Recording {
  readonly invite: SipText;
  state: 'invited' | 'up' | 'ended' = 'invited';
  readonly snapshots: Snapshot[] = [];
  readonly tracks: Track[] = [];
  /** Its requests are answered 481. */
  forgotten = false;

  constructor(invite: SipText) {
    this.invite = invite;
  }

  get callId(): string {
    return this.invite.get('Call-ID');
  }

  /** What was told last. */
  get latest(): Snapshot {
    const latest = this.snapshots.at(-1);
    if (latest === undefined) throw new Error('nothing was told');
    return latest;
  }

  track(label: string): Track {
    const track = this.tracks.find(one => one.label === label);
    if (track === undefined) throw new Error(`no stream ${label}`);
    return track;
  }
}

/**
 * A recording server (RFC 7866) over UDP on loopback, which takes nothing on trust: whatever a recording client must do and does
 * not is a fault. RTP comes to sockets of its own.
 */
export class RecordingServer {
  readonly agent: SipAgent;
  readonly recordings: Recording[] = [];
  /** Final; a test ends with none. */
  readonly faults: string[] = [];
  reply: (number: number) => Reply = () => 'accept';
  /** Answers nothing at all any more. */
  deaf = false;
  metadataType = 'application/rs-metadata+xml';
  /** Of those that were offered; all when undefined. */
  formats: readonly string[] | undefined;
  /** In answers to offers. */
  direction: 'recvonly' | 'inactive' = 'recvonly';
  /** Goes with each 200 to an INVITE, beside the SDP. */
  asksForMetadata = false;
  /** More requests that came: method by method. */
  readonly requests: string[] = [];
  readonly #bell = new Bell();
  readonly #dialogs = new Map<Recording, AgentDialog>();
  #versions = 0;
  #closed = false;

  private constructor(agent: SipAgent) {
    this.agent = agent;
    agent.onRequest = request => {
      this.#receive(request);
      return true;
    };
  }

  static async open(name = 'recorder', address = '127.0.0.1'): Promise<RecordingServer> {
    return new RecordingServer(await SipAgent.open(name, address));
  }

  get uri(): string {
    return this.agent.uri;
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const { tracks } of this.recordings) for (const track of tracks) track.close();
    await this.agent.close();
  }

  /** Settles when it is true; looks again after each request and each RTP packet. */
  async until(condition: () => boolean, what: string): Promise<void> {
    await this.#bell.first(
      () => (condition() ? true : undefined),
      () => `${this.agent.name} never saw: ${what}; requests: ${this.requests.join(', ')}`,
    );
  }

  /** The n-th recording (the first is 1) that was acknowledged. */
  async up(number = 1): Promise<Recording> {
    const found = () => this.recordings.filter(({ state }) => state !== 'invited')[number - 1];
    return this.#bell.first(found, () => `${this.agent.name} has no recording ${number}`);
  }

  /** Each of these streams has got so many packets more. */
  async hears(recording: Recording, labels: readonly string[], packets = 10): Promise<void> {
    const wanted = labels.map(label => ({ label, count: recording.track(label).packets + packets }));
    await this.until(
      () => wanted.every(({ label, count }) => recording.track(label).packets >= count),
      `RTP on ${labels.join(' and ')}`,
    );
  }

  hangUp(recording: Recording): void {
    recording.state = 'ended';
    this.#dialogOf(recording).request('BYE');
  }

  /** RFC 7866 §7.1.2: the server stops the media, or wants them again, by an offer of its own; gives the client's answer. */
  async offers(recording: Recording, direction: 'recvonly' | 'inactive'): Promise<SipText> {
    const dialog = this.#dialogOf(recording);
    dialog.request('INVITE', { body: this.#sdp(recording, recording.latest.streams, direction) });
    const answer = await this.agent.expect('200 INVITE');
    dialog.ack(answer);
    return answer;
  }

  /** RFC 7866 §9.2: the server wants to be told everything anew. */
  async wantsMetadata(recording: Recording): Promise<void> {
    this.#dialogOf(recording).request('UPDATE', {
      contentType: 'application/rs-metadata-request',
      body: 'SRS internal error\r\n',
      headers: [['Content-Disposition', 'recording-session']],
    });
    await this.agent.expect('200 UPDATE');
  }

  #receive(request: SipText): void {
    this.requests.push(request.method);
    const recording = this.recordings.find(({ callId }) => callId === request.get('Call-ID'));
    if (!this.deaf) {
      if (recording === undefined) this.#begin(request);
      else this.#continue(recording, request);
    }
    this.#bell.ring();
  }

  #begin(request: SipText): void {
    if (request.method !== 'INVITE') {
      if (request.method !== 'ACK') this.agent.respond(request, 481);
      return;
    }
    const recording = new Recording(request);
    this.recordings.push(recording);
    this.#learn(recording, request);
    const reply = this.reply(this.recordings.length);
    if (reply === 'accept') void this.#accept(recording, request);
    else if (reply === 'hang') this.agent.respond(request, 100);
    else if (reply !== 'silence') this.agent.respond(request, reply.status);
  }

  #continue(recording: Recording, request: SipText): void {
    switch (request.method) {
      case 'ACK':
        if (recording.state === 'invited' && recording.tracks.length > 0) recording.state = 'up';
        break;
      case 'CANCEL':
        this.agent.respond(request, 200);
        this.agent.respond(recording.invite, 487);
        recording.state = 'ended';
        break;
      case 'INVITE':
        if (recording.forgotten) {
          this.agent.respond(request, 481);
          break;
        }
        this.#learn(recording, request);
        void this.#accept(recording, request);
        break;
      case 'BYE':
        recording.state = 'ended';
        this.agent.respond(request, recording.forgotten ? 481 : 200);
        break;
      default:
        this.agent.respond(request, recording.forgotten ? 481 : 200);
    }
  }

  #learn(recording: Recording, request: SipText): void {
    const before = recording.snapshots.at(-1);
    const expected = { initial: before === undefined, metadataType: this.metadataType, before };
    const snapshot = snapshotOf(request, expected);
    recording.snapshots.push(snapshot);
    for (const breach of snapshot.breaches)
      this.faults.push(`${request.start.split(' ')[0] ?? ''}: ${breach}`);
  }

  async #accept(recording: Recording, request: SipText): Promise<void> {
    const { streams } = recording.latest;
    for (const { label } of streams.slice(recording.tracks.length)) {
      const track = await Track.open(label, this.agent.address, () => this.#bell.ring());
      recording.tracks.push(track);
      if (this.#closed) track.close();
    }
    if (this.#closed || recording.state === 'ended') return;
    this.agent.respond(request, 200, this.#answer(recording, streams));
  }

  #answer(recording: Recording, streams: readonly OfferedStream[]): MessageContent {
    const sdp = this.#sdp(recording, streams, this.direction);
    const headers = [['Allow', 'INVITE, ACK, CANCEL, BYE, OPTIONS, UPDATE']] as const;
    if (!this.asksForMetadata) return { body: sdp, headers };
    const { contentType, content } = multipartFromParts([
      { contentType: 'application/sdp', disposition: '', content: sdp },
      {
        contentType: 'application/rs-metadata-request',
        disposition: 'recording-session',
        content: 'restarted',
      },
    ]);
    return { body: content, contentType, headers };
  }

  /** RFC 3264 §6.1: what is only sent is only received here. */
  #sdp(recording: Recording, streams: readonly OfferedStream[], direction: string): string {
    this.#versions += 1;
    const { address } = this.agent;
    const head = [
      'v=0',
      `o=srs 7 ${this.#versions} IN IP4 ${address}`,
      's=-',
      `c=IN IP4 ${address}`,
      't=0 0',
    ];
    const media = streams.flatMap((stream, at) => {
      const formats = this.formats ?? stream.formats;
      const port = stream.port === 0 ? 0 : (recording.tracks[at]?.port ?? 0);
      return [
        `m=${stream.kind} ${port} RTP/AVP ${formats.join(' ')}`,
        `a=label:${stream.label}`,
        `a=${stream.direction === 'inactive' ? 'inactive' : direction}`,
      ];
    });
    return `${[...head, ...media].join('\r\n')}\r\n`;
  }

  #dialogOf(recording: Recording): AgentDialog {
    const dialog = this.#dialogs.get(recording) ?? AgentDialog.called(this.agent, recording.invite);
    this.#dialogs.set(recording, dialog);
    return dialog;
  }
}
