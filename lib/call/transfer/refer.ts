import type { Drop } from '../../attached-data/entry.ts';
import { isCustomHeader } from '../../attached-data/custom-name.ts';
import { type Triggered, triggeredByRefer } from '../../attached-data/refer-to.ts';
import { isUuiOnWire } from '../../attached-data/wire.ts';
import { splitList } from '../../engine/message/name-addr.ts';
import type { ErrorCode } from '../../errors.ts';
import { type Target, transferTargets } from '../../routing/route.ts';
import type { Trunk } from '../../routing/trunk.ts';
import { warning } from '../relay/capabilities.ts';
import { changeData, readReferData } from '../data/data.ts';
import { orAgent } from '../set-up/agent-wish.ts';
import { nextMaxForwards } from '../set-up/from-to.ts';
import { firstValue, isNamed } from '../header-lines.ts';
import { type Leg, standingOf } from '../leg.ts';
import { join, joinOf } from './join.ts';
import { openReferral } from './referral.ts';
import { respond } from '../relay/relay.ts';
import { retryAfter } from '../relay/relay-request.ts';
import type { HeaderLine, Payload, SignalOf } from '../signal.ts';
import type { Invitation } from './transfer.ts';
import { transferObstacle } from './transfer-obstacle.ts';
import { beginTransfer } from './transfer-target.ts';
import type { Turn } from '../turn.ts';

/** What a REFER wants, when it can be done. */
interface Referral {
  readonly targets: readonly Target[];
  readonly invitation: Invitation;
}

interface Refusal {
  readonly status: number;
  readonly code: ErrorCode;
  readonly text: string;
  readonly headers?: readonly HeaderLine[];
}

/**
 * REFER within the call (RFC 3515): its sender gives the other party to whom Refer-To names, and we carry that out. What
 * can be known at once to be impossible is refused at once; the rest is told by NOTIFY.
 */
export function onReferred(turn: Turn, known: Leg, { request, payload }: SignalOf<'requested'>): void {
  const { referrals } = known;
  const leg = turn.changeLeg(known, { referrals: { ...referrals, count: referrals.count + 1 } });
  const referral = readReferral(turn, leg, payload);
  if (referral !== 'join' && 'status' in referral) {
    const { status, code, text, headers = [] } = referral;
    respond(turn, leg.id, request, { status, payload: { headers: [...headers, warning(text)] } });
    turn.note({ note: 'transferRefused', leg: leg.id, status, code, reason: text });
    return;
  }
  const transferee = turn.peerOf(leg);
  if (transferee === undefined) return;
  const subscribes = !refusesSubscription(payload.headers);
  // RFC 4488 §4: said in the 2xx too.
  const headers = subscribes ? [] : [{ name: 'Refer-Sub', value: 'false' }];
  respond(turn, leg.id, request, { status: 202, payload: { headers } });
  if (subscribes)
    openReferral(turn, leg, { cseqNumber: cseqNumberOf(payload), forMs: lastsMs(turn, referral) });
  changeData(turn, leg, readReferData(turn, leg, payload).operations);
  if (referral === 'join') join(turn, { transferor: leg, transferee });
  else beginTransfer(turn, { mode: 'refer', transferor: leg, transferee, ...referral });
}

/** `join`: with the call that Replaces names. */
function readReferral(turn: Turn, leg: Leg, { headers }: Payload): Referral | Refusal | 'join' {
  const obstacle = transferObstacle(turn, leg);
  if (obstacle !== undefined)
    return { ...obstacle, headers: obstacle.status === 500 ? [retryAfter(turn)] : [] };
  // RFC 7332 §4: the INVITE is one more hop.
  const maxForwards = nextMaxForwards(headers);
  if (maxForwards === undefined) return { status: 483, code: 'too-many-hops', text: 'Max-Forwards is 0' };
  const triggered = triggeredByRefer(headers, leg.trunk.dataHeaders);
  // RFC 3515 §2.4.2: exactly one.
  if (triggered.syntax === 'invalid') return { status: 400, code: 'bad-refer-to', text: triggered.reason };
  const joining = joinOf(turn);
  if (joining !== undefined)
    return 'status' in joining ? { ...joining, headers: [retryAfter(turn)] } : 'join';
  const { targetUri } = triggered;
  const standing = standingOf(leg, turn.call.standing);
  const route = orAgent(turn, targetUri, transferTargets(targetUri, standing, turn.env.routing));
  if ('refusal' in route) return route.refusal;
  noteForbidden(turn, leg, triggered);
  return {
    targets: route.targets,
    invitation: { ...invitationOf(headers, triggered, leg.trunk), maxForwards },
  };
}

