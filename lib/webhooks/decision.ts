import type { ScreeningVerdict } from '../call/set-up/screening.ts';
import { consultRules } from '../routing/trunk.ts';
import { parseTargetUri } from '../routing/target-uri.ts';

const maxReasonLength = 128;

const invalid: ScreeningVerdict = { action: 'none', code: 'decision-invalid' };

/**
 * What a receiver answered about a call: `{"action": "answer"}`, `{"action": "redirect", "target": "sip:…"}` or
 * `{"action": "reject", "status": 486, "reason": "…"}`; status is 403 when it is absent. The first two may say `"consult": "joint"`.
 * Other members are left aside.
 */
export function parseDecision(text: string): ScreeningVerdict {
  const decision = parseObject(text);
  switch (decision?.['action']) {
    case 'answer':
      return consulting(decision, { action: 'answer' });
    case 'redirect':
      return consulting(decision, redirect(decision['target']));
    case 'reject':
      return reject(decision);
    default:
      return invalid;
  }
}

/** What a call that is allowed has of the data of one that its caller holds. */
function consulting(
  { consult }: Readonly<Record<string, unknown>>,
  verdict: ScreeningVerdict,
): ScreeningVerdict {
  if (consult === undefined || (verdict.action !== 'answer' && verdict.action !== 'redirect')) return verdict;
  const rule = consultRules.find(each => each === consult);
  return rule === undefined ? invalid : { ...verdict, consult: rule };
}

function redirect(target: unknown): ScreeningVerdict {
  if (typeof target !== 'string') return invalid;
  const uri = parseTargetUri(target.trim());
  return uri instanceof Error ? invalid : { action: 'redirect', target: uri };
}

function reject({ status = 403, reason }: Readonly<Record<string, unknown>>): ScreeningVerdict {
  if (typeof status !== 'number' || !Number.isInteger(status) || status < 400 || status > 699) return invalid;
  if (reason === undefined) return { action: 'reject', status };
  return isPhrase(reason) ? { action: 'reject', status, reason } : invalid;
}

/** RFC 3261 §25.1, Reason-Phrase: it stands in the status line, so no control character may be in it. */
function isPhrase(reason: unknown): reason is string {
  return typeof reason === 'string' && reason.length <= maxReasonLength && !/\p{Cc}/u.test(reason);
}

function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}
