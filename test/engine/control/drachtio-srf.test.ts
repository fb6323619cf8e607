import { once } from 'node:events';
import { createRequire } from 'node:module';
import { expect } from 'chai';
import type { Owner } from '../../../lib/engine/control/owner.ts';
import type { SipMessage } from '../../../lib/engine/message/message.ts';
import { aliceInvites, deliveryOf, messageOf, sentOf } from './doubles.ts';
import { instanceTag, Rig, secret } from './rig.ts';

type Listener = (...args: never[]) => void;

interface Emitter {
  on(event: string, listener: Listener): this;
  once(event: string, listener: Listener): this;
}

interface Request extends Emitter {
  readonly method: string;
  readonly source_address: string;
  readonly source_port: number;
  readonly protocol: string;
  readonly stackTime: string;
  readonly receivedOn: string;
  readonly msg: { readonly body: string };
  get(name: string): string;
}

interface Answer {
  readonly status: number;
  readonly body: string;
}

interface Response {
  readonly status: number;
  send(status: number, options?: object, callback?: (error: Error | null, sent?: Request) => void): void;
}

/** What the tests use of the client, as it is and not as its types say. */
interface Srf extends NodeJS.EventEmitter {
  connect(options: object): void;
  disconnect(): void;
  invite(handler: (request: Request, response: Response) => void): void;
  request(uri: string, options: object): Promise<Request>;
  request(uri: string, options: object, callback: (error: Error | null, request: Request) => void): void;
  createUAS(request: Request, response: Response, options: object): Promise<Emitter>;
}

// The client as it comes from npm; CommonJS.
const RealSrf = createRequire(import.meta.url)('drachtio-srf') as new () => Srf;

const dialogId = 'call1@192.0.2.1;from-tag=alice1';

const bye = messageOf({ kind: 'request', method: 'BYE', requestUri: 'sip:192.0.2.4' }, [
  ['From', '"Alice" <sip:alice@192.0.2.1>;tag=alice1'],
  ['To', '<sip:bob@192.0.2.4>;tag=bob1'],
  ['Call-ID', 'call1@192.0.2.1'],
  ['CSeq', '2 BYE'],
]);

function answerOf(status: number, reason: string, method: string, body = ''): SipMessage {
  const lines = [
    ['From', '"Alice" <sip:alice@192.0.2.1>;tag=alice1'],
    ['To', '<sip:bob@192.0.2.4>;tag=bob1'],
    ['Call-ID', 'call1@192.0.2.1'],
    ['CSeq', `1 ${method}`],
    ['Contact', '<sip:192.0.2.4:5060>'],
  ] as const;
  return messageOf({ kind: 'response', status, reason }, lines, body);
}

