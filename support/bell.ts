/** Rings when something came; who waits for something looks again then. */
export class Bell {
  #waiting: (() => void)[] = [];

  ring(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }

  /** Settles with what `look` finds, now or after a ring. `what` says what was missed when time is over. */
  async first<Found>(look: () => Found | undefined, what: () => string, withinMs = 8000): Promise<Found> {
    const deadline = Date.now() + withinMs;
    for (;;) {
      const found = look();
      if (found !== undefined) return found;
      await this.#rings(deadline, what);
    }
  }

  async #rings(deadline: number, what: () => string): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(what())), Math.max(0, deadline - Date.now()));
      this.#waiting.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }
}
