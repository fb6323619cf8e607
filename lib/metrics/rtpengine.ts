import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { AnchorMetrics } from '../media-anchor/rtpengine-anchor.ts';
import type { UnanchoredWhy } from '../media-anchor/anchored-pair.ts';
import type { InstancesMetrics } from '../rtpengine/instances.ts';
import type { NgMetrics } from '../rtpengine/ng-client.ts';

/** Seconds: on one machine less than a millisecond, and at most recording.rtpengine.timeouts.commandMs. */
const commandBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];

/** What is asked of rtpengines, and what goes through them. */
export class RtpengineMeters implements InstancesMetrics, AnchorMetrics {
  readonly #commands: Counter<'instance' | 'command' | 'outcome'>;
  readonly #seconds: Histogram<'command'>;
  readonly #stray: Counter<'what'>;
  readonly #up: Gauge<'instance'>;
  readonly #pairs: Gauge;
  readonly #unanchored: Counter<'why'>;

  constructor(registry: Registry) {
    const registers = [registry];
    this.#commands = new Counter({
      name: 'baton_rtpengine_commands_total',
      help: 'Commands to rtpengines, by instance, command and outcome',
      labelNames: ['instance', 'command', 'outcome'],
      registers,
    });
    this.#seconds = new Histogram({
      name: 'baton_rtpengine_command_seconds',
      help: 'From a command to an rtpengine to its outcome',
      labelNames: ['command'],
      buckets: commandBuckets,
      registers,
    });
    this.#stray = new Counter({
      name: 'baton_rtpengine_stray_answers_total',
      help: 'Datagrams of rtpengines that answer nothing that is asked, by what they are',
      labelNames: ['what'],
      registers,
    });
    this.#up = new Gauge({
      name: 'baton_rtpengine_up',
      help: 'Whether an rtpengine answers',
      labelNames: ['instance'],
      registers,
    });
    this.#pairs = new Gauge({
      name: 'baton_media_pairs',
      help: 'Pairs of legs whose media goes through an rtpengine, or shall',
      registers,
    });
    this.#unanchored = new Counter({
      name: 'baton_media_unanchored_total',
      help: 'SDP that no rtpengine took though media is to be anchored, by reason',
      labelNames: ['why'],
      registers,
    });
  }

  commandDone({ instance, command, outcome, seconds }: Parameters<NgMetrics['commandDone']>[0]): void {
    this.#commands.inc({ instance, command, outcome });
    this.#seconds.observe({ command }, seconds);
  }

  strayAnswer(what: 'late' | 'malformed'): void {
    this.#stray.inc({ what });
  }

  instanceUp(instance: string, up: boolean): void {
    this.#up.set({ instance }, up ? 1 : 0);
  }

  pairs(count: number): void {
    this.#pairs.set(count);
  }

  unanchored(why: UnanchoredWhy): void {
    this.#unanchored.inc({ why });
  }
}