describe('drachtio-srf on the control server', () => {
  let rig: Rig;
  let srf: Srf;

  beforeEach(async () => {
    rig = await Rig.start();
    srf = new RealSrf();
  });

  afterEach(async () => {
    const closed = once(srf, 'close');
    srf.disconnect();
    await closed;
    await rig.stop();
  });

  /** Connects; resolves with the arguments of the connect event. */
  async function connect(options: object = {}): Promise<unknown[]> {
    const reconnect = { retryMaxDelay: 10 };
    const connected = once(srf, 'connect');
    srf.connect({ host: rig.host, port: rig.port, secret, reconnect, ...options });
    const args: unknown[] = await connected;
    return args;
  }

  /** The owner of the client; its routes have been read when this resolves, for they precede what it sends now. */
  async function connectedOwner(options: object = {}): Promise<Owner> {
    await connect(options);
    await srf.request('sip:x@y', { method: 'OPTIONS' }).catch(() => undefined);
    const owner = rig.server.choose('INVITE');
    if (owner === undefined) throw new Error('the client is not registered');
    return owner;
  }

  it('is told the host ports and the version when it connects', async () => {
    expect(await connect()).to.deep.equal([
      null,
      'udp/203.0.113.5:5060,tcp/203.0.113.5:5060',
      'v0.9.10-baton',
      'udp/10.0.0.5:5060,tcp/10.0.0.5:5060',
    ]);
  });

  it('is told that its secret is wrong', async () => {
    const [error] = await connect({ secret: 'guess', reconnect: { maxAttempts: 1 } });
    expect(error).to.be.an('error').with.property('message', 'failed to authenticate to server');
  });

  it('repeats its routes with each handler and still has one turn', async () => {
    srf.invite(() => undefined);
    const owner = await connectedOwner();
    srf.invite(() => undefined);
    srf.on('cdr:attempt', () => undefined);
    const [other] = [await rig.client({ methods: ['invite'] })];
    await srf.request('sip:x@y', { method: 'OPTIONS' }).catch(() => undefined);
    const turns = Array.from({ length: 4 }, () => rig.server.choose('INVITE') === owner);
    await other.close();
    expect(turns.filter(Boolean)).to.have.lengthOf(2);
  });

  it('receives a request with its origin and answers it', async () => {
    const told: unknown[] = [];
    const sent = new Promise<string>(resolve => {
      srf.invite((request, response) => {
        const { source_address, source_port, protocol, stackTime, receivedOn } = request;
        told.push(
          source_address,
          source_port,
          protocol,
          stackTime,
          receivedOn,
          request.get('X-MS-Custom-Foo'),
        );
        response.send(180, { headers: { 'X-Some': 'thing' } }, (_error, echo) => {
          resolve(echo?.get('To') ?? '');
        });
      });
    });
    rig.core.onSend = (_owner, order, reply) => {
      if (order.transactionId === 'T1') reply(sentOf(answerOf(180, 'Ringing', 'INVITE'), 'T1', dialogId));
      else reply({ ok: false, reason: 'no' });
    };
    (await connectedOwner()).deliver(deliveryOf());
    expect(await sent).to.equal('<sip:bob@192.0.2.4>;tag=bob1');
    expect(told).to.deep.equal([
      '192.0.2.1',
      5060,
      'udp',
      '09:25:23.288213',
      '192.0.2.4:5060',
      'foo-value-1',
    ]);
    const order = rig.core.orders.at(-1)?.order;
    expect(order?.text)
      .to.match(/^SIP\/2\.0 180 Ringing\r\n/)
      .and.to.contain('\r\nX-Some: thing\r\n');
  });

  it('sends a request and receives the response to it, UTF-8 both ways', async () => {
    await connect();
    const body = 'grüße 😀 | # 100 %';
    rig.core.onSend = (owner, { text }, reply) => {
      reply(sentOf(aliceInvites, 'T5'));
      const echoed = text.slice(text.indexOf('\r\n\r\n') + 4);
      const message = answerOf(200, 'OK', 'MESSAGE', echoed);
      const { receivedOn: _, ...delivery } = deliveryOf({ message, transactionId: 'T5' });
      owner.deliver(delivery);
    };
    const response = await new Promise<Answer>((resolve, reject) => {
      const options = { method: 'MESSAGE', headers: { 'Content-Type': 'text/plain' }, body };
      // With a callback: the promise form resolves too late for a response that comes in the same segment as the reply.
      srf.request('sip:x@y', options, (error, request) => {
        if (error === null) request.on('response', resolve);
        else reject(error);
      });
    });
    expect(response).to.include({ status: 200, body });
  });

  it('is told why a request was not sent', async () => {
    await connect();
    rig.core.onSend = (_owner, _order, reply) => {
      reply({ ok: false, reason: 'Server error: unable to find dialog for dialog id provided' });
    };
    const failure = await srf.request('sip:x@y', { method: 'OPTIONS' }).catch((error: unknown) => error);
    expect(failure).to.be.an('error').with.property('code', 'ENODIALOG');
  });

  /** Has the client answer the INVITE of alice; resolves with its Dialog. */
  async function dialogWith(owner: () => Promise<Owner>): Promise<{ dialog: Emitter; owner: Owner }> {
    rig.core.onSend = (_owner, { transactionId }, reply) => {
      if (transactionId === 'T1') reply(sentOf(answerOf(200, 'OK', 'INVITE', 'v=0\r\n'), 'T1', dialogId));
      else reply({ ok: false, reason: 'no' });
    };
    const made = new Promise<Emitter>((resolve, reject) => {
      srf.invite((request, response) => {
        srf.createUAS(request, response, { localSdp: 'v=0\r\n' }).then(resolve, reject);
      });
    });
    const present = await owner();
    present.deliver(deliveryOf());
    return { dialog: await made, owner: present };
  }

  function inDialog(message: SipMessage, source: 'network' | 'application', transactionId: string): void {
    const { receivedOn: _, ...delivery } = deliveryOf({ message, source, transactionId, dialogId });
    rig.core.orders[0]?.owner.deliver(delivery);
  }

  it('makes a dialog from the reply to its 200 and hears the BYE in it', async () => {
    const { dialog } = await dialogWith(() => connectedOwner());
    const released = new Promise<Request>(resolve => dialog.once('destroy', resolve));
    inDialog(bye, 'network', 'T2');
    expect((await released).get('cseq')).to.equal('2 BYE');
  });

  it('hears from a notice of the engine that a dialog is over, and why', async () => {
    const { dialog } = await dialogWith(() => connectedOwner());
    const released = new Promise<string>(resolve => {
      dialog.once('destroy', (_request: Request, reason: string) => {
        resolve(reason);
      });
    });
    const notice = messageOf(bye.start, [
      ['Call-ID', 'call1@192.0.2.1'],
      ['CSeq', '2 BYE'],
      ['From', '<sip:bob@192.0.2.4>;tag=bob1'],
      ['To', '<sip:alice@192.0.2.1>;tag=alice1'],
      ['Reason', 'SIP ;cause=200 ;text="ACK timeout"'],
    ]);
    inDialog(notice, 'application', 'unsolicited');
    expect(await released).to.equal('ACK timeout');
  });

  it('hears requests in its old dialogs after it reconnected with the same instance tag', async () => {
    const { dialog, owner } = await dialogWith(() => connectedOwner({ tags: [instanceTag] }));
    const reconnected = once(srf, 'connect');
    // Another connection of the same instance pushes out the first; the client comes back and pushes out that one.
    const intruder = await rig.client({ tags: [instanceTag] });
    await reconnected;
    await intruder.closed;
    const released = new Promise<Request>(resolve => dialog.once('destroy', resolve));
    inDialog(bye, 'network', 'T2');
    expect((await released).method).to.equal('BYE');
    expect(rig.core.returned).to.deep.equal([owner, owner]);
    await srf.request('sip:x@y', { method: 'OPTIONS' }).catch(() => undefined);
    expect(rig.server.choose('INVITE')).to.equal(owner);
  });
});
