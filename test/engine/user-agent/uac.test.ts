import { expect } from 'chai';
import type { SipMessage } from '../../../lib/engine/message/message.ts';
import { Workbench } from '../../support/paper-wire.ts';

const SDP = 'v=0\r\n';
const INVITE =
  'INVITE sip:bob@192.0.2.9:7070 SIP/2.0\nfrom: "Alice" <sip:alice@localhost>\ncontact: <sip:alice@localhost>';

/** A response of the peer to a request of ours. */
function respond(
  bench: Workbench,
  request: SipMessage,
  status: string,
  options: { tag?: string; extra?: string; body?: string } = {},
): void {
  const { tag = 'bob-tag', extra = 'Contact: <sip:bob@192.0.2.9:7071>', body = '' } = options;
  const to = request.headers.get('to') ?? '';
  bench.receive(
    `SIP/2.0 ${status}
     Via: ${request.headers.get('via') ?? ''}
     From: ${request.headers.get('from') ?? ''}
     To: ${to.includes('tag=') || tag === '' ? to : `${to};tag=${tag}`}
     Call-ID: ${request.callId}
     CSeq: ${request.headers.get('cseq') ?? ''}
     ${extra}`,
    body,
  );
}

const byeOfBob = (invite: SipMessage): string => `
  BYE sip:alice@127.0.0.1 SIP/2.0
  Via: SIP/2.0/UDP 192.0.2.9:7070;branch=z9hG4bKbye
  From: <sip:bob@192.0.2.9>;tag=bob-tag
  To: <sip:alice@127.0.0.1>;tag=${invite.fromTag}
  Call-ID: ${invite.callId}
  CSeq: 1 BYE`;

interface Calling {
  readonly bench: Workbench;
  readonly invite: SipMessage;
  readonly transaction: string;
  readonly dialog: string;
}

function calling(text = INVITE): Calling {
  const bench = new Workbench();
  const reply = bench.order(text, {}, SDP);
  if (!reply.ok) throw new Error(reply.reason);
  const invite = bench.lastSent;
  bench.takeSent();
  return {
    bench,
    invite,
    transaction: reply.transactionId,
    dialog: `${invite.callId};from-tag=${invite.fromTag}`,
  };
}

function established(): Calling {
  const call = calling();
  respond(call.bench, call.invite, '200 OK', { body: SDP });
  call.bench.order('ACK sip:x SIP/2.0', { dialog: call.dialog });
  call.bench.takeSent();
  call.bench.takeDelivered();
  return call;
}

