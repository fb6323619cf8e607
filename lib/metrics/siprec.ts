import { Counter, type Registry } from 'prom-client';
import type { SiprecMetrics } from '../recording/siprec-backend.ts';

/** What recording servers (SIPREC) are asked. How recordings begin and end is counted for all back ends alike. */
export class SiprecMeters implements SiprecMetrics {
  readonly #asked: Counter<'outcome'>;
  readonly #updates: Counter<'outcome'>;

  constructor(registry: Registry) {
    const registers = [registry];
    this.#asked = new Counter({
      name: 'baton_siprec_invites_total',
      help: 'Recording servers that were asked to record, by outcome',
      labelNames: ['outcome'],
      registers,
    });
    this.#updates = new Counter({
      name: 'baton_siprec_updates_total',
      help: 'Changes told to recording servers, by outcome',
      labelNames: ['outcome'],
      registers,
    });
  }

  serverAsked(outcome: 'accepted' | 'refused' | 'timeout'): void {
    this.#asked.inc({ outcome });
  }

  updated(outcome: 'accepted' | 'refused' | 'glare'): void {
    this.#updates.inc({ outcome });
  }
}
