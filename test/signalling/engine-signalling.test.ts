import { expect } from 'chai';
import type { LegId, RequestId } from '../../lib/call/signal.ts';
import { EngineSignalling } from '../../lib/signalling/engine-signalling.ts';
import { drachtioWay } from '../../lib/signalling/ways.ts';
import { eventually } from '../support/eventually.ts';
import { FakeControlServer } from '../support/fake-control-server.ts';
import { SignalRecorder } from '../support/signal-recorder.ts';

const silent = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};
const empty = { headers: [] };
const bob = 'leg-of-bob' as LegId;

const inviteText = (callId: string, cseq = 1): string =>
  [
    'INVITE sip:900@203.0.113.5 SIP/2.0',
    'Via: SIP/2.0/UDP 198.51.100.9;branch=z9hG4bKa',
    `From: "Zoë" <sip:alice@198.51.100.9>;tag=fa`,
    'To: <sip:900@203.0.113.5>',
    `Call-ID: ${callId}`,
    `CSeq: ${cseq} INVITE`,
    'Contact: <sip:alice@198.51.100.9>',
    'User-to-User: 00aa;encoding=hex',
    'user-to-user: 00bb;encoding=hex',
    'Content-Length: 0',
    '',
    '',
  ].join('\r\n');

const within = (method: string, callId: string, cseq: number, more: readonly string[] = []): string =>
  [
    `${method} sip:900@203.0.113.5 SIP/2.0`,
    'From: <sip:alice@198.51.100.9>;tag=fa',
    'To: <sip:900@203.0.113.5>;tag=ta',
    `Call-ID: ${callId}`,
    `CSeq: ${cseq} ${method === 'ACK' ? 'ACK' : method}`,
    ...more,
    'Content-Length: 0',
    '',
    '',
  ].join('\r\n');

const responseText = (status: string, cseq: string): string =>
  [
    `SIP/2.0 ${status}`,
    'To: <sip:bob@x>;tag=tb',
    'Call-ID: cb',
    `CSeq: ${cseq}`,
    'Content-Length: 0',
    '',
    '',
  ].join('\r\n');

const orderTo = (requestUri: string) => {
  const from = '<sip:alice@localhost>';
  const to = `<${requestUri}>`;
  return {
    do: 'invite',
    requestUri,
    from,
    to,
    contactUser: 'alice',
    maxForwards: 69,
    payload: empty,
  } as const;
};

