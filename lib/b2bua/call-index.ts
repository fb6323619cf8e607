import type { Call } from '../call/call.ts';
import type { ConnId } from '../call/ids.ts';
import type { Leg } from '../call/leg.ts';
import type { LegId, TimerName } from '../call/signal.ts';

interface CallEntry {
  legs: LegId[];
  /** SIP Call-IDs of its dialogs, as far as they are known. */
  callIds: string[];
  /** Running timers by name; the value stops one. */
  readonly timers: Map<string, () => void>;
  /** Takes back the question that somebody outside was asked about it. */
  withdraw: (() => void) | undefined;
}

/** Which legs, dialogs and timers belong to which call. Everything of a call goes with `close`. */
export class CallIndex {
  readonly #calls = new Map<ConnId, CallEntry>();
  readonly #byLeg = new Map<LegId, ConnId>();
  readonly #byCallId = new Map<string, ConnId>();

  open(connId: ConnId, leg: LegId): void {
    this.#calls.set(connId, { legs: [], callIds: [], timers: new Map(), withdraw: undefined });
    this.addLeg(connId, leg);
  }

  callOf(leg: LegId): ConnId | undefined {
    return this.#byLeg.get(leg);
  }

  legsOf(connId: ConnId): readonly LegId[] {
    return this.#calls.get(connId)?.legs ?? [];
  }

  addLeg(connId: ConnId, leg: LegId): void {
    this.#calls.get(connId)?.legs.push(leg);
    this.#byLeg.set(leg, connId);
  }

  /** The call that a dialog of that Call-ID may be of; its tags are for the call to compare. */
  callOfDialog(callId: string): ConnId | undefined {
    return this.#byCallId.get(callId);
  }

  /** One that is known already stays where it is: nobody can take it away by using it again. Then it says false. */
  addDialog(connId: ConnId, callId: string): boolean {
    const entry = this.#calls.get(connId);
    if (entry === undefined || callId === '' || this.#byCallId.has(callId)) return false;
    entry.callIds.push(callId);
    this.#byCallId.set(callId, connId);
    return true;
  }

  /** A leg that we have dialled has its Call-ID from its first response on. */
  learnDialogs(before: Call, { connId, caller, callee, transfer }: Call): void {
    if (caller.callId !== before.caller.callId) this.addDialog(connId, caller.callId);
    if (callee !== undefined && callee.callId !== before.callee?.callId)
      this.addDialog(connId, callee.callId);
    const target = transfer?.target;
    if (target !== undefined && target.callId !== before.transfer?.target.callId)
      this.addDialog(connId, target.callId);
  }

  /** It has not become one of the call. */
  dropLeg(connId: ConnId, leg: LegId): void {
    const entry = this.#calls.get(connId);
    if (entry !== undefined) entry.legs = entry.legs.filter(other => other !== leg);
    this.#byLeg.delete(leg);
  }

  /** Nor its dialog. */
  dropDialog(connId: ConnId, callId: string): void {
    const entry = this.#calls.get(connId);
    if (entry !== undefined) entry.callIds = entry.callIds.filter(other => other !== callId);
    this.#byCallId.delete(callId);
  }

  /** From the call that it is of to another, with its dialog and its timers. */
  moveLeg({ id, callId }: Pick<Leg, 'id' | 'callId'>, to: ConnId): void {
    const from = this.#calls.get(this.#byLeg.get(id) ?? to);
    const entry = this.#calls.get(to);
    if (from === undefined || entry === undefined || from === entry) return;
    from.legs = from.legs.filter(other => other !== id);
    this.addLeg(to, id);
    if (from.callIds.includes(callId)) {
      from.callIds = from.callIds.filter(other => other !== callId);
      entry.callIds.push(callId);
      this.#byCallId.set(callId, to);
    }
    for (const [key, stop] of from.timers) {
      if (!key.endsWith(` ${id}`)) continue;
      from.timers.delete(key);
      entry.timers.set(key, stop);
    }
  }

  /** A timer of that name that runs is stopped. That of a leg which has moved is the new call's. */
  keepTimer(connId: ConnId, timer: TimerName, stop: () => void): void {
    this.stopTimer(connId, timer);
    this.#calls.get(this.#ownerOf(timer, connId))?.timers.set(keyOf(timer), stop);
  }

  #ownerOf(timer: TimerName, connId: ConnId): ConnId {
    return timer.kind === 'linger' ? connId : (this.#byLeg.get(timer.leg) ?? connId);
  }

  stopTimer(connId: ConnId, timer: TimerName): void {
    const timers = this.#calls.get(this.#ownerOf(timer, connId))?.timers;
    const key = keyOf(timer);
    timers?.get(key)?.();
    timers?.delete(key);
  }

  /** It has fired, for this call. */
  forgetTimer(connId: ConnId, timer: TimerName): ConnId {
    const owner = this.#ownerOf(timer, connId);
    this.#calls.get(owner)?.timers.delete(keyOf(timer));
    return owner;
  }

  /** It is taken back when the call is over. Undefined: it has been answered. */
  keepQuestion(connId: ConnId, withdraw: (() => void) | undefined): void {
    const entry = this.#calls.get(connId);
    if (entry !== undefined) entry.withdraw = withdraw;
  }

  close(connId: ConnId): void {
    const entry = this.#calls.get(connId);
    if (entry === undefined) return;
    for (const stop of entry.timers.values()) stop();
    entry.withdraw?.();
    for (const leg of entry.legs) this.#byLeg.delete(leg);
    for (const callId of entry.callIds) this.#byCallId.delete(callId);
    this.#calls.delete(connId);
  }

  /** Legs, Call-IDs and timers known; all are 0 when no call stands. */
  get counts(): { readonly legs: number; readonly dialogs: number; readonly timers: number } {
    let timers = 0;
    for (const entry of this.#calls.values()) timers += entry.timers.size;
    return { legs: this.#byLeg.size, dialogs: this.#byCallId.size, timers };
  }
}

function keyOf(timer: TimerName): string {
  return timer.kind === 'linger' ? timer.kind : `${timer.kind} ${timer.leg}`;
}
