import type { RecordingFailure } from '../call/recording/recording.ts';
import { sipReason } from '../call/relay/capabilities.ts';
import type { Body, HeaderLine, LegId, Payload } from '../call/signal.ts';
import { participantsOf } from './crew.ts';
import {
  type DialogEffect,
  type DialogEnv,
  type DialogNote,
  type DialogTimer,
  type Doing,
  type Due,
  nothingDue,
  type RecordingDialog,
  type Told,
} from './dialog.ts';
import { metadataXml } from './metadata.ts';
import { multipartFromParts } from './multipart.ts';
import { mediaText, offer } from './recording-sdp.ts';

/** One decision while it is being made. */
export class DialogTurn {
  dialog: RecordingDialog;
  readonly env: DialogEnv;
  readonly effects: DialogEffect[] = [];

  constructor(dialog: RecordingDialog, env: DialogEnv) {
    this.dialog = dialog;
    this.env = env;
  }

  change(parts: Partial<RecordingDialog>): void {
    this.dialog = { ...this.dialog, ...parts };
  }

  owe(due: Partial<Due>): void {
    this.change({ due: { ...this.dialog.due, ...due } });
  }

  /** Of a dialog that is up. */
  doing(doing: Doing): void {
    const { state } = this.dialog;
    if (state.is === 'up') this.change({ state: { ...state, doing } });
  }

  perform(effect: DialogEffect): void {
    this.effects.push(effect);
  }

  note(note: DialogNote): void {
    this.perform({ do: 'note', note });
  }

  startTimer(timer: DialogTimer, delayMs: number): void {
    this.perform({ do: 'startTimer', timer, delayMs });
  }

  /** The leg to the server, while there is one. */
  get leg(): LegId | undefined {
    const { state } = this.dialog;
    return 'leg' in state ? state.leg : undefined;
  }

  /** What the server would be told now. */
  get toTell(): Told {
    const { sdp, paused, about, crew } = this.dialog;
    const { streams } = sdp;
    const metadata = metadataXml({ ...about, streams, participants: participantsOf(crew, streams) });
    return { media: mediaText(sdp, paused), metadata };
  }

  settle(what: 'start' | 'pause' | 'resume', failure?: RecordingFailure): void {
    this.perform(failure === undefined ? { do: 'settle', what } : { do: 'settle', what, failure });
  }

  settleAsked(failure?: RecordingFailure): void {
    const { asked } = this.dialog;
    if (asked === undefined) return;
    this.change({ asked: undefined });
    this.settle(asked, failure);
  }

  unfork(): void {
    if (this.dialog.forked) this.perform({ do: 'unfork' });
    this.change({ forked: false });
  }

  /** Nothing of it is left on the wire or in rtpengine. */
  end(reason: readonly HeaderLine[]): void {
    const { leg } = this;
    this.unfork();
    if (leg !== undefined) this.perform({ do: 'hangUp', leg, headers: reason });
    for (const timer of ['answer', 'retry', 'keepAlive'] as const) this.perform({ do: 'stopTimer', timer });
    this.change({ state: { is: 'over' }, due: nothingDue });
  }

  fail(failure: RecordingFailure): void {
    const { is } = this.dialog.state;
    if (is === 'over') return;
    this.end([sipReason(500, failure.code)]);
    this.settleAsked(failure);
    if (is === 'up') this.perform({ do: 'failed', failure });
    else this.settle('start', failure);
  }
}

/** What a recording client says of itself (RFC 7866 §6.1.1, §10.1); which methods are served is in server-request.ts. */
export const ownHeaders: readonly HeaderLine[] = [
  { name: 'Accept', value: 'application/sdp, application/rs-metadata-request' },
  { name: 'Allow', value: 'INVITE, ACK, CANCEL, BYE, OPTIONS, UPDATE' },
];

/** RFC 7866 §6.1.1: who does not know what a recording session is must not take it for a call. */
const invitingHeaders: readonly HeaderLine[] = [{ name: 'Require', value: 'siprec' }, ...ownHeaders];

/** An offer with everything there is to tell; it counts as offered. */
export function tellingPayload(turn: DialogTurn): { readonly payload: Payload; readonly telling: Told } {
  const telling = turn.toTell;
  const sdp = offer(turn.dialog.sdp, turn.dialog.paused);
  turn.change({ sdp });
  const body: Body = multipartFromParts([
    { contentType: 'application/sdp', disposition: '', content: sdp.offered },
    {
      contentType: turn.env.metadataType,
      disposition: 'recording-session',
      content: telling.metadata,
    },
  ]);
  return { payload: { headers: invitingHeaders, body }, telling };
}
