import { type Database, open, type RootDatabase } from 'lmdb';

/** The tables of an outbox in their file. What reads and writes them stands in a file of its own each. */
export interface OutboxFile {
  readonly env: RootDatabase<Buffer, string>;
  /** `id`, `lastPosition`. */
  readonly meta: Database<string, string>;
  /** Sealed records by position. */
  readonly records: Database<Buffer, number>;
  readonly sequences: Database<Buffer, string>;
  /** When it is to be looked at which sequence: `[ms since the epoch, key of sequences]`. */
  readonly idle: Database<Buffer, [number, string]>;
  /** Of each open party the record of its last event. */
  readonly parties: Database<Buffer, string>;
  /** By position. */
  readonly deadLetters: Database<Buffer, number>;
}

export interface FileOptions {
  readonly path: string;
  /** A transaction is on the disk when it returns. */
  readonly sync?: boolean;
  /** Address space of the process to reserve. */
  readonly mapBytes: number;
  /** Nothing is made that is not there, and the list of free pages is not looked at. */
  readonly readOnly?: boolean;
}

/** Longer keys are not taken. */
export const maxKeyBytes = 500;

/** Throws when it is no such file, or cannot be used. A file of which a part is broken may end the process. */
export function openOutboxFile(options: FileOptions): OutboxFile {
  const { path, sync = false, mapBytes, readOnly = false } = options;
  const env = open<Buffer, string>({
    path,
    noSubdir: true,
    // One that is not synced survives the process, not a power cut. (LMDB's overlapping sync waits for the disk all the same.)
    ...{ noSync: !sync, overlappingSync: false },
    mapSize: mapBytes,
    noMemInit: true,
    readOnly,
    maxDbs: 8,
    encoding: 'binary',
  });
  return {
    env,
    meta: env.openDB({ name: 'meta', encoding: 'string' }),
    records: env.openDB({ name: 'records', encoding: 'binary' }),
    sequences: env.openDB({ name: 'sequences', encoding: 'binary' }),
    idle: env.openDB({ name: 'idle', encoding: 'binary' }),
    parties: env.openDB({ name: 'parties', encoding: 'binary' }),
    deadLetters: env.openDB({ name: 'dead-letters', encoding: 'binary' }),
  };
}

interface TreeStats {
  readonly treeBranchPageCount: number;
  readonly treeLeafPageCount: number;
  readonly overflowPages: number;
}

interface FileStats extends TreeStats {
  readonly lastPageNumber: number;
  readonly pageSize: number;
  readonly free: TreeStats;
}

/** How far into the file its pages reach. */
export function usedBytesOf({ env }: OutboxFile): number {
  const { lastPageNumber, pageSize } = env.getStats() as FileStats;
  return (lastPageNumber + 1) * pageSize;
}

/** Pages before that which hold nothing. */
export function freeBytesOf({ env, ...tables }: OutboxFile): number {
  const all = env.getStats() as FileStats;
  const trees = [all, all.free, ...Object.values(tables).map(table => table.getStats() as TreeStats)];
  const usedPages = trees.reduce(
    (sum, { treeBranchPageCount, treeLeafPageCount, overflowPages }) =>
      sum + treeBranchPageCount + treeLeafPageCount + overflowPages,
    headPages,
  );
  return Math.max(0, all.lastPageNumber + 1 - usedPages) * all.pageSize;
}

const headPages = 2;
