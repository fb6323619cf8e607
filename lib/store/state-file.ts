import {
  closeSync,
  copyFileSync,
  existsSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import type { ErrorCode } from '../errors.ts';
import type { Shelf } from '../ports.ts';
import { makeFolder } from './make-folder.ts';
import { FolderLock } from './outbox/folder-lock.ts';
import { parseStateLine, serializeStateLine, type StateLine } from './state-lines.ts';

export interface StateFileOptions {
  /** Made with the first thing that is put. */
  readonly folder: string;
  readonly nowMs: () => number;
  /** Nothing survives from here on, until `onGood`. */
  readonly onTrouble: (code: ErrorCode, reason: string) => void;
  readonly onGood: () => void;
  /** So many lines of an earlier process cannot be read; the file has been copied aside. */
  readonly onBroken: (lines: number, copy: string) => void;
}

const fileName = 'state.jsonl';
/** The file is written anew when it has so many lines more than four for each thing. */
const spareLines = 1000;
/** A disk that takes nothing is tried again after this time. */
const retryMs = 5000;

/**
 * Things that survive the end of the process, whatever ends it: each change is a line at the end of a file, there when `put` returns.
 * A power cut may take the last ones. Another process in the folder, and a disk that takes nothing, cost the survival and
 * nothing else.
 *
 *     idle ──first put, or a folder is there──▶ open ⇄ troubled
 *       └──────────────────────────────────────────┴──────┴────▶ shut out: another process has it
 */
export class StateFile {
  readonly #options: StateFileOptions;
  /** JSON of all there is, by shelf, by name. */
  readonly #shelves = new Map<string, Map<string, string>>();
  #state: 'idle' | 'open' | 'troubled' | 'shut-out' = 'idle';
  #lock: FolderLock | undefined;
  /** Of the file; it is open for appending. */
  #descriptor: number | undefined;
  #lines = 0;
  #triedMs = 0;
  #locking: Promise<void> = Promise.resolve();

  private constructor(options: StateFileOptions) {
    this.#options = options;
  }

  /** With what an earlier process has left. */
  static async open(options: StateFileOptions): Promise<StateFile> {
    const file = new StateFile(options);
    if (existsSync(options.folder)) await file.#takeOver();
    return file;
  }

  /** The things of one kind. */
  shelf(shelf: string): Shelf {
    const things = this.#shelfOf(shelf);
    return {
      entries: () => [...things].map(([name, json]) => [name, JSON.parse(json) as unknown] as const),
      put: (name, thing) => {
        this.#put({ shelf, name, json: thing === undefined ? undefined : JSON.stringify(thing) });
      },
    };
  }

  async close(): Promise<void> {
    await this.#locking;
    this.#state = 'shut-out';
    this.#closeFile();
    await this.#lock?.release();
    this.#lock = undefined;
  }

  #shelfOf(shelf: string): Map<string, string> {
    const known = this.#shelves.get(shelf) ?? new Map<string, string>();
    this.#shelves.set(shelf, known);
    return known;
  }

  #learn({ shelf, name, json }: StateLine): void {
    if (json === undefined) this.#shelfOf(shelf).delete(name);
    else this.#shelfOf(shelf).set(name, json);
  }

  #put(line: StateLine): void {
    this.#learn(line);
    if (this.#state === 'idle') this.#begin();
    else if (this.#state === 'open') this.#append(line);
    else if (this.#state === 'troubled' && this.#options.nowMs() - this.#triedMs >= retryMs)
      this.#writeAnew();
  }

  /** What another process has left is taken over once nobody works with it. */
  async #takeOver(): Promise<void> {
    await this.#lockFolder();
    if (this.#state === 'shut-out') return;
    try {
      this.#read(this.#path);
    } catch (error) {
      this.#shutOut('state-unusable', messageOf(error));
      return;
    }
    this.#writeAnew();
  }

  /** There was no folder when this process began: whoever has made it meanwhile works with it. */
  #begin(): void {
    if (existsSync(this.#path)) {
      this.#shutOutByOther();
      return;
    }
    this.#writeAnew();
    this.#locking = this.#lockFolder();
  }

  async #lockFolder(): Promise<void> {
    try {
      this.#lock = await FolderLock.take(this.#options.folder);
      if (this.#lock === undefined) this.#shutOutByOther();
    } catch (error) {
      this.#shutOut('state-unusable', messageOf(error));
    }
  }

  #shutOutByOther(): void {
    this.#shutOut('state-in-use', `another process works in ${this.#options.folder}`);
  }

  #shutOut(code: ErrorCode, reason: string): void {
    if (this.#state === 'shut-out') return;
    this.#closeFile();
    // Told already, and no better.
    if (this.#state !== 'troubled') this.#options.onTrouble(code, reason);
    this.#state = 'shut-out';
  }

  #read(path: string): void {
    if (!existsSync(path)) return;
    const texts = readFileSync(path, 'utf8').split('\n');
    // The end of the process may have cut the last one short; else it is empty.
    texts.pop();
    let broken = 0;
    for (const text of texts) {
      const line = parseStateLine(text);
      if (line === undefined) broken += 1;
      else this.#learn(line);
    }
    if (broken === 0) return;
    const copy = `${path}.broken-${new Date(this.#options.nowMs()).toISOString().replaceAll(/[:.]/g, '-')}`;
    copyFileSync(path, copy);
    this.#options.onBroken(broken, copy);
  }

  #append(line: StateLine): void {
    if (this.#descriptor === undefined || this.#lines >= spareLines + 4 * this.#count) {
      this.#writeAnew();
      return;
    }
    try {
      const bytes = Buffer.from(serializeStateLine(line));
      for (let at = 0; at < bytes.length; ) at += writeSync(this.#descriptor, bytes, at);
      this.#lines += 1;
    } catch (error) {
      this.#fail(error);
    }
  }

  get #path(): string {
    return join(this.#options.folder, fileName);
  }

  get #count(): number {
    let count = 0;
    for (const things of this.#shelves.values()) count += things.size;
    return count;
  }

  /** All there is, in a new file that takes the place of the old one. */
  #writeAnew(): void {
    const path = this.#path;
    const next = `${path}.new`;
    try {
      this.#closeFile();
      makeFolder(this.#options.folder);
      writeFileSync(next, [...this.#allLines()].join(''));
      renameSync(next, path);
      this.#descriptor = openSync(path, 'a');
      this.#lines = this.#count;
      if (this.#state === 'troubled') this.#options.onGood();
      this.#state = 'open';
    } catch (error) {
      this.#fail(error);
    }
  }

  *#allLines(): Generator<string, void, void> {
    for (const [shelf, things] of this.#shelves)
      for (const [name, json] of things) yield serializeStateLine({ shelf, name, json });
  }

  #fail(error: unknown): void {
    this.#triedMs = this.#options.nowMs();
    if (this.#state !== 'troubled') this.#options.onTrouble('state-unusable', messageOf(error));
    this.#state = 'troubled';
  }

  #closeFile(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
