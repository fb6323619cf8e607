import { type Cut, meant, noCut, withCut } from './cut.ts';
import { isSameSession, lifted, withOrigin, withStreamsOf } from './sdp.ts';
import type { Body, LegId } from '../signal.ts';

/**
 * What one leg's peer and we have agreed upon (RFC 3264). Bodies are kept as they came and not looked into while a
 * call is only relayed.
 */
export interface Session {
  /** Last SDP sent to the peer in an exchange that was completed. A refused one leaves all as it was (RFC 6141). */
  readonly sent: Body | undefined;
  /** Last SDP of the peer in such an exchange, and what it was; of an answer what it means, where something was cut. */
  readonly received: Body | undefined;
  readonly receivedAs: 'offer' | 'answer';
  /** Last SDP that went to the peer, and that came from it, completed or not. */
  readonly shown: Body | undefined;
  readonly heard: Body | undefined;
  readonly origin: Origin | undefined;
  /** What was cut of what went to the peer last: its answer could not say more. */
  readonly cut: Cut;
}

/** Whose SDP the peer is shown. */
export interface Origin {
  /** The leg it comes from; the peer's own leg when we have made it up. */
  readonly farEnd: LegId;
  /** The very first: its o= line stays. */
  readonly first: Body;
  /** It has come from more than one, or we have changed it, so that its o= line is written by us. */
  readonly own: boolean;
}

export const noSession: Session = {
  sent: undefined,
  received: undefined,
  receivedAs: 'answer',
  shown: undefined,
  heard: undefined,
  origin: undefined,
  cut: noCut,
};

/** SDP on its way to a leg. */
export interface Said {
  /** The leg it comes from; the same leg when we have made it up. */
  readonly by: LegId;
  readonly body: Body;
  readonly as: 'offer' | 'answer';
  /** Taken away of it; nothing when absent. */
  readonly cut?: Cut;
}

/**
 * SDP as it goes to this peer. All from one far end goes verbatim, unless something is cut of it; what comes from a second one
 * is made to continue what the first has begun (RFC 3264 §8).
 */
export function show(
  session: Session,
  { by, body: said, as, cut = noCut }: Said,
): { readonly body: Body; readonly session: Session } {
  const { origin, shown, heard } = session;
  const body = withCut(said, cut);
  const isOurs = body !== said;
  if (origin === undefined || shown === undefined) {
    const first = origin ?? { farEnd: by, first: body, own: isOurs };
    return { body, session: { ...session, shown: body, origin: first, cut } };
  }
  if (origin.farEnd === by && !origin.own && !isOurs)
    return { body, session: { ...session, shown: body, cut } };
  const like = as === 'answer' ? heard : shown;
  const fitted = like === undefined ? body : withStreamsOf(body, like, as);
  const continued = withOrigin(fitted, origin.first, shown);
  return {
    body: continued,
    session: { ...session, shown: continued, origin: { farEnd: by, first: origin.first, own: true }, cut },
  };
}

/** What was exchanged last is agreed upon. */
export function agreedUpon(session: Session, heardAs: 'offer' | 'answer'): Session {
  const { shown, heard, received: before, cut } = session;
  const received = heard !== undefined && heardAs === 'answer' ? meant(heard, before, cut) : heard;
  // Who repeats word for word in an answer what it has once offered means it still.
  const as = before !== undefined && before.content === received?.content ? session.receivedAs : heardAs;
  return { ...session, sent: shown, received, receivedAs: as };
}

/** An exchange has brought something new from both sides. */
export function isComplete({ shown, heard }: Session): boolean {
  return shown !== undefined && heard !== undefined;
}

/**
 * What somebody who is new to this peer is to be offered; undefined when it has said nothing yet. A hold of its own
 * stays, one that it follows does not.
 */
export function offerOf({ received, receivedAs }: Session): Body | undefined {
  return received !== undefined && receivedAs === 'answer' ? lifted(received) : received;
}

/**
 * Has this peer been sent what the one at the far end said last, as far as that is for it to know? True as well where either has
 * agreed upon nothing.
 */
export function isUpToDate({ sent }: Session, { received }: Session, cut = noCut): boolean {
  return sent === undefined || received === undefined || isSameSession(sent, withCut(received, cut));
}
