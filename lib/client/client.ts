import type { UserDataPair } from '../attached-data/entry.ts';
import { EventStream, type EventsOptions, type StreamItem } from './event-stream.ts';
import type { AnswerOf, BodyOf, ParamsOf } from './operations.ts';
import { type ClientOptions, Requests } from './requests.ts';

export type { ErrorCode } from '../errors.ts';
export type { CallEvent, EventName } from '../events/event.ts';
export type { UserDataPair } from '../attached-data/entry.ts';
export type { EventsOptions, StreamGap, StreamItem } from './event-stream.ts';
export { BatonClientError, type FailureDetails, type ReachCode } from './failure.ts';
export type { ClientOptions } from './requests.ts';

/** A live call: its ids, its state, its legs. */
export type Call = AnswerOf<'/v1/calls', 'get'>['calls'][number];
/** A call with its data. */
export type CallDetail = Omit<AnswerOf<'/v1/calls/{connId}', 'get'>, 'userData'> & {
  readonly userData: readonly UserDataPair[];
};
/** The call as a write has left it. Without the scope `calls:read` only connId, state and revision are told. */
export type WrittenCall = Pick<CallDetail, 'connId' | 'state' | 'revision'> & Partial<CallDetail>;

export interface RequestOptions {
  /** Gives the request up; it rejects with the reason of the signal. */
  readonly signal?: AbortSignal | undefined;
}

export interface WriteOptions extends RequestOptions {
  /** The same key with the same request gets the same answer, and nothing is done twice. */
  readonly idempotencyKey?: string | undefined;
}

type ChangeBody = BodyOf<'/v1/calls/{connId}/user-data', 'post'>;
/** Who asks, `referenceId` and `ifRevision`: what every operation takes. */
type Author = Omit<ChangeBody, 'operation' | 'userData' | 'customContext' | 'keys'>;

/** Pairs, a `customContext` in the form of Azure Communication Services, or both. */
export type PairsChange = Author & Pick<ChangeBody, 'userData' | 'customContext'> & WriteOptions;
/** Keys whose pairs go. */
export type KeysChange = Author & { readonly keys: readonly string[] } & WriteOptions;
/** All pairs go. */
export type WholeChange = Author & WriteOptions;
/** Who gives the other party away, to whom and how, and data that goes along. */
export type TransferWish = BodyOf<'/v1/calls/{connId}/transfer', 'post'> & WriteOptions;
/** `thirdPartyDn` says who ends the call. */
export type Release = NonNullable<BodyOf<'/v1/calls/{connId}/release', 'post'>> & WriteOptions;

/** Who is called first, who then, and the data from the start. */
export type Origination = BodyOf<'/v1/calls', 'post'> & WriteOptions;

/** A recording of a call, and where it stands. */
export type Recording = AnswerOf<'/v1/calls/{connId}/recording', 'get'>['recordings'][number];
/** Start, stop, pause or resume, and what records how. */
export type RecordingWish = BodyOf<'/v1/calls/{connId}/recording', 'post'> & WriteOptions;

/** An agent: where it is, what it does. */
export type Agent = Omit<AnswerOf<'/v1/agents/{agentId}', 'get'>, 'reasons'> & {
  readonly reasons: readonly UserDataPair[];
};
/** A DN that has registered, with its contacts. */
export type Dn = AnswerOf<'/v1/dns', 'get'>['dns'][number];
/** What is asked of an agent. */
export type AgentWish = BodyOf<'/v1/agents/{agentId}/state', 'post'>;
/** The agent as a command has left it. Without the scope `agents:read` only agentId, state and revision are told. */
export type CommandedAgent = Pick<Agent, 'agentId' | 'state' | 'revision'> & Partial<Agent>;

/** Paths of what is done to one call. */
type CallWrite =
  | '/v1/calls/{connId}/user-data'
  | '/v1/calls/{connId}/transfer'
  | '/v1/calls/{connId}/release';

/**
 * A client of Baton's HTTP interface, for Node and browsers. Whatever is refused or not answered rejects with a BatonClientError.
 */
export class BatonClient {
  readonly #requests: Requests;

  /** Throws TypeError when the URL is none. */
  constructor(options: ClientOptions) {
    this.#requests = new Requests(options);
  }

