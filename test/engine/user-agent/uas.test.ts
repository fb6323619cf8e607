import { expect } from 'chai';
import { Workbench } from '../../support/paper-wire.ts';

const SDP = 'v=0\r\n';

const invite = (extra = '', cseq = 1, toTag = ''): string => `
  INVITE sip:bob@127.0.0.1:5060 SIP/2.0
  Via: SIP/2.0/UDP 192.0.2.1:6060;branch=z9hG4bKinv${cseq}
  From: <sip:alice@192.0.2.1>;tag=alice-tag
  To: <sip:bob@127.0.0.1>${toTag === '' ? '' : `;tag=${toTag}`}
  Call-ID: call-1
  CSeq: ${cseq} INVITE
  Contact: <sip:alice@192.0.2.1:6060>
  ${extra === '' ? 'Subject: x' : extra}`;

const inDialog = (method: string, toTag: string, cseq: number, extra = 'Subject: x'): string => `
  ${method} sip:bob@127.0.0.1:5060 SIP/2.0
  Via: SIP/2.0/UDP 192.0.2.1:6060;branch=z9hG4bK${method}${cseq}
  From: <sip:alice@192.0.2.1>;tag=alice-tag
  To: <sip:bob@127.0.0.1>;tag=${toTag}
  Call-ID: call-1
  CSeq: ${cseq} ${method}
  ${extra}`;

const OK = 'SIP/2.0 200 OK\nContact: <sip:bob@localhost>';

/** An answered call: INVITE, 200, ACK. */
function answered(inviteText = invite()): { bench: Workbench; toTag: string; dialogId: string } {
  const bench = new Workbench();
  bench.receive(inviteText, SDP);
  const reply = bench.order(OK, { transaction: bench.app.last.transactionId }, SDP);
  const { toTag } = bench.lastSent;
  bench.receive(inDialog('ACK', toTag, 1));
  bench.takeSent();
  bench.takeDelivered();
  return { bench, toTag, dialogId: reply.ok ? (reply.dialogId ?? '') : '' };
}

