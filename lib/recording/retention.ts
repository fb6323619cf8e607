import { lstat, readdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../ports.ts';

export interface RetentionOptions {
  /** Where rtpengine writes, as this machine sees it. */
  readonly recordingDir: string;
  /** Of this Baton: files of others are theirs. */
  readonly node: string;
  /** Since a file was written last. */
  readonly retentionMs: number;
  /** A recording of the call goes on. */
  readonly isRecorded: (connId: string) => boolean;
  readonly clock: Clock;
  readonly log: { warn(fields: object, message: string): void; info(fields: object, message: string): void };
  readonly onDeleted: (count: number) => void;
}

/** Folders of rtpengine's recordings, and what comes before the name of a call in the names of their files. */
const folders = [
  { name: 'pcaps', start: '', end: '.pcap' },
  { name: 'metadata', start: 'rtpengine-meta-', end: '.txt' },
] as const;

/** How often is looked, unless the time is up sooner. */
const longestWaitMs = 3_600_000;
const shortestWaitMs = 1_000;

/**
 * Deletes files of recordings whose time is up: in rtpengine's folders those only that are named after a ConnID of this node. Whatever
 * else lies there is left alone, and so are links.
 */
export class Retention {
  readonly #options: RetentionOptions;
  #cancel: (() => void) | undefined;
  #sweeping: Promise<number> | undefined;

  constructor(options: RetentionOptions) {
    this.#options = options;
  }

  start(): void {
    void this.#sweepAgain();
  }

  /** What is being deleted is deleted. */
  async stop(): Promise<void> {
    this.#cancel?.();
    this.#cancel = () => undefined;
    await this.#sweeping;
  }

  /** Gives how many files are gone. Never rejects. */
  async sweep(): Promise<number> {
    this.#sweeping ??= this.#sweep().finally(() => {
      this.#sweeping = undefined;
    });
    return await this.#sweeping;
  }

  async #sweepAgain(): Promise<void> {
    await this.sweep();
    const { clock, retentionMs } = this.#options;
    const delayMs = Math.max(shortestWaitMs, Math.min(longestWaitMs, retentionMs / 4));
    this.#cancel ??= clock.after(delayMs, () => {
      this.#cancel = undefined;
      void this.#sweepAgain();
    });
  }

  async #sweep(): Promise<number> {
    const { recordingDir, log, onDeleted } = this.#options;
    let count = 0;
    for (const { name, start, end } of folders) {
      const folder = join(recordingDir, name);
      try {
        for (const file of await readdir(folder))
          if (this.#isOurs(file, start, end) && (await this.#delete(join(folder, file)))) count += 1;
      } catch (error) {
        // Before the first recording there is no folder.
        if (codeOf(error) !== 'ENOENT')
          log.warn({ err: error, folder }, 'old recordings could not be looked for');
      }
    }
    if (count > 0) {
      onDeleted(count);
      log.info({ files: count }, 'old recordings deleted');
    }
    return count;
  }

  /** `<ConnID, escaped>[.<n>]-<16 hex digits>` and what comes before and after it, and nothing of it goes on. */
  #isOurs(file: string, start: string, end: string): boolean {
    if (!file.startsWith(start) || !file.endsWith(end)) return false;
    const name = file.slice(start.length, -end.length);
    const [, hex, tenant, node] =
      /^([0-9a-f]{16})%40([A-Za-z0-9_-]+)%3A([A-Za-z0-9_-]+?)(?:\.\d+)?-[0-9a-f]{16}$/.exec(name) ?? [];
    if (hex === undefined || tenant === undefined || node !== this.#options.node) return false;
    return !this.#options.isRecorded(`${hex}@${tenant}:${node}`);
  }

  async #delete(path: string): Promise<boolean> {
    const { clock, retentionMs, log } = this.#options;
    try {
      const found = await lstat(path);
      if (!found.isFile() || found.mtimeMs + retentionMs > clock.nowMs()) return false;
      await unlink(path);
      return true;
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') log.warn({ err: error, path }, 'an old recording could not be deleted');
      return false;
    }
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
