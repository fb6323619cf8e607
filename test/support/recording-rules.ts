import { DOMParser, type Element, onErrorStopParsing } from '@xmldom/xmldom';
import { sdpParts } from '../../lib/call/media/sdp.ts';
import { partOfType, partsOfBody } from '../../lib/siprec/multipart.ts';
import type { SipText } from '../../support/sip-text.ts';

/** What a recording server makes of an INVITE or UPDATE of a recording client. */
export interface Snapshot {
  /** Rules of RFC 7865 and RFC 7866 that the message breaks, one line for each. */
  readonly breaches: readonly string[];
  readonly streams: readonly OfferedStream[];
  readonly participants: readonly ToldParticipant[];
  readonly groupId: string;
  readonly sessionId: string;
  /** The octets of the metadata. */
  readonly xml: string;
}

export interface OfferedStream {
  readonly label: string;
  readonly port: number;
  readonly direction: string;
  readonly formats: readonly string[];
  readonly kind: string;
}

export interface ToldParticipant {
  readonly id: string;
  readonly aor: string;
  readonly name: string;
  /** Labels. */
  readonly sends: readonly string[];
  readonly receives: readonly string[];
  readonly left: boolean;
}

export interface Expectations {
  readonly initial: boolean;
  readonly metadataType: string;
  /** What the same client said in this recording before. */
  readonly before?: Snapshot | undefined;
}

const namespace = 'urn:ietf:params:xml:ns:recording:1';
const base64Uuid = /^[A-Za-z0-9+/]{21}[AQgw]==$/;
const dateTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;
/** RFC 7865 §8, in its order. */
const elementOrder = [
  ...['datamode', 'group', 'session', 'participant', 'stream'],
  ...['sessionrecordingassoc', 'participantsessionassoc', 'participantstreamassoc'],
];

/** Reads it as somebody would who knows the two RFCs only, and notes what does not fit. */
export function snapshotOf(request: SipText, expected: Expectations): Snapshot {
  const breaches: string[] = [];
  const rule = (holds: boolean, what: string): void => {
    if (!holds) breaches.push(what);
  };
  headerRules(request, rule);
  const more = request.all('Content-Disposition').map(value => ({ name: 'Content-Disposition', value }));
  const parts = partsOfBody({ contentType: request.get('Content-Type'), content: request.body, more });
  rule(/^multipart\/mixed\b/i.test(request.get('Content-Type')), 'the body is multipart/mixed');
  const sdp = partOfType(parts, 'application/sdp')?.content ?? '';
  rule(sdp !== '', 'there is SDP');
  const streams = streamsOf(sdp);
  streamRules(streams, expected, rule);
  const metadata = partOfType(parts, expected.metadataType);
  rule(metadata !== undefined, `there is ${expected.metadataType}`);
  rule(
    metadata?.disposition.split(';')[0]?.trim() === 'recording-session',
    'the metadata has the disposition recording-session',
  );
  const xml = metadata?.content ?? '';
  return { breaches, streams, xml, ...metadataOf(xml, { streams, expected, rule }) };
}

type Rule = (holds: boolean, what: string) => void;

/** RFC 7866 §6.1.1, §10.1: of each request that may make or refresh the dialog. */
function headerRules(request: SipText, rule: Rule): void {
  const has = (name: string, value: string): boolean =>
    request.all(name).some(line => line.split(',').some(one => one.trim().toLowerCase() === value));
  rule(has('Require', 'siprec'), 'siprec is required');
  rule(
    />\s*;(.*;)?\s*\+sip\.src\b/i.test(request.get('Contact')),
    'the Contact has the feature tag +sip.src',
  );
  for (const type of ['application/sdp', 'application/rs-metadata-request'])
    rule(has('Accept', type), `${type} is accepted`);
}

