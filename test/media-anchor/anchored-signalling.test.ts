import { expect } from 'chai';
import type { ConnId } from '../../lib/call/ids.ts';
import type { Body, LegId, NewRequest, RequestId, Signal, SignallingEffect } from '../../lib/call/signal.ts';
import { AnchoredSignalling } from '../../lib/media-anchor/anchored-signalling.ts';
import { RtpengineAnchor } from '../../lib/media-anchor/rtpengine-anchor.ts';
import type { Signalling, SignallingUser } from '../../lib/ports.ts';
import type { NgCommand } from '../../lib/rtpengine/command.ts';
import { NgClient } from '../../lib/rtpengine/ng-client.ts';
import { PaperNgWire } from '../rtpengine/support/paper-wire.ts';
import { FakeClock } from '../support/fake-clock.ts';

const [alice, bob] = ['alice', 'bob'] as [LegId, LegId];
const call = '0000000000000001@acme:node1' as ConnId;
const request = 'offer1' as RequestId;
/** What waits goes on in later turns of the loop. */
const settled = () => new Promise(resolve => setImmediate(resolve));

const sdpOf = (who: string, port: number): string =>
  `v=0\r\no=${who} 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\nm=audio ${port} RTP/AVP 0\r\n`;

function body(by: LegId, port: number, as: 'offer' | 'answer' = 'offer'): Body {
  return { contentType: 'application/sdp', content: sdpOf(by, port), sdp: { by, as, call } };
}

/** The engine on paper: what it is to do, in short. */
class PaperSignalling implements Signalling {
  readonly done: string[] = [];
  readonly listening = [];
  readonly up = true;
  stopped = false;
  user: SignallingUser | undefined;

  async start(user: SignallingUser): Promise<void> {
    this.user = user;
    return Promise.resolve();
  }

  perform(effect: SignallingEffect): void {
    const content = 'payload' in effect ? effect.payload.body?.content : undefined;
    const port = content === undefined ? '' : ` ${/m=audio (\d+)/.exec(content)?.[1]}`;
    this.done.push(`${effect.do} ${effect.leg}${port}`);
  }

  probe(): void {}

  async stop(): Promise<void> {
    this.stopped = true;
    return Promise.resolve();
  }
}

