import { directionPattern, sdpParts } from '../call/media/sdp.ts';
import type { Body } from '../call/signal.ts';

/** What rtpengine offers of a call: one m= line for each stream of each party. */
export interface Fork {
  readonly sdp: string;
  /** Whose stream a label of that SDP names: the tag of a party. */
  readonly tagOfLabel: ReadonlyMap<string, string>;
}

/** One m= line towards the recording server. */
export interface RecordingStream {
  readonly streamId: string;
  /** RFC 4574. Ours: it stays, whoever is recorded on this line. */
  readonly label: string;
  /** `audio`, `video` … */
  readonly kind: string;
  /** Whose stream it is now; undefined: nobody's. */
  readonly tag: string | undefined;
  /** Which m= line of the fork it is; undefined: none. */
  readonly forkAt: number | undefined;
  /** The m= line and what follows, without direction and label. */
  readonly lines: readonly string[];
}

/**
 * The SDP of a recording session, from offer to offer. RFC 3264 §8: an m= line keeps its place for good; who is new takes the one
 * of somebody who has gone.
 */
export interface RecordingSdp {
  /** Digits, for the o= line (RFC 8866 §5.2). */
  readonly sessionId: string;
  /** Of what was offered last. */
  readonly version: number;
  readonly offered: string;
  readonly session: readonly string[];
  readonly origin: string;
  readonly streams: readonly RecordingStream[];
}

export function newRecordingSdp(sessionId: string): RecordingSdp {
  return { sessionId, version: 0, offered: '', session: [], origin: '', streams: [] };
}

/** With the streams of a fork in their places. Undefined: that is no SDP of which every stream is somebody's. */
export function withFork(
  sdp: RecordingSdp,
  { sdp: content, tagOfLabel }: Fork,
  newStreamId: () => string,
): RecordingSdp | undefined {
  const { session, media } = partsOf(content);
  const origin = session.find(line => line.startsWith('o='));
  const incoming: Incoming[] = [];
  for (const [forkAt, lines] of media.entries()) {
    const tag = tagOfLabel.get(labelOf(lines) ?? '');
    if (tag === undefined) return undefined;
    incoming.push({ forkAt, tag, kind: kindOf(lines), lines: lines.filter(line => !isOurs(line)) });
  }
  if (incoming.length === 0 || origin === undefined) return undefined;
  const kept = session.filter(line => !/^[vost]=/.test(line) && !directionPattern.test(line));
  const streams = placed(sdp.streams, incoming, newStreamId);
  return { ...sdp, session: kept, origin: addressOf(origin), streams };
}

/** What the recording server is offered: all streams, or none while the recording is paused. */
export function offer(sdp: RecordingSdp, paused: boolean): RecordingSdp {
  return saying(sdp, () => paused);
}

/** What `offer` would say, whatever its version: to see whether it says anything new. */
export function mediaText(sdp: RecordingSdp, paused: boolean): string {
  return written(sdp, 0, () => paused);
}

/** What was wrong with an answer; for people. */
export interface AnswerFault {
  readonly fault: string;
}

export interface Answer {
  /** For rtpengine: its m= lines in its order. */
  readonly sdp: string;
  /** How many streams the server takes, of how many that were offered. */
  readonly taken: number;
  readonly offered: number;
}

/** The recording server's answer, or its own offer, turned for rtpengine. */
export function answerFrom(sdp: RecordingSdp, body: Body): Answer | AnswerFault {
  const { session, media } = partsOf(body.content);
  const { streams } = sdp;
  // RFC 3264 §6: for each m= line one, in the same order.
  if (media.length !== streams.length)
    return { fault: `${String(media.length)} streams instead of ${String(streams.length)}` };
  const stopsAll = session.some(stopsLine);
  const turned: (readonly string[])[] = [];
  let taken = 0;
  for (const [at, { forkAt, kind }] of streams.entries()) {
    const lines = media[at] ?? [];
    if (kindOf(lines) !== kind) return { fault: `stream ${String(at + 1)} is no ${kind}` };
    if (forkAt === undefined) continue;
    const wanted = flows(lines, stopsAll);
    if (wanted) taken += 1;
    // rtpengine 10.5 goes on sending where the answer is inactive: only port 0 stops it.
    turned[forkAt] = wanted ? lines : withoutPort(lines);
  }
  const lines = [...session, ...turned.flat()];
  return { sdp: lines.map(line => `${line}\r\n`).join(''), taken, offered: turned.length };
}

