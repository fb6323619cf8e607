import { closeSync, fstatSync, mkdtempSync, openSync, readdirSync, readSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import './event-recorder.mjs';
import { eventFault } from './valid-event.ts';

const patienceMs = 60_000;
const shownFaults = 5;
const shownCharacters = 1_000;
/** So many are judged in one turn of the event loop: other things are going on in a run. */
const judgedInOneTurn = 100;

let folder = '';
const records = new Map<string, EventRecord>();

/**
 * mocha's root hooks: every event that a Baton tells while tests run must be as documented, whether it runs in this process or
 * in one of its own. The test fails after which a faulty one is found.
 */
export const mochaHooks: Mocha.RootHookObject = {
  beforeAll() {
    folder = mkdtempSync(join(tmpdir(), 'baton-events-'));
    process.env['EVENT_RECORDS'] = folder;
    // For every Node that a test starts, through npm too; instead of options that were meant for mocha alone.
    process.env['NODE_OPTIONS'] = `--import=${new URL('event-recorder.mjs', import.meta.url).href}`;
  },

  async afterEach(this: Mocha.Context) {
    this.timeout(patienceMs);
    const error = await faultsFound();
    // A hook that throws would end the run.
    if (error !== undefined) (this.test as Mocha.Hook).error(error);
  },

  /** What was told when the last suite ended. */
  async afterAll(this: Mocha.Context) {
    this.timeout(patienceMs);
    const error = await faultsFound();
    rmSync(folder, { recursive: true });
    if (error !== undefined) throw error;
  },
};

async function faultsFound(): Promise<Error | undefined> {
  const faults: string[] = [];
  for (const name of readdirSync(folder)) {
    const record = records.get(name) ?? new EventRecord(join(folder, name));
    records.set(name, record);
    for (const [at, event] of record.newEvents().entries()) {
      const fault = eventFault(JSON.parse(event));
      if (fault !== undefined) faults.push([fault, event, record.command].map(excerpt).join('\n'));
      if (at % judgedInOneTurn === judgedInOneTurn - 1) await nextTurn();
    }
  }
  if (faults.length === 0) return undefined;
  const text = faults.slice(0, shownFaults).join('\n');
  return new Error(`${faults.length} events are not as docs/schema/events.json says\n${text}`);
}

function excerpt(text: string): string {
  return text.slice(0, shownCharacters);
}

/** What event-recorder.mjs has written for one process. */
class EventRecord {
  /** What that process runs. */
  command = '';
  readonly #path: string;
  #readBytes = 0;

  constructor(path: string) {
    this.#path = path;
  }

  newEvents(): string[] {
    const lines = this.#newLines();
    if (lines[0]?.startsWith('#') === true) this.command = lines.shift() ?? '';
    return lines;
  }

  /** A process that is killed may leave half a line. */
  #newLines(): string[] {
    const file = openSync(this.#path, 'r');
    try {
      const bytes = Buffer.alloc(fstatSync(file).size - this.#readBytes);
      readSync(file, bytes, { position: this.#readBytes });
      const whole = bytes.subarray(0, bytes.lastIndexOf('\n') + 1);
      this.#readBytes += whole.length;
      return whole.toString().split('\n').slice(0, -1);
    } finally {
      closeSync(file);
    }
  }
}
