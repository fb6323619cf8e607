import { userDataOf } from '../attached-data/views.ts';
import { type Call, legsOf } from '../call/call.ts';
import type { CallSignal } from '../call/decide.ts';
import type { LegId } from '../call/signal.ts';
import type { Note } from '../call/turn.ts';
import { refusal } from '../call/ending/verdict.ts';
import { errorEntry } from '../errors.ts';
import type { B2buaLog, B2buaMetrics } from './options.ts';
import { wantedReleases } from './wanted-releases.ts';

/**
 * Turns what a decision noted into log lines and counts. Values under `userData` are for the log to redact.
 */
export class NoteBook {
  readonly #log: B2buaLog;
  readonly #metrics: B2buaMetrics;

  constructor(log: B2buaLog, metrics: B2buaMetrics) {
    this.#log = log;
    this.#metrics = metrics;
  }

  /** Every signal has its line at level debug. */
  signal(call: Call, signal: CallSignal): void {
    if (!this.#log.isLevelEnabled('debug')) return;
    const leg = 'leg' in signal ? signal.leg : call.caller.id;
    // Another call is no part of it.
    const said = 'joinable' in signal ? { ...signal, joinable: undefined } : signal;
    this.#log.debug({ ...callFields(call, leg), signal: said }, 'signal');
  }

  /** It has counted as a call, or it never started. */
  endedByForce({ callee, state }: Call): void {
    const { verdict, status: sipStatus } = wantedReleases.defect;
    const hasStarted = callee !== undefined || state === 'screening';
    if (!hasStarted) this.#metrics.callRefused({ ...verdict, sipStatus });
    else this.#metrics.callEnded({ ...verdict, sipStatus });
  }

  record(call: Call, notes: readonly Note[]): void {
    for (const note of notes) this.#record(call, note);
  }

  #record(call: Call, note: Note): void {
    switch (note.note) {
      case 'started':
        this.#metrics.callStarted();
        return;
      case 'decided':
        this.#metrics.callDecided(note.action, note.code, note.tookMs);
        this.#log.info(Object.assign(callFields(call, note.leg), plain(note)), 'decided');
        return;
      case 'answered':
        this.#metrics.callAnswered(note.setupMs);
        this.#log.info(Object.assign(callFields(call, note.leg), { setupMs: note.setupMs }), 'answered');
        return;
      case 'changed':
        this.#changed(call, note);
        return;
      case 'released':
        this.#released(call, note);
        return;
      case 'refused':
        this.#refused(call, note);
        return;
      case 'transferred':
        this.#metrics.transferEnded(note.mode, 'transferred');
        this.#log.info(Object.assign(callFields(call, note.leg), plain(note)), 'transferred');
        return;
      case 'transferFailed':
        this.#metrics.transferEnded(note.mode, note.status === 487 ? 'abandoned' : 'failed');
        this.#log.info(Object.assign(callFields(call, note.leg), plain(note)), 'transfer failed');
        return;
      case 'transferRefused':
        this.#metrics.transferEnded('refer', 'refused');
        this.#log.info(Object.assign(callFields(call, note.leg), plain(note)), 'transfer refused');
        return;
      case 'forwarded':
      case 'disagreed':
      case 'failedOver':
      case 'lost':
        this.#log.info(Object.assign(callFields(call, note.leg), plain(note)), note.note);
        return;
      case 'notification':
        this.#notification(call, note);
        return;
      case 'dropped':
        for (const { code } of note.drops) this.#metrics.dataDropped(code);
        this.#log.warn({ ...callFields(call, note.leg), drops: note.drops }, 'data dropped');
        return;
      default:
        return note satisfies never;
    }
  }

  #changed(call: Call, { leg, dn, keys }: Extract<Note, { note: 'changed' }>): void {
    if (!this.#log.isLevelEnabled('info')) return;
    const { connId, revision } = call;
    const author = leg === undefined ? { connId, thirdPartyDn: dn } : callFields(call, leg);
    this.#log.info(Object.assign(author, { keys, revision, userData: userDataOf(call.data) }), 'changed');
  }

  #refused(call: Call, { leg, status, code, reason }: Extract<Note, { note: 'refused' }>): void {
    const verdict = refusal(errorEntry(code).blame, status);
    this.#metrics.callRefused(verdict);
    this.#log.info({ ...callFields(call, leg), code, verdict, reason }, 'refused');
  }

  #released(call: Call, note: Extract<Note, { note: 'released' }>): void {
    this.#metrics.callEnded(note.verdict);
    this.#log.info(Object.assign(callFields(call, note.leg ?? call.caller.id), plain(note)), 'released');
  }

  #notification(call: Call, note: Extract<Note, { note: 'notification' }>): void {
    this.#metrics.notification(note.outcome);
    if (note.outcome === 'delivered' && note.tookMs !== undefined)
      this.#metrics.eventDelivered(note.tookMs / 1000);
    if (!this.#log.isLevelEnabled('debug')) return;
    this.#log.debug(Object.assign(callFields(call, note.leg), plain(note)), 'notification');
  }
}

/** What every line about a call says. */
export function callFields(call: Call, leg: LegId): Record<string, unknown> {
  const { connId } = call;
  const known = legsOf(call).find(({ id }) => id === leg);
  return { connId, leg, callId: known?.callId, dn: known?.dn };
}

function plain<Any extends Note>(note: Any): Omit<Any, 'note' | 'leg'> {
  const { note: _note, leg: _leg, ...rest } = { leg: undefined, ...note };
  return rest as Omit<Any, 'note' | 'leg'>;
}
