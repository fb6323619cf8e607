import { Addresses } from '../../lib/engine/user-agent/addresses.ts';
import type { Applications, Delivery, Owner, SendReply } from '../../lib/engine/control/owner.ts';
import { EngineCounters } from '../../lib/engine/counters.ts';
import { SILENT_LOG } from '../../lib/engine/log.ts';
import { DEFAULT_LIMITS } from '../../lib/engine/message/limits.ts';
import type { SipMessage } from '../../lib/engine/message/message.ts';
import { parseMessage } from '../../lib/engine/message/parse.ts';
import { DEFAULT_TIMING } from '../../lib/engine/transaction/timers.ts';
import { Transactions } from '../../lib/engine/transaction/transaction-layer.ts';
import type { Flow, Hop, OnSendFailure, Transport } from '../../lib/engine/transport/transport.ts';
import { UserAgent } from '../../lib/engine/user-agent/user-agent.ts';
import { FakeTimers } from './fake-timers.ts';

/** SIP text as people write it: indented, LF. */
export const sip = (text: string, body = ''): string => {
  const head = text
    .trim()
    .split('\n')
    .map(line => line.trim())
    .join('\r\n');
  return `${head}\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
};

export interface Sent {
  readonly message: SipMessage;
  readonly hop: Hop;
}

/** A transport on which everything sent is kept to be read. */
class PaperWire implements Transport {
  readonly listeners: readonly Hop[] = [
    { protocol: 'udp', address: '127.0.0.1', port: 5060 },
    { protocol: 'tcp', address: '127.0.0.1', port: 5060 },
    { protocol: 'udp', address: '127.0.0.1', port: 5070 },
  ];
  readonly sent: Sent[] = [];
  broken = false;
  /** Connections that stand. */
  readonly open = new Set<number>();
  /** Something that cannot be written. */
  defective = false;

  async start(): Promise<void> {
    await Promise.resolve();
  }

  async stop(): Promise<void> {
    await Promise.resolve();
  }

  listenerFor(hop: Hop, flow?: Flow): Hop | undefined {
    const all = this.listeners.filter(own => own.protocol === hop.protocol && !hop.address.includes(':'));
    return all.find(own => own.protocol === flow?.protocol && own.port === flow.local.port) ?? all[0];
  }

  isOpen({ connectionId }: Flow): boolean {
    return connectionId !== undefined && this.open.has(connectionId);
  }

  send(bytes: string, hop: Hop, onFailure: OnSendFailure): void {
    if (this.broken) {
      queueMicrotask(() => {
        onFailure('refused');
      });
      return;
    }
    if (this.defective) throw new Error('a defect');
    const outcome = parseMessage(bytes, DEFAULT_LIMITS);
    if (outcome.kind !== 'message') throw new Error(`the engine sent what it cannot read itself: ${bytes}`);
    this.sent.push({ message: outcome.message, hop });
  }
}

/** An application that keeps what it is given. */
export class RecordingOwner implements Owner {
  readonly name = 'app';
  present = true;
  readonly deliveries: Delivery[] = [];

  deliver(delivery: Delivery): boolean {
    this.deliveries.push(delivery);
    return true;
  }

  get last(): Delivery {
    const last = this.deliveries.at(-1);
    if (last === undefined) throw new Error('nothing was delivered');
    return last;
  }
}

/** A user agent between a paper wire and a recording application, on fake time. */
export class Workbench {
  readonly wire = new PaperWire();
  readonly timers = new FakeTimers();
  readonly counters = new EngineCounters();
  readonly app = new RecordingOwner();
  readonly userAgent: UserAgent;
  methods: readonly string[] = ['invite', 'options', 'message', 'subscribe'];
  /** What names resolve to. */
  readonly names = new Map<string, readonly string[]>();
  #layer: Transactions | undefined;

  constructor() {
    const applications: Applications = {
      choose: method => (this.app.present && this.methods.includes(method) ? this.app : undefined),
      serves: method => this.methods.includes(method.toLowerCase()),
    };
    this.userAgent = new UserAgent({
      transactions: user => {
        this.#layer = new Transactions({
          transport: this.wire,
          timers: this.timers,
          timing: DEFAULT_TIMING,
          limits: DEFAULT_LIMITS,
          counters: this.counters,
          user,
        });
        return this.#layer;
      },
      timers: this.timers,
      timing: DEFAULT_TIMING,
      addresses: new Addresses({
        transport: this.wire,
        localAddressTowards: () => '127.0.0.1',
        isLocalNet: () => true,
        isOfMachine: address => address === '127.0.0.1',
      }),
      applications,
      counters: this.counters,
      resolver: name => Promise.resolve(this.names.get(name) ?? []),
      protocols: new Set(['udp', 'tcp']),
      reachable: hop => this.wire.listenerFor(hop) !== undefined,
      isOpen: flow => this.wire.isOpen(flow),
      log: SILENT_LOG,
      wallClockMs: () => 0,
    });
  }

  /** A message of the peer arrives. */
  receive(text: string, body = '', port = 6060, address = '192.0.2.1'): void {
    this.#receive(sip(text, body), { protocol: 'udp', remote: { address, port } });
  }

  /** The same at the listener with that port. */
  receiveAt(localPort: number, text: string, body = ''): void {
    this.#receive(
      sip(text, body),
      { protocol: 'udp', remote: { address: '192.0.2.1', port: 6060 } },
      localPort,
    );
  }

  /** The same on a connection that the peer has opened. */
  receiveOnStream(connectionId: number, text: string, body = ''): void {
    const remote = { address: '192.0.2.1', port: 40_000 + connectionId };
    this.wire.open.add(connectionId);
    this.#receive(sip(text, body), { protocol: 'tcp', remote, connectionId });
  }

  #receive(bytes: string, way: Omit<Flow, 'local'>, localPort = 5060): void {
    this.#layer?.receiveMessage(bytes, { ...way, local: { address: '127.0.0.1', port: localPort } });
  }

  /** The application says something; the reply comes at once for numeric targets. */
  order(
    text: string,
    ids: { transaction?: string; dialog?: string; route?: string } = {},
    body = '',
  ): SendReply {
    let answer: SendReply | undefined;
    this.userAgent.send(
      this.app,
      {
        transactionId: ids.transaction ?? '',
        dialogId: ids.dialog ?? '',
        text: sip(text, body),
        ...(ids.route === undefined ? {} : { routeUrl: ids.route }),
      },
      reply => {
        answer = reply;
      },
    );
    if (answer === undefined) throw new Error('no reply');
    return answer;
  }

  /** As `order`, for a target that has to be looked up first: the reply once it is known. */
  async orderLater(text: string, ids: { dialog?: string } = {}, meanwhile = nothing): Promise<SendReply> {
    const order = { transactionId: '', dialogId: ids.dialog ?? '', text: sip(text) };
    const reply = new Promise<SendReply>(resolve => {
      this.userAgent.send(this.app, order, resolve);
    });
    meanwhile();
    return reply;
  }

  get sent(): readonly SipMessage[] {
    return this.wire.sent.map(({ message }) => message);
  }

  /** What was sent since the last look, in short: `180`, `BYE`. */
  takeSent(): string[] {
    return this.wire.sent.splice(0).map(({ message }) => short(message));
  }

  get lastSent(): SipMessage {
    const last = this.sent.at(-1);
    if (last === undefined) throw new Error('nothing was sent');
    return last;
  }

  /** What the application got since the last look, in short. */
  takeDelivered(): string[] {
    return this.app.deliveries
      .splice(0)
      .map(({ message, transactionId }) =>
        transactionId === 'unsolicited' ? `${short(message)} notice` : short(message),
      );
  }
}

const nothing = (): void => undefined;

const short = (message: SipMessage): string => (message.isRequest ? message.method : String(message.status));
