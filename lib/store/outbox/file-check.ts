import { spawn } from 'node:child_process';
import { closeSync, fsyncSync, openSync, statfsSync, statSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Database } from 'lmdb';
import { decodeDeadLetter } from './dead-letters.ts';
import { openOutboxFile, type OutboxFile, usedBytesOf } from './outbox-file.ts';
import { isSequence } from './sequences.ts';

/** A check may last this long, and longer the larger the file is. A broken file may lead it round in circles. */
const leastCheckMs = 30_000;
const slowestBytesPerMs = 5_000;
/** That a copy leaves free. */
const spareBytes = 2 ** 24;

/** `copied`: the copy holds all there is and is sound. `good`: so is the file, and there is no room for a copy. */
export type FileVerdict =
  | { readonly is: 'copied' | 'good' }
  | { readonly is: 'broken'; readonly fault: string };

/**
 * Whether a file can be used. LMDB trusts its file: one that is broken may end the process that reads it, or hold it for ever when it
 * looks for a free page; so another process reads it, and makes a copy that has no free pages. Rejected when there can be none.
 */
export async function checkFile(path: string, copy: string): Promise<FileVerdict> {
  const script = fileURLToPath(new URL(scriptName(), import.meta.url));
  const args = [...process.execArgv, script, path, copy];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'ignore'] });
  const longestMs = leastCheckMs + statSync(path).size / slowestBytesPerMs;
  const timer = setTimeout(() => child.kill('SIGKILL'), longestMs);
  try {
    return await new Promise((resolve, reject) => {
      let said = '';
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        said += text;
      });
      child.once('error', reject);
      child.once('close', (code, signal) => {
        if (code === 0) resolve({ is: said === 'copied' ? 'copied' : 'good' });
        else resolve({ is: 'broken', fault: said || `who reads it ends by ${signal ?? `exit ${code}`}` });
      });
    });
  } finally {
    clearTimeout(timer);
  }
}

/** Beside this file, compiled as this file is. */
function scriptName(): string {
  return import.meta.url.endsWith('.ts') ? './file-check-process.ts' : './file-check-process.js';
}

/**
 * Reads all there is in a file, and writes it into another. Throws, or ends the process, when something is wrong. Gives false when
 * there is no room for the copy.
 */
export async function copyWholeFile(path: string, copy: string): Promise<boolean> {
  const mapBytes = 2 * statSync(path).size + 2 ** 26;
  const from = openOutboxFile({ path, mapBytes, readOnly: true });
  checkMeta(from.meta);
  for (const position of from.records.getKeys()) must(Number.isSafeInteger(position), 'a position is none');
  for (const { value } of from.sequences.getRange()) must(isSequence(value), 'a sequence is none');
  for (const key of from.idle.getKeys()) must(Array.isArray(key), 'a time of looking is none');
  for (const key of from.parties.getKeys()) must(typeof key === 'string', 'the name of a party is none');
  for (const { key, value } of from.deadLetters.getRange()) decodeDeadLetter(key, value);
  if (!hasRoomFor(from, copy)) return false;
  try {
    const to = openOutboxFile({ path: copy, mapBytes });
    copyAll(from, to);
    await to.env.close();
    flush(copy);
  } catch (error) {
    if (isNoRoom(error)) return false;
    throw error;
  }
  await from.env.close();
  return true;
}

function copyAll(from: OutboxFile, to: OutboxFile): void {
  copyTable(from.meta, to.meta);
  copyTable(from.records, to.records);
  copyTable(from.sequences, to.sequences);
  copyTable(from.idle, to.idle);
  copyTable(from.parties, to.parties);
  copyTable(from.deadLetters, to.deadLetters);
}

function checkMeta(meta: OutboxFile['meta']): void {
  const last = Number(meta.get('lastPosition') ?? 0);
  must(Number.isSafeInteger(last) && last >= 0, 'the last position is no number');
  must(/^[0-9a-f]{16}$/.test(meta.get('id') ?? ''), 'it has no identity');
}

/** Entry by entry: pages may be wrong in themselves. Throws when keys do not rise, or some are missing. */
function copyTable<Value, Key extends string | number | [number, string]>(
  from: Database<Value, Key>,
  to: Database<Value, Key>,
): void {
  let count = 0;
  to.transactionSync(() => {
    for (const { key, value } of from.getRange()) {
      to.putSync(key, value, { append: true });
      count += 1;
    }
  });
  const { entryCount } = from.getStats() as { readonly entryCount: number };
  must(count === entryCount, `${count} entries of ${entryCount} can be found`);
}

/** What is copied takes at most the place of all pages. */
function hasRoomFor(from: OutboxFile, copy: string): boolean {
  const { bavail, bsize } = statfsSync(dirname(copy));
  return bavail * bsize > usedBytesOf(from) + spareBytes;
}

function isNoRoom(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? Number(error.code) : 0;
  const { ENOSPC, EFBIG, EDQUOT } = constants.errno;
  return [ENOSPC, EFBIG, EDQUOT].includes(code);
}

function flush(path: string): void {
  const descriptor = openSync(path, 'r+');
  fsyncSync(descriptor);
  closeSync(descriptor);
}

function must(holds: boolean, what: string): void {
  if (!holds) throw new Error(what);
}
