import { parseNameAddr } from '../engine/message/name-addr.ts';
import { parseUri } from '../engine/message/uri.ts';
import { element, legal, type Markup, textElement } from './xml.ts';

/** Somebody who takes part, or took part, in the recorded call. Times are milliseconds since the epoch. */
export interface Participant {
  readonly participantId: string;
  readonly dn: string;
  /** A From or To as a whole value. */
  readonly address: string;
  readonly joinedAtMs: number;
  readonly leftAtMs?: number;
  /** Ids of the streams that come from it, and of those that it hears. */
  readonly sends: readonly string[];
  readonly receives: readonly string[];
}

export interface LabelledStream {
  readonly streamId: string;
  /** That of its m= line (RFC 4574). */
  readonly label: string;
}

/** All that a recording server is told of a recording (RFC 7865 §6). Ids are base64 UUIDs. */
export interface Metadata {
  readonly groupId: string;
  readonly sessionId: string;
  readonly startedAtMs: number;
  readonly participants: readonly Participant[];
  readonly streams: readonly LabelledStream[];
  /** What the recording and its call are called here. */
  readonly names: Readonly<Record<'recordingId' | 'connId' | 'callThreadId', string>>;
}

const namespace = 'urn:ietf:params:xml:ns:recording:1';
/** Of what RFC 7865 has no element for: RFC 7865 §5.1 lets anybody add elements of another namespace. */
const ownNamespace = 'urn:x-baton:recording:1';

/** RFC 7865 §8: the elements in the order of its schema. The snapshot is always complete: nothing depends on an earlier one. */
export function metadataXml(metadata: Metadata): string {
  const { groupId, sessionId, participants, streams, startedAtMs } = metadata;
  const began = textElement('associate-time', timeOf(startedAtMs));
  const elements = [
    textElement('datamode', 'complete'),
    element('group', { group_id: groupId }, [began]),
    sessionElement(metadata),
    ...participants.map(participantElement),
    ...streams.map(stream => streamElement(stream, sessionId)),
    element('sessionrecordingassoc', { session_id: sessionId }, [began]),
    ...participants.map(participant => sessionAssociation(participant, sessionId)),
    ...participants.map(streamAssociation),
  ];
  const lines = ['', ...elements, ''].join('\r\n') as Markup;
  const recording = element('recording', { xmlns: namespace }, [lines]);
  return `<?xml version="1.0" encoding="UTF-8"?>\r\n${recording}\r\n`;
}

function sessionElement({ sessionId, groupId, startedAtMs, names }: Metadata): Markup {
  return element('session', { session_id: sessionId }, [
    textElement('group-ref', groupId),
    textElement('start-time', timeOf(startedAtMs)),
    element('call', { xmlns: ownNamespace, ...names }),
  ]);
}

function participantElement({ participantId, dn, address }: Participant): Markup {
  return element('participant', { participant_id: participantId }, [
    element('nameID', { aor: aorOf(address, dn) }, [textElement('name', dn)]),
  ]);
}

function streamElement({ streamId, label }: LabelledStream, sessionId: string): Markup {
  return element('stream', { stream_id: streamId, session_id: sessionId }, [textElement('label', label)]);
}

function sessionAssociation(participant: Participant, sessionId: string): Markup {
  const { participantId } = participant;
  return element(
    'participantsessionassoc',
    { participant_id: participantId, session_id: sessionId },
    timesOf(participant),
  );
}

function streamAssociation(participant: Participant): Markup {
  const { participantId, sends, receives } = participant;
  return element('participantstreamassoc', { participant_id: participantId }, [
    ...sends.map(streamId => textElement('send', streamId)),
    ...receives.map(streamId => textElement('recv', streamId)),
    ...timesOf(participant),
  ]);
}

function timesOf({ joinedAtMs, leftAtMs }: Participant): Markup[] {
  const joined = textElement('associate-time', timeOf(joinedAtMs));
  return leftAtMs === undefined ? [joined] : [joined, textElement('disassociate-time', timeOf(leftAtMs))];
}

/** As xs:dateTime. */
const timeOf = (timeMs: number): string => new Date(timeMs).toISOString();

/** RFC 3261 §6: an address-of-record has neither port nor parameters. Who gave none is named by its DN (RFC 3323 §4.1.1.3). */
export function aorOf(address: string, dn: string): string {
  const uri = parseNameAddr(address)?.uri ?? '';
  const parsed = parseUri(uri);
  if (parsed === undefined) return `sip:${encodeURIComponent(legal(dn))}@anonymous.invalid`;
  const { scheme, user, host } = parsed;
  if (scheme === 'tel') return uri;
  return user === undefined ? `${scheme}:${host}` : `${scheme}:${user}@${host}`;
}
