import type { ByteString } from './bytes.ts';
import { isNamed, parseParams } from './params.ts';

/** RFC 3261 §20.10: how much an address is preferred, 0 to 1, by the `q` among its parameters; 1 without one, 0 for what is no such number. */
export function qualityIn(params: ByteString): number {
  const text = parseParams(params).find(param => isNamed(param, 'q'))?.value;
  const q = text === undefined ? 1 : Number(text);
  return q >= 0 && q <= 1 ? q : 0;
}
