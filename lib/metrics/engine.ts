import { Counter, Gauge, type Registry } from 'prom-client';
import type { EngineCounters } from '../engine/counters.ts';

/** What stands in the embedded engine at this moment. */
export interface EngineGauges {
  readonly transactions: number;
  readonly dialogs: number;
  readonly timers: number;
  /** Of new calls, 0 to 1. */
  readonly admittedShare: number;
}

export interface EngineReading {
  readonly counters: EngineCounters;
  gauges(): EngineGauges;
}

/** The plain numbers of EngineCounters. */
type EngineCounterName = Exclude<keyof EngineCounters, 'refused' | 'countRefused'>;

/** What they say to the reader; one that is not here yet is described by its name. */
const engineCounterHelp: Readonly<Partial<Record<EngineCounterName, string>>> = {
  messagesReceived: 'SIP messages received',
  messagesSent: 'SIP messages sent',
  unparsable: 'What arrived and was no SIP: dropped in silence',
  callsShed: 'INVITEs answered 503 because messages waited too long',
  unadmitted: 'Requests refused or dropped because of where they came from',
  retransmissionsAbsorbed: 'Retransmissions received and absorbed',
  retransmissionsSent: 'Messages sent again',
  transactionTimeouts: 'Client transactions without a final response',
  transportErrors: 'Messages that could not be sent',
  strayResponses: 'Responses without a transaction',
  forkedAnswersEnded: 'Further 2xx of a forked INVITE: acknowledged and ended',
  framesReceived: 'Control frames received',
  framesSent: 'Control frames sent',
  framesRefused: 'Control frames answered NOK',
  authenticationFailures: 'Control connections with a wrong secret',
  ownersLost: 'Applications whose control connection was lost',
  dialogsRebound: 'Dialogs given back to an application that returned',
  slowClientsClosed: 'Control connections closed because their application did not read',
  dialogsEndedForLostOwner: 'Dialogs ended because their application did not return',
};

/** The engine counts by itself: it is read when somebody asks for the metrics. */
export function registerEngine(registry: Registry, engine: EngineReading): void {
  const registers = [registry];
  for (const name of counterNames(engine.counters))
    new Counter({
      name: `baton_engine_${snakeCase(name)}_total`,
      help: engineCounterHelp[name] ?? name,
      registers,
      collect() {
        this.reset();
        this.inc(engine.counters[name]);
      },
    });
  new Counter({
    name: 'baton_engine_refused_total',
    help: 'Messages refused with a stateless answer, by status',
    labelNames: ['status'],
    registers,
    collect() {
      this.reset();
      for (const [status, count] of engine.counters.refused) this.inc({ status }, count);
    },
  });
  registerGauge('transactions', 'SIP transactions that stand');
  registerGauge('dialogs', 'SIP dialogs that stand');
  registerGauge('timers', 'Timers that run');
  registerGauge(
    'admittedShare',
    'Share of new calls that is taken; less than 1 while there is too much to do',
  );

  function registerGauge(name: keyof EngineGauges, help: string): void {
    new Gauge({
      name: `baton_engine_${snakeCase(name)}`,
      help,
      registers,
      collect() {
        this.set(engine.gauges()[name]);
      },
    });
  }
}

function counterNames(counters: EngineCounters): EngineCounterName[] {
  const numbers = Object.entries(counters).filter(([, value]) => typeof value === 'number');
  return numbers.map(([name]) => name as EngineCounterName);
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, letter => `_${letter.toLowerCase()}`);
}
