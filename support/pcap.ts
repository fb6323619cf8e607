import { parseRtp, type RtpPacket } from './rtp-phone.ts';

/** Of a file in the classic format of libpcap, little-endian with microseconds, and frames of Ethernet. */
const magic = 0xa1b2c3d4;
const ethernet = 1;

export interface CapturedDatagram {
  /** Microseconds since 1970. */
  readonly atUs: number;
  readonly fromPort: number;
  readonly toPort: number;
  readonly body: Buffer;
}

export interface CapturedRtp extends RtpPacket {
  readonly fromPort: number;
  readonly toPort: number;
}

/** The datagrams in IPv4 over UDP of a capture, in order. Throws when it is no such file, or ends within a frame. */
export function datagramsIn(pcap: Buffer): readonly CapturedDatagram[] {
  if (pcap.readUInt32LE(0) !== magic || pcap.readUInt32LE(20) !== ethernet)
    throw new Error('no pcap of Ethernet');
  const datagrams: CapturedDatagram[] = [];
  for (let at = 24; at < pcap.length; ) {
    const length = pcap.readUInt32LE(at + 8);
    if (at + 16 + length > pcap.length) throw new Error('it ends within a frame');
    const atUs = pcap.readUInt32LE(at) * 1e6 + pcap.readUInt32LE(at + 4);
    const captured = datagramIn(pcap.subarray(at + 16, at + 16 + length), atUs);
    if (captured !== undefined) datagrams.push(captured);
    at += 16 + length;
  }
  return datagrams;
}

/** The RTP packets among them. */
export function rtpIn(pcap: Buffer): readonly CapturedRtp[] {
  return datagramsIn(pcap).flatMap(({ body, fromPort, toPort }) => {
    const rtp = parseRtp(body);
    return rtp === undefined ? [] : [{ ...rtp, fromPort, toPort }];
  });
}

function datagramIn(frame: Buffer, atUs: number): CapturedDatagram | undefined {
  const [ip, ipv4, udp] = [14, 0x0800, 17];
  if (frame.readUInt16BE(12) !== ipv4 || frame[ip + 9] !== udp) return undefined;
  const at = ip + ((frame[ip] ?? 0) & 0x0f) * 4;
  const body = frame.subarray(at + 8, at + frame.readUInt16BE(at + 4));
  return { atUs, fromPort: frame.readUInt16BE(at), toPort: frame.readUInt16BE(at + 2), body };
}
