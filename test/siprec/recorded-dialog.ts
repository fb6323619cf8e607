import type { Body, LegId, RequestId, Signal } from '../../lib/call/signal.ts';
import type { Party } from '../../lib/siprec/crew.ts';
import { decideDialog, newDialog } from '../../lib/siprec/decide-dialog.ts';
import type { DialogEffect, DialogEnv, Happening, RecordingDialog } from '../../lib/siprec/dialog.ts';
import { randomId } from '../../lib/siprec/ids.ts';
import { partOfType, partsOfBody } from '../../lib/siprec/multipart.ts';
import type { Fork } from '../../lib/siprec/recording-sdp.ts';

export const [alice, bob, carol] = ['alice', 'bob', 'carol'].map(
  (leg, at): Party => ({
    leg: leg as LegId,
    dn: `${at + 1}00`,
    address: `<sip:${at + 1}00@${leg}.example>`,
    held: false,
  }),
) as [Party, Party, Party];

/** The streams of these parties, as rtpengine offers them. */
export function forkOf(parties: readonly Party[], firstPort = 40_000): Fork {
  const media = parties.flatMap((_, at) => [
    `m=audio ${firstPort + 2 * at} RTP/AVP 0`,
    `a=label:${at}`,
    'a=sendonly',
  ]);
  return {
    sdp: ['v=0', 'o=- 7 7 IN IP4 127.0.0.1', 's=-', 't=0 0', ...media, ''].join('\r\n'),
    tagOfLabel: new Map(parties.map(({ leg }, at) => [String(at), leg])),
  };
}

/** SDP of a recording server. */
export function serverSdp(streams = 2, direction = 'recvonly'): Body {
  const media = Array.from({ length: streams }, (_, at) => [
    `m=audio ${7000 + 2 * at} RTP/AVP 0`,
    `a=${direction}`,
  ]);
  const lines = [
    'v=0',
    'o=srs 1 1 IN IP4 127.0.0.1',
    's=-',
    'c=IN IP4 127.0.0.1',
    't=0 0',
    ...media.flat(),
    '',
  ];
  return { contentType: 'application/sdp', content: lines.join('\r\n') };
}

export const metadataRequest: Body = { contentType: 'application/rs-metadata-request', content: 'restarted' };

/** A recording dialog and what it has ordered. */
export class RecordedDialog {
  dialog: RecordingDialog;
  /** All effects, oldest first. */
  readonly effects: DialogEffect[] = [];
  nowMs = Date.UTC(2026, 10, 20);
  #count = 0;
  #taken = 0;

  constructor(servers: readonly string[] = ['sip:one@srs', 'sip:two@srs']) {
    const about = {
      ...{ groupId: randomId('a'.repeat(32)), sessionId: randomId('b'.repeat(32)), startedAtMs: this.nowMs },
      names: { recordingId: 'r-1', connId: 'c', callThreadId: 't' },
    };
    this.dialog = newDialog({ about, servers, parties: [alice, bob], sdpId: '42' }, this.#env);
  }

  /** What it orders because of this, in words; timers and notes apart. */
  happens(happening: Happening): string[] {
    const { dialog, effects } = decideDialog(this.dialog, happening, this.#env);
    this.dialog = dialog;
    this.effects.push(...effects);
    return this.take();
  }

  signals(signal: Record<string, unknown> & { type: Signal['type'] }): string[] {
    const { state } = this.dialog;
    const leg = 'leg' in state ? state.leg : ('none' as LegId);
    return this.happens({
      type: 'signal',
      signal: { leg, reason: '', payload: { headers: [] }, ...signal } as Signal,
    });
  }

  take(): string[] {
    const fresh = this.effects.slice(this.#taken);
    this.#taken = this.effects.length;
    return fresh.map(wordFor).filter(word => word !== '');
  }

  /** Recording, with both streams. */
  start(): this {
    this.happens({ type: 'begin' });
    this.happens({ type: 'forked', fork: forkOf([alice, bob]) });
    this.signals({ type: 'answered', status: 200, payload: { headers: [], body: serverSdp() } });
    this.happens({ type: 'connected' });
    return this;
  }

  /** The final response to the re-INVITE that is under way. */
  responds(status: number, body?: Body, headers: readonly { name: string; value: string }[] = []): string[] {
    const payload = body === undefined ? { headers } : { headers, body };
    return this.signals({
      type: 'responded',
      request: this.lastRequest('INVITE'),
      method: 'INVITE',
      status,
      payload,
    });
  }

  /** The server asks something. */
  requests(method: string, body?: Body, request = 'theirs'): string[] {
    const payload = body === undefined ? { headers: [] } : { headers: [], body };
    return this.signals({ type: 'requested', request: request, method, payload });
  }

  lastRequest(method: string): RequestId | undefined {
    const last = this.effects.findLast(effect => effect.do === 'request' && effect.method === method);
    return last?.do === 'request' ? last.request : undefined;
  }

  /** Parts of the last body that went out by this effect. */
  lastPart(of: 'invite' | 'request' | 'respond', contentType: string): string {
    const last = this.effects.findLast(effect => effect.do === of && effect.payload.body !== undefined);
    if (last === undefined || !('payload' in last)) return '';
    return partOfType(partsOfBody(last.payload.body), contentType)?.content ?? '';
  }

  readonly #env: DialogEnv = {
    nowMs: this.nowMs,
    newId: () => randomId(this.#next().padStart(32, '0')),
    newLegId: () => `leg-${this.#next()}` as LegId,
    newRequestId: () => `request-${this.#next()}` as RequestId,
    retryDelayMs: () => 2_500,
    ...{ answerTimeoutMs: 400, keepAliveMs: 30_000, metadataType: 'application/rs-metadata+xml' },
  };

  #next(): string {
    this.#count += 1;
    return String(this.#count);
  }
}

function wordFor(effect: DialogEffect): string {
  switch (effect.do) {
    case 'invite':
      return `invite ${effect.requestUri}`;
    case 'request':
      return `request ${effect.method}`;
    case 'respond':
      return `respond ${effect.status}`;
    case 'settle':
      return `settle ${effect.what}${effect.failure === undefined ? '' : `: ${effect.failure.code}`}`;
    case 'failed':
      return `failed: ${effect.failure.reason}`;
    case 'note':
    case 'startTimer':
    case 'stopTimer':
      return '';
    default:
      return effect.do;
  }
}