type Readable = Exclude<Triggered, { syntax: 'invalid' }>;

/**
 * What crosses by itself, and what stands on the INVITE as it came: RFC 3892 §2.1 Referred-By, that of this REFER and none
 * other; RFC 3891 §3 Replaces, of a dialog that is not ours. Data is not here: it goes as the call has it.
 */
function invitationOf(
  headers: readonly HeaderLine[],
  { headers: embedded, refused }: Readable,
  trunk: Trunk,
): Pick<Invitation, 'headers' | 'verbatim'> {
  const honoured = embedded.filter(line => !refused.includes(line.name) && !isForbidden(line));
  const others = honoured.filter(line => !isData(line, trunk) && !isVerbatim(line));
  const verbatim: HeaderLine[] = [];
  const referredBy = firstValue(headers, 'referred-by') ?? firstValue(honoured, 'referred-by');
  if (referredBy !== undefined) verbatim.push({ name: 'Referred-By', value: referredBy });
  const replaces = firstValue(honoured, 'replaces');
  if (replaces !== undefined) verbatim.push({ name: 'Replaces', value: replaces });
  if (replaces !== undefined && requires(honoured, 'replaces'))
    verbatim.push({ name: 'Require', value: 'replaces' });
  return { headers: others, verbatim };
}

function isVerbatim(line: HeaderLine): boolean {
  return isNamed(line, 'referred-by') || isNamed(line, 'replaces') || isNamed(line, 'require');
}

function isData({ name }: HeaderLine, { dataHeaders, profile }: Trunk): boolean {
  return isCustomHeader(name, dataHeaders) || isUuiOnWire(name, profile);
}

/** Who the caller is asserted to be is not for a URI to say (RFC 3325 §5, RFC 8224 §4), nor what proves it. */
const identity = new Set(['p-asserted-identity', 'p-preferred-identity', 'identity', 'remote-party-id']);

function isForbidden({ name }: HeaderLine): boolean {
  const key = name.toLowerCase();
  return identity.has(key) || key.endsWith('authorization');
}

function noteForbidden(turn: Turn, leg: Leg, { headers, refused }: Readable): void {
  const names = [...refused, ...headers.filter(isForbidden).map(({ name }) => name)];
  const drops = names.map((key): Drop => ({ key, code: 'embedded-forbidden' }));
  if (drops.length > 0) turn.note({ note: 'dropped', leg: leg.id, drops });
}

function requires(headers: readonly HeaderLine[], tag: string): boolean {
  return splitList(firstValue(headers, 'require') ?? '').includes(tag);
}

/** RFC 4488 §4. */
function refusesSubscription(headers: readonly HeaderLine[]): boolean {
  return /^\s*false\s*(?:;|$)/i.test(firstValue(headers, 'refer-sub') ?? '');
}

function cseqNumberOf({ headers }: Payload): number {
  return Number.parseInt(firstValue(headers, 'cseq') ?? '', 10) || 0;
}

/** All targets, one after the other, and time for the last word. */
function lastsMs({ env, joinable }: Turn, referral: Referral | 'join'): number {
  const targets = referral === 'join' ? 1 + (joinable?.call.targets.length ?? 0) : referral.targets.length;
  return env.answerTimeoutMs * targets + 32_000;
}