describe('EngineSignalling', () => {
  let engine: FakeControlServer;
  let alice: SignalRecorder;
  let signalling: EngineSignalling;
  let port: number;
  let timers: (() => void)[];
  const closings: (() => Promise<void>)[] = [];

  beforeEach(async () => {
    engine = new FakeControlServer();
    port = await engine.start();
    alice = new SignalRecorder();
    timers = [];
    signalling = new EngineSignalling({
      ways: [drachtioWay({ host: '127.0.0.1', port, secret: engine.secret })],
      log: silent,
      clock: {
        after: (_delayMs, fire) => {
          timers.push(fire);
          return () => {
            timers = timers.filter(timer => timer !== fire);
          };
        },
      },
    });
    await signalling.start(alice);
  });

  afterEach(async () => {
    await signalling.stop();
    await engine.stop();
    for (const close of closings.splice(0)) await close();
  });

  const expectNothingOpen = () =>
    eventually(() => {
      const { legs, operations, libraryEntries } = signalling.openCounts;
      return legs + operations + libraryEntries === 0;
    }, 'no leg and no operation is open');

  /** Alice's INVITE, answered and acknowledged. */
  async function callerLeg(callId: string): Promise<LegId> {
    engine.request(inviteText(callId), { transactionId: `t-${callId}` });
    const { leg } = await alice.next('invited');
    signalling.perform({ do: 'answer', leg, status: 200, payload: empty });
    engine.echoResponse(await engine.next('SIP/2.0 200'), `${callId};from-tag=fa`);
    engine.request(within('ACK', callId, 1), { transactionId: 'ta', dialogId: `${callId};from-tag=fa` });
    await alice.next('acknowledged', leg);
    return leg;
  }

  function invite(leg: LegId): void {
    signalling.perform({ ...orderTo('sip:bob@192.0.2.7'), leg });
  }

  /** Our INVITE to Bob, answered and acknowledged. */
  async function calleeLeg(leg: LegId): Promise<void> {
    invite(leg);
    engine.echoRequest(await engine.next('INVITE'), 'tb');
    engine.response(responseText('200 OK', '7 INVITE'), { transactionId: 'tb', dialogId: 'cb;from-tag=fb' });
    await alice.next('answered', leg);
    signalling.perform({ do: 'acknowledge', leg, payload: empty });
    engine.echoRequest(await engine.next('ACK'), 'tack');
  }

  it('connects with an instance tag, all methods registered once, and says what SIP listens on', async () => {
    expect(engine.tags).to.deep.equal([`${signalling.instanceTag},octets`]);
    expect(signalling.instanceTag).to.match(/^instance:[0-9a-f-]{36}$/);
    expect(engine.routes).to.have.length(14).and.to.include.members(['invite', 'bye', 'options', 'refer']);
    expect(signalling.listening).to.deep.equal(['udp/203.0.113.5:5060', 'tcp/203.0.113.5:5060']);
    expect(alice.ups).to.deep.equal([true]);
  });

  it('refuses to start with a wrong secret', async () => {
    const stranger = new EngineSignalling({
      ways: [drachtioWay({ host: '127.0.0.1', port, secret: 'wrong' })],
      log: silent,
    });
    const refusal = await stranger.start(new SignalRecorder()).catch((error: unknown) => error);
    expect(String(refusal)).to.contain('does not accept the secret').and.not.contain('wrong');
    await stranger.stop();
  });

  it('starts when the engine is there at last', async () => {
    const late = new FakeControlServer();
    const latePort = await late.start();
    await late.stop();
    const patient = new EngineSignalling({
      ways: [drachtioWay({ host: '127.0.0.1', port: latePort, secret: late.secret })],
      log: silent,
    });
    closings.push(
      async () => patient.stop(),
      async () => late.stop(),
    );
    const carol = new SignalRecorder();
    const started = patient.start(carol);
    await late.start(latePort);
    await started;
    expect(carol.ups).to.deep.equal([true]);
  });

  it('uses several servers in turn, and keeps apart what bears the same dialog id at two', async () => {
    const second = new FakeControlServer();
    const ways = [port, await second.start()].map(each =>
      drachtioWay({ host: '127.0.0.1', port: each, secret: engine.secret }),
    );
    const warned: string[] = [];
    const log = { ...silent, warn: (_fields: object, message: string) => warned.push(message) };
    const both = new EngineSignalling({ ways, log });
    closings.push(
      async () => both.stop(),
      async () => second.stop(),
    );
    const carol = new SignalRecorder();
    await both.start(carol);
    await eventually(() => both.listening.length === 4, 'both are there');
    const order = (leg: string) => both.perform({ ...orderTo('sip:x@192.0.2.7'), leg: leg as LegId });
    for (const leg of ['first', 'second']) order(leg);
    for (const one of [engine, second]) {
      one.echoRequest(await one.next('INVITE'), 'tb');
      one.response(responseText('200 OK', '7 INVITE'), { transactionId: 'tb', dialogId: 'same' });
      await carol.next('answered');
    }
    second.request(within('BYE', 'cb', 3), { transactionId: 't3', dialogId: 'same' });
    expect((await carol.next('hungUp')).leg).to.equal('second');
    expect(both.openCounts.legs).to.equal(1);
    await engine.stop();
    await eventually(() => warned.includes('connection to the SIP engine lost'), 'one is gone');
    expect(carol.ups, 'one is enough').to.deep.equal([true]);
    for (const leg of ['third', 'fourth']) {
      order(leg);
      await second.next('INVITE');
    }
  });

  it('tells an INVITE with all header lines as they came', async () => {
    engine.request(inviteText('ca'), { transactionId: 't1' });
    const { request, leg } = await alice.next('invited');
    expect(request).to.include({
      method: 'INVITE',
      requestUri: 'sip:900@203.0.113.5',
      from: '"Zoë" <sip:alice@198.51.100.9>;tag=fa',
      callId: 'ca',
      receivedOn: '203.0.113.5:5060',
    });
    expect(request.source).to.deep.equal({ protocol: 'udp', address: '198.51.100.9', port: 5062 });
    expect(request.headers.filter(({ name }) => name.toLowerCase() === 'user-to-user')).to.deep.equal([
      { name: 'User-to-User', value: '00aa;encoding=hex' },
      { name: 'user-to-user', value: '00bb;encoding=hex' },
    ]);
    signalling.perform({ do: 'reject', leg, status: 486, payload: empty });
    await engine.next('SIP/2.0 486 Busy Here');
  });

  it('sends responses with repeated lines, their spelling and statuses that drachtio-srf does not know', async () => {
    engine.request(inviteText('ca'), { transactionId: 't1' });
    const { leg } = await alice.next('invited');
    const headers = [
      { name: 'User-to-User', value: '00cc' },
      { name: 'User-to-User', value: '00dd' },
      { name: 'Via', value: 'forged' },
      { name: 'X-A', value: 'x\r\nVia: forged' },
    ];
    signalling.perform({ do: 'progress', leg, status: 183, reason: 'Moment', payload: { headers } });
    const progress = await engine.next('SIP/2.0 183 Moment');
    expect(progress.fields[0]).to.equal('t1');
    expect(progress.text)
      .to.contain('\r\nUser-to-User: 00cc\r\nUser-to-User: 00dd\r\n')
      .and.not.contain('forged');
    expect(signalling.counters.headersRefused).to.equal(2);
    signalling.perform({ do: 'reject', leg, status: 607, payload: empty });
    const rejection = await engine.next('SIP/2.0 607 Unwanted');
    expect(rejection.text).not.to.contain('User-to-User');
    engine.echoResponse(progress, '');
    engine.echoResponse(rejection, '');
    await expectNothingOpen();
  });

  it('keeps a CANCEL that is asked for before the echo of the INVITE, and sends it then', async () => {
    invite(bob);
    signalling.perform({ do: 'cancel', leg: bob, headers: [{ name: 'Reason', value: 'SIP;cause=487' }] });
    const sent = await engine.next('INVITE');
    expect(engine.untaken).to.deep.equal([]);
    engine.echoRequest(sent, 'tb');
    const cancel = await engine.next('CANCEL');
    expect(cancel.fields[0]).to.equal('tb');
    expect(cancel.text).to.contain('\r\nReason: SIP;cause=487\r\n');
    engine.echoRequest(cancel, 'tb');
    engine.response(responseText('487 Request Terminated', '7 INVITE'), {
      transactionId: 'tb',
      dialogId: '',
    });
    expect(await alice.next('rejected', bob)).to.include({ status: 487, reason: 'Request Terminated' });
    await expectNothingOpen();
    expect(engine.untaken, 'no ACK to a 487').to.deep.equal([]);
  });

  it('rejects an INVITE that the engine refuses, and one that cannot be written', async () => {
    invite(bob);
    engine.refuse(await engine.next('INVITE'), 'can not send request to myself');
    expect(await alice.next('rejected', bob)).to.include({ status: 503 });
    const from = '<sip:alice@localhost>';
    const broken = {
      requestUri: 'sip:bob@x\r\nVia: y',
      from,
      to: '<sip:bob@x>',
      contactUser: 'a',
      maxForwards: 70,
    };
    signalling.perform({ do: 'invite', leg: bob, ...broken, payload: empty });
    expect(alice.untaken, 'told in a turn of its own').to.deep.equal([]);
    expect(await alice.next('rejected', bob)).to.include({ status: 400 });
    await expectNothingOpen();
  });

  it('tells when an answer could not be sent because the caller had given up', async () => {
    engine.request(inviteText('ca'), { transactionId: 't1' });
    const { leg } = await alice.next('invited');
    signalling.perform({ do: 'answer', leg, status: 200, payload: empty });
    const reason = 'Response not sent due to unknown transaction';
    engine.refuse(await engine.next('SIP/2.0 200'), reason);
    expect(await alice.next('answerFailed', leg)).to.include({ reason });
    await expectNothingOpen();
  });

  it('tells a CANCEL once, with its header lines', async () => {
    engine.request(inviteText('ca'), { transactionId: 't1' });
    const { leg } = await alice.next('invited');
    engine.request(within('CANCEL', 'ca', 1, ['Reason: SIP;cause=200']), { transactionId: 't1' });
    const { payload } = await alice.next('cancelled', leg);
    expect(payload.headers).to.deep.include({ name: 'Reason', value: 'SIP;cause=200' });
    await expectNothingOpen();
  });

  it('receives UPDATE while a request of the same Call-ID is pending', async () => {
    const leg = await callerLeg('ca');
    const info = { do: 'request', leg, request: 'r1' as RequestId, method: 'INFO', payload: empty } as const;
    signalling.perform(info);
    const sent = await engine.next('INFO');
    engine.write(
      `u|response|${sent.id}|OK|application|1|udp|192.0.2.7|5060|10:00:00.0|tinfo|Msg sent:|\r\nINFO sip:a@b SIP/2.0\r\nCall-ID: ca\r\n\r\n`,
    );
    engine.request(within('UPDATE', 'ca', 2), { transactionId: 'tu', dialogId: 'ca;from-tag=fa' });
    const { method, request } = await alice.next('requested', leg);
    expect(method).to.equal('UPDATE');
    signalling.perform({ do: 'respond', leg, request, status: 200, payload: empty });
    expect((await engine.next('SIP/2.0 200')).fields[0]).to.equal('tu');
  });

  it('receives UPDATE before the INVITE is answered', async () => {
    engine.request(inviteText('ca'), { transactionId: 't1' });
    const { leg } = await alice.next('invited');
    engine.request(within('UPDATE', 'ca', 2), { transactionId: 't2', dialogId: '' });
    expect(await alice.next('requested', leg)).to.include({ method: 'UPDATE' });
  });

  it('pairs each ACK with its re-INVITE by CSeq', async () => {
    const leg = await callerLeg('ca');
    engine.request(within('INVITE', 'ca', 5), { transactionId: 't5', dialogId: 'ca;from-tag=fa' });
    const { request } = await alice.next('requested', leg);
    signalling.perform({ do: 'respond', leg, request, status: 200, payload: empty });
    engine.echoResponse(await engine.next('SIP/2.0 200'), 'ca;from-tag=fa');
    engine.request(within('ACK', 'ca', 1), { transactionId: 'tx', dialogId: 'ca;from-tag=fa' });
    engine.request(within('ACK', 'ca', 5), { transactionId: 'ty', dialogId: 'ca;from-tag=fa' });
    expect(await alice.next('acknowledged', leg)).to.include({ request });
    expect(alice.untaken).to.deep.equal([]);
  });

  it('tells a re-INVITE withdrawn when its 200 came too late', async () => {
    const leg = await callerLeg('ca');
    engine.request(within('INVITE', 'ca', 5), { transactionId: 't5', dialogId: 'ca;from-tag=fa' });
    const { request } = await alice.next('requested', leg);
    signalling.perform({ do: 'respond', leg, request, status: 200, payload: empty });
    engine.refuse(await engine.next('SIP/2.0 200'), 'Response not sent due to unknown transaction');
    expect(await alice.next('withdrawn', leg)).to.include({ request });
    expect(alice.untaken).to.deep.equal([]);
  });

  it('acknowledges a 2xx to a re-INVITE when told to, and a refusal never', async () => {
    await calleeLeg(bob);
    const reinvite = (request: string) =>
      signalling.perform({
        do: 'request',
        leg: bob,
        request: request as RequestId,
        method: 'INVITE',
        payload: empty,
      });
    reinvite('r1');
    const refused = await engine.next('INVITE sip:placeholder');
    expect(refused.fields.slice(0, 2)).to.deep.equal(['', 'cb;from-tag=fb']);
    engine.echoRequest(refused, 't8');
    engine.response(responseText('488 Not Acceptable Here', '8 INVITE'), {
      transactionId: 't8',
      dialogId: 'cb;from-tag=fb',
    });
    expect(await alice.next('responded', bob)).to.include({ request: 'r1', status: 488 });
    signalling.perform({ do: 'acknowledge', leg: bob, request: 'r1' as RequestId, payload: empty });
    reinvite('r2');
    engine.echoRequest(await engine.next('INVITE'), 't9');
    engine.response(responseText('180 Ringing', '9 INVITE'), {
      transactionId: 't9',
      dialogId: 'cb;from-tag=fb',
    });
    engine.response(responseText('200 OK', '9 INVITE'), { transactionId: 't9', dialogId: 'cb;from-tag=fb' });
    expect(await alice.next('responded', bob)).to.include({ request: 'r2', status: 180 });
    expect(await alice.next('responded', bob)).to.include({ request: 'r2', status: 200 });
    expect(engine.untaken, 'no ACK before it is asked for').to.deep.equal([]);
    const body = { contentType: 'application/sdp', content: 'v=0\r\n' };
    signalling.perform({
      do: 'acknowledge',
      leg: bob,
      request: 'r2' as RequestId,
      payload: { headers: [], body },
    });
    const ack = await engine.next('ACK');
    expect(ack.fields[1]).to.equal('cb;from-tag=fb');
    expect(ack.text.endsWith('\r\n\r\nv=0\r\n')).to.equal(true);
    expect(ack.text.toLowerCase()).to.contain('content-type: application/sdp');
  });

  it('answers BYE 200, what was open 487, and tells that the peer hung up', async () => {
    const leg = await callerLeg('ca');
    engine.request(within('INFO', 'ca', 2), { transactionId: 't2', dialogId: 'ca;from-tag=fa' });
    await alice.next('requested', leg);
    engine.request(within('BYE', 'ca', 3, ['Reason: Q.850;cause=16']), {
      transactionId: 't3',
      dialogId: 'ca;from-tag=fa',
    });
    expect((await alice.next('hungUp', leg)).payload.headers).to.deep.include({
      name: 'Reason',
      value: 'Q.850;cause=16',
    });
    const ok = await engine.next('SIP/2.0 200');
    const terminated = await engine.next('SIP/2.0 487');
    expect([ok.fields[0], terminated.fields[0]]).to.deep.equal(['t3', 't2']);
    for (const frame of [ok, terminated]) engine.refuse(frame, 'too late');
    await expectNothingOpen();
  });

  it('hangs up with BYE, and answers a crossing BYE without telling', async () => {
    await calleeLeg(bob);
    signalling.perform({ do: 'hangUp', leg: bob, headers: [{ name: 'Reason', value: 'Q.850;cause=16' }] });
    const bye = await engine.next('BYE');
    expect(bye.text).to.contain('Reason: Q.850;cause=16');
    engine.request(within('BYE', 'cb', 3), { transactionId: 't3', dialogId: 'cb;from-tag=fb' });
    engine.echoResponse(await engine.next('SIP/2.0 200'), 'cb;from-tag=fb');
    engine.refuse(bye, 'Server error: unable to find dialog for dialog id provided');
    await expectNothingOpen();
    expect(alice.untaken).to.deep.equal([]);
  });

  it('sends no BYE to a caller before its ACK', async () => {
    engine.request(inviteText('ca'), { transactionId: 't1' });
    const { leg } = await alice.next('invited');
    signalling.perform({ do: 'answer', leg, status: 200, payload: empty });
    const answer = await engine.next('SIP/2.0 200');
    signalling.perform({ do: 'hangUp', leg, headers: [] });
    engine.echoResponse(answer, 'ca;from-tag=fa');
    engine.request(within('OPTIONS', 'ca', 2), { transactionId: 't2', dialogId: 'ca;from-tag=fa' });
    await engine.next('SIP/2.0 481');
    expect(engine.untaken).to.deep.equal([]);
    engine.request(within('ACK', 'ca', 1), { transactionId: 't3', dialogId: 'ca;from-tag=fa' });
    await engine.next('BYE');
    expect(alice.untaken).to.deep.equal([]);
  });

  it('acknowledges and ends a 2xx that crosses the giving up', async () => {
    invite(bob);
    engine.echoRequest(await engine.next('INVITE'), 'tb');
    engine.response(responseText('180 Ringing', '7 INVITE'), {
      transactionId: 'tb',
      dialogId: 'cb;from-tag=fb',
    });
    await alice.next('progressed', bob);
    signalling.perform({ do: 'hangUp', leg: bob, headers: [] });
    await engine.next('CANCEL');
    engine.response(responseText('200 OK', '7 INVITE'), { transactionId: 'tb', dialogId: 'cb;from-tag=fb' });
    await engine.next('ACK');
    await engine.next('BYE');
    expect(alice.untaken).to.deep.equal([]);
  });

  it('tells a leg lost when the engine ends it, with its words', async () => {
    const leg = await callerLeg('ca');
    engine.notice(within('BYE', 'ca', 9, ['Reason: SIP ;cause=200 ;text="ACK timeout"']), 'ca;from-tag=fa');
    expect(await alice.next('lost', leg)).to.include({ reason: 'ACK timeout' });
    await expectNothingOpen();
    expect(engine.untaken, 'a notice wants no answer').to.deep.equal([]);
  });

  it('tells a leg lost when the engine does not know its dialog', async () => {
    const leg = await callerLeg('ca');
    signalling.perform({ do: 'request', leg, request: 'r1' as RequestId, method: 'INFO', payload: empty });
    engine.refuse(await engine.next('INFO'), 'Server error: unable to find dialog for dialog id provided');
    await alice.next('lost', leg);
    expect(alice.untaken).to.deep.equal([]);
    await expectNothingOpen();
  });

  it('tells 408 when the final response is lost on its way', async () => {
    const leg = await callerLeg('ca');
    signalling.perform({ do: 'request', leg, request: 'r1' as RequestId, method: 'INFO', payload: empty });
    engine.echoRequest(await engine.next('INFO'), 'tinfo');
    engine.request(within('OPTIONS', 'ca', 2), { transactionId: 't2', dialogId: 'ca;from-tag=fa' });
    await alice.next('requested', leg);
    for (const fire of [...timers]) fire();
    expect(await alice.next('responded', leg)).to.include({ request: 'r1', status: 408 });
    expect(signalling.openCounts).to.deep.equal({ legs: 1, operations: 0, libraryEntries: 0 });
  });

  it('answers 481 to requests of dialogs it does not know, and nothing to their ACK', async () => {
    engine.request(within('ACK', 'cx', 1), { transactionId: 't0', dialogId: 'cx;from-tag=fa' });
    for (const method of ['BYE', 'INFO', 'INVITE', 'UPDATE']) {
      engine.request(within(method, 'cx', 1), { transactionId: `t-${method}`, dialogId: 'cx;from-tag=fa' });
      expect((await engine.next('SIP/2.0 481')).fields[0]).to.equal(`t-${method}`);
    }
    engine.request(within('INFO', 'cx', 1), { transactionId: 't2' });
    await engine.next('SIP/2.0 481');
    expect(alice.untaken).to.deep.equal([]);
  });

  it('lets the user answer requests outside a dialog, or not', async () => {
    alice.standaloneAnswer = { status: 200, headers: [{ name: 'Allow', value: 'INVITE, ACK' }] };
    const options = inviteText('co').replaceAll('INVITE', 'OPTIONS');
    engine.request(options, { transactionId: 't1' });
    expect((await engine.next('SIP/2.0 200 OK')).text).to.contain('Allow: INVITE, ACK');
    expect(alice.standalone[0]).to.include({ method: 'OPTIONS', callId: 'co' });
    alice.standaloneAnswer = 'ignore';
    engine.request(options, { transactionId: 't2' });
    await alice.until(() => alice.standalone.length === 2, 'told');
    expect(engine.untaken).to.deep.equal([]);
  });

  it('goes on when its user throws', async () => {
    alice.onSignal = () => {
      alice.onSignal = undefined;
      throw new Error('broken user');
    };
    engine.request(inviteText('c1'), { transactionId: 't1' });
    engine.request(inviteText('c2'), { transactionId: 't2' });
    expect((await alice.next('invited')).request.callId).to.equal('c2');
    expect(engine.connections).to.equal(1);
  });

  describe('when the connection is lost', () => {
    it('ends what was being set up and keeps what was up', async () => {
      const up = await callerLeg('ca');
      engine.request(inviteText('cb'), { transactionId: 't2' });
      const ringing = (await alice.next('invited')).leg;
      invite(bob);
      await engine.next('INVITE');
      const asked = {
        do: 'request',
        leg: up,
        request: 'r1' as RequestId,
        method: 'INFO',
        payload: empty,
      } as const;
      signalling.perform(asked);
      await engine.next('INFO');
      engine.cut();
      expect(await alice.next('rejected', bob)).to.include({ status: 503 });
      expect(await alice.next('responded', up)).to.include({ request: 'r1', status: 503 });
      await alice.next('cancelled', ringing);
      expect(signalling.openCounts).to.include({ legs: 1, operations: 0 });
      await alice.until(() => alice.ups.length === 3, 'up again');
      expect(alice.ups).to.deep.equal([true, false, true]);
    });

    it('uses the new connection for the legs that were kept, once the engine knows one', async () => {
      const leg = await callerLeg('ca');
      engine.cut();
      const check = await engine.next('OPTIONS');
      expect(check.fields[1]).to.equal('ca;from-tag=fa');
      engine.echoRequest(check, 'to');
      engine.request(within('INFO', 'ca', 4), { transactionId: 't4', dialogId: 'ca;from-tag=fa' });
      const { request } = await alice.next('requested', leg);
      signalling.perform({ do: 'respond', leg, request, status: 200, payload: empty });
      await engine.next('SIP/2.0 200');
      signalling.perform({ do: 'hangUp', leg, headers: [] });
      await engine.next('BYE');
      expect(new Set(engine.tags)).to.have.property('size', 1);
    });

    it('tells every leg lost when the engine has forgotten them', async () => {
      const first = await callerLeg('c1');
      const second = await callerLeg('c2');
      engine.cut();
      for (const leg of [first, second]) {
        engine.refuse(
          await engine.next('OPTIONS'),
          'Server error: unable to find dialog for dialog id provided',
        );
        await alice.next('lost', leg);
      }
      await expectNothingOpen();
    });

    it('ends the legs when the server gives no dialog back', async () => {
      const leg = await callerLeg('ca');
      engine.version = 'v0.9.10';
      engine.cut();
      await alice.next('lost', leg);
      const bye = await engine.next('BYE');
      expect(bye.fields[1]).to.equal('ca;from-tag=fa');
      engine.echoRequest(bye, 'tbye');
      engine.response(responseText('200 OK', '9 BYE'), { transactionId: 'tbye', dialogId: 'ca;from-tag=fa' });
      await expectNothingOpen();
    });

    it('sends the BYE and the ACK that were asked for meanwhile', async () => {
      const caller = await callerLeg('ca');
      invite(bob);
      engine.echoRequest(await engine.next('INVITE'), 'tb');
      engine.response(responseText('200 OK', '7 INVITE'), {
        transactionId: 'tb',
        dialogId: 'cb;from-tag=fb',
      });
      await alice.next('answered', bob);
      engine.cut();
      await alice.until(() => alice.ups.length === 2, 'down');
      signalling.perform({ do: 'hangUp', leg: caller, headers: [] });
      signalling.perform({ do: 'acknowledge', leg: bob, payload: empty });
      expect((await engine.next('BYE')).fields[1]).to.equal('ca;from-tag=fa');
      expect((await engine.next('ACK')).fields[1]).to.equal('cb;from-tag=fb');
    });

    it('rejects an INVITE 503 while there is no engine', async () => {
      engine.cut();
      await alice.until(() => alice.ups.length === 2, 'down');
      invite(bob);
      expect(await alice.next('rejected', bob)).to.include({ status: 503 });
    });

    it('tells the legs lost when the engine stays away', async () => {
      const leg = await callerLeg('ca');
      await engine.stop();
      await alice.until(() => alice.ups.length === 2, 'down');
      for (const fire of timers) fire();
      await alice.next('lost', leg);
      await expectNothingOpen();
    });

    it('comes to an end while it tries to reconnect', async () => {
      await engine.stop();
      await alice.until(() => alice.ups.length === 2, 'down');
      await signalling.stop();
      expect(signalling.up).to.equal(false);
      expect(timers, 'nothing is waited for').to.deep.equal([]);
    });
  });
});
