import { ControlServer } from './control/control-server.ts';
import { EngineCounters } from './counters.ts';
import { SILENT_LOG } from './log.ts';
import { SipEngine, type SipEngineCounts, type SipEngineOptions } from './sip-engine.ts';
import type { Hop } from './transport/transport.ts';

export interface EngineOptions extends Omit<SipEngineOptions, 'applications'> {
  /** Where applications connect; port 0 lets the kernel choose. */
  readonly control: { readonly host: string; readonly port: number; readonly secret: string };
  /** How long the dialogs of an absent application wait for it; default 30,000. */
  readonly graceMs?: number;
}

export interface EngineCounts extends SipEngineCounts {
  /** Applications, present or within their grace time. */
  readonly owners: number;
}

/** The embedded SIP engine behind a control port: for any drachtio application. */
export class Engine {
  readonly counters: EngineCounters;
  readonly #sip: SipEngine;
  readonly #control: ControlServer;

  constructor(options: EngineOptions) {
    const { control, graceMs = 30_000, counters = new EngineCounters(), log = SILENT_LOG } = options;
    this.counters = counters;
    this.#control = new ControlServer({ ...control, counters, log, graceMs });
    this.#sip = new SipEngine({ ...options, counters, log, applications: this.#control });
    this.#control.attach(this.#sip.core);
  }

  /** Binds SIP, then the control port. Rejects, with nothing left bound, when an address cannot be had. */
  async start(): Promise<{ control: { host: string; port: number }; listeners: readonly Hop[] }> {
    const listeners = await this.#sip.start();
    try {
      return { control: await this.#control.start(), listeners };
    } catch (error) {
      await this.#sip.stop();
      throw error;
    }
  }

  get admittedShare(): number {
    return this.#sip.admittedShare;
  }

  countUnfinished(): number {
    return this.#sip.countUnfinished();
  }

  /** Closes the control port, then SIP. Ending calls before that is the application's work. */
  async stop(): Promise<void> {
    await this.#control.stop();
    await this.#sip.stop();
  }

  counts(): EngineCounts {
    const owners = this.#control.presentApplications + this.#control.absentApplications;
    return { ...this.#sip.counts(), owners };
  }
}
