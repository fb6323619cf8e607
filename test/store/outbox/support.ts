import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { Entry, RecordStore } from '../../../lib/store/outbox/record-store.ts';
import type { StreamTopic } from '../../../lib/ports.ts';
import { LmdbRecords, type LmdbRecordsOptions } from '../../../lib/store/outbox/lmdb-records.ts';
import { recordBytes } from '../../../lib/store/outbox/record-bytes.ts';
import { callEvent } from '../../support/call-event.ts';

interface EntryParts {
  readonly bytes?: number;
  readonly timeMs?: number;
  readonly topic?: StreamTopic;
}

/** An event of call thread `key` at a time, its value that many octets: all of them the first letter of the key. It opens and closes no party. */
export function entry(
  key: string,
  { bytes = 100, timeMs = 1_000, topic = 'callThread' }: EntryParts = {},
): Entry {
  const json = key.slice(0, 1).repeat(bytes);
  const record = {
    topic,
    key,
    timeMs,
    bytes: recordBytes({ topic, key, event: 'EventDiverted', timeMs, json }),
  };
  return { event: callEvent({ id: 'EventDiverted', time: timeMs, CallThreadID: key }), record };
}

export const everything = { maxRecords: 1_000_000, maxBytes: 1_000_000_000 };

/** What is there: `position key sequence`. */
export function shown(records: RecordStore): string[] {
  return records.read(0, everything).map(({ position, key, sequence }) => `${position} ${key} ${sequence}`);
}

const script = fileURLToPath(new URL('./outbox-process.ts', import.meta.url));
const folders: string[] = [];

/** An empty folder, until `removeFolders`. */
export function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'baton-outbox-'));
  folders.push(folder);
  return folder;
}

export function removeFolders(): void {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
}

export function openRecords(folder: string, parts: Partial<LmdbRecordsOptions> = {}): LmdbRecords {
  return new LmdbRecords({
    path: join(folder, 'events.mdb'),
    sync: false,
    maxBytes: 2 ** 24,
    maxDeadLetters: 10,
    sequenceIdleMs: 3_600_000,
    nowMs: () => 1_000,
    ...parts,
  });
}

/** Numbers from 0 to 1 that are the same for the same seed. */
export function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** What an `outbox-process` says, and how it ends. */
export class OutboxProcess {
  readonly lines: string[] = [];
  readonly ended: Promise<NodeJS.Signals | number | null>;
  readonly #child: ChildProcessByStdio<null, Readable, null>;
  readonly #onLine = new Set<() => void>();

  constructor(args: readonly string[], shell?: string) {
    const command = [process.execPath, ...process.execArgv, script, ...args];
    const [program = '', ...rest] =
      shell === undefined ? command : ['sh', '-c', `${shell}; exec "$@"`, 'sh', ...command];
    this.#child = spawn(program, rest, { stdio: ['ignore', 'pipe', 'ignore'] });
    this.ended = new Promise(resolve => {
      this.#child.once('close', (code, signal) => {
        this.#tell();
        resolve(signal ?? code);
      });
    });
    let unfinished = '';
    this.#child.stdout.setEncoding('utf8').on('data', (text: string) => {
      const lines = (unfinished + text).split('\n');
      unfinished = lines.pop() ?? '';
      this.lines.push(...lines);
      this.#tell();
    });
  }

  async says(count: number): Promise<void> {
    await new Promise<void>(resolve => {
      const look = () => {
        if (this.lines.length >= count || this.#child.exitCode !== null || this.#child.signalCode !== null)
          resolve();
      };
      this.#onLine.add(look);
      look();
    });
  }

  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.ended;
  }

  #tell(): void {
    for (const look of this.#onLine) look();
  }
}
