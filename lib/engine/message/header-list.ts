import type { ByteString } from './bytes.ts';
import { keyOf } from './header-names.ts';

/**
 * The header fields of one message in the order they came, one entry a line, spelled as they came.
 *
 * Look-ups take the key of a name (`keyOf`): lower case, compact forms expanded. Values are unfolded and trimmed;
 * nothing else about them is touched until someone asks for a typed view.
 */
export class HeaderList {
  readonly #keys: string[] = [];
  readonly #names: string[] = [];
  readonly #values: ByteString[] = [];

  get length(): number {
    return this.#keys.length;
  }

  /** The value of the first line of that name. */
  get(key: string): ByteString | undefined {
    const at = this.#keys.indexOf(key);
    return at < 0 ? undefined : this.#values[at];
  }

  has(key: string): boolean {
    return this.#keys.includes(key);
  }

  /** The values of all lines of that name, one per line, in order. */
  all(key: string): ByteString[] {
    const found: ByteString[] = [];
    for (let at = this.#keys.indexOf(key); at >= 0; at = this.#keys.indexOf(key, at + 1)) {
      found.push(this.#values[at] as ByteString);
    }
    return found;
  }

  /** More than one line of that name. */
  isRepeated(key: string): boolean {
    const at = this.#keys.indexOf(key);
    return at >= 0 && this.#keys.indexOf(key, at + 1) >= 0;
  }

  /** Adds a line at the end. `key` is for those who have it already. */
  append(name: string, value: ByteString, key = keyOf(name)): void {
    this.#keys.push(key);
    this.#names.push(name);
    this.#values.push(value);
  }

  /** Replaces the first line of that name in place and drops the others; adds one at the end when there is none. */
  set(name: string, value: ByteString): void {
    const key = keyOf(name);
    const at = this.#keys.indexOf(key);
    if (at < 0) {
      this.append(name, value);
      return;
    }
    this.#values[at] = value;
    for (let more = this.#keys.lastIndexOf(key); more > at; more = this.#keys.lastIndexOf(key))
      this.#drop(more);
  }

  /** Replaces the value of the first line of that name only, keeping its spelling and the lines below it. */
  replaceFirst(key: string, value: ByteString): void {
    const at = this.#keys.indexOf(key);
    if (at >= 0) this.#values[at] = value;
  }

  remove(key: string): void {
    for (let at = this.#keys.lastIndexOf(key); at >= 0; at = this.#keys.lastIndexOf(key)) this.#drop(at);
  }

  /** Visits every line in order. `key` is the look-up form of `name`. */
  forEach(visit: (name: string, value: ByteString, key: string) => void): void {
    for (let at = 0; at < this.#keys.length; at += 1) {
      visit(this.#names[at] as string, this.#values[at] as ByteString, this.#keys[at] as string);
    }
  }

  clone(): HeaderList {
    const copy = new HeaderList();
    copy.#keys.push(...this.#keys);
    copy.#names.push(...this.#names);
    copy.#values.push(...this.#values);
    return copy;
  }

  #drop(at: number): void {
    this.#keys.splice(at, 1);
    this.#names.splice(at, 1);
    this.#values.splice(at, 1);
  }
}
