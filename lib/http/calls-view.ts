/** One leg as `GET /v1/calls` shows it. */
export interface LegSummary {
  readonly dn: string;
  readonly role: 'caller' | 'callee';
  readonly state: string;
  /** Trunk name; null when the leg belongs to none. */
  readonly trunk: string | null;
}

/** One live call as `GET /v1/calls` shows it. */
export interface CallSummary {
  readonly connId: string;
  readonly callThreadId: string;
  readonly state: string;
  readonly legs: readonly LegSummary[];
  /** ISO 8601 with milliseconds, UTC. */
  readonly startedAt: string;
}
