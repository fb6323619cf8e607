import type { RecordingFailure } from '../call/recording/recording.ts';
import type { Body, LegId, RequestId, Signal, SignallingEffect } from '../call/signal.ts';
import type { Crew, Party } from './crew.ts';
import type { Metadata } from './metadata.ts';
import type { Fork, RecordingSdp } from './recording-sdp.ts';

/** The recording session of one call with one recording server (RFC 7866), as the recording client keeps it. */
export interface RecordingDialog {
  readonly state: DialogState;
  readonly about: Pick<Metadata, 'groupId' | 'sessionId' | 'startedAtMs' | 'names'>;
  /** SIP URIs of the recording servers that have not been tried. */
  readonly servers: readonly string[];
  /** The one that is being tried, or has taken it. */
  readonly server: string;
  readonly crew: Crew;
  readonly sdp: RecordingSdp;
  readonly paused: boolean;
  /** rtpengine copies, or is about to. */
  readonly forked: boolean;
  readonly due: Due;
  /** What the server has been told, and accepted. */
  readonly told: Told;
  /** The server's SDP. */
  readonly answer: Body | undefined;
  /** What somebody waits for. */
  readonly asked: 'pause' | 'resume' | undefined;
}

/**
 *     new ──begin──▶ forking ──▶ inviting ──2xx──▶ connecting ──▶ up
 *                                 │    ▲
 *                                 └────┘ refused, or silent: the next server
 *
 * and from any of them to over. `forking`: rtpengine is asked for copies of the streams (`subscribe request`). `connecting`: it is
 * told where to (`subscribe answer`); before it has said yes, nothing is being recorded.
 */
export type DialogState =
  | { readonly is: 'new' | 'forking' | 'over' }
  | { readonly is: 'inviting' | 'connecting'; readonly leg: LegId }
  | { readonly is: 'up'; readonly leg: LegId; readonly doing: Doing };

/**
 * One thing at a time; what comes meanwhile is due afterwards.
 *
 *     nothing ──▶ forking ──▶ offering ──2xx──▶ connecting ──▶ nothing
 *        └───────────────────▶ │ └──491──▶ waiting ──▶ nothing
 *        └──offer of the server──▶ connecting, or hearing until its ACK brings an answer
 */
export type Doing =
  | { readonly is: 'nothing' | 'forking' | 'connecting' | 'waiting' }
  /** `onRequest`: the server has asked for it. */
  | {
      readonly is: 'offering';
      readonly request: RequestId;
      readonly telling: Told;
      readonly onRequest: boolean;
    }
  | { readonly is: 'hearing'; readonly request: RequestId };

export const idle: Doing = { is: 'nothing' };

export interface Due {
  /** The streams have to be asked for anew. */
  readonly fork: boolean;
  /** rtpengine has to be told where they go. */
  readonly connect: boolean;
  /** The server wants to be told everything, changed or not. */
  readonly tell: boolean;
}

export const nothingDue: Due = { fork: false, connect: false, tell: false };

export interface Told {
  readonly media: string;
  readonly metadata: string;
}

/** `answer`: of a server to the INVITE. `retry`: after a glare. `keepAlive`: is everybody still there? */
export type DialogTimer = 'answer' | 'retry' | 'keepAlive';

/** What happens to it. */
export type Happening =
  | { readonly type: 'begin' }
  /** `fork`: their media take another way than before. */
  | { readonly type: 'partiesChanged'; readonly parties: readonly Party[]; readonly fork: boolean }
  /** On the same way, they have agreed upon something else. */
  | { readonly type: 'mediaChanged' }
  | { readonly type: 'pause' | 'resume' | 'stop' }
  /** Nobody waits any longer. */
  | { readonly type: 'giveUp'; readonly failure: RecordingFailure }
  | { readonly type: 'forked'; readonly fork: Fork }
  | { readonly type: 'connected' }
  /** What rtpengine was asked for came to nothing, or it has lost what it had. */
  | { readonly type: 'forkFailed'; readonly failure: RecordingFailure }
  | { readonly type: 'signal'; readonly signal: Signal }
  | { readonly type: 'timerFired'; readonly timer: DialogTimer };

/** What the shell has to do. */
export type DialogEffect =
  | SignallingEffect
  /** Ends in `forked` or `forkFailed`. */
  | { readonly do: 'fork' }
  /** Ends in `connected` or `forkFailed`. */
  | { readonly do: 'connect'; readonly sdp: string }
  | { readonly do: 'unfork' }
  /** Does rtpengine copy still? `forkFailed` when it does not. */
  | { readonly do: 'checkFork' }
  | { readonly do: 'startTimer'; readonly timer: DialogTimer; readonly delayMs: number }
  | { readonly do: 'stopTimer'; readonly timer: DialogTimer }
  /** Somebody waits for it. Absent failure: it is done. */
  | {
      readonly do: 'settle';
      readonly what: 'start' | 'pause' | 'resume';
      readonly failure?: RecordingFailure;
    }
  /** It goes on no more, by itself. */
  | { readonly do: 'failed'; readonly failure: RecordingFailure }
  | { readonly do: 'note'; readonly note: DialogNote };

/** For log and metrics. */
export type DialogNote =
  | {
      readonly note: 'serverFailed';
      readonly server: string;
      readonly status: number;
      readonly reason: string;
    }
  | {
      readonly note: 'serverTook';
      readonly server: string;
      readonly streams: number;
      readonly offered: number;
    }
  | { readonly note: 'updated'; readonly outcome: 'accepted' | 'refused' | 'glare'; readonly status: number };

/** What a decision needs besides. */
export interface DialogEnv {
  readonly nowMs: number;
  /** A base64 UUID. */
  newId(): string;
  newLegId(): LegId;
  newRequestId(): RequestId;
  /** RFC 3261 §14.1: of who has chosen the Call-ID: 2,100 to 4,000, by chance. */
  retryDelayMs(): number;
  /** One server has this long to answer. */
  readonly answerTimeoutMs: number;
  readonly keepAliveMs: number;
  readonly metadataType: string;
}
