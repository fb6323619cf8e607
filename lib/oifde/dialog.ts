import type { Clock } from '../ports.ts';
import type { CallClue, CallFinder } from '../recording/call-finder.ts';
import { type Flow, flowOf } from '../recording/flow.ts';
import { masked } from '../recording/masked.ts';
import type { Recordings } from '../recording/recordings.ts';
import type { Outcome } from '../recording/recording.ts';
import { until } from '../recording/until.ts';
import type { RecognitionResults } from './recognition-results.ts';
import {
  inactions,
  isFault,
  isMembers,
  type Members,
  type ProcessRequest,
  readProcess,
  readRecord,
  type RecordParams,
  type Ret,
  rets,
  textOf,
} from './request.ts';
import type { Tokens, TokenVerdict } from './tokens.ts';

export interface DialogMetrics {
  /** `inaction`: a number of those that are served, or `other`. */
  dialogAnswered(inaction: string, ret: Ret, seconds: number): void;
}

export interface DialogOptions {
  readonly tokens: Pick<Tokens, 'check'>;
  readonly finder: Pick<CallFinder, 'find' | 'await'>;
  readonly recordings: Pick<Recordings, 'start' | 'stop' | 'wantedBy'>;
  /** As they are configured now. */
  readonly flows: () => readonly Flow[];
  readonly recognition: RecognitionResults;
  readonly clock: Clock;
  /** Of the whole answer, from the arrival of the request. */
  readonly budgetMs: number;
  /** How long a start waits for its call to appear. */
  readonly appearMs: number;
  /** `outaction` as text, or as a number. */
  readonly answer: 'strings' | 'numbers';
  /** A token is asked for with every `inaction`, and not with 7 only. */
  readonly tokenEverywhere: boolean;
  readonly metrics: DialogMetrics;
  readonly log: { info(fields: object, message: string): void };
}

export interface DialogAnswer {
  readonly ret: Ret;
  readonly userid: string;
  readonly outaction: string | number;
  readonly outparams: Members;
}

/** What an `inaction` comes to. */
interface Done {
  readonly ret: Ret;
  readonly outaction?: number;
  readonly outparams?: Members;
  /** Why `ret` is what it is, for the log. */
  readonly fault?: string;
  readonly connId?: string;
}

/** What the IVR is to do: interact, hang up; the others answer the `inaction` of their number. */
const interact = 9;
const hangUp = 10;

/** Taken off the budget, for the way of the answer. */
const marginMs = 100;

/** The dialog interface: what an IVR asks of a call that it handles, by the `userid` of its own for it. */
export class Dialog {
  readonly #options: DialogOptions;

  constructor(options: DialogOptions) {
    this.#options = options;
  }

  /** `arrivedMs`: time of the clock. Answers within the budget, and never rejects. */
  async answer(body: unknown, arrivedMs: number, vdnId?: string): Promise<DialogAnswer> {
    const request = readProcess(body);
    const done = isFault(request)
      ? { ret: rets.parameter, ...request }
      : await this.#answerTo(request, arrivedMs);
    const { userid, inaction } = isMembers(body) ? body : {};
    const { ret, outaction = typeof inaction === 'number' ? inaction : undefined, outparams = {} } = done;
    this.#note(isFault(request) ? undefined : request, done, { arrivedMs, vdnId, userid });
    return {
      ret,
      userid: typeof userid === 'string' ? userid : '',
      outaction: this.#options.answer === 'strings' ? String(outaction ?? '') : (outaction ?? 0),
      outparams,
    };
  }

  /** Results of a recognition that somebody else has made, for who asks by `inaction` 13. */
  async takeRecognition(body: unknown): Promise<{ readonly errorCode: Ret; readonly errorMsg: string }> {
    if (!isMembers(body)) return { errorCode: rets.parameter, errorMsg: 'the body is no object' };
    const { auth_token, userid = body['call_id'], ...result } = body;
    const verdict = await this.#checkToken(auth_token, true);
    if (!verdict.ok) return { errorCode: verdict.ret, errorMsg: verdict.fault };
    if (typeof userid !== 'string' || userid === '' || userid.length > 64)
      return { errorCode: rets.parameter, errorMsg: 'userid is no text of 1 to 64 characters' };
    this.#options.recognition.put(userid, result);
    return { errorCode: rets.ok, errorMsg: 'success' };
  }

