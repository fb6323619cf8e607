import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { DropCode } from '../attached-data/entry.ts';
import type { B2buaMetrics } from '../b2bua/options.ts';
import type { NoDecision } from '../call/set-up/screening.ts';
import type { TransferMode, TransferOutcome } from '../call/transfer/transfer.ts';
import type { NotificationOutcome } from '../call/turn.ts';
import type { Verdict } from '../call/ending/verdict.ts';

/** Seconds; RFC 3261's Timer B (32 s) is the last but one. */
const setupBuckets = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 32, 60];
const eventBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5];

/** What becomes of calls and of their data. */
export class CallMeters implements B2buaMetrics {
  readonly #calls: Gauge;
  readonly #attempts: Counter<'by' | 'why' | 'sip_status' | 'at_fault'>;
  readonly #setup: Histogram;
  readonly #decisions: Counter<'action' | 'code'>;
  readonly #decision: Histogram;
  readonly #transfers: Counter<'mode' | 'outcome'>;
  readonly #notifications: Counter<'outcome'>;
  readonly #event: Histogram;
  readonly #dropped: Counter<'code'>;
  readonly #retained: Gauge;
  readonly #retainedPushedOut: Counter;

  constructor(registry: Registry) {
    const registers = [registry];
    const counter = <Label extends string>(name: string, help: string, labelNames: Label[]) =>
      new Counter({ name, help, labelNames, registers });
    this.#calls = new Gauge({ name: 'baton_calls', help: 'Live calls', registers });
    this.#attempts = counter(
      'baton_call_attempts_total',
      'Call attempts that are over: who ended them and why, the SIP status, and at fault for it',
      ['by', 'why', 'sip_status', 'at_fault'],
    );
    this.#setup = new Histogram({
      name: 'baton_setup_seconds',
      help: 'From the INVITE of the caller to the 2xx of the callee',
      buckets: setupBuckets,
      registers,
    });
    this.#decisions = counter(
      'baton_call_decisions_total',
      'Calls about which a webhook was asked, by what became of them; with a code nobody decided',
      ['action', 'code'],
    );
    this.#decision = new Histogram({
      name: 'baton_call_decision_seconds',
      help: 'From the INVITE of the caller to the decision about it',
      buckets: setupBuckets,
      registers,
    });
    this.#transfers = counter(
      'baton_transfers_total',
      'Transfers, by who wanted them (mode) and what became of them; refused: they never began',
      ['mode', 'outcome'],
    );
    this.#notifications = counter('baton_notifications_total', 'Events for a leg, by outcome', ['outcome']);
    this.#event = new Histogram({
      name: 'baton_event_seconds',
      help: 'From a change of attached data to the answer of the party told',
      buckets: eventBuckets,
      registers,
    });
    this.#dropped = counter(
      'baton_data_dropped_total',
      'Entries of attached data not taken, not sent or not converted, by reason',
      ['code'],
    );
    this.#retained = new Gauge({
      name: 'baton_retained_calls',
      help: 'Released calls whose data is kept for attachedData.retainAfterReleaseMs',
      registers,
    });
    this.#retainedPushedOut = counter(
      'baton_retained_calls_pushed_out_total',
      'Released calls let go before their time because of attachedData.maxRetainedCalls',
      [],
    );
  }

  callStarted(): void {
    this.#calls.inc();
  }

  callAnswered(setupMs: number): void {
    this.#setup.observe(setupMs / 1000);
  }

  callDecided(action: string, code: NoDecision | undefined, tookMs: number): void {
    this.#decisions.inc({ action, code: code ?? '' });
    this.#decision.observe(tookMs / 1000);
  }

  callEnded(verdict: Verdict): void {
    this.#calls.dec();
    this.#count(verdict);
  }

  callRefused(verdict: Verdict): void {
    this.#count(verdict);
  }

  transferEnded(mode: TransferMode, outcome: TransferOutcome): void {
    this.#transfers.inc({ mode, outcome });
  }

  notification(outcome: NotificationOutcome): void {
    this.#notifications.inc({ outcome });
  }

  eventDelivered(seconds: number): void {
    this.#event.observe(seconds);
  }

  dataDropped(code: DropCode): void {
    this.#dropped.inc({ code });
  }

  callsRetained(count: number): void {
    this.#retained.set(count);
  }

  retainedCallPushedOut(): void {
    this.#retainedPushedOut.inc();
  }

  #count({ by, why, sipStatus, atFault }: Verdict): void {
    this.#attempts.inc({ by, why, sip_status: sipStatus, at_fault: atFault });
  }
}
