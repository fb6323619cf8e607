import { type Call, legsOf } from '../call/call.ts';
import { triggeredByRefer } from '../attached-data/refer-to.ts';
import type { CallSignal, Requested } from '../call/decide.ts';
import { firstValue } from '../call/header-lines.ts';
import { type ConnId, tenantOf } from '../call/ids.ts';
import { parseReplaces, type Replaces, replacesOf } from '../call/transfer/replaces.ts';
import { namedBy } from '../call/transfer/replacing.ts';
import type { SignalOf } from '../call/signal.ts';
import type { Decision } from '../call/turn.ts';
import type { CallStore } from '../ports.ts';
import type { Standing } from '../routing/who-is.ts';
import type { CallIndex } from './call-index.ts';
import type { FrontDoor } from './front-door.ts';

interface Parts {
  readonly door: FrontDoor;
  readonly index: CallIndex;
  readonly store: CallStore;
  readonly step: (connId: ConnId, signal: CallSignal) => Decision | undefined;
}

/** INVITEs that begin no call: their senders take the place of somebody who is on one (RFC 3891 §3). */
export class Replacements {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** True when it was one, which has been dealt with. */
  take(signal: SignalOf<'invited'>, standing: Standing): boolean {
    const replaces = replacesOf(signal.request.headers);
    if (replaces === 'none') return false;
    const { door } = this.#parts;
    const call = replaces === 'broken' ? undefined : this.named(replaces, standing.trunk.tenant);
    if (replaces === 'broken') door.refuse(signal, 'bad-replaces');
    else if (call === undefined) door.refuse(signal, 'replaces-unknown');
    else this.#replace(call, signal, standing, replaces);
    return true;
  }

  /** The call that has such a dialog, by its Call-ID. Those of other tenants are as unknown as those that are not there. */
  named({ callId }: Replaces, tenant: string): Call | undefined {
    const connId = this.#parts.index.callOfDialog(callId);
    return connId === undefined || tenantOf(connId) !== tenant ? undefined : this.#parts.store.get(connId);
  }

  /** A REFER with what it names by Replaces in its Refer-To, when that is a call of ours. */
  withJoinable(connId: ConnId, signal: SignalOf<'requested'>): Requested {
    if (signal.method !== 'REFER') return signal;
    const triggered = triggeredByRefer(signal.payload.headers, []);
    if (triggered.syntax === 'invalid') return signal;
    const value = firstValue(triggered.headers, 'replaces');
    const replaces = value === undefined ? undefined : parseReplaces(value);
    const call = replaces && this.named(replaces, tenantOf(connId));
    if (replaces === undefined || call === undefined) return signal;
    const replaced = namedBy(replaces, call)?.id;
    if (replaced === undefined) return signal;
    return { ...signal, joinable: { call, replaced, earlyOnly: replaces.earlyOnly } };
  }

  #replace(
    { connId }: Call,
    { leg, request }: SignalOf<'invited'>,
    standing: Standing,
    replaces: Replaces,
  ): void {
    const { index, step } = this.#parts;
    index.addLeg(connId, leg);
    const isNew = index.addDialog(connId, request.callId);
    const decision = step(connId, { type: 'replacing', leg, request, replaces, standing });
    const isOfCall = decision !== undefined && legsOf(decision.call).some(({ id }) => id === leg);
    if (isOfCall) return;
    index.dropLeg(connId, leg);
    if (isNew) index.dropDialog(connId, request.callId);
  }
}
