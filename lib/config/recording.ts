import { z } from 'zod';
import { recorderNames, recordingModes } from '../call/recording/recording.ts';
import { isToken } from '../engine/message/token.ts';
import { parseTargetUri } from '../routing/target-uri.ts';
import { count, durationMs, listOf, name, oneOf, parsed, spanMs } from './field.ts';
import { hostPortList } from './host-port.ts';
import { parseHttpUrl } from './http-url.ts';

export const media = z.strictObject({
  anchor: oneOf(['none', 'rtpengine']),
  onFailure: oneOf(['pass', 'refuse']),
});

const rtpengine = z.strictObject({
  ng: hostPortList,
  recordingDir: z.string().transform(text => (text === '' ? undefined : text)),
  minFreeBytes: z.int().min(0),
  timeouts: z.strictObject({
    commandMs: durationMs.min(10).max(10_000),
    resendMs: durationMs.min(5).max(10_000),
    pingMs: durationMs.min(100),
    growthMs: durationMs.min(100),
  }),
});

/** YAML makes a number of digits without quotes, which loses zeros in front. */
const accessCode = z
  .union([z.string(), z.int().min(0).transform(String)], { error: 'expected a text' })
  .pipe(
    z
      .string()
      .regex(
        /^(?:[^\s*\0-\x1f\x7f]{1,20}\*?|\*)$/,
        'expected up to 20 characters, and a * at the end or none',
      ),
  );

/** What becomes of calls to an access code. */
const flow = z.strictObject({
  accessCode,
  mode: oneOf(['none', ...recordingModes]),
  backend: oneOf(recorderNames).default('rtpengine'),
  required: z.boolean().default(false),
  onNotFound: oneOf(['error', 'ignore']).default('error'),
});

const text = z.string().min(1).max(256);

const auth = z.strictObject({
  mode: oneOf(['off', 'jwt']),
  everywhere: z.boolean(),
  issuer: z.string(),
  privateKeyFile: z.string(),
  jwksUrl: parsed(value =>
    value === '' ? undefined : parseHttpUrl(value, 'https://idp.example.com/jwks.json'),
  ),
  apps: z.array(z.strictObject({ appKey: text, appSecret: text, tenant: name.exactOptional() })),
  tokens: z.array(z.string().min(16, 'a token has at least 16 characters')),
});

const http = z.strictObject({
  url: parsed(value =>
    value === '' ? undefined : parseHttpUrl(value, 'https://recorder.example.com/tasks'),
  ),
  token: z.string(),
  timeoutMs: durationMs.max(10_000),
  maxConnections: count.max(1_024),
});

/** Recording servers. */
const siprec = z.strictObject({
  servers: listOf(parsed(parseTargetUri)),
  metadataType: oneOf(['rs-metadata+xml', 'rs-metadata']),
  timeouts: z.strictObject({
    answerMs: durationMs.min(50).max(30_000),
    keepAliveMs: durationMs.min(1_000),
    restMs: spanMs,
  }),
});

/** Somebody hears nothing while it lasts. */
const longestBudgetMs = 30_000;

export const recording = z.strictObject({
  flows: z.array(flow),
  correlationHeader: z.string().refine(isToken, 'expected the name of a header'),
  budgetMs: durationMs.min(200).max(longestBudgetMs),
  appearMs: spanMs.max(longestBudgetMs),
  stopTimeoutMs: durationMs,
  answer: oneOf(['strings', 'numbers']),
  retentionMs: spanMs,
  auth,
  http,
  rtpengine,
  siprec,
});

export type MediaConfig = z.output<typeof media>;
export type RecordingConfig = z.output<typeof recording>;
export type RtpengineConfig = RecordingConfig['rtpengine'];
