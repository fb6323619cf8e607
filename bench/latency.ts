import type { CapturedDatagram } from '../support/pcap.ts';

/** What a system added, milliseconds, one value for each call. */
export interface AddedLatency {
  /** From the caller's INVITE's arrival to the callee's INVITE's leaving. */
  readonly inviteMs: readonly number[];
  /** From the arrival of the callee's 200 to that INVITE to the leaving of the caller's. */
  readonly answerMs: readonly number[];
}

interface SeenCall {
  inviteInUs?: number;
  answerInUs?: number;
}

/** The header whose value is the call's own and crosses the system; a B2BUA gives the other leg a Call-ID of its own. */
const mark = 'x-ms-custom-foo';

/**
 * Matches what came to the system's port with what left it. Copies of a message count once, and what has no partner not at all.
 */
export function addedLatency(datagrams: readonly CapturedDatagram[], systemPort: number): AddedLatency {
  const calls = new Map<string, SeenCall>();
  /** By Call-ID of either leg. */
  const markOf = new Map<string, string>();
  const inviteMs: number[] = [];
  const answerMs: number[] = [];
  for (const { atUs, fromPort, toPort, body } of datagrams) {
    const message = new SipLines(body.toString('latin1'));
    if (!message.isInvite && !message.isAnswer) continue;
    const key = message.isInvite ? message.value(mark) : markOf.get(message.value('call-id'));
    if (key === undefined) continue;
    if (message.isInvite) markOf.set(message.value('call-id'), key);
    const call: SeenCall = calls.get(key) ?? {};
    calls.set(key, call);
    if (toPort === systemPort) {
      if (message.isInvite) call.inviteInUs ??= atUs;
      else call.answerInUs ??= atUs;
    } else if (fromPort === systemPort) {
      if (message.isInvite && call.inviteInUs !== undefined) {
        inviteMs.push((atUs - call.inviteInUs) / 1000);
        call.inviteInUs = Number.NaN;
      } else if (message.isAnswer && call.answerInUs !== undefined) {
        answerMs.push((atUs - call.answerInUs) / 1000);
        call.answerInUs = Number.NaN;
      }
    }
  }
  const known = (ms: number): boolean => !Number.isNaN(ms);
  return { inviteMs: inviteMs.filter(known), answerMs: answerMs.filter(known) };
}

class SipLines {
  readonly #lines: readonly string[];

  constructor(text: string) {
    this.#lines = text.split('\r\n');
  }

  get isInvite(): boolean {
    return this.#lines[0]?.startsWith('INVITE ') === true;
  }

  get isAnswer(): boolean {
    return this.#lines[0]?.startsWith('SIP/2.0 200') === true && this.value('cseq').endsWith(' INVITE');
  }

  /** Empty when there is none. */
  value(name: string): string {
    const line = this.#lines.find(text => text.toLowerCase().startsWith(`${name}:`)) ?? '';
    return line.slice(name.length + 1).trim();
  }
}
