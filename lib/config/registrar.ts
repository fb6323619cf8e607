import { z } from 'zod';
import { isHost } from '../engine/message/host.ts';
import { type DigestAlgorithm, digestAlgorithms } from '../registrar/digest-credentials.ts';
import { count, durationMs, listOf, name, oneOf, parsed, spanMs } from './field.ts';

/** RFC 3261 §10.3 step 7: what lasts an hour is never too brief. */
const anHourS = 3600;
/** Nobody may count on a contact for longer than a week. */
const aWeekS = 604_800;

const hexDigits: Readonly<Record<DigestAlgorithm, number>> = { 'SHA-256': 64, MD5: 32 };

function ha1(algorithm: DigestAlgorithm) {
  const digits = hexDigits[algorithm];
  const rule = new RegExp(`^[0-9a-fA-F]{${digits}}$`);
  return z.string().regex(rule, `expected ${digits} hex digits`).exactOptional();
}

/** What may stand between quotes in a challenge, and between colons in what is hashed. */
const quotable = z
  .string()
  .regex(/^[^\0-\x1f\x7f":\\]{1,128}$/, 'expected up to 128 characters without quotes and colons');

const user = z.strictObject({
  name: quotable,
  password: z.string().min(1).exactOptional(),
  ha1: z.strictObject({ 'SHA-256': ha1('SHA-256'), MD5: ha1('MD5') }).exactOptional(),
  dns: listOf(z.string()).exactOptional(),
  tenant: name.exactOptional(),
});

const section = z.strictObject({
  enabled: z.boolean(),
  domains: listOf(parsed(parseDomain)),
  minExpiresS: count.max(anHourS),
  maxExpiresS: count.max(aWeekS),
  defaultExpiresS: count.max(aWeekS),
  maxContacts: count.max(100),
  maxBindings: count.max(1_000_000),
  perSecond: count,
  digest: z.strictObject({
    realm: quotable,
    algorithms: listOf(oneOf(digestAlgorithms)).refine(list => list.length > 0, 'at least one algorithm'),
    nonceLifetimeMs: durationMs,
    users: z.array(user),
  }),
  probe: z.strictObject({ intervalMs: spanMs, failures: count.max(100) }),
});

export const registrar = section.superRefine(
  ({ minExpiresS, maxExpiresS, defaultExpiresS, digest }, context) => {
    const refuse = (path: (string | number)[], message: string): void => {
      context.addIssue({ code: 'custom', path, message });
    };
    if (minExpiresS > maxExpiresS) refuse(['minExpiresS'], 'more than maxExpiresS');
    else if (defaultExpiresS < minExpiresS || defaultExpiresS > maxExpiresS)
      refuse(['defaultExpiresS'], 'expected a number from minExpiresS to maxExpiresS');
    const names = digest.users.map(each => `${each.tenant ?? ''}/${each.name}`);
    for (const [at, each] of digest.users.entries()) {
      const path = ['digest', 'users', at];
      if ((each.password === undefined) === (each.ha1 === undefined))
        refuse(path, 'expected password or ha1');
      for (const algorithm of digest.algorithms)
        if (each.ha1 !== undefined && each.ha1[algorithm] === undefined)
          refuse([...path, 'ha1'], `${algorithm} is missing`);
      if (names.indexOf(names[at] ?? '') < at) refuse([...path, 'name'], `"${each.name}" is an earlier user`);
    }
  },
);

/** Phones that subscribe to the messages of their DN. RFC 6665 §4.2.1.1: what lasts an hour is never too brief. */
export const messageWaiting = z
  .strictObject({
    enabled: z.boolean(),
    minExpiresS: count.max(anHourS),
    maxExpiresS: count.max(aWeekS),
    maxSubscriptions: count.max(1_000_000),
    maxPerDn: count.max(1000),
    perSecond: count,
  })
  .refine(({ minExpiresS, maxExpiresS }) => minExpiresS <= maxExpiresS, {
    path: ['minExpiresS'],
    message: 'more than maxExpiresS',
  });

/** Host names compare without regard to letter case. */
function parseDomain(text: string): string | Error {
  return isHost(text) ? text.toLowerCase() : new Error(`"${text}": expected a host name or an address`);
}
