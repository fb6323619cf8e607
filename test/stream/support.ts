import type { CallThreadId, ConnId } from '../../lib/call/ids.ts';
import type { EventAttachedDataChanged } from '../../lib/events/event.ts';
import type { StoredEvent } from '../../lib/stream/stored-event.ts';
import type { CutCode, Gap, Subscriber } from '../../lib/stream/subscription.ts';

export const unlimited = { maxEvents: 1_000_000, maxBytes: 1_000_000_000 };

/** Bob's copy of a change by Carol; `value` is what she wrote. */
export function changeOf(
  value: string,
  other: Partial<EventAttachedDataChanged> = {},
): EventAttachedDataChanged {
  return {
    id: 'EventAttachedDataChanged',
    time: 1_700_000_000_000,
    Server: 'baton/n1',
    ConnID: '0123456789abcdef@acme:n1' as ConnId,
    CallID: 7,
    CallThreadID: 'fedcba9876543210' as CallThreadId,
    CallType: 'Inbound',
    CallState: 'Ok',
    ThisDN: 'bob',
    ThisDNRole: 'Destination',
    ThirdPartyDN: 'carol',
    UserData: [{ key: 'Note', type: 'string', value }],
    ...other,
  };
}

/** The copy of an author who is not on the call: it has no ThisDN. */
export function changeOfThirdParty(value: string): EventAttachedDataChanged {
  const { ThisDN: _dn, ThisDNRole: _role, ...rest } = changeOf(value);
  return rest;
}

/** Writes down what it is told, `12` or `gap 1-3`; reads on as long as `patience` lasts. */
export class SubscriberRecorder implements Subscriber {
  readonly heard: string[] = [];
  readonly events: StoredEvent[] = [];
  readonly gaps: Gap[] = [];
  cut: CutCode | undefined;
  /** How many more it takes before it wants to be asked. */
  patience = Infinity;

  onEvent(event: StoredEvent): boolean {
    this.events.push(event);
    this.heard.push(`${event.number}`);
    return this.#isReady();
  }

  onGap(gap: Gap): boolean {
    this.gaps.push(gap);
    this.heard.push(`gap ${gap.missedFrom ?? '?'}-${gap.missedTo}`);
    return this.#isReady();
  }

  onCut(code: CutCode): void {
    this.cut = code;
  }

  #isReady(): boolean {
    this.patience -= 1;
    return this.patience > 0;
  }
}

/** What is due soon is done when the test says. */
export class Turn {
  readonly #due: (() => void)[] = [];

  readonly soon = (work: () => void): void => {
    this.#due.push(work);
  };

  end(): void {
    for (const work of this.#due.splice(0)) work();
  }
}
