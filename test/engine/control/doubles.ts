import type { After } from '../../../lib/engine/control/after.ts';
import type { EngineLog } from '../../../lib/engine/log.ts';
import type { Delivery, Owner, SendOrder, SendReply, SipCore } from '../../../lib/engine/control/owner.ts';
import { HeaderList } from '../../../lib/engine/message/header-list.ts';
import { SipMessage, type StartLine } from '../../../lib/engine/message/message.ts';

/** A SIP message of these header lines. */
export function messageOf(
  start: StartLine,
  headers: readonly (readonly [string, string])[],
  body = '',
): SipMessage {
  const list = new HeaderList();
  for (const [name, value] of headers) list.append(name, value);
  return new SipMessage(start, list, body);
}

export const aliceInvites = messageOf(
  { kind: 'request', method: 'INVITE', requestUri: 'sip:bob@192.0.2.4' },
  [
    ['Via', 'SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKa'],
    ['From', '"Alice" <sip:alice@192.0.2.1>;tag=alice1'],
    ['To', '<sip:bob@192.0.2.4>'],
    ['Call-ID', 'call1@192.0.2.1'],
    ['CSeq', '1 INVITE'],
    ['Contact', '<sip:alice@192.0.2.1:5060>'],
    ['X-MS-Custom-Foo', 'foo-value-1'],
    ['Content-Length', '0'],
  ],
);

export const ringing = messageOf({ kind: 'response', status: 180, reason: 'Ringing' }, [
  ['Via', 'SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKa'],
  ['From', '"Alice" <sip:alice@192.0.2.1>;tag=alice1'],
  ['To', '<sip:bob@192.0.2.4>;tag=bob1'],
  ['Call-ID', 'call1@192.0.2.1'],
  ['CSeq', '1 INVITE'],
  ['Content-Length', '0'],
]);

/** No parser lets such a message through. */
export const unsafe = messageOf({ kind: 'response', status: 200, reason: 'OK' }, [['Subject', 'a\r\nb']]);

/** 2026-01-02 09:25:23.288213 UTC. */
export const someTimeMs = Date.UTC(2026, 0, 2, 9, 25, 23, 288) + 0.213;

/** The INVITE of alice as a new request, or what is given instead. */
export function deliveryOf(changes: Partial<Delivery> = {}): Delivery {
  return {
    source: 'network',
    message: aliceInvites,
    sizeBytes: 312,
    protocol: 'udp',
    address: '192.0.2.1',
    port: 5060,
    timeMs: someTimeMs,
    transactionId: 'T1',
    dialogId: '',
    receivedOn: { address: '192.0.2.4', port: 5060 },
    ...changes,
  };
}

/** That `message` was sent. */
export function sentOf(message: SipMessage, transactionId = 'T1', dialogId?: string): SendReply {
  const sent = {
    ok: true,
    message,
    sizeBytes: 300,
    protocol: 'udp',
    address: '192.0.2.1',
    port: 5060,
    timeMs: someTimeMs,
    transactionId,
  } as const;
  return dialogId === undefined ? sent : { ...sent, dialogId };
}

type Send = SipCore['send'];

/** A core that writes down what it is told, and sends as a test says. */
export class RecordingCore implements SipCore {
  readonly advertisedHostports = 'udp/203.0.113.5:5060,tcp/203.0.113.5:5060';
  readonly localHostports = 'udp/10.0.0.5:5060,tcp/10.0.0.5:5060';
  readonly orders: { readonly owner: Owner; readonly order: SendOrder }[] = [];
  readonly lost: Owner[] = [];
  readonly returned: Owner[] = [];
  readonly expired: Owner[] = [];
  onSend: Send = (_owner, _order, reply) => {
    reply({ ok: false, reason: 'nothing is sent in this test' });
  };
  onReturned: (owner: Owner) => void = () => undefined;
  #waits: (() => void)[] = [];

  send(owner: Owner, order: SendOrder, reply: (reply: SendReply) => void): void {
    this.orders.push({ owner, order });
    this.onSend(owner, order, reply);
  }

  ownerLost(owner: Owner): void {
    this.lost.push(owner);
    this.#wake();
  }

  ownerReturned(owner: Owner): void {
    this.returned.push(owner);
    this.onReturned(owner);
    this.#wake();
  }

  ownerExpired(owner: Owner): void {
    this.expired.push(owner);
    this.#wake();
  }

  /** Resolves once `list` has `length` entries. */
  async until(list: 'lost' | 'returned' | 'expired', length: number): Promise<void> {
    while (this[list].length < length) {
      await new Promise<void>(resolve => {
        this.#waits.push(resolve);
      });
    }
  }

  #wake(): void {
    for (const wake of this.#waits.splice(0)) wake();
  }
}

/** Time that passes when a test says so. */
export class FakeTime {
  #nowMs = 0;
  readonly #due = new Map<() => void, number>();

  readonly after: After = (delayMs, fire) => {
    // Each call is an entry of its own, also for a function passed twice.
    const once = (): void => {
      fire();
    };
    this.#due.set(once, this.#nowMs + delayMs);
    return () => {
      this.#due.delete(once);
    };
  };

  advance(ms: number): void {
    this.#nowMs += ms;
    for (const [fire, atMs] of [...this.#due]) {
      if (atMs <= this.#nowMs && this.#due.delete(fire)) fire();
    }
  }
}

/** Keeps the lines of a log. */
export class RecordingLog implements EngineLog {
  readonly lines: { readonly level: string; readonly fields: object; readonly message: string }[] = [];

  debug(fields: object, message: string): void {
    this.lines.push({ level: 'debug', fields, message });
  }

  info(fields: object, message: string): void {
    this.lines.push({ level: 'info', fields, message });
  }

  warn(fields: object, message: string): void {
    this.lines.push({ level: 'warn', fields, message });
  }

  error(fields: object, message: string): void {
    this.lines.push({ level: 'error', fields, message });
  }

  /** The messages of one level. */
  at(level: string): string[] {
    return this.lines.filter(line => line.level === level).map(line => line.message);
  }
}
