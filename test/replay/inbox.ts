/** What one connection has received and nobody has looked at yet. */
export class Inbox {
  readonly #waiting: string[] = [];
  #wake: () => void = () => {};

  push(octets: string): void {
    this.#waiting.push(octets);
    this.#wake();
  }

  /** In order; empties it. */
  takeAll(): string[] {
    return this.#waiting.splice(0);
  }

  /** The next one, or undefined when none comes in time. */
  async next(withinMs: number): Promise<string | undefined> {
    if (this.#waiting.length === 0) await this.#arrival(withinMs);
    return this.#waiting.shift();
  }

  #arrival(withinMs: number): Promise<void> {
    return new Promise(resolve => {
      const late = setTimeout(resolve, withinMs);
      this.#wake = () => {
        clearTimeout(late);
        resolve();
      };
    });
  }
}
