import { EngineCounters } from '../../../lib/engine/counters.ts';
import type { ByteString } from '../../../lib/engine/message/bytes.ts';
import { DEFAULT_LIMITS } from '../../../lib/engine/message/limits.ts';
import type { SipMessage } from '../../../lib/engine/message/message.ts';
import { parseMessage } from '../../../lib/engine/message/parse.ts';
import { Timer } from '../../../lib/engine/transaction/clock.ts';
import { DEFAULT_TIMING } from '../../../lib/engine/transaction/timers.ts';
import type {
  ClientTransactionUser,
  ServerTransaction,
  ServerTransactionUser,
  TransactionUser,
} from '../../../lib/engine/transaction/transaction.ts';
import { Transactions, type TransactionsOptions } from '../../../lib/engine/transaction/transaction-layer.ts';
import type { Flow, Hop, OnSendFailure, SendFailure } from '../../../lib/engine/transport/transport.ts';
import { FakeTimers } from '../../support/fake-timers.ts';
import { accepted, wire as wireOf } from '../message/wire.ts';

export const ALICE: Hop = { protocol: 'udp', address: '192.0.2.1', port: 5060 };
export const BOB: Hop = { protocol: 'udp', address: '192.0.2.2', port: 5060 };

export const fromAlice: Flow = { protocol: 'udp', local: BOB, remote: ALICE };
export const fromBob: Flow = { protocol: 'udp', local: ALICE, remote: BOB };
export const fromAliceTcp: Flow = { ...fromAlice, protocol: 'tcp', connectionId: 7 };

/** A message from lines; body-less. Throws for what our own parser would not take. */
export function message(...lines: string[]): SipMessage {
  return accepted(wire(...lines));
}

/** The octets of a message from lines; body-less. */
export function wire(...lines: string[]): ByteString {
  return wireOf([...lines, 'Content-Length: 0']);
}

export interface RequestLines {
  readonly method?: string;
  readonly branch?: string;
  readonly sentBy?: string;
  readonly protocol?: 'UDP' | 'TCP';
  readonly viaParams?: string;
  readonly requestUri?: string;
  readonly fromTag?: string;
  readonly toTag?: string;
  readonly callId?: string;
  readonly cseq?: number;
  readonly extra?: readonly string[];
}

/** A request of Alice to Bob. */
export function requestLines(parts: RequestLines = {}): string[] {
  const { method = 'INVITE', branch = 'z9hG4bKalice1', sentBy = '192.0.2.1', toTag } = parts;
  return [
    `${method} ${parts.requestUri ?? 'sip:bob@192.0.2.2'} SIP/2.0`,
    `Via: SIP/2.0/${parts.protocol ?? 'UDP'} ${sentBy};branch=${branch}${parts.viaParams ?? ''}`,
    'Max-Forwards: 70',
    `From: Alice <sip:alice@192.0.2.1>;tag=${parts.fromTag ?? 'alice'}`,
    `To: Bob <sip:bob@192.0.2.2>${toTag === undefined ? '' : `;tag=${toTag}`}`,
    `Call-ID: ${parts.callId ?? 'call-1'}`,
    `CSeq: ${parts.cseq ?? 1} ${method}`,
    ...(parts.extra ?? []),
  ];
}

export const request = (parts: RequestLines = {}): SipMessage => message(...requestLines(parts));

/** What Bob answers to a request. */
export function response(to: SipMessage, status: number, reason: string, toTag = 'bob'): SipMessage {
  const header = (key: string): string => to.headers.get(key) ?? '';
  return message(
    `SIP/2.0 ${status} ${reason}`,
    `Via: ${header('via')}`,
    `From: ${header('from')}`,
    `To: ${header('to')}${to.toTag === '' && toTag !== '' ? `;tag=${toTag}` : ''}`,
    `Call-ID: ${header('call-id')}`,
    `CSeq: ${header('cseq')}`,
  );
}

export interface Sent {
  readonly atMs: number;
  readonly bytes: ByteString;
  readonly hop: Hop;
  readonly flow: Flow | undefined;
}

/** A transport that keeps what it is given, and fails when told to. */
export class RecordingTransport {
  readonly sent: Sent[] = [];
  /** Every message sent while it is set fails a moment later. */
  failure: SendFailure | undefined;
  readonly #timers: FakeTimers;

