import type { LegId } from '../call/signal.ts';
import type { Participant } from './metadata.ts';
import type { RecordingStream } from './recording-sdp.ts';

/** Who is on the call now. */
export interface Party {
  readonly leg: LegId;
  readonly dn: string;
  /** A From or To as a whole value. */
  readonly address: string;
  /** It holds the other one. */
  readonly held: boolean;
}

interface Member extends Party {
  readonly participantId: string;
  readonly joinedAtMs: number;
  readonly leftAtMs?: number;
}

/** All who take part, or took part, in the order in which they came. */
export type Crew = readonly Member[];

/** With the parties of the moment. Who is called otherwise than before on the same leg is somebody else. */
export function crewWith(
  crew: Crew,
  parties: readonly Party[],
  { nowMs, newId }: { readonly nowMs: number; readonly newId: () => string },
): Crew {
  const known = crew.map(member => {
    if (member.leftAtMs !== undefined) return member;
    const party = parties.find(one => isSame(one, member));
    return party === undefined ? { ...member, leftAtMs: nowMs } : { ...member, held: party.held };
  });
  const added = parties
    .filter(party => !known.some(member => member.leftAtMs === undefined && isSame(party, member)))
    .map(({ leg, dn, address, held }) => ({
      leg,
      dn,
      address,
      held,
      participantId: newId(),
      joinedAtMs: nowMs,
    }));
  return [...known, ...added];
}

/**
 * RFC 7865 §6.8: a party sends the streams of its leg and hears those of the others, unless it holds them. Whose stream it is stays
 * said while nobody hears it.
 */
export function participantsOf(crew: Crew, streams: readonly RecordingStream[]): readonly Participant[] {
  return crew.map(member => {
    const { participantId, dn, address, joinedAtMs, leftAtMs, leg, held } = member;
    const idsOf = (wanted: (tag: string) => boolean): string[] =>
      streams.filter(({ tag }) => tag !== undefined && wanted(tag)).map(({ streamId }) => streamId);
    const here = leftAtMs === undefined;
    return {
      ...{ participantId, dn, address, joinedAtMs },
      ...(leftAtMs !== undefined && { leftAtMs }),
      sends: here ? idsOf(tag => tag === leg) : [],
      receives: here && !held ? idsOf(tag => tag !== leg) : [],
    };
  });
}

const isSame = (one: Party, other: Party): boolean =>
  one.leg === other.leg && one.dn === other.dn && one.address === other.address;
