import type { Flow, Hop, SendFailure } from './transport.ts';

/** What a transport has to tell whoever keeps the log. Nothing here needs an answer. */
export type TransportNotice =
  /** Bytes the kernel granted per direction, as asked for in the same unit. */
  | {
      readonly kind: 'buffer-granted';
      readonly listener: Hop;
      readonly askedBytes: number;
      readonly receiveBytes: number;
      readonly sendBytes: number;
    }
  /** The socket reported an error and goes on (UDP: ICMP; TCP: accept failed). */
  | { readonly kind: 'socket-error'; readonly listener: Hop; readonly code: string }
  | { readonly kind: 'connection-opened'; readonly flow: Flow; readonly incoming: boolean }
  | { readonly kind: 'connection-closed'; readonly flow: Flow; readonly reason: ConnectionEnd }
  /** One connection more than allowed: closed at once. */
  | { readonly kind: 'connection-limit'; readonly remote: string }
  /** The user of the transport threw over a message: a defect, kept from ending every other call. */
  | { readonly kind: 'receive-failed'; readonly flow: Flow; readonly error: unknown };

/** Why a connection ended: the peer's or our regular end, a failure, or a limit. */
export type ConnectionEnd =
  | SendFailure
  | 'ended-by-peer'
  | 'idle'
  | 'broken-framing'
  | 'too-much-pending'
  | 'stopped';

export type OnNotice = (notice: TransportNotice) => void;
