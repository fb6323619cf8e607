import { z } from 'zod';
import { durationMs, oneOf } from './field.ts';
import { hostPortList } from './host-port.ts';

export const media = z.strictObject({
  anchor: oneOf(['none', 'rtpengine']),
  onFailure: oneOf(['pass', 'refuse']),
});

const rtpengine = z.strictObject({
  ng: hostPortList,
  recordingDir: z.string().transform(text => (text === '' ? undefined : text)),
  timeouts: z.strictObject({
    commandMs: durationMs.min(10).max(10_000),
    resendMs: durationMs.min(5).max(10_000),
    pingMs: durationMs.min(100),
  }),
});

export const recording = z.strictObject({ rtpengine });

export type MediaConfig = z.output<typeof media>;
export type RecordingConfig = z.output<typeof recording>;
export type RtpengineConfig = RecordingConfig['rtpengine'];
