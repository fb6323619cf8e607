import { Counter, Gauge, type Registry } from 'prom-client';
import type { ProbeOutcome } from '../registrar/prober.ts';
import type { RegisterOutcome } from '../registrar/registrar.ts';

/** What the registrar counts. */
export class RegistrarMeters {
  readonly #registry: Registry;
  readonly #requests: Counter<'outcome'>;
  readonly #probes: Counter<'outcome'>;

  constructor(registry: Registry) {
    this.#registry = registry;
    this.#requests = new Counter({
      name: 'baton_register_requests_total',
      help: 'REGISTER requests by outcome: done (registered, removed, queried), challenged, or the code of the refusal',
      labelNames: ['outcome'],
      registers: [registry],
    });
    this.#probes = new Counter({
      name: 'baton_registrar_probes_total',
      help: 'OPTIONS to registered contacts, by outcome; not-asked: the way to the SIP engine was down',
      labelNames: ['outcome'],
      registers: [registry],
    });
  }

  registerAnswered(outcome: RegisterOutcome): void {
    this.#requests.inc({ outcome });
  }

  contactProbed(outcome: ProbeOutcome): void {
    this.#probes.inc({ outcome });
  }

  /** To be called once. */
  readRegistrations(read: () => { readonly bindingCount: number; readonly dnCount: number }): void {
    const gauge = (name: string, help: string, value: () => number): void => {
      new Gauge({
        name,
        help,
        registers: [this.#registry],
        collect() {
          this.set(value());
        },
      });
    };
    gauge('baton_registrations', 'Contacts that are registered', () => read().bindingCount);
    gauge('baton_registered_dns', 'DNs with a registered contact', () => read().dnCount);
  }
}
