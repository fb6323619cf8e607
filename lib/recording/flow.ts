import type { RecorderName, RecordingMode } from '../call/recording/recording.ts';

/** What becomes of calls to an access code: an entry of `recording.flows`. */
export interface Flow {
  /** The whole code, or its beginning and a `*`. */
  readonly accessCode: string;
  readonly mode: RecordingMode | 'none';
  readonly backend: RecorderName;
  /** The call does not go on unrecorded. */
  readonly required: boolean;
  /** What is answered where the call is not found. */
  readonly onNotFound: 'error' | 'ignore';
}

/** The flow of an access code: the one that names it whole, else that with the longest beginning. */
export function flowOf(flows: readonly Flow[], accessCode: string): Flow | undefined {
  let best: Flow | undefined;
  for (const flow of flows) {
    const { accessCode: pattern } = flow;
    if (pattern === accessCode) return flow;
    const fits = pattern.endsWith('*') && accessCode.startsWith(pattern.slice(0, -1));
    if (fits && pattern.length > (best?.accessCode.length ?? 0)) best = flow;
  }
  return best;
}
