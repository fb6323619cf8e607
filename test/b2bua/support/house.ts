import { B2bua, type B2buaOptions } from '../../../lib/b2bua.ts';
import type { MessageWaiting } from '../../../lib/b2bua/subscribers.ts';
import type { Call } from '../../../lib/call/call.ts';
import type {
  Body,
  LegId,
  NewRequest,
  RequestId,
  Signal,
  SignallingEffect,
} from '../../../lib/call/signal.ts';
import type { CallEvent } from '../../../lib/events/event.ts';
import type { CallRecorder, CallScreening, EventJournal, Signalling } from '../../../lib/ports.ts';
import type { Registrar } from '../../../lib/registrar/registrar.ts';
import { MemoryStore } from '../../../lib/store/memory-store.ts';
import { lines, payloadOf } from '../../call/support/story.ts';
import { plainOptions } from './plain-options.ts';
import { FakeClock } from '../../support/fake-clock.ts';

class RecordedSignalling implements Signalling {
  readonly done: SignallingEffect[] = [];
  readonly listening = [];
  readonly up = true;
  /** Called within `perform`, as a shell would that fails at once. */
  onPerform: (effect: SignallingEffect) => void = () => undefined;

  async start(): Promise<void> {}
  async stop(): Promise<void> {}

  probe(): void {}

  perform(effect: SignallingEffect): void {
    this.done.push(effect);
    this.onPerform(effect);
  }

  /** In short: `invite`, `reject 403`. */
  get heard(): string[] {
    return this.done
      .splice(0)
      .map(effect => ('status' in effect ? `${effect.do} ${effect.status}` : effect.do));
  }
}

/** Remembers with each event how many effects had been carried out before. */
class RecordedJournal implements EventJournal {
  obstacle: 'outbox-full' | undefined;
  readonly kept: { readonly id: string; readonly effectsBefore: number }[] = [];
  writes = 0;
  readonly #signalling: RecordedSignalling;

  constructor(signalling: RecordedSignalling) {
    this.#signalling = signalling;
  }

  keep(events: readonly CallEvent[]): void {
    this.writes += 1;
    const effectsBefore = this.#signalling.done.length;
    for (const { id } of events) this.kept.push({ id, effectsBefore });
  }
}

class BrokenStore extends MemoryStore {
  /** A call that no decision can be made of. */
  broken = false;

  override get(connId: Call['connId']): Call | undefined {
    const call = super.get(connId);
    return call !== undefined && this.broken
      ? new Proxy(call, {
          get: (target, name) => {
            if (name === 'relayed') throw new Error('broken');
            return Reflect.get(target, name) as unknown;
          },
        })
      : call;
  }
}

export function house(
  options: Partial<B2buaOptions> = {},
  screening?: CallScreening,
  registrar?: Pick<Registrar, 'receive'>,
  recorder?: CallRecorder,
  messageWaiting?: MessageWaiting,
) {
  const signalling = new RecordedSignalling();
  const journal = new RecordedJournal(signalling);
  const store = new BrokenStore();
  const clock = new FakeClock();
  const events: CallEvent[] = [];
  const logged: { level: string; message: string; fields: Record<string, unknown> }[] = [];
  const counted: unknown[][] = [];
  const write = (level: string) => (fields: object, message: string) => {
    logged.push({ level, message, fields: { ...fields } });
  };
  const count =
    (name: string) =>
    (...values: unknown[]) => {
      counted.push([name, ...values]);
    };
  let random = 0;
  const made: { publish: (event: CallEvent) => void } = { publish: () => undefined };
  const b2bua = new B2bua({
    options: { ...plainOptions, ...options },
    signalling,
    store,
    publisher: {
      publish: event => {
        events.push(event);
        made.publish(event);
      },
    },
    ...(screening !== undefined && { screening }),
    journal,
    ...(registrar !== undefined && { registrar }),
    ...(recorder !== undefined && { recorder }),
    ...(messageWaiting !== undefined && { messageWaiting }),
    clock,
    log: {
      debug: write('debug'),
      info: write('info'),
      warn: write('warn'),
      error: write('error'),
      isLevelEnabled: () => true,
    },
    metrics: {
      callStarted: count('started'),
      callAnswered: count('answered'),
      callDecided: count('decided'),
      callEnded: count('ended'),
      callRefused: count('refused'),
      notification: count('notification'),
      dataDropped: count('dropped'),
      eventDelivered: count('delivered'),
      transferEnded: count('transfer'),
      callsRetained: count('retained'),
      retainedCallPushedOut: count('pushedOut'),
    },
    randomHex: digits => {
      random += 1;
      return String(random).padStart(digits, '0');
    },
  });
  const tell = (signal: Signal) => b2bua.receiveSignal(signal);
  return Object.assign(made, { b2bua, signalling, journal, store, clock, events, logged, counted, tell });
}