describe('the server side of the user agent', () => {
  it('answers 100 at once and hands a new INVITE to the application without a dialog id', () => {
    const bench = new Workbench();
    bench.receive(invite(), SDP);
    expect(bench.takeSent()).to.deep.equal(['100']);
    expect(bench.app.last.message.method).to.equal('INVITE');
    expect(bench.app.last).to.include({ dialogId: '', protocol: 'udp', address: '192.0.2.1', port: 6060 });
    expect(bench.app.last.receivedOn).to.deep.equal({ address: '127.0.0.1', port: 5060 });
  });

  it('gives 18x a To tag and a Contact and names the dialog after Call-ID and From tag', () => {
    const bench = new Workbench();
    bench.receive(invite('Record-Route: <sip:proxy.example;lr>'), SDP);
    const reply = bench.order('SIP/2.0 180 Ringing', { transaction: bench.app.last.transactionId });
    expect(reply).to.include({ ok: true, dialogId: 'call-1;from-tag=alice-tag' });
    expect(bench.lastSent.status).to.equal(180);
    expect(bench.lastSent.toTag).to.match(/^[0-9a-f]{16}$/);
    expect(bench.lastSent.headers.get('contact')).to.equal('<sip:127.0.0.1:5060>');
    expect(bench.lastSent.headers.get('record-route')).to.equal('<sip:proxy.example;lr>');
  });

  it('takes the local tag the application chose and keeps it', () => {
    const bench = new Workbench();
    bench.receive(invite(), SDP);
    const { transactionId } = bench.app.last;
    bench.order('SIP/2.0 180 Ringing\nTo: <sip:bob@127.0.0.1>;tag=chosen', { transaction: transactionId });
    bench.order(OK, { transaction: transactionId }, SDP);
    expect(bench.sent.map(message => message.toTag)).to.deep.equal(['', 'chosen', 'chosen']);
  });

  it('gives lower-cased response header names their usual spelling and keeps X- names', () => {
    const bench = new Workbench();
    bench.receive(invite(), SDP);
    bench.order('SIP/2.0 180 Ringing\nuser-to-user: aa\nX-MS-Custom-Foo: 1', {
      transaction: bench.app.last.transactionId,
    });
    const names: string[] = [];
    bench.lastSent.headers.forEach(name => names.push(name));
    expect(names).to.include.members(['User-to-User', 'X-MS-Custom-Foo']);
  });

  it('replaces localhost in Contact by its own address', () => {
    const bench = new Workbench();
    bench.receive(invite(), SDP);
    bench.order(
      'SIP/2.0 200 OK\nContact: "Bob" <sip:bob@localhost>;x=1',
      { transaction: bench.app.last.transactionId },
      SDP,
    );
    expect(bench.lastSent.headers.get('contact')).to.equal('"Bob" <sip:bob@127.0.0.1:5060>;x=1');
  });

  it('repeats a 200 at T1, 2*T1, … T2 until the ACK, and hands the ACK over once', () => {
    const bench = new Workbench();
    bench.receive(invite(), SDP);
    bench.order(OK, { transaction: bench.app.last.transactionId }, SDP);
    const { toTag } = bench.lastSent;
    bench.takeSent();
    bench.takeDelivered();
    bench.timers.advance(500 + 1000 + 2000 + 4000 + 4000);
    expect(bench.takeSent()).to.deep.equal(['200', '200', '200', '200', '200']);
    bench.receive(inDialog('ACK', toTag, 1), 'v=0\r\nanswer');
    bench.receive(inDialog('ACK', toTag, 1), 'v=0\r\nanswer');
    expect(bench.app.last).to.include({ dialogId: 'call-1;from-tag=alice-tag' });
    expect(bench.app.last.message.body).to.equal('v=0\r\nanswer');
    expect(bench.takeDelivered()).to.deep.equal(['ACK']);
    bench.timers.advance(60_000);
    expect(bench.takeSent()).to.deep.equal([]);
  });

  it('ends a call whose ACK never came after 64*T1 with BYE and a notice', () => {
    const bench = new Workbench();
    bench.receive(invite(), SDP);
    bench.order(OK, { transaction: bench.app.last.transactionId }, SDP);
    bench.takeDelivered();
    bench.timers.advance(32_000);
    expect(bench.takeSent().at(-1)).to.equal('BYE');
    expect(bench.app.last.message.headers.get('reason')).to.contain('text="ACK timeout"');
    expect(bench.takeDelivered()).to.deep.equal(['BYE notice']);
    expect(bench.userAgent.counts()).to.include({ dialogs: 0, acksAwaited: 0, requestsOpen: 0 });
  });

  it('answers a CANCEL with 200 and the INVITE with 487, tells the application, and refuses its own 487', () => {
    const bench = new Workbench();
    bench.receive(invite(), SDP);
    const { transactionId } = bench.app.last;
    bench.order('SIP/2.0 180 Ringing', { transaction: transactionId });
    bench.takeSent();
    bench.takeDelivered();
    bench.receive(
      inDialog('CANCEL', '', 1, 'Reason: SIP;cause=600')
        .replace('branch=z9hG4bKCANCEL1', 'branch=z9hG4bKinv1')
        .replace(';tag=\n', '\n'),
    );
    expect(bench.takeSent()).to.have.members(['200', '487']);
    expect(bench.app.last).to.include({ transactionId, dialogId: 'call-1;from-tag=alice-tag' });
    expect(bench.takeDelivered()).to.deep.equal(['CANCEL']);
    const late = bench.order('SIP/2.0 487 Request Terminated', { transaction: transactionId });
    expect(late).to.deep.equal({ ok: false, reason: 'Response not sent due to unknown transaction' });
    expect(bench.userAgent.counts().dialogs).to.equal(0);
  });

  it('takes a BYE in an early dialog as a CANCEL', () => {
    const bench = new Workbench();
    bench.receive(invite(), SDP);
    bench.order('SIP/2.0 180 Ringing', { transaction: bench.app.last.transactionId });
    const { toTag } = bench.lastSent;
    bench.takeSent();
    bench.takeDelivered();
    bench.receive(inDialog('BYE', toTag, 2));
    expect(bench.takeSent()).to.deep.equal(['200', '487']);
    expect(bench.takeDelivered()).to.deep.equal(['CANCEL']);
  });

  const refusals: readonly (readonly [string, (bench: Workbench) => void, number, string?])[] = [
    [
      'a request nobody registered',
      b => {
        b.methods = [];
        b.receive(invite());
      },
      503,
    ],
    [
      'an unknown method',
      b => b.receive(invite().replace('INVITE sip', 'FOO sip').replace('1 INVITE', '1 FOO')),
      405,
      'allow',
    ],
    [
      'a required extension only the engine could carry out',
      b => b.receive(invite('Require: 100rel, foo')),
      420,
      'unsupported',
    ],
    [
      'a method that an application would read as another',
      b => b.receive(invite().replace('INVITE sip', 'BY%45 sip').replace('1 INVITE', '1 BY%45')),
      501,
    ],
    ['a BYE outside any dialog', b => b.receive(inDialog('BYE', '', 1).replace(';tag=\n', '\n')), 481],
    ['an INFO with an unknown To tag', b => b.receive(inDialog('INFO', 'nobody', 2)), 481],
    [
      'a REGISTER that wants to remove all but does not expire them',
      b =>
        b.receive(
          invite('Expires: 60')
            .replace('INVITE sip', 'REGISTER sip')
            .replace('1 INVITE', '1 REGISTER')
            .replace('<sip:alice@192.0.2.1:6060>', '*'),
        ),
      400,
    ],
  ];
  for (const [what, act, status, header] of refusals) {
    it(`refuses ${what} with ${status}`, () => {
      const bench = new Workbench();
      act(bench);
      expect(bench.lastSent.status).to.equal(status);
      expect(bench.counters.refused.get(status)).to.equal(1);
      if (header !== undefined) expect(bench.lastSent.headers.has(header)).to.equal(true);
      expect(bench.app.deliveries).to.have.length(0);
    });
  }

  it('names every required extension that nobody carries out', () => {
    const bench = new Workbench();
    bench.receive(invite('Require: foo, 100rel\nRequire: replaces'));
    expect(bench.lastSent.headers.get('unsupported')).to.equal('foo, 100rel');
  });

  it('hands in-dialog requests over under a fresh transaction and the dialog id', () => {
    const { bench, toTag, dialogId } = answered();
    bench.receive(inDialog('INFO', toTag, 2));
    const { transactionId } = bench.app.last;
    expect(bench.app.last.dialogId).to.equal(dialogId);
    bench.order('SIP/2.0 200 OK', { transaction: transactionId });
    expect(bench.lastSent).to.include({ status: 200, toTag });
    expect(bench.lastSent.headers.has('contact')).to.equal(false);
  });

  it('refuses a lower CSeq with 500', () => {
    const { bench, toTag } = answered();
    bench.receive(inDialog('INFO', toTag, 5));
    bench.takeSent();
    bench.receive(inDialog('INFO', toTag, 4));
    expect(bench.takeSent()).to.deep.equal(['500']);
  });

  it('refuses a second re-INVITE before the first is answered with 500 and Retry-After', () => {
    const { bench, toTag } = answered();
    bench.receive(invite('', 2, toTag), SDP);
    bench.receive(invite('', 3, toTag), SDP);
    expect(bench.lastSent.status).to.equal(500);
    expect(Number(bench.lastSent.headers.get('retry-after'))).to.be.within(0, 10);
  });

  it('refuses a re-INVITE with 491 while its own is in progress', () => {
    const { bench, toTag, dialogId } = answered();
    bench.order('INVITE sip:placeholder SIP/2.0', { dialog: dialogId }, SDP);
    bench.receive(invite('', 2, toTag), SDP);
    expect(bench.takeSent()).to.deep.equal(['INVITE', '100', '491']);
  });

  it('leaves the dialog as it was when a re-INVITE is refused, and takes the next one', () => {
    const { bench, toTag } = answered();
    bench.receive(invite('', 2, toTag), SDP);
    bench.order('SIP/2.0 488 Not Acceptable Here', { transaction: bench.app.last.transactionId });
    bench.receive(invite('', 3, toTag), SDP);
    bench.order(OK, { transaction: bench.app.last.transactionId }, SDP);
    expect(bench.lastSent.status).to.equal(200);
    expect(bench.userAgent.counts().dialogs).to.equal(1);
  });

  it('follows the Contact of a re-INVITE and of an UPDATE once it has accepted them', () => {
    const { bench, toTag, dialogId } = answered();
    for (const [method, port] of [
      ['INVITE', 7001],
      ['UPDATE', 7002],
    ] as const) {
      const cseq = port;
      const contact = `Contact: <sip:alice@192.0.2.1:${port}>`;
      bench.receive(inDialog(method, toTag, cseq, contact), SDP);
      bench.order(OK, { transaction: bench.app.last.transactionId }, SDP);
      if (method === 'INVITE') bench.receive(inDialog('ACK', toTag, cseq));
      bench.order('INFO sip:placeholder SIP/2.0', { dialog: dialogId });
      expect(bench.lastSent.requestUri).to.equal(`sip:alice@192.0.2.1:${port}`);
    }
  });

  it('keeps its target when an UPDATE has a Contact that cannot be read', () => {
    const { bench, toTag, dialogId } = answered();
    bench.receive(inDialog('UPDATE', toTag, 2, 'Contact: <sip:a b@c>'), SDP);
    bench.order(OK, { transaction: bench.app.last.transactionId }, SDP);
    bench.order('INFO sip:placeholder SIP/2.0', { dialog: dialogId });
    expect(bench.lastSent.requestUri).to.equal('sip:alice@192.0.2.1:6060');
  });

  it('ends the dialog at a BYE, answers what was pending with 487, and lets the application answer the BYE', () => {
    const { bench, toTag } = answered();
    bench.receive(invite('', 2, toTag), SDP);
    bench.takeSent();
    bench.receive(inDialog('BYE', toTag, 3));
    expect(bench.takeSent()).to.deep.equal(['487']);
    bench.order('SIP/2.0 200 OK', { transaction: bench.app.last.transactionId });
    expect(bench.takeSent()).to.deep.equal(['200']);
    bench.receive(inDialog('INFO', toTag, 4));
    expect(bench.takeSent()).to.deep.equal(['481']);
    expect(bench.userAgent.counts()).to.include({ dialogs: 0, requestsOpen: 0 });
  });

  it('holds a BYE of the callee until the ACK has come', () => {
    const bench = new Workbench();
    bench.receive(invite(), SDP);
    const reply = bench.order(OK, { transaction: bench.app.last.transactionId }, SDP);
    const { toTag } = bench.lastSent;
    bench.takeSent();
    bench.userAgent.send(
      bench.app,
      {
        transactionId: '',
        dialogId: reply.ok ? (reply.dialogId ?? '') : '',
        text: 'BYE sip:placeholder SIP/2.0\r\n\r\n',
      },
      () => undefined,
    );
    expect(bench.takeSent()).to.deep.equal([]);
    bench.receive(inDialog('ACK', toTag, 1));
    expect(bench.takeSent()).to.deep.equal(['BYE']);
  });

  it('sends a BYE that was ordered twice while the ACK was awaited once', () => {
    const bench = new Workbench();
    bench.receive(invite(), SDP);
    const reply = bench.order(OK, { transaction: bench.app.last.transactionId }, SDP);
    const { toTag } = bench.lastSent;
    const replies: boolean[] = [];
    const dialogId = reply.ok ? (reply.dialogId ?? '') : '';
    for (let times = 0; times < 2; times += 1) {
      bench.userAgent.send(
        bench.app,
        { transactionId: '', dialogId, text: 'BYE sip:placeholder SIP/2.0\r\n\r\n' },
        ({ ok }) => replies.push(ok),
      );
    }
    bench.takeSent();
    bench.receive(inDialog('ACK', toTag, 1));
    expect([bench.takeSent(), replies]).to.deep.equal([['BYE'], [true, false]]);
  });

  it('calls a peer back where it came from when neither its Contact nor its From can be read', () => {
    const unreadable = '<sip:alice smith@192.0.2.1>';
    const { bench, toTag, dialogId } = answered(
      invite().replace('<sip:alice@192.0.2.1:6060>', unreadable).replace('<sip:alice@192.0.2.1>', unreadable),
    );
    expect(toTag).to.not.equal('');
    bench.order('BYE sip:placeholder SIP/2.0', { dialog: dialogId });
    expect(bench.lastSent).to.include({ method: 'BYE', requestUri: 'sip:192.0.2.1:6060' });
  });

  it('puts the tag of the 200 to a CANCEL on the 487 too', () => {
    const bench = new Workbench();
    bench.receive(invite(), SDP);
    bench.takeSent();
    bench.receive(
      inDialog('CANCEL', '', 1)
        .replace('branch=z9hG4bKCANCEL1', 'branch=z9hG4bKinv1')
        .replace(';tag=\n', '\n'),
    );
    const [cancelled, terminated] = bench.sent;
    expect([cancelled?.status, terminated?.status]).to.deep.equal([200, 487]);
    expect(terminated?.toTag).to.equal(cancelled?.toTag);
  });

  it('sends all Contacts of a redirection and of a registrar, and one that makes a dialog', () => {
    const contacts = 'Contact: <sip:a@localhost>\nContact: <sip:b@192.0.2.8>;expires=60';
    const both = ['<sip:a@127.0.0.1:5060>', '<sip:b@192.0.2.8>;expires=60'];
    for (const [status, sent] of [
      ['302 Moved Temporarily', both],
      ['200 OK', both.slice(0, 1)],
    ] as const) {
      const bench = new Workbench();
      bench.receive(invite(), SDP);
      bench.order(`SIP/2.0 ${status}\n${contacts}`, { transaction: bench.app.last.transactionId });
      expect(bench.lastSent.headers.all('contact'), status).to.deep.equal(sent);
    }
  });

  const TO_A_NAME = 'Contact: <sip:alice@alice.example:7070;transport=tcp>';

  it('sends on the stream a peer came by while it stands, and then to where its Contact leads', async () => {
    const bench = new Workbench();
    bench.names.set('alice.example', ['192.0.2.77']);
    bench.receiveOnStream(1, invite().replace('Contact: <sip:alice@192.0.2.1:6060>', TO_A_NAME), SDP);
    const reply = bench.order(OK, { transaction: bench.app.last.transactionId }, SDP);
    const dialog = reply.ok ? (reply.dialogId ?? '') : '';
    bench.receiveOnStream(1, inDialog('ACK', bench.lastSent.toTag, 1));
    bench.order('INFO sip:placeholder SIP/2.0', { dialog });
    expect(bench.wire.sent.at(-1)?.hop).to.include({ address: '192.0.2.1', port: 40_001 });
    bench.wire.open.clear();
    await bench.orderLater('INFO sip:placeholder SIP/2.0', { dialog });
    expect(bench.wire.sent.at(-1)?.hop).to.deep.equal({ protocol: 'tcp', address: '192.0.2.77', port: 7070 });
  });

  for (const [what, contact] of [
    ['a name without an address', 'sip:alice@nowhere.example'],
    ['an address no listener of ours reaches', 'sip:alice@[2001:db8::1]'],
    ['a transport we do not have', 'sip:alice@192.0.2.1;transport=ws'],
  ] as const) {
    it(`sends back the way the peer came when its Contact has ${what}`, async () => {
      const { bench, dialogId } = answered(invite().replace('sip:alice@192.0.2.1:6060', contact));
      const reply = await bench.orderLater('INFO sip:placeholder SIP/2.0', { dialog: dialogId });
      expect(reply.ok).to.equal(true);
      expect(bench.wire.sent.at(-1)?.hop).to.deep.equal({
        protocol: 'udp',
        address: '192.0.2.1',
        port: 6060,
      });
    });
  }

  it('calls itself by the listener the call came to', () => {
    const bench = new Workbench();
    bench.receiveAt(5070, invite(), SDP);
    const reply = bench.order(OK, { transaction: bench.app.last.transactionId }, SDP);
    expect(bench.lastSent.headers.get('contact')).to.equal('<sip:bob@127.0.0.1:5070>');
    bench.order('INFO sip:placeholder SIP/2.0', { dialog: reply.ok ? (reply.dialogId ?? '') : '' });
    expect(bench.lastSent.topVia).to.include({ host: '127.0.0.1', port: 5070 });
  });

  it('follows a peer behind an address translator to its new port', () => {
    const { bench, toTag, dialogId } = answered(
      invite().replace('sip:alice@192.0.2.1:6060', 'sip:alice@10.0.0.1:5060'),
    );
    bench.receive(inDialog('INFO', toTag, 2), '', 6161);
    bench.order('INFO sip:placeholder SIP/2.0', { dialog: dialogId });
    expect(bench.wire.sent.at(-1)?.hop).to.deep.equal({ protocol: 'udp', address: '192.0.2.1', port: 6161 });
  });

  it('sends in-dialog requests along the route set, loose or strict', () => {
    const loose = answered(invite('Record-Route: <sip:192.0.2.7;lr>, <sip:192.0.2.8;lr>'));
    loose.bench.order('INFO sip:placeholder SIP/2.0', { dialog: loose.dialogId });
    expect(loose.bench.lastSent.requestUri).to.equal('sip:alice@192.0.2.1:6060');
    expect(loose.bench.lastSent.headers.all('route')).to.deep.equal([
      '<sip:192.0.2.7;lr>',
      '<sip:192.0.2.8;lr>',
    ]);
    expect(loose.bench.wire.sent.at(-1)?.hop.address).to.equal('192.0.2.7');
    const strict = answered(invite('Record-Route: <sip:192.0.2.7>'));
    strict.bench.order('INFO sip:placeholder SIP/2.0', { dialog: strict.dialogId });
    expect(strict.bench.lastSent.requestUri).to.equal('sip:192.0.2.7');
    expect(strict.bench.lastSent.headers.all('route')).to.deep.equal(['<sip:alice@192.0.2.1:6060>']);
  });

  it('answers 500 for an application that says nothing for as long as an INVITE may ring', () => {
    const bench = new Workbench();
    bench.receive(invite(), SDP);
    bench.takeSent();
    bench.timers.advance(184_000);
    expect(bench.takeSent()).to.deep.equal([]);
    bench.timers.advance(1_000);
    expect(bench.takeSent()[0]).to.equal('500');
    expect(bench.userAgent.counts().requestsOpen).to.equal(0);
  });

  it('counts a response that could not be sent as silence', () => {
    const bench = new Workbench();
    bench.receive(invite(), SDP);
    const { transactionId } = bench.app.last;
    bench.wire.defective = true;
    expect(() => bench.order('SIP/2.0 180 Ringing', { transaction: transactionId })).to.throw('a defect');
    bench.wire.defective = false;
    bench.takeSent();
    bench.timers.advance(185_000);
    expect(bench.takeSent()[0]).to.equal('500');
    expect(bench.userAgent.counts()).to.include({ dialogs: 0, requestsOpen: 0 });
  });
});

