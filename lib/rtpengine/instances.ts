import type { Clock } from '../ports.ts';
import { type HostPort, hostPortText } from '../config/host-port.ts';
import type { NgAnswer } from './command.ts';
import { NgClient, type NgMetrics, type NgTimeouts, type NgWire } from './ng-client.ts';

export interface InstancesMetrics extends NgMetrics {
  instanceUp(instance: string, up: boolean): void;
}

export interface InstancesLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

export interface InstancesOptions {
  readonly places: readonly HostPort[];
  readonly timeouts: NgTimeouts & {
    /** Between two pings of one instance. */
    readonly pingMs: number;
  };
  readonly clock: Clock;
  readonly log: InstancesLog;
  readonly metrics?: InstancesMetrics;
  /** How to reach one. */
  readonly wireTo: (place: HostPort) => NgWire;
  readonly cookiePrefix: string;
}

/**
 * One rtpengine.
 *
 *     up ──a command without answer, nobody there──▶ down
 *     down ──a ping answered──▶ up
 */
export interface Instance {
  readonly client: NgClient;
  readonly up: boolean;
  /** Grows each time it has started anew: what it knew of calls before is lost. */
  readonly era: number;
}

/** What it says of its own age is in whole seconds. */
const ageStepMs = 1_000;

class WatchedInstance implements Instance {
  readonly client: NgClient;
  /** Until it shows otherwise: the first call must not wait for a ping. */
  up = true;
  era = 1;
  /** It has started then at the latest. */
  startedByMs: number | undefined;

  constructor(client: NgClient) {
    this.client = client;
  }
}

/** All instances: whether each is there, and whose turn it is. */
export class Instances {
  readonly #options: InstancesOptions;
  readonly #all: readonly WatchedInstance[];
  #stopPings: (() => void)[] = [];
  #next = 0;
  #stopped = false;

  constructor(options: InstancesOptions) {
    this.#options = options;
    const { clock, timeouts, metrics, cookiePrefix, wireTo } = options;
    this.#all = options.places.map(place => {
      const name = hostPortText(place);
      const wire = wireTo(place);
      const parts = { name, wire, timeouts, clock, cookiePrefix, ...(metrics !== undefined && { metrics }) };
      return new WatchedInstance(new NgClient(parts));
    });
  }

  /** Asks each at once and from now on. */
  start(): void {
    for (const instance of this.#all) {
      instance.client.onSilence = why => this.#wentDown(instance, why);
      this.#options.metrics?.instanceUp(instance.client.name, true);
      this.#ping(instance);
    }
  }

  stop(): void {
    this.#stopped = true;
    for (const stop of this.#stopPings.splice(0)) stop();
    for (const { client } of this.#all) client.close();
  }

  /** Those that are there, beginning with the one whose turn it is. */
  inTurn(): readonly Instance[] {
    const start = this.#next % Math.max(1, this.#all.length);
    this.#next += 1;
    return [...this.#all.slice(start), ...this.#all.slice(0, start)].filter(({ up }) => up);
  }

  get isAnyUp(): boolean {
    return this.#all.some(({ up }) => up);
  }

  /** Asked for its statistics: they say for how long it has run. */
  #ping(instance: WatchedInstance): void {
    const { clock, timeouts } = this.#options;
    const askedMs = clock.nowMs();
    void instance.client.ask({ command: 'statistics' }).then(outcome => {
      if (this.#stopped) return;
      if (outcome.ok) this.#isThere(instance, { askedMs, ageMs: ageMsIn(outcome.answer) });
      const stop = clock.after(timeouts.pingMs, () => {
        this.#stopPings = this.#stopPings.filter(other => other !== stop);
        this.#ping(instance);
      });
      this.#stopPings.push(stop);
    });
  }

  #wentDown(instance: WatchedInstance, why: string): void {
    if (!instance.up || this.#stopped) return;
    instance.up = false;
    this.#options.metrics?.instanceUp(instance.client.name, false);
    this.#options.log.warn({ rtpengine: instance.client.name, why }, 'an rtpengine does not answer');
  }

  #isThere(
    instance: WatchedInstance,
    { askedMs, ageMs }: { readonly askedMs: number; readonly ageMs: number | undefined },
  ): void {
    const { clock, log, metrics } = this.#options;
    const { name } = instance.client;
    const { startedByMs } = instance;
    if (ageMs !== undefined) {
      const isAnother = startedByMs !== undefined && askedMs - ageMs - ageStepMs > startedByMs;
      const latestMs = clock.nowMs() - ageMs;
      instance.startedByMs = isAnother ? latestMs : Math.min(startedByMs ?? latestMs, latestMs);
      if (isAnother) {
        instance.era += 1;
        log.warn({ rtpengine: name }, 'an rtpengine has started anew: what it knew of calls is lost');
      }
    }
    if (instance.up) return;
    instance.up = true;
    metrics?.instanceUp(name, true);
    log.info({ rtpengine: name }, 'an rtpengine is there again');
  }
}

/** `{statistics: {totalstatistics: {uptime: "12"}}}`, in seconds. */
function ageMsIn({ statistics }: NgAnswer): number | undefined {
  const total = valueIn(statistics, 'totalstatistics');
  const seconds = Number(valueIn(total, 'uptime') ?? Number.NaN);
  return Number.isFinite(seconds) ? seconds * 1000 : undefined;
}

function valueIn(holder: unknown, key: string): unknown {
  return typeof holder === 'object' && holder !== null ? (holder as Record<string, unknown>)[key] : undefined;
}
