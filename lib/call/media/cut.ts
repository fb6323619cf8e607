import type { Leg } from '../leg.ts';
import type { Body } from '../signal.ts';
import type { Turn } from '../turn.ts';
import { type Direction, directionLine, directionPattern, directionsOf, sdpBody, sdpParts } from './sdp.ts';

/**
 * What is taken away of the audio that one end says it has, on its way to the other: the agent at either of them is muted, or
 * hears nothing. Seen from the end that is described.
 */
export interface Cut {
  /** It shall not send. */
  readonly sends: boolean;
  /** It shall not receive. */
  readonly receives: boolean;
}

export const noCut: Cut = { sends: false, receives: false };

/** Of what comes from one leg's peer and goes to the other's. */
export function cutBetween(turn: Turn, from: Leg | undefined, to: Leg): Cut {
  // Most calls have no agent.
  if (turn.env.agents === undefined) return noCut;
  const own = switchesOf(turn, to);
  const far = from === undefined || from.id === to.id ? undefined : switchesOf(turn, from);
  if (own === undefined && far === undefined) return noCut;
  const sends = far?.muted === true || own?.deafened === true;
  const receives = far?.deafened === true || own?.muted === true;
  return sends || receives ? { sends, receives } : noCut;
}

interface Audio {
  readonly muted: boolean;
  readonly deafened: boolean;
}

/** Of the agent at the leg's DN, in this call. */
function switchesOf({ call, env, joined }: Turn, { trunk, dn }: Leg): Audio | undefined {
  const agent = env.agents?.at(trunk.tenant, dn);
  if (agent === undefined) return undefined;
  // Who comes over from another call brings it along.
  const isHere = (which: { readonly connId?: string } | undefined): boolean =>
    which !== undefined &&
    (which.connId === undefined || which.connId === call.connId || which.connId === joined?.before.connId);
  return { muted: isHere(agent.muted), deafened: isHere(agent.deafened) };
}

/** RFC 3264 §8.4: the same SDP whose audio has less of a direction. The same body when it says no more already. */
export function withCut(body: Body, cut: Cut): Body {
  if (!cut.sends && !cut.receives) return body;
  return withDirections(body, ({ sends, receives }) => ({
    sends: sends && !cut.sends,
    receives: receives && !cut.receives,
  }));
}

/**
 * What the peer means that has answered SDP of which something was cut: there it could not say more (RFC 3264 §6.1), and
 * means what it meant `before`; where it has said nothing yet, all.
 */
export function meant(answer: Body, before: Body | undefined, cut: Cut): Body {
  if (!cut.sends && !cut.receives) return answer;
  const earlier = before === undefined ? [] : directionsOf(sdpParts(before));
  return withDirections(answer, ({ sends, receives }, at) => ({
    sends: cut.receives ? (earlier[at]?.sends ?? true) : sends,
    receives: cut.sends ? (earlier[at]?.receives ?? true) : receives,
  }));
}

/** Its audio with other directions; other streams stay as they are. */
function withDirections(body: Body, change: (is: Direction, at: number) => Direction): Body {
  const parts = sdpParts(body);
  const directions = directionsOf(parts);
  const media = parts.media.map((lines, at) => {
    const is = directions[at];
    if (is === undefined || lines[0]?.startsWith('m=audio') !== true) return lines;
    const wanted = change(is, at);
    if (wanted.sends === is.sends && wanted.receives === is.receives) return lines;
    return withWord(lines, directionLine(wanted));
  });
  const isChanged = media.some((lines, at) => lines !== parts.media[at]);
  return isChanged ? { ...body, content: sdpBody({ session: parts.session, media }).content } : body;
}

function withWord(lines: readonly string[], word: string): readonly string[] {
  const at = lines.findIndex(line => directionPattern.test(line));
  return at < 0 ? [...lines, word] : lines.with(at, word);
}
