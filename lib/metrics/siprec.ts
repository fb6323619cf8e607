import { Counter, Gauge, type Registry } from 'prom-client';
import type { SiprecMetrics } from '../recording/siprec-backend.ts';

/** Recordings at recording servers (SIPREC). */
export class SiprecMeters implements SiprecMetrics {
  readonly #asked: Counter<'outcome'>;
  readonly #updates: Counter<'outcome'>;
  readonly #failed: Counter;
  readonly #open: Gauge;

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
    this.#failed = new Counter({
      name: 'baton_siprec_failed_total',
      help: 'Recordings at recording servers that ended by themselves',
      registers,
    });
    this.#open = new Gauge({
      name: 'baton_siprec_recordings',
      help: 'Recordings at recording servers that go on or begin',
      registers,
    });
  }

  serverAsked(outcome: 'accepted' | 'refused' | 'timeout'): void {
    this.#asked.inc({ outcome });
  }

  updated(outcome: 'accepted' | 'refused' | 'glare'): void {
    this.#updates.inc({ outcome });
  }

  failed(): void {
    this.#failed.inc();
  }

  open(count: number): void {
    this.#open.set(count);
  }
}