/** Our answer to an offer of the server itself: RFC 3264 §6.1: what it does not want does not flow. */
export function answerTo(sdp: RecordingSdp, body: Body, paused: boolean): RecordingSdp {
  const { session, media } = partsOf(body.content);
  const stopsAll = session.some(stopsLine);
  return saying(sdp, at => paused || !flows(media[at] ?? [], stopsAll));
}

/** RFC 3264 §8: the same SDP has the same version, any other one more. */
function saying(sdp: RecordingSdp, isSilent: (at: number) => boolean): RecordingSdp {
  const same = sdp.offered === written(sdp, sdp.version, isSilent);
  const version = same ? sdp.version : sdp.version + 1;
  return { ...sdp, version, offered: written(sdp, version, isSilent) };
}

interface Incoming {
  readonly forkAt: number;
  readonly tag: string;
  readonly kind: string;
  readonly lines: readonly string[];
}

function placed(
  before: readonly RecordingStream[],
  incoming: readonly Incoming[],
  newStreamId: () => string,
): readonly RecordingStream[] {
  const places: (RecordingStream | undefined)[] = before.map(() => undefined);
  const take = (fits: (stream: RecordingStream, one: Incoming) => boolean, all: readonly Incoming[]) =>
    all.filter(one => {
      const at = before.findIndex((stream, place) => places[place] === undefined && fits(stream, one));
      const stream = before[at];
      if (stream !== undefined) places[at] = { ...stream, ...one };
      return stream === undefined;
    });
  const newcomers = take((stream, { tag, kind }) => stream.tag === tag && stream.kind === kind, incoming);
  const left = take((stream, { kind }) => stream.kind === kind, newcomers);
  const kept = before.map((stream, at) => places[at] ?? { ...stream, tag: undefined, forkAt: undefined });
  const added = left.map((one, at) => ({
    ...one,
    streamId: newStreamId(),
    label: String(kept.length + at + 1),
  }));
  return [...kept, ...added];
}

function written(sdp: RecordingSdp, version: number, isSilent: (at: number) => boolean): string {
  const { sessionId, origin, session, streams } = sdp;
  const head = ['v=0', `o=- ${sessionId} ${String(version)} ${origin}`, 's=-', ...session, 't=0 0'];
  const media = streams.flatMap((stream, at) => mediaLines(stream, isSilent(at)));
  return [...head, ...media].map(line => `${line}\r\n`).join('');
}

/** RFC 7866 §7.1.1: each stream has a label, and goes one way, or none while it is not recorded. */
function mediaLines({ lines, label, forkAt }: RecordingStream, silent: boolean): readonly string[] {
  const [media = '', ...others] = forkAt === undefined ? withoutPort(lines) : lines;
  const direction = silent || forkAt === undefined ? 'a=inactive' : 'a=sendonly';
  return [media, ...others, direction, `a=label:${label}`];
}

/** RFC 3264 §6, §8.2. */
function withoutPort([media = '']: readonly string[]): readonly string[] {
  return [media.replace(/^(m=\S+ )\d+(?:\/\d+)?/, '$10')];
}

const partsOf = (content: string) => sdpParts({ contentType: 'application/sdp', content });
const kindOf = ([media = '']: readonly string[]): string => /^m=(\S+) /.exec(media)?.[1] ?? '';
const isRejected = ([media = '']: readonly string[]): boolean => /^m=\S+ 0[ /]/.test(media);
const addressOf = (origin: string): string => origin.split(' ').slice(3).join(' ').trim();

const labelStart = 'a=label:';
function labelOf(lines: readonly string[]): string | undefined {
  return lines
    .find(line => line.startsWith(labelStart))
    ?.slice(labelStart.length)
    .trim();
}
const isOurs = (line: string): boolean => line.startsWith(labelStart) || directionPattern.test(line);

/** RFC 7866 §7.1.2: a server that does not want to record now says so, and may say another thing later. */
const stopsLine = (line: string): boolean =>
  /^a=(?:inactive|sendonly)[ \t]*$/.test(line) || line.trimEnd() === 'c=IN IP4 0.0.0.0';
function flows(lines: readonly string[], stopsAll: boolean): boolean {
  if (lines.length === 0 || isRejected(lines) || lines.some(stopsLine)) return false;
  return !stopsAll || lines.some(line => directionPattern.test(line));
}
