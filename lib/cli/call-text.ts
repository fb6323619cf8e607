import type { CallDetail, UserDataPair } from '../client/client.ts';
import { shown, shownPair } from './shown.ts';

/** A call for people: itself, its legs, its data, each on a line of its own. */
export function formatCall(call: CallDetail): string {
  const { connId, callThreadId, state, startedAt, legs, userData, revision, recording } = call;
  const lines = [
    `${connId} ${state}`,
    `  started ${startedAt}, thread ${callThreadId}, revision ${revision}`,
    ...legs.map(
      leg => `  ${leg.role} ${shown(leg.dn)} ${leg.state}${leg.trunk === null ? '' : `, trunk ${leg.trunk}`}`,
    ),
    ...(recording === null ? [] : [recordingText(recording)]),
    ...userData.map(pair => `  ${shownPair(pair)}`),
  ];
  return lines.map(line => `${line}\n`).join('');
}

function recordingText({ state, backend, segments, reason }: NonNullable<CallDetail['recording']>): string {
  const files = segments.flatMap(({ file }) => (file === undefined ? [] : [shown(file)]));
  return [
    `  recording ${state} by ${backend}`,
    ...files,
    ...(reason === undefined ? [] : [shown(reason)]),
  ].join(', ');
}

/** A pair a line. */
export function formatUserData(userData: readonly UserDataPair[]): string {
  return userData.map(pair => `${shownPair(pair)}\n`).join('');
}
