import { expect } from 'chai';
import type { CallEvent } from '../../../lib/events/event.ts';
import { everything, newFolder, openRecords, OutboxProcess, removeFolders } from './support.ts';

interface Found {
  readonly position: number;
  readonly thread: string;
  readonly sequence: number;
  /** That the process has given to the event. */
  readonly number: number;
}

async function recordsIn(folder: string): Promise<Found[]> {
  const records = openRecords(folder);
  const found = records.read(0, everything).map(({ position, key, sequence, value }) => {
    const event = JSON.parse(value.toString()) as CallEvent & { readonly CallID: number };
    return { position, thread: key.replace('acme:thread', ''), sequence, number: event.CallID };
  });
  await records.close();
  return found;
}

/** What processes one after the other have said of a folder, and what must be in it therefore. */
class Account {
  /** The thread of each event, the first of which has number 1. */
  readonly #threads: string[] = [];
  #said = 0;
  #published = 0;

  get next(): number {
    return this.#threads.length + 1;
  }

  hear(lines: readonly string[]): void {
    for (const line of lines) {
      const [word, first, ...threads] = line.split(' ');
      if (word === 'publishing') this.#published = Math.max(this.#published, Number(first));
      if (word !== 'kept') continue;
      expect(Number(first)).to.equal(this.next);
      this.#threads.push(...threads);
    }
    this.#said = this.#threads.length;
  }

  /** All that was said to be kept, without gap and repetition, and at most one more decision; what was published may be gone. */
  check(found: readonly Found[]): void {
    for (const { number, thread } of found) if (number === this.next) this.#threads.push(thread);
    expect(this.#threads.length - this.#said).to.be.within(0, 4);
    const numbers = found.map(({ number }) => number);
    const begin = Math.min(this.#published + 1, numbers[0] ?? this.next);
    expect(numbers).to.deep.equal(Array.from({ length: this.next - begin }, (_, at) => begin + at));
    for (const { position, thread, sequence, number } of found) {
      expect(thread).to.equal(this.#threads[number - 1]);
      expect(position).to.equal(number);
      const before = this.#threads.slice(0, number).filter(one => one === thread);
      expect(sequence).to.equal(before.length);
    }
  }
}

describe('an outbox whose process is killed', function () {
  this.timeout(120_000);
  after(removeFolders);

  it('has everything that was kept, and goes on where it was, at whatever point that was', async () => {
    const folder = newFolder();
    const account = new Account();
    for (const [seed, howMuch] of [3, 40, 400, 1, 90].entries()) {
      const child = new OutboxProcess(['keep', folder, String(seed), String(account.next), '0']);
      // Wherever it is just then.
      await child.says(howMuch);
      await child.kill();
      account.hear(child.lines);
      account.check(await recordsIn(folder));
    }
  });

  for (const times of [1, 2, 57])
    it(`right after it has kept ${times === 1 ? 'once' : `${times} times`}, has it all`, async () => {
      const folder = newFolder();
      const account = new Account();
      const child = new OutboxProcess(['keep', folder, String(times), '1', String(times)]);
      expect(await child.ended).to.equal('SIGKILL');
      account.hear(child.lines);
      account.check(await recordsIn(folder));
    });
});
