import type { ErrorCode } from '../../errors.ts';
import { callerDn } from '../../routing/dn.ts';
import type { Standing } from '../../routing/who-is.ts';
import { type Call, legsOf } from '../call.ts';
import { unsupportedTags, warning } from '../relay/capabilities.ts';
import { nextMaxForwards } from '../set-up/from-to.ts';
import { type Leg, newLeg } from '../leg.ts';
import { beginReplacement } from './newcomer.ts';
import { type Replaces, viewOf } from './replaces.ts';
import { retryAfter } from '../relay/relay-request.ts';
import type { HeaderLine, LegId, NewRequest } from '../signal.ts';
import type { Turn } from '../turn.ts';

/** Not of this call yet: somebody calls to take the place of one of its two parties. */
export interface Replacing {
  readonly type: 'replacing';
  readonly leg: LegId;
  readonly request: NewRequest;
  readonly replaces: Replaces;
  readonly standing: Standing;
}

interface Refusal {
  readonly status: number;
  readonly code: ErrorCode;
  readonly text: string;
  readonly headers?: readonly HeaderLine[];
}

/** An INVITE with Replaces: refused, and the call is as it was, or its sender takes the place of a party. */
export function onReplacing(turn: Turn, { leg, request, replaces, standing }: Replacing): void {
  const refusal = requestRefusal(request) ?? dialogRefusal(turn, replaces);
  const replaced = namedBy(replaces, turn.call);
  const partner = replaced && turn.peerOf(replaced);
  if (refusal !== undefined || replaced === undefined || partner === undefined) {
    refuse(turn, leg, refusal ?? unknown);
    return;
  }
  const newcomer = newLeg({
    id: leg,
    role: replaced.role,
    dialled: false,
    dn: callerDn(request.from, request.headers, standing.trunk),
    address: request.from,
    trunk: standing.trunk,
    callId: request.callId,
    stream: request.source.protocol.toLowerCase() !== 'udp',
  });
  beginReplacement(turn, { newcomer: { ...newcomer, broughtBy: replaced.dn }, replaced, partner, request });
}

/**
 * The party that the newcomer is to replace. Whoever names a dialog of ours from our point of view means its peer; from the
 * peer's point of view, the one behind us, whom the peer talks to.
 */
export function namedBy(replaces: Replaces, call: Call): Leg | undefined {
  const { caller, callee } = call;
  for (const leg of legsOf(call)) {
    const view = viewOf(replaces, leg);
    if (view === 'ours') return leg;
    if (view === 'peers' && (leg === caller || leg === callee)) return leg === caller ? callee : caller;
  }
  return undefined;
}

function refuse(turn: Turn, leg: LegId, { status, code, text, headers = [] }: Refusal): void {
  turn.perform({ do: 'reject', leg, status, payload: { headers: [...headers, warning(text)] } });
  turn.note({ note: 'refused', leg, status, code, reason: text });
}

/** As for any INVITE. */
function requestRefusal({ headers }: NewRequest): Refusal | undefined {
  if (nextMaxForwards(headers) === undefined)
    return { status: 483, code: 'too-many-hops', text: 'Max-Forwards is 0' };
  const tags = unsupportedTags(headers);
  if (tags === '') return undefined;
  const unsupported = [{ name: 'Unsupported', value: tags }];
  return { status: 420, code: 'unsupported-extension', text: `Require: ${tags}`, headers: unsupported };
}

const unknown: Refusal = { status: 481, code: 'replaces-unknown', text: 'no dialog that could be replaced' };

const tooMany: Refusal = {
  status: 483,
  code: 'too-many-transfers',
  text: 'the call has been transferred too often',
};

/** RFC 3891 §3: what the state of the dialog says. */
function dialogRefusal(turn: Turn, replaces: Replaces): Refusal | undefined {
  const { call } = turn;
  const replaced = namedBy(replaces, call);
  if (replaced === undefined) return unknown;
  const busy = { status: 500, code: 'transfer-under-way', text: 'the call is just changing' } as const;
  const comeBack = { ...busy, headers: [retryAfter(turn)] };
  if (call.transfer !== undefined) return comeBack;
  if (call.state === 'released' || replaced.state.is === 'ended' || turn.peerOf(replaced) === undefined)
    return { status: 603, code: 'replaces-ended', text: 'the dialog has ended' };
  const isAnswered = call.state === 'established' || call.state === 'answered';
  if (isAnswered && replaces.earlyOnly)
    return { status: 486, code: 'replaces-answered', text: 'early-only, and the dialog is answered' };
  // One that is being set up can be replaced by who has been called, and not by who calls.
  if (!isAnswered && !(replaced.dialled && replaced.role === 'callee')) return unknown;
  if (call.transfers >= turn.env.maxTransfers) return tooMany;
  return isReady(turn, replaced) ? undefined : comeBack;
}

/**
 * Between the answer and its ACK nobody can be replaced; nor before the answer where the API has called both: the first
 * party has no INVITE that could be answered.
 */
function isReady({ call }: Turn, { state }: Leg): boolean {
  if (call.state !== 'established')
    return call.state !== 'answered' && call.origination === undefined && state.is === 'early';
  return call.caller.state.is === 'confirmed' && call.callee?.state.is === 'confirmed';
}