function streamRules(streams: readonly OfferedStream[], { initial, before }: Expectations, rule: Rule): void {
  rule(streams.length >= (initial ? 2 : 1), 'there is a stream for each party');
  const labels = streams.map(({ label }) => label);
  rule(!labels.includes(''), 'each stream has a label');
  rule(new Set(labels).size === labels.length, 'no label comes twice');
  for (const { label, port, direction } of streams) {
    const directions = initial || port > 0 ? ['sendonly', 'inactive'] : ['inactive'];
    rule(directions.includes(direction), `stream ${label} is only sent`);
  }
  if (before === undefined) return;
  rule(before.streams.length <= streams.length, 'no m= line vanishes (RFC 3264 §8)');
  const kept = before.streams.every((stream, at) => streams[at]?.label === stream.label);
  rule(kept, 'streams keep their labels');
}

function streamsOf(sdp: string): OfferedStream[] {
  return sdpParts({ contentType: 'application/sdp', content: sdp }).media.map(([media = '', ...lines]) => {
    const [kind = '', port = '', , ...formats] = media.slice(2).split(' ');
    const valueOf = (start: string): string =>
      lines.find(line => line.startsWith(start))?.slice(start.length) ?? '';
    const direction = lines.find(line => /^a=(sendrecv|sendonly|recvonly|inactive)$/.test(line))?.slice(2);
    return {
      label: valueOf('a=label:'),
      port: Number(port),
      direction: direction ?? 'sendrecv',
      formats,
      kind,
    };
  });
}