  async #answerTo(request: ProcessRequest, arrivedMs: number): Promise<Done> {
    const { clock, budgetMs } = this.#options;
    const deadlineMs = arrivedMs + budgetMs - marginMs;
    const checked = this.#checkToken(request.inparams['auth_token'], request.inaction === inactions.record);
    const verdict = await until(clock, deadlineMs, checked);
    if (verdict === 'late') return { ret: rets.internal, fault: 'the token could not be checked in time' };
    if (!verdict.ok) return verdict;
    switch (request.inaction) {
      case inactions.record:
        return await this.#record(request, { arrivedMs, deadlineMs, tenant: verdict.tenant });
      case inactions.initialise:
        return { ret: rets.ok, outaction: interact };
      case inactions.result:
      case inactions.transferred:
        return await this.#goOn(request, deadlineMs);
      case inactions.recognition:
        return this.#tellRecognition(request);
      default:
        return request.inaction satisfies never;
    }
  }

  /** The vendor's interface has a token in 7 only; where one stands elsewhere it must be good. */
  async #checkToken(token: unknown, isNeeded: boolean): Promise<TokenVerdict> {
    if (!isNeeded && !this.#options.tokenEverywhere && token === undefined) return { ok: true };
    return await this.#options.tokens.check(token);
  }

  async #record(
    request: ProcessRequest,
    times: { readonly arrivedMs: number; readonly deadlineMs: number; readonly tenant: string | undefined },
  ): Promise<Done> {
    const params = readRecord(request);
    if (isFault(params)) return { ret: rets.parameter, ...params };
    const flow = flowOf(this.#options.flows(), params.callDstId);
    if (flow === undefined) return { ret: rets.unknown, fault: 'no flow is for this call_dst_id' };
    if (flow.mode === 'none') return { ret: rets.ok };
    const { finder, appearMs } = this.#options;
    const clue = clueOf(request.userid, params, times.tenant);
    const again = this.#again(request.userid, flow, clue);
    if (again !== undefined) return await again;
    const call = await finder.await(clue, Math.min(times.arrivedMs + appearMs, times.deadlineMs));
    if (call === 'ambiguous') return { ret: rets.unknown, fault: 'more than one call fits' };
    if (call === 'none') {
      const ret = flow.onNotFound === 'ignore' ? rets.ok : rets.unknown;
      return { ret, fault: 'no call fits' };
    }
    const wish = { recordingId: request.userid, mode: flow.mode, flow };
    const { connId } = call;
    return { connId, ...doneOf(await this.#options.recordings.start(call, wish, times.deadlineMs)) };
  }

  /** Of who has asked for it before: it goes on, whatever else would fit by now. */
  #again(userid: string, flow: Flow, clue: CallClue): Promise<Done> | undefined {
    const recording = this.#options.recordings.wantedBy(flow.backend, userid);
    if (recording === undefined || recording.status.is === 'stopping') return undefined;
    const { connId } = recording.order;
    const other = this.#options.finder.find(clue);
    if (typeof other === 'object' && other.connId !== connId)
      return Promise.resolve({ ret: rets.exists, connId, fault: 'the userid is that of another call' });
    return recording.started.then(outcome => ({ connId, ...doneOf(outcome) }));
  }

  /** After an interaction or a transfer. Who has hung up wants no more recording. */
  async #goOn({ userid, inparams }: ProcessRequest, deadlineMs: number): Promise<Done> {
    if (textOf(inparams, 'input') !== 'hangup') return { ret: rets.ok, outaction: interact };
    const { recordings, clock } = this.#options;
    // It stops all the same when it takes longer.
    await until(clock, deadlineMs, recordings.stop(userid));
    return { ret: rets.ok, outaction: hangUp };
  }

  #tellRecognition({ userid }: ProcessRequest): Done {
    const result = this.#options.recognition.get(userid);
    if (result === undefined) return { ret: rets.unknown, fault: 'nothing has been recognised for it' };
    return { ret: rets.ok, outparams: result };
  }

  #note(
    request: ProcessRequest | undefined,
    { ret, fault, connId }: Done,
    about: { readonly arrivedMs: number; readonly vdnId: string | undefined; readonly userid: unknown },
  ): void {
    const { clock, metrics, log } = this.#options;
    const tookMs = Math.round(clock.nowMs() - about.arrivedMs);
    metrics.dialogAnswered(request === undefined ? 'other' : String(request.inaction), ret, tookMs / 1000);
    const { inaction, inparams = {} } = request ?? {};
    log.info(
      {
        ret,
        inaction,
        userid: typeof about.userid === 'string' ? masked(about.userid.slice(0, 64)) : undefined,
        vdnId: about.vdnId?.slice(0, 64),
        from: shown(inparams, 'call_sor_id'),
        accessCode: shown(inparams, 'call_dst_id'),
        connId,
        fault,
        tookMs,
      },
      'dialog',
    );
  }
}

function clueOf(userid: string, params: RecordParams, tenant: string | undefined): CallClue {
  const { callSorId, callDstId, realCallee, ctiCallId } = params;
  return {
    correlation: userid,
    to: [callDstId, ...(realCallee === undefined ? [] : [realCallee])],
    ...(callSorId !== undefined && { from: callSorId }),
    ...(ctiCallId !== undefined && { ctiCallId }),
    ...(tenant !== undefined && { tenant }),
  };
}

function doneOf(outcome: Outcome): Done {
  if (outcome.ok) return { ret: rets.ok };
  const { code, reason } = outcome;
  return { ret: code === 'recording-exists' ? rets.exists : rets.internal, fault: `${code}: ${reason}` };
}

function shown(members: Members, name: string): string | undefined {
  const text = textOf(members, name);
  return text === undefined ? undefined : masked(text.slice(0, 64));
}
