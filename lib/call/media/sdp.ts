import type { Body } from '../signal.ts';

/**
 * SDP (RFC 8866) as text, line by line: what is not understood stays octet for octet. None of this is on the way of a
 * call that is only relayed.
 */

const sdpType = 'application/sdp';

export function isNamedSdp({ contentType, content }: Body): boolean {
  if (content === '') return false;
  return contentType === sdpType || contentType.toLowerCase().startsWith(sdpType);
}

/** SDP alone. A multipart body that has some among others is left as it is. */
export function isSdp(body: Body | undefined): body is Body {
  return body !== undefined && isNamedSdp(body);
}

/** The lines before the first m= line, and those of each media description. */
export interface SdpParts {
  readonly session: readonly string[];
  readonly media: readonly (readonly string[])[];
}

export function sdpParts({ content }: Body): SdpParts {
  const session: string[] = [];
  const media: string[][] = [];
  for (const line of content.split(/\r\n|\r|\n/)) {
    if (line === '') continue;
    if (line.startsWith('m=')) media.push([line]);
    else (media.at(-1) ?? session).push(line);
  }
  return { session, media };
}

export function sdpBody({ session, media }: SdpParts): Body {
  return { contentType: sdpType, content: [...session, ...media.flat()].map(line => `${line}\r\n`).join('') };
}

/** Whether it sends to, and receives from, the other side (RFC 3264 §5.1). */
export interface Direction {
  readonly sends: boolean;
  readonly receives: boolean;
}

export const directionPattern = /^a=(sendrecv|sendonly|recvonly|inactive)[ \t]*$/;
const isDirection = (line: string): boolean => directionPattern.test(line);

function directionOf(lines: readonly string[]): Direction | undefined {
  for (const line of lines) {
    const word = directionPattern.exec(line)?.[1];
    if (word !== undefined)
      return { sends: word.startsWith('send'), receives: word === 'sendrecv' || word === 'recvonly' };
  }
  return undefined;
}

/** Of each stream. RFC 8866 §6.7: its own word counts before the one for all; none is sendrecv. */
export function directionsOf({ session, media }: SdpParts): readonly Direction[] {
  const forAll = directionOf(session) ?? { sends: true, receives: true };
  return media.map(lines => directionOf(lines) ?? forAll);
}

export function directionLine({ sends, receives }: Direction): string {
  if (sends) return receives ? 'a=sendrecv' : 'a=sendonly';
  return receives ? 'a=recvonly' : 'a=inactive';
}

/**
 * Whether both say the same, whoever says it: without the o= line; a direction counts, not where it stands (RFC 8866 §6.7); of a
 * rejected stream nothing counts (RFC 3264 §6), and at the end not even that it is there.
 */
export function isSameSession(one: Body, other: Body): boolean {
  return one === other || one.content === other.content || essenceOf(one) === essenceOf(other);
}

function essenceOf(body: Body): string {
  const parts = sdpParts(body);
  const directions = directionsOf(parts);
  const isSilent = (line: string): boolean => line.startsWith('o=') || isDirection(line);
  const streams = parts.media.map((lines, at) => {
    const direction = directions[at];
    if (isRejected(lines) || direction === undefined) return rejectedMark;
    return [...lines.filter(line => !isSilent(line)), directionLine(direction)].join('\n');
  });
  while (streams.at(-1) === rejectedMark) streams.pop();
  return [...parts.session.filter(line => !isSilent(line)), ...streams].join('\n');
}

const rejectedMark = 'm=rejected';
const isRejected = ([line = '']: readonly string[]): boolean => /^m=\S+ 0[ /]/.test(line);

/**
 * Does nothing flow from the other side to who says so (RFC 3264 §8.4)? `c=0.0.0.0` is how it was said before (RFC 2543); a
 * stream that is rejected does not count.
 */
export function isHold(body: Body): boolean {
  if (!holdMarks.some(mark => body.content.includes(mark))) return false;
  const { session, media } = sdpParts(body);
  const streams = media.filter(lines => !isRejected(lines));
  const said = session.some(isHoldLine);
  return streams.length > 0 && streams.every(lines => isHeld(lines, said));
}

const holdMarks = ['a=sendonly', 'a=inactive', 'c=IN IP4 0.0.0.0'];
const isHoldLine = (line: string): boolean => holdMarks.some(mark => line.trimEnd() === mark);

/** A stream's own word counts before the one for all. */
function isHeld(lines: readonly string[], saidForAll: boolean): boolean {
  return lines.some(isHoldLine) || (saidForAll && !lines.some(isDirection));
}

/**
 * The hold of whoever this party talked to before, taken out of its answer: RFC 3264 §6.1 had it answer `recvonly`
 * or `inactive` to that, and to somebody else it would not.
 */
