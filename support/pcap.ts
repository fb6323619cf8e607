import { parseRtp, type RtpPacket } from './rtp-phone.ts';

/** Of a file in the classic format of libpcap, little-endian with microseconds, and frames of Ethernet. */
const magic = 0xa1b2c3d4;
const ethernet = 1;

export interface CapturedRtp extends RtpPacket {
  readonly fromPort: number;
  readonly toPort: number;
}

/** The RTP packets in IPv4 over UDP of a capture, in order. Throws when it is no such file, or ends within a frame. */
export function rtpIn(pcap: Buffer): readonly CapturedRtp[] {
  if (pcap.readUInt32LE(0) !== magic || pcap.readUInt32LE(20) !== ethernet)
    throw new Error('no pcap of Ethernet');
  const packets: CapturedRtp[] = [];
  for (let at = 24; at < pcap.length; ) {
    const length = pcap.readUInt32LE(at + 8);
    if (at + 16 + length > pcap.length) throw new Error('it ends within a frame');
    const captured = rtpInFrame(pcap.subarray(at + 16, at + 16 + length));
    if (captured !== undefined) packets.push(captured);
    at += 16 + length;
  }
  return packets;
}

function rtpInFrame(frame: Buffer): CapturedRtp | undefined {
  const [ip, ipv4, udp] = [14, 0x0800, 17];
  if (frame.readUInt16BE(12) !== ipv4 || frame[ip + 9] !== udp) return undefined;
  const at = ip + ((frame[ip] ?? 0) & 0x0f) * 4;
  const rtp = parseRtp(frame.subarray(at + 8, at + frame.readUInt16BE(at + 4)));
  return rtp && { ...rtp, fromPort: frame.readUInt16BE(at), toPort: frame.readUInt16BE(at + 2) };
}
