import { expect } from 'chai';
import { addedLatency } from '../../bench/latency.ts';
import type { CapturedDatagram } from '../../support/pcap.ts';

const [alice, system, bob] = [5070, 5060, 5080];

function seen(atUs: number, fromPort: number, toPort: number, lines: readonly string[]): CapturedDatagram {
  return { atUs, fromPort, toPort, body: Buffer.from(`${lines.join('\r\n')}\r\n\r\n`) };
}

const invite = (callId: string, mark: string): string[] => [
  'INVITE sip:bob@host SIP/2.0',
  `Call-ID: ${callId}`,
  'CSeq: 1 INVITE',
  `x-ms-custom-foo: ${mark}`,
];
const answer = (callId: string, status = '200 OK', cseq = '1 INVITE'): string[] => [
  `SIP/2.0 ${status}`,
  `Call-ID: ${callId}`,
  `CSeq: ${cseq}`,
];

describe('the latency that a system adds', () => {
  it('is told by the header that crosses a B2BUA, whose legs have Call-IDs of their own', () => {
    const calls = [
      seen(1_000, alice, system, invite('a1', 'one')),
      seen(1_200, alice, system, invite('a2', 'two')),
      seen(1_500, system, bob, invite('b2', 'two')),
      seen(2_000, system, bob, invite('b1', 'one')),
      seen(3_000, bob, system, answer('b1')),
      seen(3_250, system, alice, answer('a1')),
    ];
    expect(addedLatency(calls, system)).to.deep.equal({ inviteMs: [0.3, 1], answerMs: [0.25] });
  });

  it('counts the first copy of a message, once', () => {
    const calls = [
      seen(1_000, alice, system, invite('a1', 'one')),
      seen(501_000, alice, system, invite('a1', 'one')),
      seen(502_000, system, bob, invite('b1', 'one')),
      seen(503_000, system, bob, invite('b1', 'one')),
    ];
    expect(addedLatency(calls, system).inviteMs).to.deep.equal([501]);
  });

  it('leaves out what is no INVITE and no 200 to one', () => {
    const calls = [
      seen(1_000, alice, system, invite('a1', 'one')),
      seen(1_100, system, bob, invite('a1', 'one')),
      seen(1_200, bob, system, answer('a1', '180 Ringing')),
      seen(1_300, system, alice, answer('a1', '180 Ringing')),
      seen(1_400, bob, system, answer('a1', '200 OK', '2 BYE')),
      seen(1_500, system, alice, answer('a1', '200 OK', '2 BYE')),
      seen(1_600, bob, system, answer('unknown')),
    ];
    expect(addedLatency(calls, system)).to.deep.equal({ inviteMs: [0.1], answerMs: [] });
  });
});
