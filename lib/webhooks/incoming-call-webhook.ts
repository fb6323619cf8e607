import type { ScreeningRules, ScreeningVerdict } from '../call/set-up/screening.ts';
import type { IncomingCall } from '../events/incoming-call.ts';
import type { CallScreening } from '../ports.ts';
import { cloudEventJson } from './cloud-event.ts';
import { parseDecision } from './decision.ts';
import type { Endpoint } from './endpoint.ts';

export interface IncomingCallOptions {
  readonly rules: ScreeningRules;
  readonly endpoint: Pick<Endpoint, 'ask' | 'close'>;
  /** CloudEvents attribute: who asks. */
  readonly source: string;
  readonly nowMs: () => number;
}

const missing: ScreeningVerdict = { action: 'none', code: 'decision-missing' };
const invalid: ScreeningVerdict = { action: 'none', code: 'decision-invalid' };

/** Asks a receiver about each call by a CloudEvent `baton.IncomingCall`; its answer is the decision. */
export class IncomingCallWebhook implements CallScreening {
  readonly rules: ScreeningRules;
  readonly #options: IncomingCallOptions;

  constructor(options: IncomingCallOptions) {
    this.rules = options.rules;
    this.#options = options;
  }

  ask(incoming: IncomingCall, onVerdict: (verdict: ScreeningVerdict) => void): () => void {
    const withdrawal = new AbortController();
    void this.#decisionOf(incoming, withdrawal.signal).then(verdict => {
      if (!withdrawal.signal.aborted) onVerdict(verdict);
    });
    return () => withdrawal.abort();
  }

  async stop(): Promise<void> {
    await this.#options.endpoint.close();
  }

  /** Never rejects. */
  async #decisionOf(incoming: IncomingCall, withdrawn: AbortSignal): Promise<ScreeningVerdict> {
    const { endpoint, source, nowMs } = this.#options;
    const id = incoming.serverCallId;
    const type = 'baton.IncomingCall';
    const dataJson = JSON.stringify(incoming);
    const body = cloudEventJson({ id, source, type, subject: id, timeMs: nowMs(), dataJson });
    const reply = await endpoint.ask({ id, body }, withdrawn);
    if (reply.kind === 'failed' || reply.status < 200 || reply.status > 299) return missing;
    return reply.text === undefined ? invalid : parseDecision(reply.text);
  }
}
