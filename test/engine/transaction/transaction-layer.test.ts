import { expect } from 'chai';
import { DEFAULT_LIMITS } from '../../../lib/engine/message/limits.ts';
import { serializeMessage, UnsafeHeaderError } from '../../../lib/engine/message/serialize.ts';
import {
  ALICE,
  BOB,
  ClientRecorder,
  fromAlice,
  fromAliceTcp,
  fromBob,
  layerWith,
  leftOver,
  NOTHING_LEFT,
  request,
  requestLines,
  response,
  wire,
} from './doubles.ts';

describe('octets that are no message', () => {
  const malformed = [
    { what: 'no SIP at all', bytes: 'GET / HTTP/1.1\r\n\r\n', unparsable: 1 },
    { what: 'noise', bytes: '\x00\xff\xfe', unparsable: 1 },
    { what: 'a response that cannot be read', bytes: 'SIP/2.0 200 OK\r\n\r\n', unparsable: 1 },
    { what: 'an ACK that cannot be read', bytes: 'ACK sip:bob@192.0.2.2 SIP/2.0\r\n\r\n', unparsable: 1 },
    { what: 'a keep-alive', bytes: '\r\n\r\n', unparsable: 0 },
  ];
  for (const { what, bytes, unparsable } of malformed) {
    it(`${what}: silence`, () => {
      const all = layerWith();
      all.layer.receiveMessage(bytes, fromAlice);
      expect([all.transport.names, all.user.told, all.counters.unparsable]).to.deep.equal([
        [],
        [],
        unparsable,
      ]);
    });
  }
});

describe('a request that cannot be accepted', () => {
  const via = 'Via: SIP/2.0/UDP 10.0.0.1;rport;branch=z9hG4bKa';
  const rest = requestLines().slice(2);
  const rows = [
    { status: 400, lines: ['INVITE sip:bob@192.0.2.2 SIP/2.0', via] },
    { status: 505, lines: ['INVITE sip:bob@192.0.2.2 SIP/7.0', via, ...rest] },
    { status: 416, lines: ['INVITE http://192.0.2.2 SIP/2.0', via, ...rest] },
  ];
  for (const { status, lines } of rows) {
    it(`is answered ${status} without a transaction, where it came from`, () => {
      const all = layerWith();
      all.layer.receiveMessage(wire(...lines), { ...fromAlice, remote: { ...ALICE, port: 33_000 } });
      expect(all.transport.names).to.deep.equal([`${status}`]);
      expect(all.transport.sent[0]?.bytes).to.include('received=192.0.2.1').and.include('rport=33000');
      expect(all.transport.sent[0]?.hop).to.deep.equal({ ...ALICE, port: 33_000 });
      expect([all.counters.refused.get(status), all.user.told]).to.deep.equal([1, []]);
      expect(leftOver(all)).to.deep.equal(NOTHING_LEFT);
    });
  }
});

describe('a stream that cannot be read on', () => {
  it('is told why when the header part says whom', () => {
    const all = layerWith();
    const headerPart = `${requestLines({ protocol: 'TCP' }).join('\r\n')}\r\n\r\n`;
    all.layer.streamBroken({ status: 400, reason: 'Missing Content-Length', headerPart }, fromAliceTcp);
    expect([all.transport.last.status, all.counters.refused.get(400)]).to.deep.equal([400, 1]);
    expect(all.transport.sent[0]?.flow).to.equal(fromAliceTcp);
  });

  for (const headerPart of ['SIP/2.0 200 OK\r\n\r\n', '\x16\x03\x01 hello', '']) {
    it(`is closed in silence after ${JSON.stringify(headerPart)}`, () => {
      const all = layerWith();
      all.layer.streamBroken({ status: 400, reason: 'Bad', headerPart }, fromAliceTcp);
      expect([all.transport.names, all.counters.unparsable]).to.deep.equal([[], 1]);
    });
  }
});

describe('a response', () => {
  const options = request({ method: 'OPTIONS' });

  it('finds its transaction by branch and method alone, whatever became of sent-by', () => {
    const all = layerWith();
    const alice = new ClientRecorder();
    all.layer.startClient(options, BOB, alice);
    const answer = response(options, 200, 'OK');
    answer.headers.replaceFirst(
      'via',
      'SIP/2.0/UDP 203.0.113.5:1024;branch=z9hG4bKalice1;received=192.0.2.1',
    );
    all.layer.receiveMessage(serializeMessage(answer), fromBob);
    expect(alice.told).to.deep.equal(['200 bob']);
  });

  it('without a transaction goes to the user as a stray', () => {
    const { layer, user, counters } = layerWith();
    layer.receiveMessage(serializeMessage(response(options, 200, 'OK')), fromBob);
    expect([user.told, counters.strayResponses]).to.deep.equal([['stray 200 OPTIONS'], 1]);
  });

  it('to another method with the same branch is a stray', () => {
    const { layer, user } = layerWith();
    const alice = new ClientRecorder();
    layer.startClient(options, BOB, alice);
    layer.receiveMessage(serializeMessage(response(request({ method: 'BYE' }), 200, 'OK')), fromBob);
    layer.receiveMessage(serializeMessage(response(request({ method: 'CANCEL' }), 200, 'OK')), fromBob);
    expect([user.told, alice.told]).to.deep.equal([['stray 200 BYE', 'stray 200 CANCEL'], []]);
  });
});

describe('startClient', () => {
  it('refuses a branch that is missing or in use', () => {
    const { layer } = layerWith();
    layer.startClient(request(), BOB, new ClientRecorder());
    expect(() => layer.startClient(request(), BOB, new ClientRecorder())).to.throw('in use');
    expect(() => layer.startClient(request({ branch: '' }), BOB, new ClientRecorder())).to.throw('missing');
  });

  it('keeps nothing of a request that cannot be written', () => {
    const all = layerWith();
    const broken = request();
    broken.headers.append('Subject', 'two\r\nlines');
    expect(() => all.layer.startClient(broken, BOB, new ClientRecorder())).to.throw(UnsafeHeaderError);
    expect(leftOver(all)).to.deep.equal(NOTHING_LEFT);
  });
});

describe('sendStateless', () => {
  it('sends, keeps nothing, and counts what could not be sent', () => {
    const all = layerWith();
    all.transport.failure = 'refused';
    all.layer.sendStateless(request({ method: 'ACK', toTag: 'bob' }), BOB, fromBob);
    all.timers.advance(0);
    expect(all.transport.sent[0]).to.include({ hop: BOB, flow: fromBob });
    expect([all.counters.transportErrors, all.counters.messagesSent]).to.deep.equal([1, 1]);
    expect(leftOver(all)).to.deep.equal(NOTHING_LEFT);
  });
});

describe('a limit', () => {
  it('of message size is the one that was configured', () => {
    const { layer, transport } = layerWith({ limits: { ...DEFAULT_LIMITS, maxMessageBytes: 300 } });
    layer.receiveMessage(wire(...requestLines({ extra: [`X-Long: ${'x'.repeat(300)}`] })), fromAlice);
    expect(transport.names).to.deep.equal(['513']);
  });
});
