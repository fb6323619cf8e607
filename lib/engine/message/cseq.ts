import type { ByteString } from './bytes.ts';
import { isToken } from './token.ts';
import { readDigits } from './header-value.ts';
import { skipSpaces } from './params.ts';

export interface CSeq {
  readonly number: number;
  readonly method: string;
}

/** RFC 3261 §8.1.1.5: "MUST be expressible as a 32-bit unsigned integer and MUST be less than 2**31". */
const MAX_NUMBER = 2 ** 31 - 1;

/** Undefined when it is not a number in range and a method. */
export function parseCSeq(value: ByteString): CSeq | undefined {
  const digitsTo = value.search(/[ \t]/);
  if (digitsTo < 0) return undefined;
  const number = readDigits(value.slice(0, digitsTo));
  const method = value.slice(skipSpaces(value, digitsTo));
  if (number === undefined || number > MAX_NUMBER || !isToken(method)) return undefined;
  return { number, method };
}
