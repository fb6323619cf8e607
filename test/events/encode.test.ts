import { expect } from 'chai';
import fc from 'fast-check';
import type { CallThreadId, ConnId } from '../../lib/call/ids.ts';
import { encodeEvent, type EncodeOptions } from '../../lib/events/encode.ts';
import type { EventPair } from '../../lib/events/attributes.ts';
import type { CallEvent, EventAttachedDataChanged } from '../../lib/events/event.ts';
import { eventFault } from '../support/valid-event.ts';

const event: EventAttachedDataChanged = {
  UserData: [
    { key: 'CaseId', type: 'string', value: '42', scope: 'sip' },
    { key: 'Skill', type: 'string', value: 'é', scope: 'voip' },
    { key: 'Priority', type: 'int', value: 3, scope: 'call' },
  ],
  ThirdPartyDN: 'alice',
  ThisDNRole: 'Destination',
  ThisDN: 'bob',
  CallState: 'Ok',
  CallType: 'Internal',
  CallThreadID: 'fedcba9876543210' as CallThreadId,
  CallID: 7,
  ConnID: '0123456789abcdef@acme:n1' as ConnId,
  Server: 'baton/n1',
  time: 1,
  id: 'EventAttachedDataChanged',
};

interface Told {
  readonly UserData: { readonly key: string }[];
  readonly Extensions?: unknown;
}

function told(options: EncodeOptions, of: CallEvent = event): Told {
  return JSON.parse(encodeEvent(of, options)) as Told;
}

const keys = (options: EncodeOptions): string[] => told(options).UserData.map(pair => pair.key);

describe('an event on the wire', () => {
  it('has its attributes in one order and shows no scope', () => {
    expect(encodeEvent(event)).to.equal(
      '{"id":"EventAttachedDataChanged","time":1,"Server":"baton/n1","ConnID":"0123456789abcdef@acme:n1","CallID":7,' +
        '"CallThreadID":"fedcba9876543210","CallType":"Internal","CallState":"Ok","ThisDN":"bob","ThisDNRole":"Destination",' +
        '"ThirdPartyDN":"alice","UserData":[{"key":"CaseId","type":"string","value":"42"},' +
        '{"key":"Skill","type":"string","value":"é"},{"key":"Priority","type":"int","value":3}]}',
    );
  });

  it('shows entries of attached data as bare pairs', () => {
    const UserData = [
      { key: 'a', type: 'string', value: '1', scope: 'sip', from: { party: 'x', atMs: 1 }, headerName: 'h' },
    ] as const;
    expect(told({}, { ...event, UserData }).UserData).to.deep.equal([
      { key: 'a', type: 'string', value: '1' },
    ]);
  });

  it('leaves out scopes and keys that are not for the reader', () => {
    expect(keys({ leaveOutScopes: ['voip'] })).to.deep.equal(['CaseId', 'Priority']);
    expect(keys({ keys: { allow: ['caseid', 'Pri*'] } })).to.deep.equal(['CaseId', 'Priority']);
    expect(keys({ keys: { deny: ['CASEID'] } })).to.deep.equal(['Skill', 'Priority']);
    expect(keys({ keys: { allow: ['*'], deny: ['Case*', 'Skill'] } })).to.deep.equal(['Priority']);
    expect(keys({ keys: { allow: [] } })).to.deep.equal([]);
  });

  it('without UserData has none, and never its tenant', () => {
    const login: CallEvent = {
      id: 'EventAgentLogin',
      tenant: 'acme',
      Server: 'baton/n1',
      time: 1,
      ThisDN: '7001',
    };
    expect(encodeEvent(login, { maxBytes: 1 })).to.equal(
      '{"id":"EventAgentLogin","time":1,"Server":"baton/n1","ThisDN":"7001"}',
    );
  });

  describe('that is too long', () => {
    const wholeBytes = Buffer.byteLength(encodeEvent(event));

    it('is what is over the limit in octets, not one less', () => {
      expect(encodeEvent(event, { maxBytes: wholeBytes })).to.equal(encodeEvent(event));
      expect(told({ maxBytes: wholeBytes - 1 })).to.have.property('Extensions');
    });

    it('carries only the pairs that changed, and says so', () => {
      const short = told({ maxBytes: 10, changedKeys: ['Priority'] });
      expect(short.UserData).to.deep.equal([{ key: 'Priority', type: 'int', value: 3 }]);
      expect(short.Extensions).to.deep.equal([{ UserDataTruncated: true }]);
    });

    it('names the keys that are gone, having no pairs to show', () => {
      const short = told({ maxBytes: 10, changedKeys: ['Priority', 'Tier'] });
      expect(short.Extensions).to.deep.equal([{ UserDataTruncated: true }, { UserDataRemoved: ['Tier'] }]);
    });

    it('still keeps from the reader what is not for it', () => {
      const short = told({
        maxBytes: 10,
        changedKeys: ['Skill', 'CaseId', 'Gone'],
        leaveOutScopes: ['voip'],
        keys: { deny: ['Gone'] },
      });
      expect(short.UserData.map(pair => pair.key)).to.deep.equal(['CaseId']);
      expect(short.Extensions).to.deep.equal([{ UserDataTruncated: true }]);
    });

    it('keeps its other extensions', () => {
      const short = told({ maxBytes: 10 }, { ...event, Extensions: [{ Source: 'INFO' }] });
      expect(short).to.deep.include({
        UserData: [],
        Extensions: [{ Source: 'INFO' }, { UserDataTruncated: true }],
      });
    });
  });

  it('is as documented, whatever is left out of it', () => {
    const key = fc.constantFrom('CaseId', 'Skill', 'Priority', 'Gone', '');
    const scope = fc.constantFrom('sip', 'uui', 'voip', 'call');
    const text = fc.record({ key, scope, type: fc.constant('string'), value: fc.string() });
    const int = fc.record({ key, scope, type: fc.constant('int'), value: fc.integer() });
    const pairs: fc.Arbitrary<EventPair[]> = fc.array(fc.oneof(text, int));
    const options: fc.Arbitrary<EncodeOptions> = fc.record(
      {
        maxBytes: fc.integer({ min: 0, max: 2_000 }),
        changedKeys: fc.array(key),
        keys: fc.record({ allow: fc.array(key), deny: fc.array(key) }, { requiredKeys: [] }),
        leaveOutScopes: fc.array(scope),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(pairs, options, (UserData, wanted) => {
        expect(eventFault(told(wanted, { ...event, UserData }))).to.equal(undefined);
      }),
    );
  });
});
