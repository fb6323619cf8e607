import { UUI_KEY } from './custom-name.ts';
import type { Drop, DropCode } from './entry.ts';
import { unfold, utf8Bytes } from './header-text.ts';
import { isInForm, readUui, type UuiForm, writeUui } from './uui-form.ts';
import { emitUserToUser, isIsdn, parseUserToUser, type UuiValue } from './user-to-user.ts';

/** All User-to-User lines of a message, from the form of one neighbour to that of another. */

export interface UuiConversion {
  readonly from: UuiForm;
  /** Absent: the values go as they came. */
  readonly to?: UuiForm;
  /** Longest value, in octets without the discriminator; absent: any. */
  readonly maxBytes?: number;
}

export interface ConvertedUui {
  /** One for each line; undefined: nothing of it is sent. */
  readonly lines: readonly (string | undefined)[];
  readonly dropped: readonly Drop[];
}

/**
 * Converts values of the ISDN package; others are not ours to interpret and stay as they were written, and so does what has
 * the form already. Bad UUI never fails a call: what cannot be converted goes as it came, and is told.
 */
export function convertUui(lines: readonly string[], conversion: UuiConversion): ConvertedUui {
  const dropped: Drop[] = [];
  const converted: (string | undefined)[] = [];
  // RFC 7434 §8: of several ISDN values all are discarded. Who converts reads; who does not passes them on.
  const discard = conversion.to !== undefined && hasSeveral(lines);
  if (discard) dropped.push({ key: UUI_KEY, code: 'uui-several' });
  for (const line of lines) {
    const parts: string[] = [];
    for (const part of partsOf(line)) {
      if (discard && typeof part !== 'string' && isIsdn(part)) continue;
      const { text, code, octets } = one(part, conversion);
      if (code !== undefined) dropped.push({ key: UUI_KEY, code });
      if (conversion.maxBytes === undefined || octets <= conversion.maxBytes) parts.push(text);
      else dropped.push({ key: UUI_KEY, code: 'uui-too-long' });
    }
    converted.push(parts.length === 0 ? undefined : parts.join(', '));
  }
  return { lines: converted, dropped };
}

function hasSeveral(lines: readonly string[]): boolean {
  const parsed = parseUserToUser(lines);
  return parsed.syntax === 'valid' && parsed.values.filter(isIsdn).length > 1;
}

/** The values of a line; a line that is none as it stands. */
function partsOf(line: string): readonly (UuiValue | string)[] {
  const parsed = parseUserToUser([line]);
  return parsed.syntax === 'valid' ? parsed.values : [unfold(line)];
}

interface One {
  readonly text: string;
  readonly octets: number;
  readonly code?: DropCode;
}

function one(part: UuiValue | string, { from, to }: UuiConversion): One {
  // An empty line deletes, and is no value to convert.
  if (typeof part === 'string')
    return { text: part, octets: utf8Bytes(part), ...(to !== undefined && part !== '' && failed) };
  const content = readUui(part, from);
  const octets = content === undefined ? utf8Bytes(part.data) : content.payloadHex.length / 2;
  const asItCame = { text: part.raw, octets };
  if (to === undefined || !isIsdn(part)) return asItCame;
  if (content === undefined) return { ...asItCame, ...failed };
  if (isInForm(part, from, to)) return asItCame;
  const output = writeUui(content, to);
  const emitted = output === undefined ? undefined : emitUserToUser([output]);
  return emitted?.ok === true ? { text: emitted.value, octets } : { ...asItCame, ...failed };
}

const failed = { code: 'not-converted' } as const;
