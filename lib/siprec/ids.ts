/**
 * RFC 7865 §6.10: things are named by UUIDs, base64 of their 16 octets. `hexDigits`: 32 random ones. RFC 9562 §5.4: version 4.
 */
export function randomId(hexDigits: string): string {
  const variant = (8 + (Number.parseInt(hexDigits.charAt(16), 16) % 4)).toString(16);
  return base64Of(`${hexDigits.slice(0, 12)}4${hexDigits.slice(13, 16)}${variant}${hexDigits.slice(17, 32)}`);
}

/** What a name in `idOf` names: the same 16 digits may be a call and a story of calls. */
export type Named = 'session' | 'group';
const marks: Readonly<Record<Named, string>> = { session: '00000000000001', group: '00000000000002' };

/**
 * The same for the same 16 hex digits, so that two recordings of one call name the same session. RFC 9562 §5.8: version 8 has
 * whatever its maker likes.
 */
export function idOf(named: Named, hexDigits: string): string {
  const head = `${hexDigits.slice(0, 12)}8${hexDigits.slice(12, 15)}`;
  return base64Of(`${head}8${hexDigits.slice(15, 16)}${marks[named]}`);
}

function base64Of(hexDigits: string): string {
  let octets = '';
  for (let at = 0; at < hexDigits.length; at += 2)
    octets += String.fromCharCode(Number.parseInt(hexDigits.slice(at, at + 2), 16));
  return btoa(octets);
}