  constructor(timers: FakeTimers) {
    this.#timers = timers;
  }

  send(bytes: ByteString, hop: Hop, onFailure: OnSendFailure, flow?: Flow): void {
    this.sent.push({ atMs: this.#timers.nowMs, bytes, hop, flow });
    const { failure } = this;
    if (failure === undefined) return;
    this.#timers.start(
      new Timer(
        {
          onTimer: () => {
            onFailure(failure);
          },
        },
        'send failure',
      ),
      0,
    );
  }

  /** `INVITE@0`, `200@1500`: what was sent and when. */
  get log(): string[] {
    return this.sent.map(({ bytes, atMs }) => `${nameOf(bytes)}@${atMs}`);
  }

  get names(): string[] {
    return this.sent.map(({ bytes }) => nameOf(bytes));
  }

  get last(): SipMessage {
    const bytes = this.sent.at(-1)?.bytes ?? '';
    const outcome = parseMessage(bytes, DEFAULT_LIMITS);
    if (outcome.kind !== 'message') throw new Error(`nothing that can be read was sent: ${bytes}`);
    return outcome.message;
  }
}

/** The method of a request, the status of a response. */
export function nameOf(bytes: ByteString): string {
  const [first = '', second = ''] = bytes.split(' ', 2);
  return first === 'SIP/2.0' ? second : first;
}

/** Writes down what a client transaction tells. */
export class ClientRecorder implements ClientTransactionUser {
  readonly told: string[] = [];

  receiveResponse(response: SipMessage): void {
    this.told.push(`${response.status}${response.toTag === '' ? '' : ` ${response.toTag}`}`);
  }

  clientFailed(failure: string): void {
    this.told.push(`failed: ${failure}`);
  }

  clientEnded(): void {
    this.told.push('ended');
  }
}

/** Takes every request, and writes down what it and its transactions tell. */
export class ServerRecorder implements TransactionUser {
  readonly told: string[] = [];
  readonly transactions: ServerTransaction[] = [];
  /** Its dialogs: every To tag that it knows. */
  readonly localTags = new Set(['bob']);
  /** Called with each new transaction after it was written down. */
  onRequest: (transaction: ServerTransaction) => void = () => undefined;

  receiveRequest(transaction: ServerTransaction): void {
    const { method } = transaction.request;
    this.told.push(method);
    this.transactions.push(transaction);
    const user: ServerTransactionUser = {
      receiveCancel: () => this.told.push(`${method} cancelled`),
      serverFailed: failure => this.told.push(`${method} failed: ${failure}`),
      serverEnded: () => this.told.push(`${method} ended`),
    };
    transaction.user = user;
    this.onRequest(transaction);
  }

  receiveAck(ack: SipMessage): void {
    this.told.push(`ACK ${ack.toTag}`);
  }

  receiveStrayResponse(response: SipMessage): void {
    this.told.push(`stray ${response.status} ${response.method}`);
  }

  knowsDialogOf(request: SipMessage): boolean {
    return this.localTags.has(request.toTag);
  }

  get last(): ServerTransaction {
    const transaction = this.transactions.at(-1);
    if (transaction === undefined) throw new Error('no request was received');
    return transaction;
  }
}

export interface Layer {
  readonly layer: Transactions;
  readonly timers: FakeTimers;
  readonly transport: RecordingTransport;
  readonly user: ServerRecorder;
  readonly counters: EngineCounters;
}

/** A transaction layer between a recording transport and a recording user. */
export function layerWith(options: Partial<TransactionsOptions> = {}): Layer {
  const timers = new FakeTimers();
  const transport = new RecordingTransport(timers);
  const user = new ServerRecorder();
  const counters = new EngineCounters();
  const layer = new Transactions({
    transport,
    timers,
    timing: DEFAULT_TIMING,
    limits: DEFAULT_LIMITS,
    counters,
    user,
    ...options,
  });
  return { layer, timers, transport, user, counters };
}

/** Nothing is kept of what has ended. */
export function leftOver({ layer, timers }: Layer): { clients: number; servers: number; timers: number } {
  return { clients: layer.clientCount, servers: layer.serverCount, timers: timers.runningCount };
}

export const NOTHING_LEFT = { clients: 0, servers: 0, timers: 0 };