export function lifted(body: Body): Body {
  const content = body.content.replaceAll(/^a=(?:sendonly|recvonly|inactive)[ \t]*$/gm, 'a=sendrecv');
  return content === body.content ? body : { ...body, content };
}

/** What an answer needs of the offer's lines, so that it can be understood; `a=crypto` must be there (RFC 4568 §7.1.2). */
const kept = ['a=rtpmap:', 'a=fmtp:', 'a=ptime:', 'a=mid:', 'a=rtcp-mux', 'a=crypto:'];

/**
 * The answer to an offer while there is nobody to talk to yet (RFC 3725 §4.3): all its streams, none of which flows.
 * `sessionId`: digits, for the o= line.
 */
export function blackHole(offer: Body, sessionId: string): Body {
  const { session, media } = sdpParts(offer);
  const address = session.some(line => line.startsWith('c=IN IP6')) ? 'IN IP6 ::' : 'IN IP4 0.0.0.0';
  const times = session.filter(line => line.startsWith('t='));
  return sdpBody({
    session: [...sessionLines(sessionId, address), ...(times.length > 0 ? times : ['t=0 0'])],
    media: media.map(lines => (isRejected(lines) ? [lines[0] ?? ''] : silent(lines))),
  });
}

function silent([line = '', ...lines]: readonly string[]): readonly string[] {
  const said = lines.filter(one => kept.some(start => one.startsWith(start)));
  // RFC 4568 §7.1.2: exactly one, with the tag of one that was offered.
  const [crypto] = said.filter(isCrypto);
  const others = said.filter(one => !isCrypto(one));
  return [
    // RFC 3264 §6: port 0 would refuse the stream; 9 is the port of discard.
    line.replace(/^(m=\S+ )\d+(?:\/\d+)?/, '$19'),
    ...others,
    ...(crypto === undefined ? [] : [crypto]),
    'a=inactive',
  ];
}

const isCrypto = (line: string): boolean => line.startsWith('a=crypto:');

function sessionLines(sessionId: string, address: string): readonly string[] {
  return ['v=0', `o=- ${sessionId} 1 ${address}`, 's=-', `c=${address}`];
}

/** An offer to somebody who takes no INVITE without one, while there is nobody to talk to yet. */
export function inactiveOffer(sessionId: string): Body {
  const formats = ['0 PCMU/8000', '8 PCMA/8000', '9 G722/8000', '101 telephone-event/8000'];
  return sdpBody({
    session: [...sessionLines(sessionId, 'IN IP4 0.0.0.0'), 't=0 0'],
    media: [
      [
        'm=audio 9 RTP/AVP 0 8 9 101',
        ...formats.map(format => `a=rtpmap:${format}`),
        'a=fmtp:101 0-15',
        'a=inactive',
      ],
    ],
  });
}

/** RFC 8866 §5.2: username, sess-id, sess-version, and the address in three words. */
const originPattern = /^o=(\S+) (\S+) (\S+) (\S.*\S)[ \t]*$/m;

/**
 * The same with the origin of `first`. RFC 3264 §8: towards one peer the o= line stays as it is but for the version,
 * which is one more than in what it was shown last (`last`), or the same when nothing else has changed.
 */
export function withOrigin(body: Body, first: Body, last: Body): Body {
  const [, user, id, , address] = originPattern.exec(first.content) ?? [];
  const [, , , version] = originPattern.exec(last.content) ?? [];
  if (user === undefined || id === undefined || address === undefined || version === undefined) return body;
  const next = isSameSession(body, last) ? version : successorOf(version);
  const content = body.content.replace(originPattern, () => `o=${user} ${id} ${next} ${address}`);
  return content === body.content ? body : { ...body, content };
}

/** Up to 64 bit long (RFC 8866 §5.2 recommends NTP's timestamps). */
function successorOf(version: string): string {
  return /^\d+$/.test(version) ? String(BigInt(version) + 1n) : '1';
}

/**
 * RFC 3264 §6, §8: an answer has as many streams as its offer, a later offer at least as many as before. Those that
 * are missing are there rejected, as `like` names them; those that are too many were only there so.
 */
export function withStreamsOf(body: Body, like: Body, as: 'offer' | 'answer'): Body {
  const { session, media } = sdpParts(body);
  const wanted = sdpParts(like).media;
  const tooMany = as === 'answer' && media.length > wanted.length;
  if (media.length === wanted.length || (media.length > wanted.length && !tooMany)) return body;
  const missing = wanted.slice(media.length).map(([line = '']) => [line.replace(/^(m=\S+ )\d+/, '$10')]);
  return { ...body, ...sdpBody({ session, media: [...media.slice(0, wanted.length), ...missing] }) };
}
