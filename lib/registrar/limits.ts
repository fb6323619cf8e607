import type { HeaderLine } from '../call/signal.ts';
import type { ErrorCode } from '../errors.ts';

/** What may be registered; config section `registrar`. */
export interface RegisterLimits {
  /** RFC 3261 §10.3 step 7: a contact for less is refused. */
  readonly minExpiresS: number;
  /** One for longer is taken for this long. */
  readonly maxExpiresS: number;
  /** One that does not say for how long. */
  readonly defaultExpiresS: number;
  /** Of one DN. */
  readonly maxContacts: number;
}

/** Why a REGISTER, or a SUBSCRIBE, is not carried out. Its SIP status is that of the code. */
export interface Refusal {
  readonly code: ErrorCode;
  /** For people: Warning, and the log. */
  readonly text: string;
  readonly headers?: readonly HeaderLine[];
}

export function badRegister(text: string): Refusal {
  return { code: 'bad-register', text };
}
