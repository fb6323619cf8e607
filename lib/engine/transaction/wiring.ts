import type { EngineCounters } from '../counters.ts';
import type { ByteString } from '../message/bytes.ts';
import type { SipMessage } from '../message/message.ts';
import type { Flow, Hop, OnSendFailure, Protocol } from '../transport/transport.ts';
import type { TimerService } from './clock.ts';
import type { TimerTable, Timing } from './timers.ts';

/** What a machine needs of the layer around it. */
export interface Wiring {
  readonly timers: TimerService;
  readonly timing: Timing;
  readonly counters: EngineCounters;
  /** The timers on that transport. */
  table(protocol: Protocol): TimerTable;
  send(bytes: ByteString, hop: Hop, onFailure: OnSendFailure, flow: Flow | undefined): void;
}

/** Where a request goes, and under which branch its responses are found. */
export interface ClientWay {
  readonly hop: Hop;
  /** A stream to prefer. */
  readonly flow: Flow | undefined;
  readonly branch: string;
}

/** What the client machines need beyond. */
export interface ClientWiring<Machine> extends Wiring {
  /** The machine has reached Terminated: forget it. */
  forget(machine: Machine): void;
}

/** INVITE only. */
export interface InviteClientWiring<Machine> extends ClientWiring<Machine> {
  /**
   * Makes a transaction for a CANCEL, whose outcome nobody is told of; the result sends it. Throws
   * UnsafeHeaderError at once for what cannot be written, not when it is sent.
   */
  prepareCancel(cancel: SipMessage, way: ClientWay): () => void;
  /** A 2xx that came when the transaction could not pass it any more. */
  receiveStray(response: SipMessage, flow: Flow): void;
}

/** What the server machines need beyond. */
export interface ServerWiring<Machine> extends Wiring {
  /** The machine has reached Terminated: forget it. */
  forget(machine: Machine): void;
}
