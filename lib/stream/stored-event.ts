import { utf8Bytes } from '../attached-data/header-text.ts';
import { packedBytes } from '../attached-data/packed-size.ts';
import { encodeEvent } from '../events/encode.ts';
import type { CallEvent } from '../events/event.ts';
import { type EventTraits, traitsOf } from './filter.ts';

/** What an event takes in JSON besides its pairs, and what a pair takes besides key and value: to be right within a factor of two. */
const roughEventBytes = 450;
const roughPairBytes = 40;

/** An event of the ring. It is encoded when somebody reads it for the first time, once for all readers. */
export class StoredEvent {
  readonly number: number;
  readonly traits: EventTraits;
  /** When it happened, milliseconds since the epoch. */
  readonly timeMs: number;
  /** What it takes, known without encoding it. */
  readonly roughBytes: number;
  #event: CallEvent | undefined;
  #json = '';
  #jsonBytes = 0;

  constructor(number: number, event: CallEvent) {
    this.number = number;
    this.traits = traitsOf(event);
    this.timeMs = event.time;
    this.roughBytes = roughBytesOf(event);
    this.#event = event;
  }

  /** The event on one line. */
  get json(): string {
    this.#encode();
    return this.#json;
  }

  /** Octets of the JSON. */
  get jsonBytes(): number {
    this.#encode();
    return this.#jsonBytes;
  }

  #encode(): void {
    if (this.#event === undefined) return;
    this.#json = encodeEvent(this.#event);
    this.#jsonBytes = utf8Bytes(this.#json);
    this.#event = undefined;
  }
}

function roughBytesOf({ UserData = [] }: CallEvent): number {
  return roughEventBytes + UserData.length * roughPairBytes + packedBytes(UserData);
}
