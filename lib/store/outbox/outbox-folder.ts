import { accessSync, chownSync, constants, existsSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { BatonError } from '../../errors.ts';
import { makeFolder } from '../make-folder.ts';
import { writeZeroFile } from './disk-room.ts';
import { checkFile } from './file-check.ts';
import { FolderLock } from './folder-lock.ts';
import { LmdbRecords, type LmdbRecordsOptions } from './lmdb-records.ts';
import { StoppedOutbox, type StoppedOutboxOptions } from './stopped-outbox.ts';

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
  const inUse = new BatonError('outbox-in-use', `another process works in the outbox ${folder}`);
  return await usable(folder, async () => {
    makeFolder(folder);
    return await locked(folder, inUse, async lock => await openLocked(options, lock));
  });
}

export interface StoppedFolderOptions extends Omit<StoppedOutboxOptions, 'path' | 'onClosed'> {
  readonly folder: string;
}

/**
 * The outbox of a Baton that does not run. Nothing is made that is not there. Throws BatonError: `outbox-missing`, `outbox-held`,
 * `outbox-broken`, `outbox-unusable`.
 */
export async function openStoppedOutbox(options: StoppedFolderOptions): Promise<StoppedOutbox> {
  const { folder } = options;
  const path = join(folder, fileName);
  const held = new BatonError('outbox-held', `a running Baton holds the outbox ${folder}: stop it first`);
  return await usable(folder, async () => {
    if (!existsSync(path)) throw new BatonError('outbox-missing', `there is no outbox in ${folder}`);
    return await locked(folder, held, async lock => {
      const fault = await faultOf(path);
      if (fault !== undefined)
        throw new BatonError('outbox-broken', `${path} is broken (${fault}): the next start sets it aside`);
      return new StoppedOutbox({ ...options, path, onClosed: () => lock.release() });
    });
  });
}

/** What the system has against it becomes `outbox-unusable`. */
async function usable<Opened>(folder: string, open: () => Promise<Opened>): Promise<Opened> {
  try {
    return await open();
  } catch (error) {
    if (error instanceof BatonError) throw error;
    const message = error instanceof Error ? error.message : String(error);
    throw new BatonError('outbox-unusable', `the outbox ${folder} cannot be used: ${message}`, {
      cause: error,
    });
  }
}

/** What is opened releases the lock when it is closed. */
async function locked<Opened>(
  folder: string,
  inUse: BatonError,
  open: (lock: FolderLock) => Promise<Opened>,
): Promise<Opened> {
  const lock = await FolderLock.take(folder);
  if (lock === undefined) throw inUse;
  try {
    return await open(lock);
  } catch (error) {
    await lock.release();
    throw error;
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
  const fault = await faultOf(path);
  if (fault === undefined) return undefined;
  const file = `${path}.broken-${new Date(nowMs).toISOString().replaceAll(/[:.]/g, '-')}`;
  renameSync(path, file);
  return { file, fault };
}

/** What is wrong with a file; a sound one has a sound copy in its place then. */
async function faultOf(path: string): Promise<string | undefined> {
  accessSync(path, constants.R_OK | constants.W_OK);
  const copy = `${path}.copy`;
  removeLeftovers(path, copy);
  const owner = statSync(path);
  const verdict =
    owner.size === 0 ? ({ is: 'broken', fault: 'it is empty' } as const) : await checkFile(path, copy);
  if (verdict.is === 'copied') {
    // Who may do everything leaves it to whom it belongs.
    if (process.getuid?.() === 0) chownSync(copy, owner.uid, owner.gid);
    renameSync(copy, path);
  }
  removeLeftovers(path, copy);
  return verdict.is === 'broken' ? verdict.fault : undefined;
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