describe('the client side of the user agent', () => {
  it('fills in what the application left out and echoes what it sent', () => {
    const bench = new Workbench();
    const reply = bench.order(`${INVITE}\nX-MS-Custom-Foo: 1\nuser-to-user: aa`, {}, SDP);
    const { headers } = bench.lastSent;
    expect(headers.get('via')).to.match(/^SIP\/2\.0\/UDP 127\.0\.0\.1:5060;rport;branch=z9hG4bK/);
    expect(headers.get('max-forwards')).to.equal('70');
    expect(headers.get('from')).to.match(/^"Alice" <sip:alice@127\.0\.0\.1:5060>;tag=[0-9a-f]+$/);
    expect(headers.get('to')).to.equal('<sip:bob@192.0.2.9:7070>');
    expect(headers.get('contact')).to.equal('<sip:alice@127.0.0.1:5060>');
    expect(headers.get('content-type')).to.equal('application/sdp');
    expect(headers.get('x-ms-custom-foo')).to.equal('1');
    expect(reply.ok && reply.message.headers.get('via')).to.equal(headers.get('via'));
  });

  it('keeps Call-ID, From tag, CSeq number and Max-Forwards that the application set', () => {
    const bench = new Workbench();
    bench.order(
      'INVITE sip:bob@192.0.2.9 SIP/2.0\nCall-ID: mine\nFrom: <sip:a@b>;tag=t\nCSeq: 7 INVITE\nMax-Forwards: 3',
      {},
      SDP,
    );
    expect(bench.lastSent).to.include({ callId: 'mine', fromTag: 't' });
    expect(bench.lastSent.cseq.number).to.equal(7);
    expect(bench.lastSent.headers.get('max-forwards')).to.equal('3');
  });

  it('sends to the route URL without changing the Request-URI', () => {
    const bench = new Workbench();
    bench.order(INVITE, { route: 'sip:192.0.2.20:5080' }, SDP);
    expect(bench.wire.sent.at(-1)?.hop).to.deep.equal({ protocol: 'udp', address: '192.0.2.20', port: 5080 });
    expect(bench.lastSent.requestUri).to.equal('sip:bob@192.0.2.9:7070');
    expect(bench.lastSent.headers.has('route')).to.equal(false);
  });

  it('keeps a To that names the target, on localhost too', () => {
    const bench = new Workbench();
    bench.order('OPTIONS sip:bob@localhost:7070 SIP/2.0\nto: <sip:bob@localhost:7070>', {
      route: 'sip:192.0.2.9',
    });
    expect(bench.lastSent.headers.get('to')).to.equal('<sip:bob@localhost:7070>');
    bench.order('OPTIONS sip:bob@192.0.2.9 SIP/2.0\nto: <sip:bob@localhost>');
    expect(bench.lastSent.headers.get('to')).to.equal('<sip:bob@127.0.0.1:5060>');
  });

  it('writes the transport into a TCP Contact', () => {
    const bench = new Workbench();
    bench.order(INVITE.replace('7070', '7070;transport=tcp'), {}, SDP);
    expect(bench.lastSent.headers.get('contact')).to.equal('<sip:alice@127.0.0.1:5060;transport=tcp>');
  });

  const refused: readonly (readonly [string, string, RegExp, string?])[] = [
    ['an unreadable Request-URI', 'INVITE nonsense SIP/2.0', /invalid uri/],
    ['sips', 'INVITE sips:bob@192.0.2.9 SIP/2.0', /not supported/],
    ['a transport it does not have', 'INVITE sip:bob@192.0.2.9;transport=ws SIP/2.0', /not available/],
    ['a call to itself', 'INVITE sip:bob@127.0.0.1:5060 SIP/2.0', /to myself/],
    ['a body without a type', 'INVITE sip:bob@192.0.2.9 SIP/2.0', /missing content-type/, 'hello'],
    ['an address family without a listener', 'INVITE sip:bob@[2001:db8::1] SIP/2.0', /no listener/],
    ['text that is no SIP', 'hello', /unparsable/],
  ];
  for (const [what, text, reason, body] of refused) {
    it(`refuses ${what} and sends nothing`, () => {
      const bench = new Workbench();
      const reply = bench.order(text, {}, body ?? '');
      expect(reply.ok ? '' : reply.reason).to.match(reason);
      expect(bench.takeSent()).to.deep.equal([]);
      expect(bench.userAgent.counts()).to.include({ dialogs: 0, requestsOrdered: 0 });
    });
  }

  it('hides 100, delivers 180 and 200 with the dialog id, and ACKs where the 200 says when told to', () => {
    const { bench, invite, transaction, dialog } = calling();
    respond(bench, invite, '100 Trying', { tag: '' });
    respond(bench, invite, '180 Ringing');
    respond(bench, invite, '200 OK', { body: SDP });
    expect(bench.app.last).to.include({ transactionId: transaction, dialogId: dialog });
    expect(bench.takeDelivered()).to.deep.equal(['180', '200']);
    expect(bench.takeSent()).to.deep.equal([]);
    bench.order('ACK sip:whatever SIP/2.0', { dialog }, SDP);
    expect(bench.lastSent).to.include({
      method: 'ACK',
      requestUri: 'sip:bob@192.0.2.9:7071',
      toTag: 'bob-tag',
    });
    expect(bench.lastSent.cseq.number).to.equal(invite.cseq.number);
  });

  it('absorbs a repeated 200 before the ACK and repeats the ACK after it', () => {
    const { bench, invite, dialog } = calling();
    respond(bench, invite, '200 OK');
    respond(bench, invite, '200 OK');
    expect(bench.takeSent()).to.deep.equal([]);
    bench.order('ACK sip:x SIP/2.0', { dialog });
    respond(bench, invite, '200 OK');
    expect(bench.takeSent()).to.deep.equal(['ACK', 'ACK']);
    expect(bench.takeDelivered()).to.deep.equal(['200']);
  });

  it('sends the ACK with the number of the INVITE even when other requests went in between', () => {
    const { bench, dialog } = established();
    bench.order('INVITE sip:placeholder SIP/2.0', { dialog }, SDP);
    const reinvite = bench.lastSent;
    respond(bench, reinvite, '200 OK');
    bench.order('INFO sip:placeholder SIP/2.0', { dialog });
    bench.order('ACK sip:x SIP/2.0', { dialog });
    expect(bench.lastSent.cseq.number).to.equal(reinvite.cseq.number);
  });

  it('carries the credentials of the INVITE on its ACK', () => {
    const { bench, invite, dialog } = calling(`${INVITE}\nProxy-Authorization: Digest x`);
    respond(bench, invite, '200 OK');
    bench.order('ACK sip:x SIP/2.0', { dialog });
    expect(bench.lastSent.headers.get('proxy-authorization')).to.equal('Digest x');
  });

  it('ACKs a failure by itself and refuses the ACK of the application', () => {
    const { bench, invite, dialog } = calling();
    respond(bench, invite, '486 Busy Here');
    expect(bench.takeSent()).to.deep.equal(['ACK']);
    expect(bench.takeDelivered()).to.deep.equal(['486']);
    const reply = bench.order('ACK sip:x SIP/2.0', { dialog });
    expect(reply.ok ? '' : reply.reason).to.contain('automatically generated');
    expect(bench.userAgent.counts().dialogs).to.equal(0);
  });

  it('ACKs and ends a second fork, silently', () => {
    const { bench, invite } = calling();
    respond(bench, invite, '200 OK', { tag: 'one' });
    respond(bench, invite, '200 OK', { tag: 'two', extra: 'Contact: <sip:bob@192.0.2.33>' });
    expect(bench.sent.map(({ method, toTag, requestUri }) => [method, toTag, requestUri])).to.deep.equal([
      ['ACK', 'two', 'sip:bob@192.0.2.33'],
      ['BYE', 'two', 'sip:bob@192.0.2.33'],
    ]);
    expect(bench.takeDelivered()).to.deep.equal(['200']);
    expect(bench.counters.forkedAnswersEnded).to.equal(1);
  });

  it('ACKs each 2xx of a second fork and ends it once', () => {
    const { bench, invite } = calling();
    respond(bench, invite, '200 OK', { tag: 'one' });
    for (let times = 0; times < 3; times += 1) respond(bench, invite, '200 OK', { tag: 'two' });
    expect(bench.takeSent()).to.deep.equal(['ACK', 'BYE', 'ACK', 'ACK']);
    expect(bench.counters.forkedAnswersEnded).to.equal(1);
  });

  it('ACKs and ends a call that was answered after its application was given up', () => {
    const { bench, invite } = calling();
    respond(bench, invite, '180 Ringing');
    bench.app.present = false;
    bench.userAgent.ownerLost(bench.app);
    bench.userAgent.ownerExpired(bench.app);
    bench.takeSent();
    respond(bench, invite, '200 OK');
    respond(bench, invite, '200 OK');
    expect(bench.takeSent()).to.deep.equal(['ACK', 'BYE', 'ACK']);
  });

  it('sends the ACK that is owed before the BYE to a call whose application was given up', () => {
    const { bench, invite } = calling();
    respond(bench, invite, '200 OK');
    bench.app.present = false;
    bench.userAgent.ownerLost(bench.app);
    bench.userAgent.ownerExpired(bench.app);
    expect(bench.takeSent()).to.deep.equal(['ACK', 'BYE']);
  });

  it('ACKs the answer to a re-INVITE of an application that is away, and keeps the call for it', () => {
    const { bench, dialog } = established();
    bench.order('INVITE sip:placeholder SIP/2.0', { dialog }, SDP);
    const reinvite = bench.lastSent;
    bench.app.present = false;
    bench.userAgent.ownerLost(bench.app);
    bench.takeSent();
    respond(bench, reinvite, '200 OK', { body: SDP });
    expect(bench.takeSent()).to.deep.equal(['ACK']);
    expect(bench.userAgent.counts()).to.include({ dialogs: 1, acksOwed: 0 });
  });

  it('ends a call whose offer in the 200 to an offerless re-INVITE nobody is there to answer', () => {
    const { bench, dialog } = established();
    bench.order('INVITE sip:placeholder SIP/2.0', { dialog });
    const reinvite = bench.lastSent;
    bench.app.present = false;
    bench.userAgent.ownerLost(bench.app);
    bench.takeSent();
    respond(bench, reinvite, '200 OK', { body: SDP });
    expect(bench.takeSent()).to.deep.equal(['ACK', 'BYE']);
  });

  it('sends an ACK that the application forgot when it goes on to a re-INVITE', () => {
    const { bench, invite, dialog } = calling();
    respond(bench, invite, '200 OK');
    bench.order('INVITE sip:placeholder SIP/2.0', { dialog }, SDP);
    const reinvite = bench.lastSent;
    bench.takeSent();
    respond(bench, reinvite, '200 OK');
    expect([bench.lastSent.method, bench.lastSent.cseq.number]).to.deep.equal(['ACK', invite.cseq.number]);
    expect(bench.userAgent.counts().acksOwed).to.equal(1);
  });

  it('lets the tag of the 200 override the one of a 180', () => {
    const { bench, invite, dialog } = calling();
    respond(bench, invite, '180 Ringing', { tag: 'early' });
    respond(bench, invite, '200 OK', { tag: 'final' });
    bench.order('ACK sip:x SIP/2.0', { dialog });
    expect(bench.lastSent.toTag).to.equal('final');
  });

  it('hands over requests of each fork that rings', () => {
    const { bench, invite, dialog } = calling();
    for (const tag of ['one', 'two']) respond(bench, invite, '180 Ringing', { tag });
    bench.takeDelivered();
    for (const [tag, cseq] of [
      ['two', 7],
      ['one', 3],
    ] as const) {
      bench.receive(`INFO sip:alice@127.0.0.1 SIP/2.0
        Via: SIP/2.0/UDP 192.0.2.9:7070;branch=z9hG4bK${tag}
        From: <sip:bob@192.0.2.9>;tag=${tag}
        To: <sip:alice@127.0.0.1>;tag=${invite.fromTag}
        Call-ID: ${invite.callId}
        CSeq: ${cseq} INFO`);
      expect(bench.app.last).to.include({ dialogId: dialog });
    }
    expect(bench.takeDelivered()).to.deep.equal(['INFO', 'INFO']);
  });

  it('keeps a CANCEL until the first 1xx', () => {
    const { bench, invite, transaction } = calling();
    expect(bench.order('CANCEL sip:x SIP/2.0\nReason: SIP;cause=600', { transaction }).ok).to.equal(true);
    expect(bench.takeSent()).to.deep.equal([]);
    respond(bench, invite, '180 Ringing');
    expect(bench.lastSent.headers.get('reason')).to.equal('SIP;cause=600');
    expect(bench.takeSent()).to.deep.equal(['CANCEL']);
  });

  it('ends a call whose 200 crossed the CANCEL: ACK, BYE, notice', () => {
    const { bench, invite, transaction, dialog } = calling();
    respond(bench, invite, '180 Ringing');
    bench.order('CANCEL sip:x SIP/2.0', { transaction });
    respond(bench, invite, '200 OK');
    bench.takeSent();
    bench.takeDelivered();
    bench.order('ACK sip:x SIP/2.0', { dialog });
    expect(bench.takeSent()).to.deep.equal(['ACK', 'BYE']);
    expect(bench.takeDelivered()).to.deep.equal(['BYE notice']);
  });

  it('ACKs and ends by itself what the application never acknowledges', () => {
    const { bench, invite } = calling();
    respond(bench, invite, '200 OK');
    bench.takeDelivered();
    bench.timers.advance(32_000);
    expect(bench.takeSent().slice(0, 2)).to.deep.equal(['ACK', 'BYE']);
    expect(bench.takeDelivered()).to.deep.equal(['BYE notice']);
    expect(bench.userAgent.counts()).to.include({ dialogs: 0, acksOwed: 0 });
  });

  it('makes a 408 of silence and a 503 of a failure to send', async () => {
    const silent = calling();
    silent.bench.timers.advance(32_000);
    expect(silent.bench.takeDelivered()).to.deep.equal(['408']);
    const broken = new Workbench();
    broken.wire.broken = true;
    broken.order(INVITE, {}, SDP);
    await Promise.resolve();
    expect(broken.takeDelivered()).to.deep.equal(['503']);
    expect(broken.userAgent.counts().dialogs).to.equal(0);
  });

  it('makes a 503 of a name without an address, after the reply', async () => {
    const bench = new Workbench();
    let replied = false;
    bench.userAgent.send(
      bench.app,
      { transactionId: '', dialogId: '', text: 'OPTIONS sip:nowhere.example SIP/2.0\r\n\r\n' },
      reply => {
        replied = reply.ok;
        expect(bench.app.deliveries).to.have.length(0);
      },
    );
    await new Promise(resolve => setImmediate(() => setImmediate(resolve)));
    expect(replied).to.equal(true);
    expect(bench.takeDelivered()).to.deep.equal(['503']);
  });

  it('sends nothing for an application that went away while the name was looked up', async () => {
    const bench = new Workbench();
    bench.names.set('bob.example', ['192.0.2.9']);
    const reply = await bench.orderLater('INVITE sip:bob.example SIP/2.0', {}, () => {
      bench.app.present = false;
      bench.userAgent.ownerLost(bench.app);
    });
    expect(reply.ok).to.equal(false);
    expect(bench.takeSent()).to.deep.equal([]);
    expect(bench.userAgent.counts()).to.include({ dialogs: 0, requestsOrdered: 0 });
  });

  it('sends nothing in a dialog that ended while the name was looked up', async () => {
    const { bench, invite, dialog } = calling();
    bench.names.set('bob.example', ['192.0.2.9']);
    bench.takeSent();
    respond(bench, invite, '200 OK', { extra: 'Contact: <sip:bob.example>' });
    await bench.orderLater('ACK sip:x SIP/2.0', { dialog });
    const reply = await bench.orderLater('INFO sip:placeholder SIP/2.0', { dialog }, () => {
      bench.receive(byeOfBob(invite));
    });
    expect(reply.ok ? '' : reply.reason).to.match(/unable to find dialog/i);
    expect(bench.takeSent()).to.deep.equal(['ACK']);
  });

  it('keeps nothing of what cannot be written, on either way to the target', async () => {
    const bench = new Workbench();
    bench.names.set('bob.example', ['192.0.2.9']);
    bench.wire.defective = true;
    for (const target of ['192.0.2.9', 'bob.example']) {
      const reply = await bench.orderLater(`INVITE sip:${target} SIP/2.0`);
      expect(reply.ok).to.equal(false);
    }
    expect(bench.userAgent.counts()).to.include({ dialogs: 0, requestsOrdered: 0 });
  });

  for (const contact of ['<<<garbage', '<sip:a b@192.0.2.9>', '']) {
    it(`acknowledges a 200 whose Contact is '${contact}' at the Request-URI`, () => {
      const { bench, invite, dialog } = calling();
      respond(bench, invite, '200 OK', { extra: `Contact: ${contact}` });
      bench.order('ACK sip:x SIP/2.0', { dialog });
      expect(bench.lastSent.requestUri).to.equal('sip:bob@192.0.2.9:7070');
    });
  }

  it('says in a Warning that a response was made up', () => {
    const { bench } = calling();
    bench.timers.advance(32_000);
    expect(bench.app.last.message.headers.get('warning')).to.match(/^399 baton "/);
  });

  it('cancels the INVITE of a callee that says BYE before it has answered', () => {
    const { bench, invite } = calling();
    respond(bench, invite, '180 Ringing');
    bench.receive(byeOfBob(invite));
    expect(bench.takeSent()).to.deep.equal(['200', 'CANCEL']);
    respond(bench, invite, '487 Request Terminated');
    expect(bench.takeDelivered()).to.deep.equal(['180', '487']);
  });

  it('counts its own CSeq up and follows the Contact of a re-INVITE 200', () => {
    const { bench, invite, dialog } = established();
    bench.order('INVITE sip:placeholder SIP/2.0\nCSeq: 1 INVITE', { dialog }, SDP);
    expect(bench.lastSent.cseq.number).to.equal(invite.cseq.number + 1);
    respond(bench, bench.lastSent, '200 OK', { extra: 'Contact: <sip:bob@192.0.2.9:9999>' });
    bench.order('ACK sip:x SIP/2.0', { dialog });
    bench.order('BYE sip:placeholder SIP/2.0', { dialog });
    expect(bench.lastSent.requestUri).to.equal('sip:bob@192.0.2.9:9999');
  });

  it('takes the route set of the 200 in reverse order', () => {
    const { bench, invite, dialog } = calling();
    respond(bench, invite, '200 OK', {
      extra:
        'Contact: <sip:bob@192.0.2.9>\nRecord-Route: <sip:192.0.2.7;lr>\nRecord-Route: <sip:192.0.2.8;lr>',
    });
    bench.order('ACK sip:x SIP/2.0', { dialog });
    expect(bench.lastSent.headers.all('route')).to.deep.equal(['<sip:192.0.2.8;lr>', '<sip:192.0.2.7;lr>']);
  });

  it('keeps the final response of an in-dialog request that had a 1xx', () => {
    const { bench, dialog } = established();
    bench.order('INVITE sip:placeholder SIP/2.0', { dialog }, SDP);
    const reinvite = bench.lastSent;
    respond(bench, reinvite, '183 Session Progress');
    respond(bench, reinvite, '200 OK');
    expect(bench.takeDelivered()).to.deep.equal(['183', '200']);
  });

  it('cancels its re-INVITE before it sends BYE', () => {
    const { bench, dialog } = established();
    bench.order('INVITE sip:placeholder SIP/2.0', { dialog }, SDP);
    respond(bench, bench.lastSent, '100 Trying', { tag: '' });
    bench.takeSent();
    bench.order('BYE sip:placeholder SIP/2.0', { dialog });
    expect(bench.takeSent()).to.deep.equal(['CANCEL', 'BYE']);
  });

  it('forgets the dialog once its BYE is answered, but not for a challenge', () => {
    const { bench, dialog } = established();
    bench.order('BYE sip:placeholder SIP/2.0', { dialog });
    respond(bench, bench.lastSent, '407 Proxy Authentication Required', { extra: 'Subject: x' });
    bench.order('BYE sip:placeholder SIP/2.0\nProxy-Authorization: Digest x', { dialog });
    expect(bench.takeSent()).to.deep.equal(['BYE', 'BYE']);
    const again = bench.order('INFO sip:placeholder SIP/2.0', { dialog });
    expect(again.ok).to.equal(false);
  });

  it('forgets the dialog in the end when a challenged BYE does not come again', () => {
    const { bench, dialog } = established();
    bench.order('BYE sip:placeholder SIP/2.0', { dialog });
    respond(bench, bench.lastSent, '401 Unauthorized', { extra: 'Subject: x' });
    bench.timers.advance(31_999);
    expect(bench.userAgent.counts().dialogs).to.equal(1);
    bench.timers.advance(1);
    expect(bench.userAgent.counts().dialogs).to.equal(0);
  });

  it('answers a BYE that crosses its own by itself', () => {
    const { bench, invite, dialog } = established();
    bench.order('BYE sip:placeholder SIP/2.0', { dialog });
    bench.takeSent();
    bench.receive(byeOfBob(invite));
    expect(bench.takeSent()).to.deep.equal(['200']);
    expect(bench.takeDelivered()).to.deep.equal([]);
  });

  it('says in its reply that a dialog is unknown, in the words applications look for', () => {
    const bench = new Workbench();
    const reply = bench.order('BYE sip:placeholder SIP/2.0', { dialog: 'nobody;from-tag=x' });
    expect(reply.ok ? '' : reply.reason).to.match(/unable to find dialog/i);
  });

  it('cancels the INVITEs of a lost application, and ends what was answered all the same', () => {
    const { bench, invite } = calling();
    respond(bench, invite, '180 Ringing');
    bench.app.present = false;
    bench.userAgent.ownerLost(bench.app);
    expect(bench.takeSent()).to.deep.equal(['CANCEL']);
    respond(bench, invite, '200 OK');
    expect(bench.takeSent()).to.deep.equal(['ACK', 'BYE']);
    expect(bench.userAgent.counts()).to.include({ dialogs: 0, acksOwed: 0 });
  });

  it('leaves nothing in any table after a whole call', () => {
    const { bench, dialog } = established();
    bench.order('BYE sip:placeholder SIP/2.0', { dialog });
    respond(bench, bench.lastSent, '200 OK', { extra: 'Subject: x' });
    bench.timers.advance(300_000);
    expect(bench.userAgent.counts()).to.deep.equal({
      dialogs: 0,
      requestsOpen: 0,
      requestsOrdered: 0,
      acksAwaited: 0,
      acksOwed: 0,
      noticesKept: 0,
    });
    expect(bench.userAgent.transactions).to.include({ clientCount: 0, serverCount: 0 });
    expect(bench.timers.runningCount).to.equal(0);
  });
});