export type House = ReturnType<typeof house>;

export const alice = 'alice' as LegId;

export function request(parts: Partial<NewRequest> = {}): NewRequest {
  return {
    method: 'INVITE',
    requestUri: 'sip:7002@127.0.0.1',
    from: '<sip:7001@client>;tag=1',
    to: '<sip:7002@127.0.0.1>',
    source: { protocol: 'udp', address: '127.0.0.1', port: 5080 },
    receivedOn: '127.0.0.1:5060',
    callId: 'c1',
    ...payloadOf({ sdp: 'offer' }),
    ...parts,
  };
}

export function invite(it: House, leg: LegId = alice, parts: Partial<NewRequest> = {}): LegId {
  it.tell({ type: 'invited', leg, request: request(parts) });
  const invited = it.signalling.done.findLast(effect => effect.do === 'invite');
  return invited?.leg ?? ('nobody' as LegId);
}

export function establish(it: House, leg: LegId = alice): LegId {
  const bob = invite(it, leg);
  it.tell({ type: 'answered', leg: bob, status: 200, payload: payloadOf({ sdp: 'answer' }) });
  it.tell({ type: 'acknowledged', leg, payload: { headers: [] } });
  return bob;
}

export const infoLines = (it: House) =>
  it.logged.filter(({ level }) => level !== 'debug').map(({ message }) => message);

/** What names a dialog in the messages of its peer. */
export const tags = (callId: string, local: string, remote: string) =>
  lines([`Call-ID: ${callId}`, `From: <sip:x@x>;tag=${local}`, `To: <sip:y@x>;tag=${remote}`]);

const sdp = (who: string, direction = 'sendrecv'): Body => ({
  contentType: 'application/sdp',
  content: `v=0\r\no=${who} 1 1 IN IP4 192.0.2.1\r\ns=-\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\na=${direction}\r\n`,
});

/** One call of 7001's: its own leg, the number that it calls, and Call-IDs and tags made of these. */
interface CallOf7001 {
  readonly leg: LegId;
  readonly to: string;
  readonly callIds: readonly [string, string];
  /** 7001's own, and ours towards it. */
  readonly tags: readonly [string, string];
  readonly headers?: readonly string[];
}

/** 7001 calls, and is answered. The leg of who is called. */
export function calling(it: House, { leg, to, callIds, tags: own, headers = [] }: CallOf7001): LegId {
  const [near, far] = callIds;
  const callee = invite(it, leg, {
    requestUri: `sip:${to}@127.0.0.1`,
    callId: near,
    headers: [...tags(near, own[0], ''), ...lines(headers)],
    body: sdp('alice'),
  });
  const answer = { headers: tags(far, own[0].toUpperCase(), to), body: sdp(to) };
  it.tell({ type: 'answered', leg: callee, status: 200, payload: answer });
  it.tell({ type: 'acknowledged', leg, payload: { headers: tags(near, own[0], own[1]) } });
  return callee;
}

/** Who is on `leg` puts the other on hold. */
export function hold(it: House, leg: LegId, other: LegId): void {
  const request = 'hold' as RequestId;
  const offer = { headers: [], body: sdp('alice', 'sendonly') };
  it.tell({ type: 'requested', leg, request, method: 'INVITE', payload: offer });
  const relayed = it.signalling.done.findLast(effect => effect.do === 'request');
  if (relayed === undefined) throw new Error('nothing was relayed');
  const payload = { headers: [], body: sdp('bob', 'recvonly') };
  const answer = { method: 'INVITE', status: 200, reason: '', payload };
  it.tell({ type: 'responded', leg: other, request: relayed.request, ...answer });
  it.tell({ type: 'acknowledged', leg, request, payload: { headers: [] } });
}

/** 7001 calls 7002 with some data and puts it on hold. */
export function holding(it: House): LegId {
  const headers = ['X-MS-Custom-Case: 42'];
  const bob = calling(it, { leg: alice, to: '7002', callIds: ['c1', 'c2'], tags: ['a', 'A'], headers });
  hold(it, alice, bob);
  return bob;
}

/** And calls 7003, who answers. */
export function consulting(it: House, headers: readonly string[] = []): LegId {
  const leg = 'second' as LegId;
  return calling(it, { leg, to: '7003', callIds: ['c3', 'c4'], tags: ['t', 'T'], headers });
}
