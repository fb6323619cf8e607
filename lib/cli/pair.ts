import { readFile } from 'node:fs/promises';
import type { PairsChange } from '../client/client.ts';
import { UsageError } from './failure.ts';

export type WantedPair = NonNullable<PairsChange['userData']>[number];

const typed = /^(.+):(string|int|binary|list)$/s;

/**
 * A pair of a command line: `CaseId=42`, `Age:int=5`, `Photo:binary=BASE64` or `=@file`, `More:list=[{"key": …, "value": …}]`.
 * A key that itself ends so is written with its type: `a:int:string=x`.
 */
export async function parsePair(item: string): Promise<WantedPair> {
  const equals = item.indexOf('=');
  if (equals < 1) throw new UsageError(`"${item}": expected key=value`);
  const name = item.slice(0, equals);
  const text = item.slice(equals + 1);
  const [, key = name, type = 'string'] = typed.exec(name) ?? [];
  switch (type) {
    case 'int':
      return { key, type, value: parseInteger(text, item) };
    case 'binary':
      return { key, type, value: await readBinary(text) };
    case 'list':
      return { key, type, value: parseList(text, item) };
    default:
      return { key, type: 'string', value: text };
  }
}

function parseInteger(text: string, item: string): number {
  const value = Number(text);
  if (/^[+-]?\d+$/.test(text) && Number.isSafeInteger(value)) return value;
  throw new UsageError(`"${item}": expected a whole number`);
}

/** Base64 as it is, or `@` and the file whose octets are meant: `@` is no letter of base64. */
async function readBinary(text: string): Promise<string> {
  return text.startsWith('@') ? (await readFile(text.slice(1))).toString('base64') : text;
}

function parseList(text: string, item: string): readonly unknown[] {
  try {
    const list: unknown = JSON.parse(text);
    if (Array.isArray(list)) return list;
  } catch {
    // Said below.
  }
  throw new UsageError(`"${item}": expected an array of pairs in JSON`);
}
