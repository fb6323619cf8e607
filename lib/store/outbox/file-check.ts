import { spawn } from 'node:child_process';
import { statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ABORT } from 'lmdb';
import { decodeDeadLetter } from './dead-letters.ts';
import { openOutboxFile, type OutboxFile } from './outbox-file.ts';
import { isSequence } from './sequences.ts';

/** A check may last this long, and longer the larger the file is. A broken file may lead it round in circles. */
const leastCheckMs = 30_000;
const slowestBytesPerMs = 5_000;
/** Octets that are written, and taken back, to see whether the list of free pages can be read. */
const trialBytes = 262_144;

/**
 * Undefined for a file that is good, else what is wrong with it. LMDB trusts its file: one that is broken may end the process that
 * reads it, so another process does. Rejected when there can be none.
 */
export async function checkFile(path: string): Promise<string | undefined> {
  const script = fileURLToPath(new URL(scriptName(), import.meta.url));
  const args = [...process.execArgv, script, path];
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
        if (code === 0) resolve(undefined);
        else resolve(said === '' ? `who reads it ends by ${signal ?? `exit ${code}`}` : said);
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

/** Reads all there is in a file, and tries to write. Throws, or ends the process, when something is wrong. */
export async function readWholeFile(path: string): Promise<void> {
  const file = openOutboxFile({ path, sync: false, mapBytes: 2 * statSync(path).size + 2 ** 26 });
  const { meta, records, sequences, idle, parties, deadLetters, env } = file;
  const must = (holds: boolean, what: string): void => {
    if (!holds) throw new Error(what);
  };
  const last = Number(meta.get('lastPosition') ?? 0);
  must(Number.isSafeInteger(last) && last >= 0, 'the last position is no number');
  must(/^[0-9a-f]{16}$/.test(meta.get('id') ?? ''), 'it has no identity');
  let before = 0;
  // What is wrong in a record alone is noticed by who reads it.
  for (const { key } of records.getRange()) {
    must(Number.isSafeInteger(key) && key > before, 'the positions do not rise');
    before = key;
  }
  for (const { value } of sequences.getRange()) must(isSequence(value), 'a sequence is none');
  for (const { key } of idle.getRange()) must(Array.isArray(key), 'a time of looking is none');
  for (const { key } of parties.getRange()) must(typeof key === 'string', 'the name of a party is none');
  for (const { key, value } of deadLetters.getRange()) decodeDeadLetter(key, value);
  tryToWrite(file);
  await env.close();
}

function tryToWrite({ env, parties, records }: OutboxFile): void {
  env.transactionSync(() => {
    for (let written = 0; written < trialBytes; written += 1_024)
      parties.putSync(`trial ${written}`, Buffer.alloc(1_024));
    for (const position of [...records.getKeys({ limit: 100 })]) records.removeSync(position);
    return ABORT;
  });
}
