import { expect } from 'chai';
import { randomId } from '../../lib/siprec/ids.ts';
import { type Metadata, metadataXml } from '../../lib/siprec/metadata.ts';
import { multipartFromParts } from '../../lib/siprec/multipart.ts';
import { SipText } from '../../support/sip-text.ts';
import { type Expectations, snapshotOf } from './recording-rules.ts';

const id = (digit: string): string => randomId(digit.repeat(32));
const nowMs = Date.UTC(2026, 10, 20);
const metadata: Metadata = {
  ...{ groupId: id('1'), sessionId: id('2'), startedAtMs: nowMs },
  participants: [
    {
      participantId: id('3'),
      dn: '100',
      address: '<sip:100@a.example>',
      joinedAtMs: nowMs,
      sends: [id('5')],
      receives: [id('6')],
    },
    {
      participantId: id('4'),
      dn: '200',
      address: '<sip:200@b.example>',
      joinedAtMs: nowMs,
      sends: [id('6')],
      receives: [id('5')],
    },
  ],
  streams: [
    { streamId: id('5'), label: '1' },
    { streamId: id('6'), label: '2' },
  ],
  names: { recordingId: 'r', connId: 'c', callThreadId: 't' },
};
const media = (label: string, port: number): string[] => [
  `m=audio ${port} RTP/AVP 0`,
  'a=sendonly',
  `a=label:${label}`,
];
const sdp = [
  ...['v=0', 'o=- 1 1 IN IP4 127.0.0.1', 's=-', 'c=IN IP4 127.0.0.1', 't=0 0'],
  ...[...media('1', 4000), ...media('2', 4002), ''],
].join('\r\n');

function inviteText(xml = metadataXml(metadata), offered = sdp): string {
  const { contentType, content } = multipartFromParts([
    { contentType: 'application/sdp', disposition: '', content: offered },
    { contentType: 'application/rs-metadata+xml', disposition: 'recording-session', content: xml },
  ]);
  return [
    'INVITE sip:srs@127.0.0.1 SIP/2.0',
    'Contact: <sip:baton@127.0.0.1:5060>;+sip.src',
    'Require: siprec',
    'Accept: application/sdp, application/rs-metadata-request',
    `Content-Type: ${contentType}`,
    '',
    content,
  ].join('\r\n');
}

const initial: Expectations = { initial: true, metadataType: 'application/rs-metadata+xml' };
const read = (text: string, expected = initial) => snapshotOf(new SipText(text, 0), expected);
const changed = (from: string | RegExp, to: string): string => inviteText().replace(from, to);

describe('the recording server of the tests', () => {
  it('finds nothing wrong with a good INVITE', () => {
    const { breaches, streams, participants } = read(inviteText());
    expect(breaches).to.deep.equal([]);
    expect(streams.map(({ label, port }) => [label, port])).to.deep.equal([
      ['1', 4000],
      ['2', 4002],
    ]);
    expect(
      participants.map(({ aor, name, sends, receives, left }) => ({ aor, name, sends, receives, left })),
    ).to.deep.equal([
      { aor: 'sip:100@a.example', name: '100', sends: ['1'], receives: ['2'], left: false },
      { aor: 'sip:200@b.example', name: '200', sends: ['2'], receives: ['1'], left: false },
    ]);
  });

  const breaches: [breach: string, text: string][] = [
    ['siprec is required', changed('Require: siprec', 'Supported: siprec')],
    ['the Contact has the feature tag +sip.src', changed(';+sip.src', '')],
    ['application/sdp is accepted', changed('application/sdp, ', '')],
    ['application/rs-metadata-request is accepted', changed(', application/rs-metadata-request', '')],
    ['the body is multipart/mixed', changed('multipart/mixed', 'multipart/related')],
    ['there is SDP', changed('Content-Type: application/sdp', 'Content-Type: text/plain')],
    ['there is application/rs-metadata+xml', changed('rs-metadata+xml', 'rs-metadata')],
    ['the metadata has the disposition recording-session', changed('recording-session', 'session')],
    ['there is a stream for each party', inviteText(undefined, sdp.slice(0, sdp.lastIndexOf('m=')))],
    ['each stream has a label', changed('a=label:2\r\n', '')],
    ['no label comes twice', changed('a=label:2', 'a=label:1')],
    ['stream 1 is only sent', changed('a=sendonly', 'a=sendrecv')],
    ['the metadata is well-formed', changed('</recording>', '')],
    ['the metadata is well-formed', changed('<name>100', '<name>\x01')],
    ['the metadata is a recording', changed('ns:recording:1', 'ns:recording:2')],
    ['it has no unknown elements', changed('<datamode>', '<mode/><datamode>')],
    [
      'its elements are in order',
      changed('<datamode>complete</datamode>', '<stream/><datamode>complete</datamode>'),
    ],
    ['the metadata is complete', changed('>complete<', '>partial<')],
    ['there is one group and one session', changed(/<group .*<\/group>\r\n/, '')],
    ['the session is of the group', changed('<group-ref>', '<group-ref>x')],
    ['each participant has a base64 UUID', changed('participant_id="', 'participant_id="x')],
    ['each stream has another one', changed(`stream_id="${id('6')}"`, `stream_id="${id('5')}"`)],
    ['associate-time is a time', changed('T00:00:00.000Z</associate', ' 00:00</associate')],
    [
      'the session is associated with the recording',
      changed(/<sessionrecordingassoc.*<\/sessionrecordingassoc>\r\n/, ''),
    ],
    [
      'each participant has one participantsessionassoc',
      changed(/<participantsessionassoc.*<\/participantsessionassoc>\r\n/, ''),
    ],
    [
      'each participant has one participantstreamassoc',
      changed(/<participantstreamassoc.*<\/participantstreamassoc>\r\n/, ''),
    ],
    [
      'participants are associated with the session',
      changed(/(<participantsessionassoc.* session_id=")/, '$1x'),
    ],
    ['participants are associated with streams that there are', changed('<send>', '<send>x')],
    ['metadata and SDP have the same labels', changed('<label>1', '<label>3')],
    ['streams are of the session', changed(/(<stream stream_id="[^"]*" session_id=")/, '$1x')],
    ['a participant has an address of record', changed('aor="sip:', 'aor="')],
    ['a participant has a name', changed('<name>100</name>', '<name/>')],
    ['there are two participants at least', changed(/<participant participant_id.*\r\n/, '')],
  ];
  for (const [breach, text] of breaches) {
    it(`notices where it is not so: ${breach}`, () => {
      expect(read(text).breaches.join('\n')).to.include(breach);
    });
  }

  const changes: [breach: string, text: string][] = [
    ['no m= line vanishes', inviteText(undefined, sdp.slice(0, sdp.lastIndexOf('m=')))],
    ['streams keep their labels', changed('a=label:2', 'a=label:3')],
    ['session and group stay', inviteText(metadataXml({ ...metadata, groupId: id('7') }))],
    ['participants stay who they were', changed('sip:100@a', 'sip:101@a')],
    ['stream 2 is only sent', inviteText(undefined, sdp.replace('m=audio 4002', 'm=audio 0'))],
  ];
  for (const [breach, text] of changes) {
    it(`notices in an update where it is not so: ${breach}`, () => {
      const before = read(inviteText());
      expect(read(text, { ...initial, initial: false, before }).breaches.join('\n')).to.include(breach);
      expect(read(inviteText(), { ...initial, initial: false, before }).breaches).to.deep.equal([]);
    });
  }
});
