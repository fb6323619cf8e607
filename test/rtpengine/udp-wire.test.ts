import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { expect } from 'chai';
import type { InstancesMetrics } from '../../lib/rtpengine/instances.ts';
import { NgClient } from '../../lib/rtpengine/ng-client.ts';
import { UdpWire } from '../../lib/rtpengine/udp-wire.ts';
import { freePort } from '../../support/free-ports.ts';
import { Rtpengine } from '../../support/rtpengine.ts';
import { afterRealTime } from '../../lib/engine/control/after.ts';

const clock = { nowMs: Date.now, after: afterRealTime };
const timeouts = { commandMs: 5_000, resendMs: 100 };

const sdp = [
  ...['v=0', 'o=alice 77 1 IN IP4 127.0.0.9', 's=-', 'c=IN IP4 127.0.0.9', 't=0 0'],
  ...['m=audio 5000 RTP/AVP 0', 'a=rtpmap:0 PCMU/8000', ''],
].join('\r\n');

function clientTo(port: number, metrics: Partial<InstancesMetrics> = {}): NgClient {
  const counts = { commandDone: () => {}, strayAnswer: () => {}, ...metrics };
  const wire = new UdpWire({ host: '127.0.0.1', port });
  return new NgClient({ name: `peer:${port}`, wire, clock, timeouts, metrics: counts, cookiePrefix: 'test' });
}

describe('the ng client over UDP', () => {
  describe('to a peer that does what it likes', () => {
    let peer: Socket;
    let client: NgClient;
    let stray: string[];
    let answerTo: (cookie: string, copy: number) => readonly string[];

    beforeEach(async () => {
      stray = [];
      peer = createSocket('udp4');
      peer.bind(0, '127.0.0.1');
      await once(peer, 'listening');
      const copies = new Map<string, number>();
      peer.on('message', (bytes, { port, address }) => {
        const [cookie = ''] = bytes.toString().split(' ');
        const copy = (copies.get(cookie) ?? 0) + 1;
        copies.set(cookie, copy);
        for (const text of answerTo(cookie, copy)) peer.send(text, port, address);
      });
      client = clientTo(peer.address().port, { strayAnswer: what => stray.push(what) });
    });

    afterEach(() => {
      client.close();
      peer.close();
    });

    it('is served by the third copy', async () => {
      answerTo = (cookie, copy) => (copy < 3 ? [] : [`${cookie} {"result":"pong"}`]);
      expect(await client.ask({ command: 'ping' })).to.deep.include({ ok: true });
    });

    it('is told what the peer refuses', async () => {
      answerTo = cookie => [`${cookie} {"result":"error","error-reason":"Unknown call-id"}`];
      const outcome = await client.ask({ command: 'query', 'call-id': 'x' });
      expect(outcome).to.deep.equal({ ok: false, why: 'refused', reason: 'Unknown call-id' });
    });

    it('passes over rubbish, answers to others and a second answer', async () => {
      answerTo = cookie => ['', '\0\xff', 'other_7 {"result":"pong"}', `${cookie} {"result":"pong"}`];
      expect(await client.ask({ command: 'ping' })).to.deep.include({ ok: true });
      expect(stray).to.deep.equal(['malformed', 'malformed', 'late']);
    });

    it('takes bencode for what it is: no answer', async () => {
      answerTo = cookie => [`${cookie} d6:result4:ponge`];
      expect(await client.ask({ command: 'ping' })).to.deep.include({ why: 'malformed' });
    });
  });

  it('knows at once that nobody listens, and finds who listens there later', async () => {
    const port = await freePort();
    const client = clientTo(port);
    expect(await client.ask({ command: 'ping' })).to.deep.include({ ok: false, why: 'unreachable' });
    const rtpengine = await Rtpengine.start({ ngPort: port });
    try {
      expect(await client.ask({ command: 'ping' })).to.deep.equal({ ok: true, answer: { result: 'pong' } });
    } finally {
      client.close();
      await rtpengine.stop();
    }
  });

  it('knows that there is no such host', async () => {
    const wire = new UdpWire({ host: 'nobody.invalid', port: 1 });
    const client = new NgClient({ name: 'nobody', wire, clock, timeouts, cookiePrefix: 'test' });
    expect(await client.ask({ command: 'ping' })).to.deep.include({ why: 'unreachable' });
    client.close();
  });

  describe('to a real rtpengine', () => {
    let rtpengine: Rtpengine;
    let client: NgClient;

    before(async () => {
      rtpengine = await Rtpengine.start();
      client = clientTo(rtpengine.ngPort);
    });

    after(async () => {
      client.close();
      await rtpengine.stop();
    });

    it('offers, answers, asks, lists and deletes', async () => {
      const ofCall = { 'call-id': 'offers', 'from-tag': 'a' };
      const offer = await client.ask({ command: 'offer', ...ofCall, sdp });
      expect(offer.ok && offer.answer.sdp).to.match(
        /c=IN IP4 127\.0\.0\.1\r\n[^]*m=audio \d+ RTP\/AVP 0\r\n/,
      );
      const answer = await client.ask({ command: 'answer', ...ofCall, 'to-tag': 'b', sdp });
      expect(answer.ok && answer.answer.sdp).to.include('m=audio');
      const found = await client.ask({ command: 'query', 'call-id': 'offers' });
      expect(found.ok && Object.keys(found.answer['tags'] ?? {})).to.have.members(['a', 'b']);
      const listed = await client.ask({ command: 'list' });
      expect(listed.ok && listed.answer['calls']).to.deep.equal(['offers']);
      expect((await client.ask({ command: 'delete', 'call-id': 'offers', 'delete delay': 0 })).ok).to.equal(
        true,
      );
      const gone = await client.ask({ command: 'list' });
      expect(gone.ok && gone.answer['calls']).to.deep.equal([]);
    });

    it('is refused an answer to no offer', async () => {
      const command = { command: 'answer', 'call-id': 'none', 'from-tag': 'a', 'to-tag': 'b', sdp } as const;
      expect(await client.ask(command)).to.deep.equal({
        ok: false,
        why: 'refused',
        reason: 'Unknown call-id',
      });
    });

    it('is refused SDP that is none', async () => {
      const command = { command: 'offer', 'call-id': 'broken', 'from-tag': 'a', sdp: 'hello' } as const;
      expect(await client.ask(command)).to.deep.include({ why: 'refused' });
    });

    it('may ask for 500 things at once', async () => {
      const all = Array.from({ length: 500 }, () => client.ask({ command: 'ping' }));
      expect((await Promise.all(all)).filter(({ ok }) => !ok)).to.deep.equal([]);
    });
  });
});
