import { DOMParser, onErrorStopParsing } from '@xmldom/xmldom';
import { expect } from 'chai';
import fc from 'fast-check';
import { aorOf, type Metadata, metadataXml } from '../../lib/siprec/metadata.ts';
import { legal } from '../../lib/siprec/xml.ts';

const began = Date.UTC(2026, 10, 20, 12);
const later = began + 61_500;

const metadata: Metadata = {
  groupId: 'group==',
  sessionId: 'session==',
  startedAtMs: began,
  participants: [
    {
      ...{
        participantId: 'alice==',
        dn: '100',
        address: '"Alice" <sip:100@192.0.2.1:5062;user=phone>;tag=1',
      },
      ...{ joinedAtMs: began, sends: ['one=='], receives: ['two=='] },
    },
    {
      ...{ participantId: 'bob==', dn: '200', address: '<tel:+49200>' },
      ...{ joinedAtMs: began, leftAtMs: later, sends: ['two=='], receives: [] },
    },
  ],
  streams: [
    { streamId: 'one==', label: '1' },
    { streamId: 'two==', label: '2' },
  ],
  names: { recordingId: 'rec-1', connId: '00aa@t:n', callThreadId: '00bb' },
};

describe('recording metadata', () => {
  it('is told in the words and the order of RFC 7865', () => {
    expect(metadataXml(metadata).split('\r\n')).to.deep.equal([
      '<?xml version="1.0" encoding="UTF-8"?>',
      '<recording xmlns="urn:ietf:params:xml:ns:recording:1">',
      '<datamode>complete</datamode>',
      '<group group_id="group=="><associate-time>2026-11-20T12:00:00.000Z</associate-time></group>',
      '<session session_id="session=="><group-ref>group==</group-ref><start-time>2026-11-20T12:00:00.000Z</start-time>' +
        '<call xmlns="urn:x-baton:recording:1" recordingId="rec-1" connId="00aa@t:n" callThreadId="00bb"/></session>',
      '<participant participant_id="alice=="><nameID aor="sip:100@192.0.2.1"><name>100</name></nameID></participant>',
      '<participant participant_id="bob=="><nameID aor="tel:+49200"><name>200</name></nameID></participant>',
      '<stream stream_id="one==" session_id="session=="><label>1</label></stream>',
      '<stream stream_id="two==" session_id="session=="><label>2</label></stream>',
      '<sessionrecordingassoc session_id="session=="><associate-time>2026-11-20T12:00:00.000Z</associate-time></sessionrecordingassoc>',
      '<participantsessionassoc participant_id="alice==" session_id="session=="><associate-time>2026-11-20T12:00:00.000Z</associate-time></participantsessionassoc>',
      '<participantsessionassoc participant_id="bob==" session_id="session=="><associate-time>2026-11-20T12:00:00.000Z</associate-time><disassociate-time>2026-11-20T12:01:01.500Z</disassociate-time></participantsessionassoc>',
      '<participantstreamassoc participant_id="alice=="><send>one==</send><recv>two==</recv><associate-time>2026-11-20T12:00:00.000Z</associate-time></participantstreamassoc>',
      '<participantstreamassoc participant_id="bob=="><send>two==</send><associate-time>2026-11-20T12:00:00.000Z</associate-time><disassociate-time>2026-11-20T12:01:01.500Z</disassociate-time></participantstreamassoc>',
      '</recording>',
      '',
    ]);
  });

  const addresses: [address: string, dn: string, aor: string][] = [
    ['"Alice" <sip:100@192.0.2.1:5062;user=phone>;tag=1', '100', 'sip:100@192.0.2.1'],
    ['<sips:a%20b@example.com?Subject=x>', 'a b', 'sips:a%20b@example.com'],
    ['sip:100@[2001:db8::1]:5060', '100', 'sip:100@[2001:db8::1]'],
    ['<sip:gateway.example.com>', 'gateway.example.com', 'sip:gateway.example.com'],
    ['<tel:7042;phone-context=example.com>', '7042', 'tel:7042;phone-context=example.com'],
    ['<urn:service:sos>', 'sos#1', 'sip:sos%231@anonymous.invalid'],
    ['', '100', 'sip:100@anonymous.invalid'],
  ];
  for (const [address, dn, aor] of addresses) {
    it(`has the address of record ${aor} for ${address || 'no address'}`, () => {
      expect(aorOf(address, dn)).to.equal(aor);
    });
  }

  it('is well-formed whatever a party is called', () => {
    const anyText = fc.string({ unit: 'binary', maxLength: 30 });
    fc.assert(
      fc.property(anyText, anyText, anyText, (dn, address, recordingId) => {
        const [first] = metadata.participants;
        const participants = first === undefined ? [] : [{ ...first, dn, address }];
        const names = { ...metadata.names, recordingId };
        const xml = metadataXml({ ...metadata, participants, names });
        const read = new DOMParser({ onError: onErrorStopParsing }).parseFromString(xml, 'text/xml');
        expect(read.getElementsByTagName('name')[0]?.textContent).to.equal(legal(dn));
        expect(read.getElementsByTagName('call')[0]?.getAttribute('recordingId')).to.equal(
          legal(recordingId),
        );
      }),
    );
  });
});
