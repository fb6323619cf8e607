import { accessSync, constants, existsSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { BatonError } from '../../errors.ts';
import { writeZeroFile } from './disk-room.ts';
import { checkFile } from './file-check.ts';
import { FolderLock } from './folder-lock.ts';
import { LmdbRecords, type LmdbRecordsOptions } from './lmdb-records.ts';

export interface OutboxFolderOptions extends Omit<LmdbRecordsOptions, 'path' | 'onClosed'> {
  /** Made when it is not there. */
  readonly folder: string;
}

export interface OpenedFolder {
  readonly records: LmdbRecords;
  /** A file that could not be used any more; a new one has been begun. */
  readonly setAside: { readonly file: string; readonly fault: string } | undefined;
}

const fileName = 'events.mdb';
/** More than LMDB writes when it begins a file. */
const firstBytes = 1_048_576;

/**
 * The records in a folder, which nobody else can open until they are closed. Throws BatonError: `outbox-in-use`, `outbox-unusable`.
 */
export async function openOutboxFolder(options: OutboxFolderOptions): Promise<OpenedFolder> {
  const { folder } = options;
  try {
    mkdirSync(folder, { recursive: true });
    const lock = await FolderLock.take(folder);
    if (lock === undefined)
      throw new BatonError('outbox-in-use', `another process works in the outbox ${folder}`);
    try {
      return await openLocked(options, lock);
    } catch (error) {
      await lock.release();
      throw error;
    }
  } catch (error) {
    if (error instanceof BatonError) throw error;
    const message = error instanceof Error ? error.message : String(error);
    throw new BatonError('outbox-unusable', `the outbox ${folder} cannot be used: ${message}`, {
      cause: error,
    });
  }
}

async function openLocked(options: OutboxFolderOptions, lock: FolderLock): Promise<OpenedFolder> {
  const path = join(options.folder, fileName);
  const setAside = existsSync(path) ? await renewed(path, options.nowMs()) : undefined;
  if (!existsSync(path)) tryDisk(options.folder);
  const records = new LmdbRecords({ ...options, path, onClosed: () => lock.release() });
  return { records, setAside };
}

/** Puts a sound copy in its place, or sets it aside. */
async function renewed(path: string, nowMs: number): Promise<OpenedFolder['setAside']> {
  accessSync(path, constants.R_OK | constants.W_OK);
  const copy = `${path}.copy`;
  removeLeftovers(path, copy);
  const isEmpty = statSync(path).size === 0;
  const verdict = isEmpty ? ({ is: 'broken', fault: 'it is empty' } as const) : await checkFile(path, copy);
  if (verdict.is === 'copied') renameSync(copy, path);
  removeLeftovers(path, copy);
  if (verdict.is !== 'broken') return undefined;
  const file = `${path}.broken-${new Date(nowMs).toISOString().replaceAll(/[:.]/g, '-')}`;
  renameSync(path, file);
  return { file, fault: verdict.fault };
}

/** What those leave who are killed; nobody else is there. */
function removeLeftovers(path: string, copy: string): void {
  for (const leftover of [`${path}-lock`, copy, `${copy}-lock`]) rmSync(leftover, { force: true });
}

/** LMDB must not be the one who finds the disk full. */
function tryDisk(folder: string): void {
  const path = join(folder, 'trial');
  try {
    writeZeroFile(path, firstBytes);
  } finally {
    rmSync(path, { force: true });
  }
}
