import type { Applications, Delivery, Owner, SendReply } from '../control/owner.ts';
import type { EngineCounters } from '../counters.ts';
import type { Dialog } from '../dialog/dialog.ts';
import type { DialogTable } from '../dialog/dialog-table.ts';
import { withoutBrackets } from '../message/host.ts';
import type { SipMessage } from '../message/message.ts';
import type { EngineLog } from '../log.ts';
import type { TimerService } from '../transaction/clock.ts';
import type { Timing } from '../transaction/timers.ts';
import type { TransactionLayer } from '../transaction/transaction.ts';
import type { Flow, Hop, Protocol } from '../transport/transport.ts';
import type { Addresses } from './addresses.ts';
import type { Resolver } from './resolver.ts';

/** What the two sides of the user agent share. */
export interface Shared {
  readonly transactions: TransactionLayer;
  readonly timers: TimerService;
  readonly timing: Required<Timing>;
  readonly dialogs: DialogTable;
  readonly addresses: Addresses;
  readonly applications: Applications;
  readonly counters: EngineCounters;
  readonly resolver: Resolver;
  readonly protocols: ReadonlySet<Protocol>;
  readonly reachable: (hop: Hop) => boolean;
  /** A stream that stands and can be sent on. */
  readonly isOpen: (flow: Flow) => boolean;
  /** What the engine's own 405 says is allowed; default: the methods that applications registered. */
  readonly allow?: string | undefined;
  readonly log: EngineLog;
  /** Milliseconds since the epoch, for the time field of frames. */
  readonly wallClockMs: () => number;
  /** Fresh opaque id under which an application knows a transaction. */
  readonly newTransactionId: () => string;
  /** Hands a message to an application. False when it is gone. */
  readonly deliver: (owner: Owner, parts: DeliveryParts) => boolean;
  /** Tells the owner that the engine ended a dialog (control protocol §4.4); kept for it while it is away. */
  readonly notice: (dialog: Dialog, bye: SipMessage, hop: Hop) => void;
}

export interface DeliveryParts {
  readonly message: SipMessage;
  readonly way: Flow | Hop;
  readonly transactionId: string;
  readonly dialogId: string;
  readonly isNew?: boolean;
  readonly source?: Delivery['source'];
}

/** The peer's and our address of a message's way. */
export function deliveryOf(parts: DeliveryParts, timeMs: number): Delivery {
  const peer = 'remote' in parts.way ? parts.way.remote : parts.way;
  const base = {
    source: parts.source ?? 'network',
    message: parts.message,
    sizeBytes: parts.message.wireBytes,
    protocol: parts.way.protocol,
    address: peer.address,
    port: peer.port,
    timeMs,
    transactionId: parts.transactionId,
    dialogId: parts.dialogId,
  } as const;
  return parts.isNew === true && 'local' in parts.way ? { receivedOn: parts.way.local, ...base } : base;
}

/** The reply to an order that sent a request (control protocol §5): the address is our own side of the way. */
export function sentReply(shared: Shared, message: SipMessage, hop: Hop, transactionId: string): SendReply {
  const own = shared.addresses.ours(hop);
  return {
    ok: true,
    message,
    sizeBytes: message.wireBytes,
    protocol: hop.protocol,
    address: withoutBrackets(own?.host ?? hop.address),
    port: own?.port ?? hop.port,
    timeMs: shared.wallClockMs(),
    transactionId,
  };
}
