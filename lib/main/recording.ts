import type { B2bua } from '../b2bua.ts';
import type { Config } from '../config.ts';
import { randomHex } from '../engine/random.ts';
import type { DialogDesk, RecordingRoutesDesk } from '../http/server.ts';
import type { Logger } from '../log.ts';
import type { Metrics } from '../metrics.ts';
import { Dialog } from '../oifde/dialog.ts';
import { RecognitionResults } from '../oifde/recognition-results.ts';
import { Tokens } from '../oifde/tokens.ts';
import type { CallRecorder, CallStore, Clock } from '../ports.ts';
import type { RecorderBackend } from '../recording/backend.ts';
import { CallFinder } from '../recording/call-finder.ts';
import type { Flow } from '../recording/flow.ts';
import { FollowedCalls } from '../recording/followed-calls.ts';
import { HttpBackend } from '../recording/http-backend.ts';
import { PcapFolder } from '../recording/pcap-folder.ts';
import { RecordingDesk } from '../recording/recording-desk.ts';
import { Recordings } from '../recording/recordings.ts';
import { Retention } from '../recording/retention.ts';
import { RtpengineBackend } from '../recording/rtpengine-backend.ts';
import { SiprecBackend } from '../recording/siprec-backend.ts';
import type { SharedSignalling } from '../signalling/shared-signalling.ts';
import { keyIn } from './key-file.ts';
import type { Media } from './media.ts';
import type { Started } from './started.ts';

export interface RecordingSurroundings {
  readonly clock: Clock;
  readonly store: CallStore;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly started: Started;
  /** What stands between the legs' media. */
  readonly media: Media;
  /** What calls and recordings speak through. */
  readonly shared: SharedSignalling;
  /** There when the first call is. */
  readonly recorded: () => B2bua['recorded'];
}

export interface RunningRecording {
  /** What calls are told to. */
  readonly recorder: CallRecorder;
  readonly recordings: Recordings;
  readonly desk: RecordingRoutesDesk;
  readonly dialog: DialogDesk;
}

/** Calls whose recordings are remembered after their end. */
const maxEnded = 10_000;
/** Between two looks at files that grow. */
const growthWatchMs = 1_000;
const recognitionLimits = { keepMs: 600_000, maxResults: 10_000 };

/** Whatever records calls, and the ways to ask for it. */
export function startRecording(config: Config, around: RecordingSurroundings): RunningRecording {
  const { clock, store, log, metrics, started, recorded } = around;
  let { flows }: { readonly flows: readonly Flow[] } = config.recording;
  const { correlationHeader, stopTimeoutMs, budgetMs, appearMs, answer, auth } = config.recording;
  const finder = new CallFinder({ store, clock, correlationHeader });
  const recordings = new Recordings({
    backends: backendsOf(config, around),
    ...{ clock, log, stopTimeoutMs, maxEnded, metrics: metrics.recording },
    calls: {
      changed: (connId, recording) => recorded().changed(connId, recording),
      release: connId => recorded().release(connId),
    },
  });
  // Recordings that go on are left alone.
  started.onReload(next => {
    flows = next.recording.flows;
    log.info({ flows: flows.length }, 'recording.flows read anew');
    warnOfFlows(flows, recordings, log);
  });
  warnOfFlows(flows, recordings, log);
  startRetention(config, around, recordings);
  const tokens = tokensOf(config, log);
  const dialog = new Dialog({
    ...{ tokens, finder, recordings, clock, log, budgetMs, appearMs, answer },
    flows: () => flows,
    recognition: new RecognitionResults(recognitionLimits, clock.nowMs),
    tokenEverywhere: auth.everywhere,
    metrics: metrics.recording,
  });
  return {
    recorder: new FollowedCalls({ finder, recordings }),
    recordings,
    desk: new RecordingDesk({
      ...{ store, recordings, clock, budgetMs },
      flows: () => flows,
      newId: () => `api-${randomHex(8)}`,
    }),
    dialog: {
      process: async (body, elapsedMs, vdnId) => await dialog.answer(body, clock.nowMs() - elapsedMs, vdnId),
      giveToken: async body => await tokens.give(body),
      takeRecognition: async body => await dialog.takeRecognition(body),
    },
  };
}

