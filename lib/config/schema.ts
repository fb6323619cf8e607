import { z } from 'zod';
import { mergeRules } from '../attached-data/merge.ts';
import { profileOf } from '../attached-data/profile.ts';
import { noRename } from '../attached-data/rename.ts';
import { isToken } from '../engine/message/token.ts';
import { parseListenAddress, parseSocketAddress } from '../engine/transport/address.ts';
import { scopes } from '../http/bearer.ts';
import { parseTargetUri } from '../routing/target-uri.ts';
import { consultRules, registeredWord } from '../routing/trunk.ts';
import { parseSignallingUrl } from '../signalling/signalling-url.ts';
import { parseCidrText, parseExternalHost } from './address.ts';
import { count, durationMs, listOf, name, oneOf, parsed, spanMs, splitAtCommas } from './field.ts';
import { kafka } from './kafka.ts';
import { keyRules } from './key-rules.ts';
import { parseNumberPattern } from './number-pattern.ts';
import { notifyMode, profile, rename, transferMode } from './profile-schema.ts';
import { media, recording } from './recording.ts';
import { messageWaiting, registrar } from './registrar.ts';
import { webhooks } from './webhooks.ts';

const headerName = parsed(parseHeaderName);
const cidrList = listOf(parsed(parseCidrText));

const trunk = z.strictObject({
  name,
  sources: cidrList.refine(list => list.length > 0, 'at least one source address'),
  tenant: name.optional(),
  profile: profile.default(profileOf('plain')),
  // The profile's when they are not named.
  notify: notifyMode.exactOptional(),
  transfer: transferMode.exactOptional(),
  rename: rename.default(noRename),
  network: z.boolean().default(false),
  dataHeaders: listOf(parsed(parseHeaderPattern)).default([]),
  redirects: oneOf(['relay', 'follow']).default('relay'),
  fromHost: oneOf(['own', 'keep', 'target']).default('own'),
  referTo: oneOf(['uri', 'routes']).default('uri'),
  dnFrom: oneOf(['from', 'p-asserted-identity']).default('from'),
  // As its profile has it when it is not named.
  delayedOffer: z.boolean().exactOptional(),
  notifyKeys: z
    .strictObject({ allow: z.array(z.string()).exactOptional(), deny: z.array(z.string()).exactOptional() })
    .exactOptional(),
  blockHeaders: listOf(headerName).default([]),
});

const route = z.strictObject({
  trunk: name.exactOptional(),
  number: parsed(parseNumberPattern).exactOptional(),
  targets: listOf(parsed(parseRouteTarget)).refine(list => list.length > 0, 'at least one target'),
  targetTrunk: name.exactOptional(),
  consult: oneOf(consultRules).exactOptional(),
  merged: oneOf(mergeRules).exactOptional(),
});

const sip = z.strictObject({
  listen: listOf(parsed(parseListenAddress)).refine(
    list => list.length > 0,
    'at least one address to listen on',
  ),
  external: parsed(text => (text === '' ? undefined : parseExternalHost(text))),
  t1Ms: durationMs,
  t2Ms: durationMs,
  t4Ms: durationMs,
  timerCMs: durationMs,
  maxMessageBytes: z.int().min(1_300).max(1_048_576),
  maxServerTransactions: count,
  maxDelayMs: spanMs,
  tcp: z.strictObject({ connectTimeoutMs: durationMs, idleTimeoutMs: durationMs, maxConnections: count }),
});

const tokenRule = 'a token has at least 16 characters, those of RFC 6750 §2.1';
const tokenText = z.string().regex(/^[A-Za-z0-9._~+/=-]{16,}$/, tokenRule);

const token = z.union(
  [
    tokenText,
    z.strictObject({
      token: tokenText,
      scopes: z.array(oneOf(scopes)),
      tenant: name.exactOptional(),
    }),
  ],
  {
    error: issue =>
      typeof issue.input === 'string'
        ? tokenRule
        : `expected a token, or {token, scopes, tenant} with scopes of ${scopes.join(', ')}`,
  },
);

/** Every key of config/default.yaml; what has a parser comes out as the program works with it. */
export const configSchema = z.strictObject({
  node: name,
  tenant: name,
  signalling: parsed(parseSignallingUrl),
  sip,
  engine: z.strictObject({
    control: z.strictObject({ listen: parsed(parseSocketAddress), secret: z.string(), graceMs: durationMs }),
  }),
  target: parsed(text => (text === '' ? undefined : parseTargetUri(text))),
  trusted: cidrList,
  relay: z.strictObject({ anyTarget: oneOf(['loopback', 'always', 'never']) }),
  trunks: z.array(trunk),
  routes: z.array(route),
  registrar,
  messageWaiting,
  state: z.strictObject({ directory: z.string().min(1) }),
  call: z.strictObject({
    answerTimeoutMs: durationMs,
    maxCalls: count,
    maxTransfers: count,
    onShutdown: oneOf(['bye', 'keep']),
    drainMs: spanMs,
  }),
  // 65,535 is the largest that T-Library's `user-data-limit` takes.
  attachedData: z.strictObject({
    packedLimitBytes: z.int().min(1).max(65_535),
    retainAfterReleaseMs: spanMs,
    maxRetainedCalls: count,
    keys: keyRules,
  }),
  notify: z.strictObject({
    maxBytes: z.int().min(200).max(65_535),
    queueLimit: count,
    timeoutMs: durationMs,
  }),
  http: z.strictObject({
    listen: parsed(text => (text === 'off' ? ('off' as const) : parseSocketAddress(text))),
    tokens: z
      .union([z.string().transform(splitAtCommas), z.array(z.unknown())], {
        error: 'expected a list of tokens',
      })
      .pipe(z.array(token)),
    rateLimit: z.strictObject({ perSecond: count, refusedPerSecond: count }),
  }),
  events: z.strictObject({
    ring: z.strictObject({ maxEvents: count.max(1_000_000), maxBytes: count }),
    subscriber: z.strictObject({ maxEvents: count, maxBytes: count }),
    maxSubscribers: count,
    heartbeatMs: durationMs,
  }),
  agents: z.strictObject({ maxAgents: count.max(1_000_000) }),
  webhooks,
  kafka,
  media,
  recording,
  log: z.strictObject({
    level: oneOf(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']),
    userData: z.boolean(),
  }),
});

/** Header names compare case-insensitively (RFC 3261 §7.3.1): lower case is what the program works with. */
function parseHeaderName(text: string): string | Error {
  return isToken(text) ? text.toLowerCase() : new Error(`"${text}" is no header name`);
}

function parseRouteTarget(text: string): string | Error {
  return text === registeredWord ? text : parseTargetUri(text);
}

function parseHeaderPattern(text: string): string | Error {
  const isPattern = /^x-/i.test(text) && isToken(text) && !text.slice(0, -1).includes('*');
  return isPattern ? text : new Error(`"${text}": expected an X- header, with a * at the end or without`);
}
