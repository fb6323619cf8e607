import type { Call } from '../call/call.ts';
import type { ConnId } from '../call/ids.ts';
import type { NewRequest } from '../call/signal.ts';
import type { CallRecorder } from '../ports.ts';
import type { CallFinder } from './call-finder.ts';
import type { Recordings } from './recordings.ts';

/** What calls tell, for who finds them and for what records them. */
export class FollowedCalls implements CallRecorder {
  readonly #finder: CallFinder;
  readonly #recordings: Recordings;

  constructor(parts: { readonly finder: CallFinder; readonly recordings: Recordings }) {
    this.#finder = parts.finder;
    this.#recordings = parts.recordings;
  }

  callBegan(call: Call, invite: NewRequest): void {
    this.#finder.callBegan(call, invite);
  }

  callChanged(call: Call): void {
    this.#recordings.callChanged(call);
    this.#finder.callChanged(call);
  }

  callGone(connId: ConnId): void {
    this.#recordings.callGone(connId);
    this.#finder.callGone(connId);
  }
}
