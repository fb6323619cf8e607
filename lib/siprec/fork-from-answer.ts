import type { Fork } from './recording-sdp.ts';

/** What rtpengine says to `subscribe request` with the flag `siprec`; undefined: it is not that. */
export function forkFromAnswer(answer: Readonly<Record<string, unknown>>): Fork | undefined {
  const { sdp, 'media-labels': labels } = answer;
  if (typeof sdp !== 'string' || !isObject(labels)) return undefined;
  const tagOfLabel = new Map<string, string>();
  for (const [label, media] of Object.entries(labels)) {
    if (!isObject(media) || typeof media['tag'] !== 'string') return undefined;
    tagOfLabel.set(label, media['tag']);
  }
  return { sdp, tagOfLabel };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