function parsed(xml: string): Element | string {
  // XML 1.0 §2.2; the parser lets them pass.
  if (/[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|\p{Surrogate}/u.test(xml))
    return 'characters that may not occur';
  try {
    const root = new DOMParser({ onError: onErrorStopParsing }).parseFromString(
      xml,
      'text/xml',
    ).documentElement;
    return root ?? 'no element';
  } catch (error) {
    return String(error);
  }
}

interface Reading {
  readonly streams: readonly OfferedStream[];
  readonly expected: Expectations;
  readonly rule: Rule;
}

function metadataOf(xml: string, reading: Reading): Pick<Snapshot, 'participants' | 'groupId' | 'sessionId'> {
  const { rule } = reading;
  const root = parsed(xml);
  if (typeof root === 'string') {
    rule(false, `the metadata is well-formed: ${root}`);
    return { participants: [], groupId: '', sessionId: '' };
  }
  rule(root.localName === 'recording' && root.namespaceURI === namespace, 'the metadata is a recording');
  const children = elementsIn(root);
  const order = children.map(({ localName }) => elementOrder.indexOf(localName ?? ''));
  rule(!order.includes(-1), 'it has no unknown elements');
  rule(
    order.every((place, at) => at === 0 || (order[at - 1] ?? 0) <= place),
    'its elements are in order',
  );
  const all = (name: string): Element[] => children.filter(child => child.localName === name);
  const [session] = all('session');
  const [group] = all('group');
  const sessionId = session?.getAttribute('session_id') ?? '';
  const groupId = group?.getAttribute('group_id') ?? '';
  rule(all('datamode').map(textOf).join() === 'complete', 'the metadata is complete');
  rule(all('group').length === 1 && all('session').length === 1, 'there is one group and one session');
  rule(session !== undefined && childText(session, 'group-ref') === groupId, 'the session is of the group');
  idRules(children, rule);
  timeRules(root, rule);
  associationRules(all, sessionId, rule);
  const labels = labelRules(all('stream'), sessionId, reading);
  const participants = all('participant').map(one => participantOf(one, all, labels, rule));
  rule(participants.filter(({ left }) => !left).length >= 2, 'there are two participants at least');
  changeRules({ participants, groupId, sessionId }, reading);
  return { participants, groupId, sessionId };
}

function idRules(children: readonly Element[], rule: Rule): void {
  for (const [name, key] of [
    ['group', 'group_id'],
    ['session', 'session_id'],
    ['participant', 'participant_id'],
    ['stream', 'stream_id'],
  ] as const) {
    const ids = children
      .filter(({ localName }) => localName === name)
      .map(one => one.getAttribute(key) ?? '');
    rule(
      ids.every(id => base64Uuid.test(id)),
      `each ${name} has a base64 UUID`,
    );
    rule(new Set(ids).size === ids.length, `each ${name} has another one`);
  }
}

function timeRules(root: Element, rule: Rule): void {
  for (const name of ['associate-time', 'disassociate-time', 'start-time', 'stop-time'])
    for (const time of root.getElementsByTagName(name))
      rule(dateTime.test(textOf(time)), `${name} is a time`);
}

/** RFC 7865 §6.1: the associations bind what there is, and each thing is bound. */
function associationRules(all: (name: string) => Element[], sessionId: string, rule: Rule): void {
  const participants = all('participant').map(one => one.getAttribute('participant_id'));
  const recording = all('sessionrecordingassoc').map(one => one.getAttribute('session_id'));
  rule(recording.join() === sessionId, 'the session is associated with the recording');
  for (const name of ['participantsessionassoc', 'participantstreamassoc']) {
    const bound = all(name).map(one => one.getAttribute('participant_id'));
    rule([...bound].sort().join() === [...participants].sort().join(), `each participant has one ${name}`);
  }
  const sessions = all('participantsessionassoc').map(one => one.getAttribute('session_id'));
  rule(
    sessions.every(one => one === sessionId),
    'participants are associated with the session',
  );
  const streams = new Set(all('stream').map(one => one.getAttribute('stream_id')));
  const bound = all('participantstreamassoc').flatMap(one => [...texts(one, 'send'), ...texts(one, 'recv')]);
  rule(
    bound.every(id => streams.has(id)),
    'participants are associated with streams that there are',
  );
}

/** RFC 7866 §9.1: a stream and its m= line have one label. Gives the label of each stream id. */
function labelRules(
  streams: readonly Element[],
  sessionId: string,
  { streams: offered, rule }: Reading,
): ReadonlyMap<string, string> {
  const labels = new Map(streams.map(one => [one.getAttribute('stream_id') ?? '', childText(one, 'label')]));
  const wanted = offered.map(({ label }) => label);
  rule(
    [...labels.values()].sort().join() === [...wanted].sort().join(),
    'metadata and SDP have the same labels',
  );
  rule(
    streams.every(one => one.getAttribute('session_id') === sessionId),
    'streams are of the session',
  );
  return labels;
}

function participantOf(
  one: Element,
  all: (name: string) => Element[],
  labels: ReadonlyMap<string, string>,
  rule: Rule,
): ToldParticipant {
  const id = one.getAttribute('participant_id') ?? '';
  const [nameId] = elementsIn(one).filter(({ localName }) => localName === 'nameID');
  const aor = nameId?.getAttribute('aor') ?? '';
  const name = nameId === undefined ? '' : childText(nameId, 'name');
  rule(/^(?:sips?:[^\s;?]+|tel:\S+)$/.test(aor), 'a participant has an address of record');
  rule(name !== '', 'a participant has a name');
  const ofIt = (association: string) =>
    all(association).find(other => other.getAttribute('participant_id') === id) ?? one;
  const streams = ofIt('participantstreamassoc');
  const labelled = (what: string) => texts(streams, what).map(stream => labels.get(stream) ?? '');
  const left = texts(ofIt('participantsessionassoc'), 'disassociate-time').length > 0;
  return { id, aor, name, sends: labelled('send'), receives: labelled('recv'), left };
}

/** RFC 7865 §6: ids stay as long as the things do. */
function changeRules(
  now: Pick<Snapshot, 'participants' | 'groupId' | 'sessionId'>,
  { expected: { before }, rule }: Reading,
): void {
  if (before === undefined) return;
  rule(now.sessionId === before.sessionId && now.groupId === before.groupId, 'session and group stay');
  for (const { id, aor } of before.participants) {
    const later = now.participants.find(one => one.id === id);
    rule(later?.aor === aor, 'participants stay who they were');
  }
}

const elementsIn = (parent: Element): Element[] =>
  [...parent.childNodes].filter((node): node is Element => node.nodeType === 1);
const textOf = (one: Element): string => one.textContent ?? '';
const texts = (parent: Element, name: string): string[] =>
  elementsIn(parent)
    .filter(({ localName }) => localName === name)
    .map(textOf);
const childText = (parent: Element, name: string): string => texts(parent, name)[0] ?? '';
