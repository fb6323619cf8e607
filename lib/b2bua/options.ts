import type { DropCode } from '../attached-data/entry.ts';
import type { KeyPolicy } from '../attached-data/key-policy.ts';
import type { NoDecision } from '../call/set-up/screening.ts';
import type { TransferMode, TransferOutcome } from '../call/transfer/transfer.ts';
import type { NotificationOutcome, NotifyLimits } from '../call/turn.ts';
import type { Verdict } from '../call/ending/verdict.ts';
import type {
  CallRecorder,
  CallScreening,
  CallStore,
  Clock,
  EventJournal,
  Publisher,
  Shelf,
  Signalling,
} from '../ports.ts';
import type { Registrar } from '../registrar/registrar.ts';
import type { RegisteredDns } from '../routing/registered.ts';
import type { Route, Trunk } from '../routing/trunk.ts';
import type { AgentMetrics } from './agent-desk.ts';
import type { MessageWaiting } from './subscribers.ts';

export interface B2buaOptions {
  /** Name of this process, `[A-Za-z0-9_-]+`. */
  readonly node: string;
  /** Tenant of calls from sources without a trunk, `[A-Za-z0-9_-]+`. */
  readonly tenant: string;
  readonly trunks: readonly Trunk[];
  /** First match wins. */
  readonly routes: readonly Route[];
  /**
   * SIP URI of where calls go that match no route. Absent: the Request-URI itself, as far as `anyTarget`
   * allows.
   */
  readonly target?: string;
  /** CIDR list of sources that may call besides loopback and trunks. */
  readonly trusted: readonly string[];
  /** Who may call a Request-URI outside trunks and routes. */
  readonly anyTarget: 'loopback' | 'always' | 'never';
  /** One target may ring this long. */
  readonly answerTimeoutMs: number;
  /** Of one call; over it REFER, and INVITE with Replaces, get 483. */
  readonly maxTransfers: number;
  /** Calls that stand at one time; over it new ones get 503. */
  readonly maxCalls: number;
  /** Of the attached data of one call, packed. */
  readonly packedLimitBytes: number;
  /** What is special about which keys. */
  readonly keys: KeyPolicy;
  readonly notify: NotifyLimits;
  /** How long the data of a released call may be read and changed. 0 when absent: not at all. */
  readonly retainAfterReleaseMs?: number;
  /** Released calls kept for it at one time; beyond it the oldest go. */
  readonly maxRetainedCalls?: number;
  /** Agents that are known at one time. */
  readonly maxAgents?: number;
  /** True for our own listening addresses; `port` is undefined where a URI names none. */
  readonly isOwnAddress?: (host: string, port: number | undefined) => boolean;
  /** The DNs that have registered here. */
  readonly registered?: RegisteredDns;
  /** SDP that goes out says whose it is: for a Signalling that stands between the legs' media. */
  readonly marksSdp?: boolean;
}

/** As pino has it. */
export interface B2buaLog {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
  isLevelEnabled(level: string): boolean;
}

export interface B2buaMetrics {
  callStarted(): void;
  /** From the INVITE to its 2xx. */
  callAnswered(setupMs: number): void;
  /** What became of a call that somebody outside was asked about. With a code nobody decided. */
  callDecided(action: string, code: NoDecision | undefined, tookMs: number): void;
  /** Once for each `callStarted`. */
  callEnded(verdict: Verdict): void;
  /** No `callStarted` went before. */
  callRefused(verdict: Verdict): void;
  transferEnded(mode: TransferMode, outcome: TransferOutcome): void;
  notification(outcome: NotificationOutcome): void;
  /** Released calls that are kept now. */
  callsRetained(count: number): void;
  /** One of them had to go before its time. */
  retainedCallPushedOut(): void;
  dataDropped(code: DropCode): void;
  eventDelivered(seconds: number): void;
}

/** What the funnel works with. */
export interface B2buaParts {
  readonly options: B2buaOptions;
  readonly signalling: Signalling;
  readonly store: CallStore;
  readonly publisher: Publisher;
  /** Absent: events are told and not kept. */
  readonly journal?: EventJournal;
  /** Absent: nobody is asked about calls. */
  readonly screening?: CallScreening;
  /** Absent: no call is recorded. */
  readonly recorder?: CallRecorder;
  /** Absent: REGISTER is not served. */
  readonly registrar?: Pick<Registrar, 'receive'>;
  /** Absent: SUBSCRIBE outside of calls is not served. */
  readonly messageWaiting?: MessageWaiting;
  readonly clock: Clock;
  readonly log: B2buaLog;
  readonly metrics: B2buaMetrics;
  readonly agentMetrics?: AgentMetrics;
  /** Where agents survive a restart. Absent: they do not. */
  readonly agentShelf?: Shelf;
  /** That many random hex digits, lower case. */
  readonly randomHex: (digits: number) => string;
}
