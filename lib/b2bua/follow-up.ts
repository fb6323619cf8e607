import { channel } from 'node:diagnostics_channel';
import type { CallFollower } from '../agents/call-follower.ts';
import type { Decision } from '../call/turn.ts';
import { encodeEvent } from '../events/encode.ts';
import type { NoteBook } from './note-book.ts';
import type { B2buaParts } from './options.ts';
import type { Performer } from './performer.ts';

/** For who looks on from within the process (docs/events.md): every event as JSON. */
const onlookers = channel('baton:event');

/** What is told of no call. */
export type Told = Pick<Decision, 'events'>;

interface Parts extends Pick<B2buaParts, 'journal' | 'log' | 'publisher' | 'recorder'> {
  readonly performer: Performer;
  readonly notes: NoteBook;
  readonly follower: CallFollower;
}

/** What follows from what is decided and stored: it is acted upon and told, in the order in which it was decided. */
export class FollowUp {
  readonly #parts: Parts;
  readonly #waiting: (Decision | Told)[] = [];
  #running = false;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Gives what will be told: with what the DNs on a call are told besides. */
  add(decided: Decision | Told): Told {
    const events = 'call' in decided ? this.#parts.follower.follow(decided.events) : decided.events;
    const all = events === decided.events ? decided : { ...decided, events };
    this.#waiting.push(all);
    return all;
  }

  /** Of one decision, with what it has made of another call. */
  writeJournal({ events }: Told, joined?: Told): void {
    const all = joined === undefined ? events : [...events, ...joined.events];
    if (all.length > 0) this.#parts.journal?.keep(all);
  }

  /** One after the other, those included that are decided meanwhile. */
  run(): void {
    if (this.#running) return;
    this.#running = true;
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      try {
        if ('call' in next) this.#parts.performer.act(next);
        this.#tell(next);
        if ('call' in next) this.#parts.recorder?.callChanged(next.call);
      } catch (error) {
        this.#parts.log.error({ err: error }, 'a decision could not be carried out');
      }
    }
    this.#running = false;
  }

  /** After what is being told: everybody hears things in the order in which they became true. */
  tellOfNoCall(events: Told['events']): void {
    this.writeJournal({ events });
    this.add({ events });
    this.run();
  }

  #tell(decided: Decision | Told): void {
    if ('call' in decided) this.#parts.notes.record(decided.call, decided.notes);
    for (const event of decided.events) {
      this.#parts.publisher.publish(event);
      if (onlookers.hasSubscribers) onlookers.publish(encodeEvent(event));
    }
  }
}
