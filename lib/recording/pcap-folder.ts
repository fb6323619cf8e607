import { chmod, readdir, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';

/** Only who owns it reads what was said. */
const fileMode = 0o600;

/** What rtpengine writes into its recording directory with `recording-method=pcap`, as this machine sees it. */
export class PcapFolder {
  readonly #directory: string;
  /** The last look into the folder. */
  #reading: Promise<unknown> = Promise.resolve();
  /** One that has not begun yet: whoever asks now is served by it. */
  #next: Promise<readonly string[] | Error> | undefined;

  constructor(recordingDir: string) {
    this.#directory = recordingDir;
  }

  pathOf(file: string): string {
    return join(this.#directory, 'pcaps', file);
  }

  /** Names of the files of a call: `<call-id, escaped>-<16 hex digits>.pcap`. An Error: the folder cannot be read. */
  async filesOf(ngCallId: string): Promise<readonly string[] | Error> {
    const names = await this.#list();
    if (names instanceof Error) return names;
    // Of what is in our ids, rtpengine escapes what this does.
    const start = `${encodeURIComponent(ngCallId)}-`;
    return names.filter(
      name => name.startsWith(start) && /^[0-9a-f]{16}\.pcap$/.test(name.slice(start.length)),
    );
  }

  /** Octets; undefined: it is not there. */
  async sizeOf(file: string): Promise<number | undefined> {
    return await stat(this.pathOf(file)).then(
      ({ size }) => size,
      () => undefined,
    );
  }

  /** The one that was made last. */
  async newestOf(files: readonly string[]): Promise<string | undefined> {
    const made = await Promise.all(
      files.map(async file => ({
        file,
        atMs: (await stat(this.pathOf(file)).catch(() => undefined))?.birthtimeMs ?? 0,
      })),
    );
    return made.reduce<(typeof made)[number] | undefined>(
      (newest, one) => (newest === undefined || one.atMs > newest.atMs ? one : newest),
      undefined,
    )?.file;
  }

  /** Octets that may still be written; undefined: nobody knows. */
  async freeBytes(): Promise<number | undefined> {
    return await statfs(this.#directory).then(
      ({ bavail, bsize }) => bavail * bsize,
      () => undefined,
    );
  }

  /** Takes it from the eyes of others. An Error: it is another user's. */
  async protect(file: string): Promise<Error | undefined> {
    return await chmod(this.pathOf(file), fileMode).then(
      () => undefined,
      (error: unknown) => (error instanceof Error ? error : new Error(String(error))),
    );
  }

  /** The same for what rtpengine has noted about the call; it may not be there yet. */
  async protectNotes(file: string): Promise<void> {
    const name = `rtpengine-meta-${file.slice(0, -'.pcap'.length)}.txt`;
    await chmod(join(this.#directory, 'metadata', name), fileMode).catch(() => {});
  }

  /** A folder of many thousand files is read once for all who ask meanwhile. */
  async #list(): Promise<readonly string[] | Error> {
    if (this.#next === undefined) {
      const next = this.#reading.then(async () => {
        this.#next = undefined;
        return await readdir(join(this.#directory, 'pcaps')).catch((error: unknown) =>
          error instanceof Error ? error : new Error(String(error)),
        );
      });
      this.#next = next;
      this.#reading = next;
    }
    return await this.#next;
  }
}
