import { detached } from './bytes.ts';
import { isToken } from './token.ts';

/** The header fields we know the spelling of; IANA's list as far as calls, events and registrations use it. */
const KNOWN_NAMES = [
  ...[
    'Accept',
    'Accept-Contact',
    'Accept-Encoding',
    'Accept-Language',
    'Accept-Resource-Priority',
    'Alert-Info',
  ],
  ...['Allow', 'Allow-Events', 'Answer-Mode', 'Authentication-Info', 'Authorization', 'Call-ID', 'Call-Info'],
  ...[
    'Cellular-Network-Info',
    'Contact',
    'Content-Disposition',
    'Content-Encoding',
    'Content-ID',
    'Content-Language',
  ],
  ...[
    'Content-Length',
    'Content-Type',
    'CSeq',
    'Date',
    'Diversion',
    'Encryption',
    'Error-Info',
    'Event',
    'Expires',
  ],
  ...[
    'Feature-Caps',
    'Flow-Timer',
    'From',
    'Geolocation',
    'Geolocation-Error',
    'Geolocation-Routing',
    'History-Info',
  ],
  ...['Identity', 'Identity-Info', 'In-Reply-To', 'Info-Package', 'Join', 'Max-Breadth', 'Max-Forwards'],
  ...[
    'MIME-Version',
    'Min-Expires',
    'Min-SE',
    'Organization',
    'P-Access-Network-Info',
    'P-Asserted-Identity',
  ],
  ...['P-Asserted-Service', 'P-Associated-URI', 'P-Called-Party-ID', 'P-Charging-Function-Addresses'],
  ...['P-Charging-Vector', 'P-Early-Media', 'P-Preferred-Identity', 'P-Preferred-Service', 'P-Served-User'],
  ...['P-Visited-Network-ID', 'Path', 'Permission-Missing', 'Priority', 'Privacy', 'Proxy-Authenticate'],
  ...['Proxy-Authentication-Info', 'Proxy-Authorization', 'Proxy-Require', 'RAck', 'Reason', 'Record-Route'],
  ...['Recv-Info', 'Refer-Sub', 'Refer-To', 'Referred-By', 'Reject-Contact', 'Remote-Party-ID', 'Replaces'],
  ...[
    'Reply-To',
    'Request-Disposition',
    'Require',
    'Resource-Priority',
    'Response-Key',
    'Retry-After',
    'Route',
  ],
  ...[
    'RSeq',
    'Security-Client',
    'Security-Server',
    'Security-Verify',
    'Server',
    'Service-Route',
    'Session-Expires',
  ],
  ...[
    'Session-ID',
    'SIP-ETag',
    'SIP-If-Match',
    'Subject',
    'Subscription-State',
    'Supported',
    'Suppress-If-Match',
  ],
  ...[
    'Target-Dialog',
    'Timestamp',
    'To',
    'Trigger-Consent',
    'Unsupported',
    'User-Agent',
    'User-to-User',
    'Via',
  ],
  ...['Warning', 'WWW-Authenticate'],
];

/** RFC 3261 §7.3.3 and the later registrations in IANA's table "SIP Header Fields": all compact forms there are. */
const COMPACT_FORMS: readonly (readonly [string, string])[] = [
  ['a', 'accept-contact'],
  ['b', 'referred-by'],
  ['c', 'content-type'],
  ['d', 'request-disposition'],
  ['e', 'content-encoding'],
  ['f', 'from'],
  ['i', 'call-id'],
  ['j', 'reject-contact'],
  ['k', 'supported'],
  ['l', 'content-length'],
  ['m', 'contact'],
  ['n', 'identity-info'],
  ['o', 'event'],
  ['r', 'refer-to'],
  ['s', 'subject'],
  ['t', 'to'],
  ['u', 'allow-events'],
  ['v', 'via'],
  ['x', 'session-expires'],
  ['y', 'identity'],
];

const canonicalNames = new Map(KNOWN_NAMES.map(name => [name.toLowerCase(), name]));

/** Names come from the wire: past this many different spellings nothing more is remembered. */
const MAX_SPELLINGS = 1_024;
const MAX_REMEMBERED_BYTES = 64;

/** A property name is an interned string: keys are compared with literals all the time, and then by address alone. */
const interned = (text: string): string => Object.keys({ [text]: true })[0] ?? text;

/** Spellings seen, each a token, and their keys. */
const keys = new Map<string, string>();
for (const name of KNOWN_NAMES) {
  const key = interned(name.toLowerCase());
  keys.set(key, key).set(name, key).set(name.toUpperCase(), key);
}
for (const [compact, key] of COMPACT_FORMS) keys.set(compact, key).set(compact.toUpperCase(), key);

/** The look-up form of a header name: lower case, compact forms expanded (RFC 3261 §7.3.3). */
export function keyOf(name: string): string {
  return keys.get(name) ?? learnKey(name);
}

/** The same, or undefined when the name is no token. */
export function keyOfToken(name: string): string | undefined {
  return keys.get(name) ?? (isToken(name) ? learnKey(name) : undefined);
}

function learnKey(name: string): string {
  const lower = name.toLowerCase();
  const key = keys.get(lower) ?? lower;
  if (keys.size < MAX_SPELLINGS && name.length <= MAX_REMEMBERED_BYTES && isToken(name)) {
    keys.set(detached(name), interned(key));
  }
  return key;
}

/** The usual spelling of a known header; undefined for `X-` and other names we do not know: those stay as they came. */
export function canonicalName(key: string): string | undefined {
  return canonicalNames.get(key);
}
