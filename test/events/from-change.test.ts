import { expect } from 'chai';
import type { CallThreadId, ConnId } from '../../lib/call/ids.ts';
import { attachedDataChanged, type ToldChange } from '../../lib/events/from-change.ts';

const change: ToldChange = {
  connId: '0123456789abcdef@acme:n1' as ConnId,
  callId: 7,
  callThreadId: 'fedcba9876543210' as CallThreadId,
  callType: 'Inbound',
  callState: 'Ok',
  server: 'baton/n1',
  timeMs: 1_700_000_000_000,
  parties: [
    { dn: 'alice', role: 'Origination', trunk: 'carrier' },
    { dn: 'bob', role: 'Destination' },
  ],
  author: { dn: 'alice' },
  userData: [{ key: 'CaseId', type: 'string', value: '42' }],
};

describe('EventAttachedDataChanged', () => {
  it('says which call and what, to each party in its own words', () => {
    const common = {
      id: 'EventAttachedDataChanged',
      time: 1_700_000_000_000,
      Server: 'baton/n1',
      ConnID: '0123456789abcdef@acme:n1',
      CallID: 7,
      CallThreadID: 'fedcba9876543210',
      CallType: 'Inbound',
      CallState: 'Ok',
      ThirdPartyDN: 'alice',
      UserData: [{ key: 'CaseId', type: 'string', value: '42' }],
    };
    expect(attachedDataChanged(change)).to.deep.equal([
      { ...common, ThisDN: 'alice', ThisDNRole: 'Origination', ThisTrunk: 'carrier' },
      { ...common, ThisDN: 'bob', ThisDNRole: 'Destination' },
    ]);
  });

  const copies: [author: string, copies: [string | undefined, string][]][] = [
    [
      'alice',
      [
        ['alice', 'alice'],
        ['bob', 'alice'],
      ],
    ],
    [
      'bob',
      [
        ['alice', 'bob'],
        ['bob', 'bob'],
      ],
    ],
    [
      'carol',
      [
        ['alice', 'carol'],
        ['bob', 'carol'],
        [undefined, 'carol'],
      ],
    ],
  ];
  for (const [author, expected] of copies) {
    it(`by ${author} has ${String(expected.length)} copies, each naming the author`, () => {
      const events = attachedDataChanged({ ...change, author: { dn: author } });
      expect(events.map(event => [event.ThisDN, event.ThirdPartyDN])).to.deep.equal(expected);
    });
  }

  it('a third party’s copy has neither role nor trunk', () => {
    const third = attachedDataChanged({ ...change, author: { dn: 'carol' } }).at(-1);
    expect(third).to.not.have.any.keys('ThisDN', 'ThisDNRole', 'ThisTrunk');
  });

  it('only the requester’s copy has its reference', () => {
    const references = (dn: string) =>
      attachedDataChanged({ ...change, author: { dn, referenceId: 5 } }).map(event => event.ReferenceID);
    expect(references('bob')).to.deep.equal([undefined, 5]);
    expect(references('carol')).to.deep.equal([undefined, undefined, 5]);
  });

  it('has what else is known of the call', () => {
    const [event] = attachedDataChanged({
      ...change,
      ani: '100',
      dnis: '200',
      extensions: [{ Source: 'INFO' }],
    });
    expect(event).to.deep.include({ ANI: '100', DNIS: '200', Extensions: [{ Source: 'INFO' }] });
  });
});
