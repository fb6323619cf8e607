import type { StoredEvent } from '../../lib/stream/stored-event.ts';
import type { CutCode, Gap, Subscriber } from '../../lib/stream/subscription.ts';

export const unlimited = { maxEvents: 1_000_000, maxBytes: 1_000_000_000 };

/** Writes down what it is told, `12`, `gap 1-3` or `at 20`; reads on as long as `patience` lasts. */
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

  onPosition(number: number): boolean {
    this.heard.push(`at ${number}`);
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
