import type { HeaderLine, NewRequest } from '../call/signal.ts';
import type { Standing } from '../routing/who-is.ts';
import { addressOfRecord } from './aor.ts';
import type { DnKey } from './binding.ts';
import { type DigestCheck, mayRegister } from './digest-check.ts';
import type { Refusal } from './limits.ts';

/** What tells whose DN is whose. */
export interface SenderRules {
  /** Whether a host is this server, or a domain that it serves. */
  readonly isOwnHost: (host: string) => boolean;
  /** Absent: nobody is asked for credentials. */
  readonly digest?: Pick<DigestCheck, 'check'>;
}

export type SenderVerdict =
  | { readonly is: 'accepted'; readonly key: DnKey }
  /** To be answered 401. */
  | { readonly is: 'challenged'; readonly headers: readonly HeaderLine[] }
  | { readonly is: 'refused'; readonly refusal: Refusal };

/** Whose DN it is about (the user of To), when its sender may speak for that. */
export function judgeSender(
  request: Pick<NewRequest, 'method' | 'headers' | 'requestUri' | 'from' | 'to'>,
  { trunk: { tenant, network } }: Standing,
  nowMs: number,
  { digest, isOwnHost }: SenderRules,
): SenderVerdict {
  const checked = digest?.check(request, tenant, nowMs);
  if (checked !== undefined && checked.is !== 'accepted') return checked;
  const aor = addressOfRecord(request, isOwnHost);
  if ('code' in aor) return { is: 'refused', refusal: aor };
  const { dn, isOwn } = aor;
  if (checked === undefined ? !isOwn : !mayRegister(checked.user, dn))
    return forbidden(`not a DN of the sender: ${dn}`);
  // Whoever calls in from the world may not become one of our DNs by saying so.
  if (checked === undefined && network) return forbidden('the outside world needs credentials');
  return { is: 'accepted', key: { tenant, dn } };
}

function forbidden(text: string): SenderVerdict {
  return { is: 'refused', refusal: { code: 'register-forbidden', text } };
}