describe('an application that is gone', () => {
  it('has its unanswered INVITEs answered 503 and its in-dialog requests 500 with Retry-After', () => {
    const { bench, toTag } = answered();
    bench.receive(inDialog('INFO', toTag, 2));
    bench.receive(invite('', 1).replace('call-1', 'call-2').replace('z9hG4bKinv1', 'z9hG4bKinvB'), SDP);
    bench.takeSent();
    bench.app.present = false;
    bench.userAgent.ownerLost(bench.app);
    expect(bench.takeSent()).to.have.members(['500', '503']);
    bench.receive(inDialog('INFO', toTag, 3));
    expect(bench.lastSent.status).to.equal(500);
    expect(bench.lastSent.headers.get('retry-after')).to.equal('5');
  });

  it('has the BYE in its hands answered 200: the call is over all the same', () => {
    const { bench, toTag } = answered();
    bench.receive(inDialog('BYE', toTag, 2));
    bench.app.present = false;
    bench.userAgent.ownerLost(bench.app);
    expect(bench.takeSent()).to.deep.equal(['200']);
  });

  it('is told on its return what ended meanwhile, and drives its dialogs again', () => {
    const { bench, toTag, dialogId } = answered();
    bench.app.present = false;
    bench.userAgent.ownerLost(bench.app);
    bench.app.present = true;
    bench.userAgent.ownerReturned(bench.app);
    bench.order('INFO sip:placeholder SIP/2.0', { dialog: dialogId });
    expect(bench.takeSent()).to.deep.equal(['INFO']);
    bench.app.present = false;
    bench.receive(inDialog('BYE', toTag, 2));
    expect(bench.takeSent()).to.deep.equal(['200']);
    bench.app.present = true;
    bench.userAgent.ownerReturned(bench.app);
    expect(bench.takeDelivered()).to.deep.equal(['BYE notice']);
    expect(bench.userAgent.counts()).to.include({ dialogs: 0, noticesKept: 0 });
  });

  it('has every dialog ended when its grace time is over, though one cannot be told', () => {
    const { bench } = answered();
    bench.app.present = false;
    bench.userAgent.ownerLost(bench.app);
    bench.wire.defective = true;
    bench.userAgent.ownerExpired(bench.app);
    expect(bench.userAgent.counts()).to.include({ dialogs: 0, noticesKept: 0, acksOwed: 0 });
  });

  it('leaves nothing behind when its grace time is over: both ends get BYE', () => {
    const { bench } = answered();
    bench.app.present = false;
    bench.userAgent.ownerLost(bench.app);
    bench.userAgent.ownerExpired(bench.app);
    expect(bench.takeSent()).to.deep.equal(['BYE']);
    expect(bench.userAgent.counts()).to.include({ dialogs: 0, noticesKept: 0, acksOwed: 0 });
  });
});
