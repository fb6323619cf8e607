/** The base values every timer is made of (RFC 3261 §17.1.1.1 and Table 4). */
export interface Timing {
  /** Estimate of a round trip; default 500. */
  readonly t1Ms: number;
  /** Longest gap between two transmissions of a non-INVITE request or of a final response; default 4000. */
  readonly t2Ms: number;
  /** Longest time a message stays in the network; default 5000. */
  readonly t4Ms: number;
  /** How long an INVITE may ring without any further 1xx; default 185000. */
  readonly timerCMs?: number;
}

export const DEFAULT_TIMING: Required<Timing> = { t1Ms: 500, t2Ms: 4000, t4Ms: 5000, timerCMs: 185_000 };

/**
 * Milliseconds by letter, as in RFC 3261 Table 4 and RFC 6026 §7.1, §7.2. A, E and G are 0 where nothing is
 * repeated.
 */
export interface TimerTable {
  /** First gap before an INVITE is repeated. */
  readonly aMs: number;
  /** An INVITE without any response is given up. */
  readonly bMs: number;
  /** An INVITE in state Proceeding without a further 1xx is cancelled. */
  readonly cMs: number;
  /** The client goes on acknowledging a repeated non-2xx final response. */
  readonly dMs: number;
  /** First gap before a non-INVITE request is repeated. */
  readonly eMs: number;
  /** A non-INVITE request without a final response is given up. */
  readonly fMs: number;
  /** First gap before a non-2xx final response to INVITE is repeated. */
  readonly gMs: number;
  /** A non-2xx final response to INVITE without ACK is given up. */
  readonly hMs: number;
  /** The server goes on absorbing repeated ACKs. */
  readonly iMs: number;
  /** The server goes on answering a repeated non-INVITE request. */
  readonly jMs: number;
  /** The client goes on absorbing a repeated response to a non-INVITE request. */
  readonly kMs: number;
  /** The server goes on absorbing the INVITE it has accepted (RFC 6026 §7.1). */
  readonly lMs: number;
  /** The client goes on passing 2xx to its user (RFC 6026 §7.2). */
  readonly mMs: number;
}

/**
 * All timers of one transaction. `reliable`: the transport repeats what is lost by itself (everything but
 * UDP).
 */
export function timerTable(timing: Timing, reliable: boolean): TimerTable {
  const { t1Ms, t4Ms, timerCMs = DEFAULT_TIMING.timerCMs } = timing;
  const giveUpMs = 64 * t1Ms;
  return {
    // RFC 3261 §17.1.1.2, §17.1.2.2, §17.2.1: a reliable transport runs no timer A, E or G.
    aMs: reliable ? 0 : t1Ms,
    bMs: giveUpMs,
    // RFC 3261 §16.6 step 11: timer C is larger than 3 minutes.
    cMs: timerCMs,
    // RFC 3261 §17.1.1.2: at least 32 s, which is timer H of the server with the default T1; nothing on
    // reliable transports.
    dMs: reliable ? 0 : giveUpMs,
    eMs: reliable ? 0 : t1Ms,
    fMs: giveUpMs,
    gMs: reliable ? 0 : t1Ms,
    hMs: giveUpMs,
    iMs: reliable ? 0 : t4Ms,
    jMs: reliable ? 0 : giveUpMs,
    kMs: reliable ? 0 : t4Ms,
    // RFC 6026 §7.1, §7.2: L and M are 64*T1 on every transport, since forked and repeated 2xx come on all of
    // them.
    lMs: giveUpMs,
    mMs: giveUpMs,
  };
}

/**
 * The gap that follows a gap of `gapMs`: A doubles without end (timer B stops it), E and G double up to T2.
 */
export function nextRetransmitMs(timer: 'A' | 'E' | 'G', gapMs: number, timing: Timing): number {
  return timer === 'A' ? gapMs * 2 : Math.min(gapMs * 2, timing.t2Ms);
}
