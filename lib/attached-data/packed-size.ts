import type { UserDataPair } from './entry.ts';
import { utf8Bytes } from './header-text.ts';

const TERMINATOR_BYTES = 1;
const TYPE_BYTES = 1;
const LENGTH_BYTES = 2;
const INT_BYTES = 4;
const LONG_BYTES = 8;

/**
 * The packed size of one pair in octets.
 *
 * T-Library limits the packed total of user data, but its packed form is not public. Ours (our choice), close to a packed
 * key-value list: key in UTF-8 and a terminator, one octet of type, then
 * - string: UTF-8 and a terminator;
 * - int: 4 octets, 8 beyond 32 bits;
 * - binary: 2 octets of length and the decoded octets;
 * - list: 2 octets of length and its packed pairs.
 */
export function packedPairBytes(pair: UserDataPair): number {
  return utf8Bytes(pair.key) + TERMINATOR_BYTES + TYPE_BYTES + valueBytes(pair);
}

/** The packed size of the whole data in octets: what the packed limit (16,000 by default) is held against. */
export function packedBytes(data: readonly UserDataPair[]): number {
  let bytes = 0;
  for (const pair of data) bytes += packedPairBytes(pair);
  return bytes;
}

function valueBytes(pair: UserDataPair): number {
  switch (pair.type) {
    case 'string':
      return utf8Bytes(pair.value) + TERMINATOR_BYTES;
    case 'int':
      return pair.value === (pair.value | 0) ? INT_BYTES : LONG_BYTES;
    case 'binary':
      return LENGTH_BYTES + base64Bytes(pair.value);
    case 'list':
      return LENGTH_BYTES + packedBytes(pair.value);
  }
}

function base64Bytes(base64: string): number {
  let digits = base64.length;
  while (digits > 0 && base64.charCodeAt(digits - 1) === 0x3d) digits -= 1;
  return Math.floor((digits * 3) / 4);
}
