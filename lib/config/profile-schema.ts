import { z } from 'zod';
import {
  discriminatorPlaces,
  type Profile,
  profileNames,
  type ProfileOverrides,
  profileWith,
  uuiEncodings,
  uuiHeaders,
  uuiParamNames,
} from '../attached-data/profile.ts';
import { compileRename, renameFault } from '../attached-data/rename.ts';
import { isToken } from '../engine/message/token.ts';
import { notifyModes, transferModes } from '../routing/trunk.ts';
import { listOf, oneOf, parsed } from './field.ts';

/** A trunk's profile, its own names, how it is told of changes, and what becomes of its transfers. */

export const notifyMode = oneOf(notifyModes);

export const transferMode = oneOf(transferModes);

const overrides = z.strictObject({
  base: oneOf(profileNames),
  uuiHeader: oneOf(uuiHeaders).exactOptional(),
  convertUui: z.boolean().exactOptional(),
  discriminator: oneOf(discriminatorPlaces).exactOptional(),
  encoding: oneOf(uuiEncodings).exactOptional(),
  uuiParams: z.array(oneOf(uuiParamNames)).exactOptional(),
  bareText: z.boolean().exactOptional(),
  maxUuiBytes: z.int().min(1).max(65_535).exactOptional(),
  percentEncode: z.boolean().exactOptional(),
  acsLimits: z.boolean().exactOptional(),
  reservedPrefixes: listOf(parsed(parsePrefix)).exactOptional(),
  notify: notifyMode.exactOptional(),
  transfer: transferMode.exactOptional(),
});

/** A name alone is that built-in. */
export const profile = z
  .preprocess(value => (typeof value === 'string' ? { base: value } : value), overrides)
  .transform(({ base, ...changed }, context): Profile => {
    const made = profileWith(base, changed satisfies ProfileOverrides);
    const fault = formFault(made);
    if (fault !== undefined) context.addIssue({ code: 'custom', message: fault, path: ['discriminator'] });
    return made;
  });

/** A discriminator in the data is two hex digits, and X-User-to-User has none. */
function formFault({ uuiHeader, discriminator, encoding }: Profile): string | undefined {
  if (uuiHeader === 'X-User-to-User' && discriminator !== 'none')
    return 'X-User-to-User has no discriminator: expected none';
  if (discriminator === 'in-data' && encoding !== 'hex')
    return `in the data only with encoding hex: expected pd or none with encoding ${encoding}`;
  return undefined;
}

const key = z.string().min(1, 'expected a key');
const header = z.string().refine(isToken, 'expected a header name');

/** `{<key>: <header name>}`. */
export const rename = z.record(key, header).transform((names, context) => {
  const fault = renameFault(names);
  if (fault !== undefined) context.addIssue({ code: 'custom', message: fault });
  return compileRename(names);
});

function parsePrefix(text: string): string | Error {
  return /^x-/i.test(text) && isToken(text)
    ? text.toLowerCase()
    : new Error(`"${text}": expected what an X- header begins with`);
}
