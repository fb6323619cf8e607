import type { Config } from '../config.ts';
import { randomHex } from '../engine/random.ts';
import type { Logger } from '../log.ts';
import type { MediaAnchor } from '../media-anchor/anchor.ts';
import { AnchoredSignalling } from '../media-anchor/anchored-signalling.ts';
import { RtpengineAnchor } from '../media-anchor/rtpengine-anchor.ts';
import type { Metrics } from '../metrics.ts';
import type { Clock, Signalling } from '../ports.ts';
import { Instances } from '../rtpengine/instances.ts';
import { UdpWire } from '../rtpengine/udp-wire.ts';
import type { Started } from './started.ts';

export interface Media {
  /** What calls are to speak through. */
  readonly signalling: Signalling;
  /** Absent: media goes from party to party. */
  readonly anchor?: MediaAnchor;
  /** What waits for an rtpengine. */
  readonly countUnfinished: () => number;
}

/** What stands between the legs' media, as `media.anchor` says. */
export function startMedia(
  config: Config,
  parts: {
    readonly log: Logger;
    readonly metrics: Metrics;
    readonly started: Started;
    readonly clock: Clock;
    readonly signalling: Signalling;
  },
): Media {
  const { log, metrics, started, clock, signalling } = parts;
  if (config.media.anchor === 'none') return { signalling, countUnfinished: () => 0 };
  const { ng: places, timeouts } = config.recording.rtpengine;
  const instances = new Instances({
    ...{ places, timeouts, clock, log, metrics: metrics.rtpengine },
    wireTo: place => new UdpWire(place),
    cookiePrefix: randomHex(6),
  });
  const anchor = new RtpengineAnchor({ instances, clock, log, metrics: metrics.rtpengine });
  const anchored = new AnchoredSignalling({
    ...{ signalling, anchor, onFailure: config.media.onFailure },
    isAnyUp: () => instances.isAnyUp,
  });
  started.add(async () => {
    await anchored.settled();
    instances.stop();
  });
  instances.start();
  return { signalling: anchored, anchor, countUnfinished: () => anchored.unfinishedCount };
}
