import { type Call, isOver } from '../call/call.ts';
import type { CallSignal } from '../call/decide.ts';
import type { ConnId } from '../call/ids.ts';
import { sipReason } from '../call/relay/capabilities.ts';
import { emptyPayload } from '../call/relay/relay.ts';
import type { Signal, SignallingEffect, TimerName } from '../call/signal.ts';
import type { Decision } from '../call/turn.ts';
import type { IncomingCall } from '../events/incoming-call.ts';
import type { CallIndex } from './call-index.ts';
import { callFields } from './note-book.ts';
import type { B2buaParts } from './options.ts';

interface Parts extends Pick<B2buaParts, 'clock' | 'log' | 'screening' | 'signalling'> {
  readonly index: CallIndex;
  /** Something for a call, which is to come in its turn. The signal is made when that has come. */
  readonly later: (connId: ConnId, signal: () => CallSignal) => void;
  /** Data of the call that is held by who has begun this one. */
  readonly heldData: (connId: ConnId) => Call['data'] | undefined;
}

/** Carries out what has been decided: on the wire, by the clock, and by asking somebody outside. */
export class Performer {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  act({ call, effects }: Pick<Decision, 'call' | 'effects'>): void {
    const { index } = this.#parts;
    for (const effect of effects) {
      if (effect.do === 'startTimer') this.#startTimer(call.connId, effect.timer, effect.delayMs);
      else if (effect.do === 'askDecision') this.#askDecision(call.connId, effect.incoming);
      else if (effect.do === 'stopTimer') index.stopTimer(call.connId, effect.timer);
      else {
        if (effect.do === 'invite') index.addLeg(call.connId, effect.leg);
        this.perform(effect, call);
      }
    }
    if (isOver(call)) index.close(call.connId);
  }

  /** Without a call: of a leg that no call knows. */
  perform(effect: SignallingEffect, call?: Call): void {
    const { log, signalling } = this.#parts;
    if (log.isLevelEnabled('debug')) {
      const fields = call === undefined ? { leg: effect.leg } : callFields(call, effect.leg);
      log.debug({ ...fields, effect }, 'effect');
    }
    signalling.perform(effect);
  }

  /** Nobody knows the leg any more: the peer must not be left waiting. */
  answerUnknown(signal: Signal): void {
    if (signal.type === 'requested') {
      const { leg, request } = signal;
      this.perform({ do: 'respond', leg, request, status: 481, payload: emptyPayload });
    } else if (signal.type === 'answered') {
      const { leg } = signal;
      this.perform({ do: 'acknowledge', leg, payload: emptyPayload });
      this.perform({ do: 'hangUp', leg, headers: [] });
    }
  }

  /** Of a call about which nothing can be decided, its end included. */
  endByForce({ connId, caller }: Call): void {
    const { index } = this.#parts;
    const headers = [sipReason(500, 'internal error')];
    this.perform({ do: 'reject', leg: caller.id, status: 500, payload: { headers } });
    for (const leg of index.legsOf(connId)) this.perform({ do: 'hangUp', leg, headers });
    index.close(connId);
  }

  #startTimer(connId: ConnId, timer: TimerName, delayMs: number): void {
    const { clock, index, later } = this.#parts;
    const cancel = clock.after(delayMs, () => {
      later(index.forgetTimer(connId, timer), () => ({ type: 'timerFired', timer }));
    });
    index.keepTimer(connId, timer, cancel);
  }

  #askDecision(connId: ConnId, incoming: IncomingCall): void {
    const { index, later, heldData, screening } = this.#parts;
    const withdraw = screening?.ask(incoming, verdict => {
      index.keepQuestion(connId, undefined);
      later(connId, () => {
        const held = heldData(connId);
        return { type: 'decided', verdict, ...(held !== undefined && { held }) };
      });
    });
    index.keepQuestion(connId, withdraw);
  }
}