/** Commands for them will be answered as failed. */
function warnOfFlows(flows: readonly Flow[], recordings: Recordings, log: Logger): void {
  for (const { accessCode, mode, backend } of flows)
    if (mode !== 'none' && !recordings.backends.has(backend))
      log.warn({ code: 'recorder-missing', accessCode, backend }, 'a flow has no back end');
}

/** Those that are configured. */
function backendsOf(config: Config, around: RecordingSurroundings): RecorderBackend[] {
  const { url, ...http } = config.recording.http;
  const { clock } = around;
  const rtpengine = rtpengineBackend(config, around);
  const siprec = siprecBackend(config, around);
  return [
    ...(rtpengine === undefined ? [] : [rtpengine]),
    ...(siprec === undefined ? [] : [siprec]),
    ...(url === undefined ? [] : [new HttpBackend({ url, ...http, clock })]),
  ];
}

/** Where media goes through rtpengine and its files can be seen. */
function rtpengineBackend(
  { recording }: Config,
  { clock, log, media }: RecordingSurroundings,
): RtpengineBackend | undefined {
  const { recordingDir, minFreeBytes, timeouts } = recording.rtpengine;
  const { anchor } = media;
  if (anchor === undefined || recordingDir === undefined) return undefined;
  const { commandMs, growthMs } = timeouts;
  return new RtpengineBackend({
    ...{ anchor, clock, log, minFreeBytes, commandMs, growthMs },
    folder: new PcapFolder(recordingDir),
    watchMs: Math.min(growthWatchMs, growthMs),
  });
}

/** Where files of recordings are not to stay for ever. */
function startRetention(
  { node, recording }: Config,
  { clock, log, metrics, started }: RecordingSurroundings,
  recordings: Recordings,
): void {
  const { retentionMs, rtpengine } = recording;
  const { recordingDir } = rtpengine;
  if (retentionMs === 0 || recordingDir === undefined) return;
  const retention = new Retention({
    ...{ recordingDir, node, retentionMs, clock, log },
    isRecorded: connId => recordings.ofCall(connId, 'rtpengine').length > 0,
    onDeleted: count => metrics.recording.filesDeleted(count),
  });
  retention.start();
  started.add(() => retention.stop());
}

/** Its legs come and go by the same signalling as those of calls, beside the B2BUA. */
function siprecBackend(
  { recording: { siprec } }: Config,
  { media: { anchor }, shared, clock, log, metrics }: RecordingSurroundings,
): SiprecBackend | undefined {
  if (siprec.servers.length === 0 || anchor === undefined) return undefined;
  const legs = shared.legsOf({ receiveSignal: signal => backend.receiveSignal(signal) });
  const backend = new SiprecBackend({
    ...{ servers: siprec.servers, timeouts: siprec.timeouts, anchor, clock, log, metrics: metrics.siprec },
    metadataType: `application/${siprec.metadataType}`,
    perform: effect => legs.perform(effect),
    randomHex: digits => randomHex(digits / 2),
  });
  return backend;
}

function tokensOf({ recording }: Config, log: Logger): Tokens {
  const { privateKeyFile, jwksUrl, mode, issuer, apps, tokens } = recording.auth;
  return new Tokens({
    ...{ mode, issuer, apps, tokens },
    ...(privateKeyFile !== '' && { privateKey: keyIn(privateKeyFile) }),
    ...(jwksUrl !== undefined && { jwksUrl }),
    nowMs: Date.now,
    onKeysMissing: error => log.warn({ err: error }, 'the keys of recording.auth.jwksUrl could not be had'),
  });
}
