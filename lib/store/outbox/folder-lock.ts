import { closeSync, openSync, rmSync, statSync } from 'node:fs';
import { createConnection, createServer, type Server } from 'node:net';
import { join } from 'node:path';

/**
 * One process at a time works in a folder. The kernel takes both locks back when their process ends, however it ends:
 *
 * - on Linux a socket without a file, named by the folder: nobody else can have it at the same time;
 * - a socket in the folder, for those who do not see each other's (other containers): who connects meets somebody alive, or nobody.
 */
export class FolderLock {
  readonly #servers: Server[] = [];
  #folderDescriptor: number | undefined;

  /** Undefined when another process has it. Throws when the folder is not there, or may not be read. */
  static async take(folder: string): Promise<FolderLock | undefined> {
    const lock = new FolderLock();
    let isTaken = false;
    try {
      isTaken = await lock.#takeBoth(folder);
    } finally {
      // What was taken of it keeps nobody away.
      if (!isTaken) await lock.release();
    }
    return isTaken ? lock : undefined;
  }

  async release(): Promise<void> {
    // Removes the file of the socket, too. The first taken keeps others away until the end.
    for (const server of this.#servers.splice(0).reverse())
      await new Promise<void>(resolve => {
        server.close(() => resolve());
      });
    if (this.#folderDescriptor !== undefined) closeSync(this.#folderDescriptor);
    this.#folderDescriptor = undefined;
  }

  async #takeBoth(folder: string): Promise<boolean> {
    const { dev, ino } = statSync(folder, { bigint: true });
    const isLinux = process.platform === 'linux';
    if (isLinux && !(await this.#listen(`\0baton-outbox-${dev}-${ino}`))) return false;
    return await this.#takeFile(isLinux ? this.#shortPath(folder) : folder);
  }

  /** A path of a socket has at most about 100 octets; this one is always short. */
  #shortPath(folder: string): string {
    this.#folderDescriptor = openSync(folder, 'r');
    return `/proc/self/fd/${this.#folderDescriptor}`;
  }

  async #takeFile(folder: string): Promise<boolean> {
    const path = join(folder, 'lock');
    if (await isAnswered(path)) return false;
    rmSync(path, { force: true });
    return await this.#listen(path);
  }

  /** True also where sockets cannot be had at all: some file systems have none. */
  async #listen(path: string): Promise<boolean> {
    const server = createServer(peer => peer.destroy());
    const failure = await new Promise<NodeJS.ErrnoException | undefined>(resolve => {
      server.once('error', resolve);
      server.listen(path, () => resolve(undefined));
    });
    if (failure !== undefined) return failure.code !== 'EADDRINUSE';
    // The lock keeps nobody from ending.
    this.#servers.push(server.unref());
    return true;
  }
}

async function isAnswered(path: string): Promise<boolean> {
  return await new Promise<boolean>(resolve => {
    const socket = createConnection(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
