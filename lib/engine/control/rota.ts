interface Turns<Member> {
  readonly members: Member[];
  /** Index of the member whose turn is next. */
  next: number;
}

/**
 * Whose turn it is, per method (control protocol §3.3). Registering twice is registering once: drachtio-srf repeats all
 * its routes whenever a handler is added, which must not win it more than its share (§3.1).
 */
export class Rota<Member> {
  readonly #turns = new Map<string, Turns<Member>>();

  add(method: string, member: Member): void {
    const turns = this.#turns.get(method);
    if (turns === undefined) this.#turns.set(method, { members: [member], next: 0 });
    else if (!turns.members.includes(member)) turns.members.push(member);
  }

  remove(method: string, member: Member): void {
    const turns = this.#turns.get(method);
    const at = turns === undefined ? -1 : turns.members.indexOf(member);
    if (turns === undefined || at < 0) return;
    turns.members.splice(at, 1);
    if (turns.members.length === 0) this.#turns.delete(method);
    // Those behind the one that left keep their order.
    else if (at < turns.next) turns.next -= 1;
  }

  has(method: string): boolean {
    return this.#turns.has(method);
  }

  /** The next member for this method, or undefined when none is registered. */
  take(method: string): Member | undefined {
    const turns = this.#turns.get(method);
    if (turns === undefined) return undefined;
    if (turns.next >= turns.members.length) turns.next = 0;
    const member = turns.members[turns.next];
    turns.next += 1;
    return member;
  }
}
