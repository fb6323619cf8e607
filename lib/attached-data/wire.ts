import type { HeaderLine } from '../call/signal.ts';
import { readCustomName, isCustomHeader, isUserToUser } from './custom-name.ts';
import type { Drop } from './entry.ts';
import { unfold } from './header-text.ts';
import { percentDecoded, percentEncoded } from './percent.ts';
import { type Profile, profileOf } from './profile.ts';
import { convertUui, type UuiConversion } from './uui-conversion.ts';

/**
 * Between the wire of a neighbour and the form that all of Baton reads: `linesFromWire` and `linesToWire`. In between
 * User-to-User stands under that name and says itself how it is to be read (RFC 7433, RFC 7434), and values of custom headers
 * are not percent-encoded. Other headers pass as they are.
 */

export interface WireLines {
  readonly headers: readonly HeaderLine[];
  /** What is not sent, and what could not be converted. */
  readonly dropped: readonly Drop[];
}

/** Is the line User-to-User on the wire of this neighbour? */
export function isUuiOnWire(name: string, { uuiHeader }: Profile): boolean {
  return isUserToUser(name) || (uuiHeader === 'X-User-to-User' && isXUserToUser(name));
}

/** `X-User-to-User`, AudioCodes' own header. */
function isXUserToUser(name: string): boolean {
  return name.length === 14 && name.toLowerCase() === 'x-user-to-user';
}

/** `dataHeaders`: the trunk's patterns of further `X-` headers that are data. */
export function linesFromWire(
  headers: readonly HeaderLine[],
  profile: Profile,
  dataHeaders: readonly string[],
): WireLines {
  if (!profile.percentEncode && speaksForItself(profile)) return { headers, dropped: [] };
  const dropped: Drop[] = [];
  const read = headers.map(line => {
    if (!profile.percentEncode || !isCustomHeader(line.name, dataHeaders)) return line;
    const value = percentDecoded(unfold(line.value));
    if (value !== undefined) return { name: line.name, value };
    dropped.push({ key: keyOf(line.name, dataHeaders), code: 'not-converted' });
    return line;
  });
  if (speaksForItself(profile)) return { headers: read, dropped };
  const isOwnUui = ({ name }: HeaderLine): boolean =>
    profile.uuiHeader === 'User-to-User' ? isUserToUser(name) : isXUserToUser(name);
  const uui = convertLines(read, isOwnUui, 'User-to-User', {
    from: profile,
    to: rfcForm,
  });
  return { headers: uui.headers, dropped: [...dropped, ...uui.dropped] };
}

const rfcForm = profileOf('plain');

/** What the neighbour sends can be read without knowing that it comes from there. */
function speaksForItself({ uuiHeader, discriminator, encoding }: Profile): boolean {
  return uuiHeader === 'User-to-User' && discriminator !== 'none' && encoding === 'hex';
}

export interface WireTarget {
  readonly profile: Profile;
  /** Names and patterns of the lines that are data, besides those that always are. */
  readonly dataHeaders: readonly string[];
  /** What the neighbour that they come from leaves without `encoding` is text when it is no hex. */
  readonly bareText: boolean;
}

/** The lines as the neighbour wants them. The limits of Azure Communication Services are not looked at here. */
export function linesToWire(headers: readonly HeaderLine[], target: WireTarget): WireLines {
  const { profile } = target;
  const { percentEncode, reservedPrefixes, uuiHeader, maxUuiBytes } = profile;
  const dropped: Drop[] = [];
  let lines = headers;
  if (reservedPrefixes.length > 0) lines = withoutReserved(lines, profile, dropped);
  if (percentEncode) {
    lines = lines.map(line =>
      isCustomHeader(line.name, target.dataHeaders)
        ? { name: line.name, value: percentEncoded(unfold(line.value)) }
        : line,
    );
  }
  const converts = profile.convertUui || uuiHeader !== 'User-to-User';
  if (!converts && maxUuiBytes === undefined) return { headers: lines, dropped };
  const from = target.bareText ? bareTextForm : rfcForm;
  const uui = convertLines(lines, line => isUserToUser(line.name), uuiHeader, {
    from,
    ...(converts && { to: profile }),
    ...(maxUuiBytes !== undefined && { maxBytes: maxUuiBytes }),
  });
  return { headers: uui.headers, dropped: [...dropped, ...uui.dropped] };
}

const bareTextForm: Profile = { ...rfcForm, bareText: true };

function withoutReserved(
  headers: readonly HeaderLine[],
  { reservedPrefixes }: Profile,
  dropped: Drop[],
): readonly HeaderLine[] {
  return headers.filter(({ name }) => {
    const lower = name.toLowerCase();
    if (!reservedPrefixes.some(prefix => lower.startsWith(prefix))) return true;
    dropped.push({ key: name, code: 'reserved-header' });
    return false;
  });
}

/** The User-to-User lines among the headers converted, in their places; `name` where they are not called so already. */
function convertLines(
  headers: readonly HeaderLine[],
  isUui: (line: HeaderLine) => boolean,
  name: string,
  conversion: UuiConversion,
): WireLines {
  const uui = headers.filter(isUui);
  if (uui.length === 0) return { headers, dropped: [] };
  const { lines, dropped } = convertUui(
    uui.map(({ value }) => value),
    conversion,
  );
  let next = 0;
  const sent: HeaderLine[] = [];
  for (const line of headers) {
    if (!isUui(line)) {
      sent.push(line);
      continue;
    }
    const value = lines[next];
    next += 1;
    if (value === undefined) continue;
    sent.push({ name: line.name.length === name.length ? line.name : name, value });
  }
  return { headers: sent, dropped };
}

function keyOf(name: string, dataHeaders: readonly string[]): string {
  const custom = readCustomName(name, dataHeaders);
  return 'key' in custom ? custom.key : name;
}