describe('signalling whose media is anchored', () => {
  let wire: PaperNgWire;
  let clock: FakeClock;
  let paper: PaperSignalling;
  let signalling: AnchoredSignalling;
  let anchor: RtpengineAnchor;
  let up: boolean;
  let told: Signal[];
  let notes: string[];

  function build(onFailure: 'pass' | 'refuse' = 'pass'): void {
    wire = new PaperNgWire();
    clock = new FakeClock();
    paper = new PaperSignalling();
    up = true;
    told = [];
    notes = [];
    const timeouts = { commandMs: 1_000, resendMs: 500 };
    const client = new NgClient({ name: 'rtp1:22222', wire, clock, timeouts, cookiePrefix: 'c' });
    const instance = {
      client,
      era: 1,
      get up() {
        return up;
      },
    };
    client.onSilence = () => (up = false);
    anchor = new RtpengineAnchor({
      instances: { inTurn: () => (up ? [instance] : []) },
      clock,
      log: { warn: (_, message) => notes.push(message), error: (_, message) => notes.push(message) },
      metrics: {
        pairs: count => notes.push(`pairs ${count}`),
        unanchored: why => notes.push(`unanchored ${why}`),
      },
    });
    signalling = new AnchoredSignalling({ signalling: paper, anchor, onFailure, isAnyUp: () => up });
    const user: SignallingUser = {
      receiveSignal: signal => told.push(signal),
      receiveStandalone: () => 'ignore',
      signallingChanged: () => {},
    };
    void signalling.start(user);
  }

  beforeEach(() => build());

  const commands = () => wire.sent.map(text => JSON.parse(text.slice(text.indexOf(' '))) as NgCommand);
  const names = () => commands().map(({ command }) => command);

  function invited(content?: string): void {
    const invite: NewRequest = {
      ...{
        method: 'INVITE',
        requestUri: 'sip:bob@example.com',
        from: '<sip:a@x>',
        to: '<sip:b@x>',
        callId: 'c1',
      },
      ...{ source: { protocol: 'udp', address: '192.0.2.1', port: 5060 }, receivedOn: '', headers: [] },
      ...(content !== undefined && { body: { contentType: 'application/sdp', content } }),
    };
    paper.user?.receiveSignal({ type: 'invited', leg: alice, request: invite });
  }

  function invite(offer?: Body): void {
    signalling.perform({
      ...{ do: 'invite', leg: bob, requestUri: 'sip:bob@example.com', from: '<sip:a@x>', to: '<sip:b@x>' },
      ...{
        contactUser: 'a',
        maxForwards: 70,
        payload: { headers: [], ...(offer !== undefined && { body: offer }) },
      },
    });
  }

  const answer = (said: Body): void =>
    signalling.perform({ do: 'answer', leg: alice, status: 200, payload: { headers: [], body: said } });

  /** The rtpengine answers what it was asked last. */
  async function engineSays(port: number): Promise<void> {
    wire.answer({ result: 'ok', sdp: sdpOf('rtpengine', port) });
    await settled();
  }

  /** Alice has called bob, up to his answer. */
  async function established(): Promise<void> {
    invited(sdpOf('alice', 1000));
    invite(body(alice, 1000));
    await engineSays(4000);
    answer(body(bob, 2000, 'answer'));
    await engineSays(4002);
  }

  it('sends on what the rtpengine makes of an offer and its answer', async () => {
    await established();
    expect(paper.done).to.deep.equal(['invite bob 4000', 'answer alice 4002']);
    const [offer, answered] = commands();
    expect(offer).to.deep.include({ command: 'offer', 'call-id': call, 'from-tag': alice });
    expect(answered).to.deep.include({
      command: 'answer',
      'call-id': call,
      'from-tag': alice,
      'to-tag': bob,
    });
    expect(anchor.pairOf(bob, alice)).to.deep.include({ ngCallId: call, legs: [alice, bob] });
  });

  it('keeps back what comes after it for the same leg, and nothing of the other', async () => {
    invited(sdpOf('alice', 1000));
    invite(body(alice, 1000));
    signalling.perform({ do: 'cancel', leg: bob, headers: [] });
    signalling.perform({ do: 'progress', leg: alice, status: 180, reason: '', payload: { headers: [] } });
    expect(paper.done).to.deep.equal(['progress alice']);
    await engineSays(4000);
    expect(paper.done).to.deep.equal(['progress alice', 'invite bob 4000', 'cancel bob']);
  });

  it('does at once what needs no rtpengine', async () => {
    await established();
    paper.done.splice(0);
    signalling.perform({ do: 'acknowledge', leg: bob, payload: { headers: [] } });
    signalling.perform({
      do: 'request',
      leg: bob,
      request,
      method: 'INVITE',
      payload: { headers: [], body: body(alice, 1000) },
    });
    expect(paper.done).to.deep.equal(['acknowledge bob', 'request bob 4000']);
    expect(names()).to.deep.equal(['offer', 'answer']);
  });

  it('sends SDP of our own making as it is', () => {
    invited(sdpOf('alice', 1000));
    answer(body(alice, 9, 'answer'));
    expect([paper.done, wire.sent]).to.deep.equal([['answer alice 9'], []]);
  });

  it('takes the SDP of a 2xx for an offer where the INVITE had none', async () => {
    invited();
    invite();
    answer(body(bob, 2000, 'answer'));
    await engineSays(4000);
    signalling.perform({
      do: 'acknowledge',
      leg: bob,
      payload: { headers: [], body: body(alice, 1000, 'answer') },
    });
    await engineSays(4002);
    expect(paper.done).to.deep.equal(['invite bob', 'answer alice 4000', 'acknowledge bob 4002']);
    expect(names()).to.deep.equal(['offer', 'answer']);
    expect(commands()[0]).to.deep.include({ 'from-tag': bob });
  });

  it('takes the SDP of a 2xx to a re-INVITE without an offer for one, too', async () => {
    await established();
    const asked = 'r1' as RequestId;
    paper.user?.receiveSignal({
      type: 'requested',
      leg: alice,
      request: asked,
      method: 'INVITE',
      payload: { headers: [] },
    });
    const said = body(bob, 2002, 'answer');
    signalling.perform({
      do: 'respond',
      leg: alice,
      request: asked,
      status: 200,
      payload: { headers: [], body: said },
    });
    await engineSays(4002);
    expect(names().at(-1)).to.equal('offer');
  });

  it('takes an offer back in the rtpengine when it is refused', async () => {
    await established();
    signalling.perform({
      do: 'request',
      leg: bob,
      request,
      method: 'INVITE',
      payload: { headers: [], body: body(alice, 1002) },
    });
    await engineSays(4000);
    paper.user?.receiveSignal({
      ...{ type: 'responded', leg: bob, request, method: 'INVITE', status: 488, reason: '' },
      payload: { headers: [] },
    });
    await engineSays(4000);
    await engineSays(4002);
    expect(names().slice(2)).to.deep.equal(['offer', 'offer', 'answer']);
    expect(commands()[3]).to.deep.include({ sdp: sdpOf('alice', 1000) });
  });

  it('deletes the pair when a leg ends, and keeps nothing', async () => {
    await established();
    paper.user?.receiveSignal({ type: 'hungUp', leg: alice, payload: { headers: [] } });
    expect(told.at(-1)?.type).to.equal('hungUp');
    await settled();
    expect(wire.last.command).to.deep.equal({ command: 'delete', 'call-id': call, 'delete delay': 0 });
    wire.answer({ result: 'ok' });
    signalling.perform({ do: 'hangUp', leg: bob, headers: [] });
    await signalling.settled();
    expect([signalling.legCount, signalling.unfinishedCount, anchor.counts]).to.deep.equal([
      0,
      0,
      { pairs: 0, legs: 0, calls: 0 },
    ]);
    expect(names().filter(name => name === 'delete')).to.have.lengthOf(1);
  });

  it('keeps nothing of a leg that ends while its SDP is with the rtpengine', async () => {
    invited(sdpOf('alice', 1000));
    invite(body(alice, 1000));
    paper.user?.receiveSignal({ type: 'cancelled', leg: alice, payload: { headers: [] } });
    signalling.perform({ do: 'cancel', leg: bob, headers: [] });
    await engineSays(4000);
    wire.answer({ result: 'ok' });
    await signalling.settled();
    expect(names()).to.deep.equal(['offer', 'delete']);
    expect([signalling.legCount, anchor.counts]).to.deep.equal([0, { pairs: 0, legs: 0, calls: 0 }]);
  });

  it('waits for who wants to end something before the pair is deleted, for a second at most', async () => {
    const ended: string[] = [];
    anchor.onEnding(({ ngCallId }) => {
      ended.push(ngCallId);
      return new Promise(() => {});
    });
    anchor.onEnding(() => Promise.reject(new Error('broken')));
    await established();
    paper.user?.receiveSignal({ type: 'lost', leg: bob, reason: '' });
    await settled();
    expect([ended, names().includes('delete')]).to.deep.equal([[call], false]);
    clock.pass(1_000);
    await settled();
    expect(names().at(-1)).to.equal('delete');
    expect(notes).to.include('a listener of the media anchor failed');
  });

  it('tells once that a pair is there', async () => {
    const ready: string[] = [];
    anchor.onReady(({ ngCallId }) => ready.push(ngCallId));
    anchor.onReady(() => {
      throw new Error('broken');
    });
    invited(sdpOf('alice', 1000));
    invite(body(alice, 1000));
    await engineSays(4000);
    expect(ready).to.deep.equal([]);
    for (const port of [2000, 2002]) {
      answer(body(bob, port, 'answer'));
      await engineSays(4002);
    }
    expect(ready).to.deep.equal([call]);
  });

  it('sends SDP on as it came when no rtpengine is there, and its answer too', async () => {
    up = false;
    invited(sdpOf('alice', 1000));
    invite(body(alice, 1000));
    await settled();
    up = true;
    answer(body(bob, 2000, 'answer'));
    await settled();
    expect([paper.done, wire.sent]).to.deep.equal([['invite bob 1000', 'answer alice 2000'], []]);
    expect(notes.filter(note => note.startsWith('un'))).to.deep.equal([
      'unanchored no-instance',
      'unanchored offer-not-anchored',
    ]);
    expect(anchor.pairOf(alice, bob)).to.equal(undefined);
  });

  it('sends SDP for DTLS-SRTP on as it came, whose keys are the peers alone', async () => {
    const secure = (said: Body): Body => ({
      ...said,
      content: said.content.replace('RTP/AVP', 'UDP/TLS/RTP/SAVPF'),
    });
    invited(sdpOf('alice', 1000));
    invite(secure(body(alice, 1000)));
    await settled();
    answer(secure(body(bob, 2000, 'answer')));
    await settled();
    expect([paper.done, wire.sent]).to.deep.equal([['invite bob 1000', 'answer alice 2000'], []]);
    expect(notes).to.include('unanchored dtls');
  });

  it('sends an answer on as it came when the rtpengine goes while it is asked', async () => {
    invited(sdpOf('alice', 1000));
    invite(body(alice, 1000));
    await engineSays(4000);
    answer(body(bob, 2000, 'answer'));
    wire.onUnreachable('ECONNREFUSED');
    await settled();
    expect(paper.done.at(-1)).to.equal('answer alice 2000');
    expect(anchor.pairOf(alice, bob)).to.equal(undefined);
  });

  it('refuses new calls without an rtpengine where that is wanted, as their target would', async () => {
    build('refuse');
    invited(sdpOf('alice', 1000));
    invite(body(alice, 1000));
    wire.onUnreachable('ECONNREFUSED');
    await settled();
    expect(paper.done).to.deep.equal([]);
    expect(told.at(-1)).to.deep.include({ type: 'rejected', leg: bob, status: 503 });
    expect(signalling.legCount).to.equal(1);
  });

  it('stops when what waits has gone out', async () => {
    invited(sdpOf('alice', 1000));
    invite(body(alice, 1000));
    const stopped = signalling.stop();
    await settled();
    expect(paper.stopped).to.equal(false);
    await engineSays(4000);
    await stopped;
    expect([paper.stopped, paper.done]).to.deep.equal([true, ['invite bob 4000']]);
  });
});
