import { setTimeout as delay } from 'node:timers/promises';
import type { BatonProcess } from '../../support/baton-process.ts';
import { misses } from './bound.ts';
import { fits } from './pattern.ts';
import { type Sample, sumOf } from '../../support/prometheus-text.ts';
import type { StoryReceiver } from './scenario-receiver.ts';
import type { StorySubscriber } from './scenario-subscriber.ts';
import type { AnswerStory, Moment, RequestStory, Step } from './scenario-third-party.ts';
import { fillIn, fillInJson } from './words.ts';

/** A change that Baton said yes to: the call's data after it. */
export interface Write {
  readonly revision: number;
  readonly userData: unknown;
}

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

export interface StepsOptions {
  readonly baton: BatonProcess;
  /** Metrics before the story. */
  readonly before: readonly Sample[];
  readonly subscribers: ReadonlyMap<string, StorySubscriber>;
  readonly receivers: ReadonlyMap<string, StoryReceiver>;
  readonly timeoutMs: number;
}

const lookEveryMs = 20;

/** Carries out the steps of a story, one after the other. */
export class StorySteps {
  readonly failures: string[] = [];
  readonly writes: Write[] = [];
  readonly #options: StepsOptions;
  readonly #connIds = new Set<string>();
  #abandoned = false;

  constructor(options: StepsOptions) {
    this.#options = options;
  }

  /** Settles when all are done, or as soon as one cannot be. */
  async run(steps: readonly Step[]): Promise<void> {
    const untilMs = Date.now() + this.#options.timeoutMs;
    for (const [at, step] of steps.entries()) {
      if (step.after !== undefined && !(await this.#comes(step.after, untilMs))) {
        this.failures.push(`steps[${at}]: its moment never came: ${JSON.stringify(step.after)}`);
        return;
      }
      await this.#do(step, `steps[${at}]`);
    }
  }

  /** Nothing that is still waited for can come any more. */
  abandon(): void {
    this.#abandoned = true;
  }

  /** `{connId}` is the first call that Baton names, `{connId-2}` the next. */
  get words(): Map<string, string> {
    for (const { connId } of this.#options.baton.log)
      if (typeof connId === 'string') this.#connIds.add(connId);
    return new Map(
      [...this.#connIds].map((connId, at) => [at === 0 ? 'connId' : `connId-${at + 1}`, connId] as const),
    );
  }

  /** The log comes through a pipe: what stands is known before its line is here. */
  async #learnCalls(): Promise<void> {
    for (const { connId } of await this.#options.baton.calls()) this.#connIds.add(connId);
  }

  async #do(step: Step, where: string): Promise<void> {
    const { subscribers } = this.#options;
    await this.#learnCalls();
    if (step.subscribe !== undefined) await subscribers.get(step.subscribe)?.subscribe(this.words);
    if (step.leave !== undefined) subscribers.get(step.leave)?.leave();
    if (step.read !== undefined) subscribers.get(step.read)?.read();
    const requests = step.requests ?? [];
    await Promise.all(requests.map((request, at) => this.#send(request, `${where}.requests[${at}]`)));
  }

  async #comes(moment: Moment, untilMs: number): Promise<boolean> {
    while (!(await this.#is(moment))) {
      if (this.#abandoned || Date.now() > untilMs) return false;
      await delay(lookEveryMs);
    }
    return true;
  }

  async #is({ log, calls, seen, received, metrics }: Moment): Promise<boolean> {
    const { baton, before, subscribers, receivers } = this.#options;
    const lines = log.every(
      ({ msg, fields, times }) =>
        misses(baton.log.filter(line => line.msg === msg && fits(line, fields)).length, times) === undefined,
    );
    const told = Object.entries(seen).every(
      ([name, count]) => (subscribers.get(name)?.eventCount ?? 0) >= count,
    );
    const posted = Object.entries(received).every(
      ([name, count]) => (receivers.get(name)?.requestCount ?? 0) >= count,
    );
    return lines && told && posted && (await this.#stand(calls)) && (await this.#grew(metrics, before));
  }

  async #stand(calls: Moment['calls']): Promise<boolean> {
    if (Object.keys(calls).length === 0) return true;
    const standing = await this.#options.baton.calls();
    return Object.entries(calls).every(
      ([state, count]) => standing.filter(call => call.state === state).length >= count,
    );
  }

  async #grew(metrics: Moment['metrics'], before: readonly Sample[]): Promise<boolean> {
    if (Object.keys(metrics).length === 0) return true;
    const now = await this.#options.baton.metrics();
    return Object.entries(metrics).every(
      ([series, growth]) => misses(sumOf(now, series) - sumOf(before, series), growth) === undefined,
    );
  }

  /** All copies at once; each answer must be of a kind that the story tells, and of each kind there must be as many as it tells. */
  async #send(request: RequestStory, where: string): Promise<void> {
    const { words } = this;
    const unknown = /\{connId[-\d]*\}/.exec(fillIn(request.path, words))?.[0];
    if (unknown !== undefined) {
      this.failures.push(`${where}: there is no call ${unknown} yet`);
      return;
    }
    const answers = await Promise.all(
      Array.from({ length: request.times }, (_, at) =>
        this.#exchange(request, new Map([...words, ['n', `${at + 1}`]])),
      ),
    );
    if (request.path.endsWith('/user-data')) this.writes.push(...answers.flatMap(writeIn));
    const kinds = fillInJson(request.answers, words);
    const kindOf = answers.map(answer => kinds.findIndex(kind => isOfKind(answer, kind)));
    for (const [at, kind] of kindOf.entries())
      if (kind < 0) this.failures.push(`${where}: answered ${JSON.stringify(answers[at])}`);
    for (const [at, { times, ...kind }] of kinds.entries()) {
      const wrong = misses(kindOf.filter(one => one === at).length, times);
      if (wrong !== undefined) this.failures.push(`${where}: answers ${JSON.stringify(kind)}: ${wrong}`);
    }
  }

  async #exchange(request: RequestStory, words: ReadonlyMap<string, string>): Promise<Answer> {
    const { method, path, headers, token, body, text } = request;
    const content = body === undefined ? text : JSON.stringify(fillInJson(body, words));
    const response = await fetch(this.#options.baton.httpUrl + fillIn(path, words), {
      method,
      headers: {
        ...(content !== undefined && { 'content-type': 'application/json' }),
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...fillInJson(headers, words),
      },
      ...(content !== undefined && { body: content }),
    });
    const received = await response.text();
    return {
      status: response.status,
      headers: Object.fromEntries(response.headers),
      body: isJson(response) ? (JSON.parse(received) as unknown) : received,
    };
  }
}

function isJson({ headers }: Response): boolean {
  return /[/+]json\b/.test(headers.get('content-type') ?? '');
}

function isOfKind(answer: Answer, { status, headers, body }: AnswerStory): boolean {
  return (
    answer.status === status &&
    fits(answer.headers, headers) &&
    (body === undefined || fits(answer.body, body))
  );
}

function writeIn({ status, body }: Answer): Write[] {
  const { revision, userData } = (body ?? {}) as Partial<Write>;
  return status === 200 && revision !== undefined ? [{ revision, userData }] : [];
}