  /** The live calls. */
  async calls(options: RequestOptions = {}): Promise<readonly Call[]> {
    return (await this.#requests.send('get', '/v1/calls', { params: {}, ...options })).calls;
  }

  /** One call with its data, live or kept after its release; `call-unknown` (404) when there is none. */
  async call(connId: string, options: RequestOptions = {}): Promise<CallDetail> {
    const asked = { params: { connId }, ...options };
    return (await this.#requests.send('get', '/v1/calls/{connId}', asked)) as CallDetail;
  }

  /**
   * Calls `from`, and once it has answered `to`. Resolves as soon as the first is being called: `events({connId})` or `call(connId)` tell how
   * it goes on.
   */
  async originate(origination: Origination): Promise<WrittenCall> {
    const { idempotencyKey, signal, ...body } = origination;
    const asked = { params: {}, body, idempotencyKey, signal };
    return (await this.#requests.send('post', '/v1/calls', asked)) as WrittenCall;
  }

  /** Adds pairs, also to keys that are there already. */
  async attach(connId: string, change: PairsChange): Promise<WrittenCall> {
    return await this.#change(connId, 'attach', change);
  }

  /** Replaces all pairs of each key. */
  async update(connId: string, change: PairsChange): Promise<WrittenCall> {
    return await this.#change(connId, 'update', change);
  }

  /** Deletes all pairs of each key. */
  async delete(connId: string, change: KeysChange): Promise<WrittenCall> {
    return await this.#change(connId, 'delete', change);
  }

  async deleteAll(connId: string, change: WholeChange): Promise<WrittenCall> {
    return await this.#change(connId, 'delete-all', change);
  }

  /** `party` gives the other one to `to`. Resolves as soon as that is being called; the events tell what becomes of it. */
  async transfer(connId: string, wish: TransferWish): Promise<WrittenCall> {
    const { idempotencyKey, signal, ...body } = wish;
    return await this.#write('/v1/calls/{connId}/transfer', connId, body, { idempotencyKey, signal });
  }

  /** Ends the call. */
  async release(connId: string, release: Release = {}): Promise<WrittenCall> {
    const { idempotencyKey, signal, ...body } = release;
    return await this.#write('/v1/calls/{connId}/release', connId, body, { idempotencyKey, signal });
  }

  /** All recordings of a call, the oldest first; for a while after its end too. */
  async recordings(connId: string, options: RequestOptions = {}): Promise<readonly Recording[]> {
    const asked = { params: { connId }, ...options };
    return (await this.#requests.send('get', '/v1/calls/{connId}/recording', asked)).recordings;
  }

  /** Has the call recorded, or leaves off. Resolves when the recorder has answered, with all recordings of the call. */
  async record(connId: string, wish: RecordingWish): Promise<readonly Recording[]> {
    const { idempotencyKey, signal, ...body } = wish;
    const asked = { params: { connId }, body, idempotencyKey, signal };
    return (await this.#requests.send('post', '/v1/calls/{connId}/recording', asked)).recordings;
  }

  /** The DNs that have registered, and where they are. */
  async dns(options: RequestOptions = {}): Promise<readonly Dn[]> {
    const { dns } = await this.#requests.send('get', '/v1/dns', { params: {}, ...options });
    return dns;
  }

  /** The agents that have ever logged in. */
  async agents(options: RequestOptions = {}): Promise<readonly Agent[]> {
    const { agents } = await this.#requests.send('get', '/v1/agents', { params: {}, ...options });
    return agents as readonly Agent[];
  }

  /** One agent; `agent-unknown` (404) when it has never logged in. */
  async agent(agentId: string, options: RequestOptions = {}): Promise<Agent> {
    const asked = { params: { agentId }, ...options };
    return (await this.#requests.send('get', '/v1/agents/{agentId}', asked)) as Agent;
  }

  /** Logs an agent in or out, and changes what it does; what its state forbids is refused (409). */
  async commandAgent(agentId: string, wish: AgentWish & WriteOptions): Promise<CommandedAgent> {
    const { idempotencyKey, signal, ...body } = wish;
    const asked = { params: { agentId }, body: body, idempotencyKey, signal };
    return (await this.#requests.send('post', '/v1/agents/{agentId}/state', asked)) as CommandedAgent;
  }

  /**
   * Every event as it happens. Throws when the stream cannot be opened; once it is open it comes back by itself whenever it is lost,
   * to the event after the last one told, and only a refusal ends it. Where events are gone for good, an item says so with `gap`.
   */
  events(options: EventsOptions = {}): AsyncGenerator<StreamItem, void, void> {
    return new EventStream(this.#requests, options).items();
  }

  async #change(
    connId: string,
    operation: ChangeBody['operation'],
    { idempotencyKey, signal, ...change }: Omit<ChangeBody, 'operation'> & WriteOptions,
  ): Promise<WrittenCall> {
    const options = { idempotencyKey, signal };
    return await this.#write('/v1/calls/{connId}/user-data', connId, { ...change, operation }, options);
  }

  async #write<P extends CallWrite>(
    path: P,
    connId: string,
    body: BodyOf<P, 'post'>,
    options: WriteOptions,
  ): Promise<WrittenCall> {
    const params = { connId } as ParamsOf<P, 'post'>;
    return await this.#requests.send('post', path, { params, body, ...options });
  }
}
