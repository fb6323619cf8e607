import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { Bell } from './bell.ts';

/** RFC 3551: PCMU, and telephone-event as everybody numbers it. */
const pcmu = 0;
const telephoneEvent = 101;
const packetMs = 20;
const samplesPerPacket = 160;

export interface RtpPacket {
  readonly payloadType: number;
  readonly ssrc: number;
  readonly payload: Buffer;
}

/** What stands in the SDP of one phone. */
export interface SdpOptions {
  /** `sendrecv` when absent. */
  readonly direction?: string;
  readonly version?: number;
  readonly more?: readonly string[];
}

/** The RTP of a phone on loopback: a socket, SDP that names it, and where the SDP of others sends it. */
export class RtpPhone {
  readonly name: string;
  readonly heard: RtpPacket[] = [];
  readonly ssrc: number;
  readonly #socket: Socket;
  readonly #address: string;
  readonly #bell = new Bell();
  #remote: { readonly address: string; readonly port: number } | undefined;
  #sequence = 1;
  #timestamp = 0;

  private constructor(name: string, socket: Socket, address: string, ssrc: number) {
    this.name = name;
    this.#socket = socket;
    this.#address = address;
    this.ssrc = ssrc;
    socket.on('message', bytes => {
      const packet = parseRtp(bytes);
      if (packet === undefined) return;
      this.heard.push(packet);
      this.#bell.ring();
    });
  }

  static async open(name: string, ssrc: number, address = '127.0.0.1'): Promise<RtpPhone> {
    const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4');
    socket.bind(0, address);
    await once(socket, 'listening');
    return new RtpPhone(name, socket, address, ssrc);
  }

  async close(): Promise<void> {
    await new Promise<void>(resolve => this.#socket.close(() => resolve()));
  }

  get port(): number {
    return this.#socket.address().port;
  }

  sdp({ direction = 'sendrecv', version = 1, more = [] }: SdpOptions = {}): string {
    const at = `IN ${this.#address.includes(':') ? 'IP6' : 'IP4'} ${this.#address}`;
    return [
      ...['v=0', `o=${this.name} 7 ${version} ${at}`, 's=-', `c=${at}`, 't=0 0'],
      ...[`m=audio ${this.port} RTP/AVP ${pcmu} ${telephoneEvent}`, 'a=rtpmap:0 PCMU/8000'],
      ...[
        `a=rtpmap:${telephoneEvent} telephone-event/8000`,
        'a=fmtp:101 0-15',
        ...more,
        `a=${direction}`,
        '',
      ],
    ].join('\r\n');
  }

  /** From now on it sends where this SDP says. */
  sendTo(sdp: string): void {
    this.#remote = endpointIn(sdp);
  }

  /** One packet of `marker`s. */
  say(marker: number): void {
    this.#send(pcmu, Buffer.alloc(samplesPerPacket, marker));
  }

  /** Audio of `ms`, as fast as a phone sends it. */
  async talk(ms: number, marker: number): Promise<void> {
    for (let sent = 0; sent < ms; sent += packetMs) {
      this.say(marker);
      await new Promise(resolve => setTimeout(resolve, packetMs));
    }
  }

  /** RFC 4733 §2.5: a digit as one event of 60 ms whose end is sent three times. */
  press(digit: number): void {
    const timestamp = this.#timestamp;
    for (const [ended, duration] of [
      [0, 160],
      [0, 320],
      [0x80, 480],
      [0x80, 480],
      [0x80, 480],
    ] as const) {
      const event = Buffer.from([digit, ended | 10, duration >> 8, duration & 0xff]);
      this.#timestamp = timestamp;
      this.#send(telephoneEvent, event);
    }
    this.#timestamp = timestamp + 480;
  }

  /** Settles when a packet of that marker has come that came after the call of this. */
  async hears(marker: number): Promise<void> {
    const from = this.heard.length;
    await this.#bell.first(
      () => this.heard.slice(from).find(({ payload }) => payload[0] === marker),
      () => `${this.name} heard no ${marker}; heard ${this.heard.length} packets`,
      4_000,
    );
  }

  #send(payloadType: number, payload: Buffer): void {
    if (this.#remote === undefined) throw new Error(`${this.name} does not know where to send`);
    const header = Buffer.alloc(12);
    header[0] = 0x80;
    header[1] = payloadType;
    header.writeUInt16BE(this.#sequence & 0xffff, 2);
    header.writeUInt32BE(this.#timestamp >>> 0, 4);
    header.writeUInt32BE(this.ssrc, 8);
    this.#sequence += 1;
    this.#timestamp += samplesPerPacket;
    this.#socket.send(Buffer.concat([header, payload]), this.#remote.port, this.#remote.address);
  }
}

/** One says something until the other hears it: media flows. */
export async function flows(from: RtpPhone, to: RtpPhone, marker: number): Promise<void> {
  const saying = setInterval(() => from.say(marker), packetMs);
  try {
    await to.hears(marker);
  } finally {
    clearInterval(saying);
  }
}

export async function flowsBothWays(one: RtpPhone, other: RtpPhone, marker: number): Promise<void> {
  await Promise.all([flows(one, other, marker), flows(other, one, marker + 1)]);
}

/** RFC 3550 §5.1; RTCP and what is neither are left out. */
export function parseRtp(bytes: Buffer): RtpPacket | undefined {
  if (bytes.length < 12 || (bytes[0] ?? 0) >> 6 !== 2) return undefined;
  const payloadType = (bytes[1] ?? 0) & 0x7f;
  // RFC 5761 §4: what RTCP's types look like.
  if (payloadType >= 64 && payloadType <= 95) return undefined;
  const from = 12 + ((bytes[0] ?? 0) & 0x0f) * 4;
  return { payloadType, ssrc: bytes.readUInt32BE(8), payload: bytes.subarray(from) };
}

export function endpointIn(sdp: string): { readonly address: string; readonly port: number } {
  const address = /^c=IN IP[46] (\S+)/m.exec(sdp)?.[1] ?? '';
  const port = Number(/^m=audio (\d+)/m.exec(sdp)?.[1] ?? 0);
  return { address, port };
}
