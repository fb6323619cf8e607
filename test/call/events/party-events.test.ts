import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { Story, trunk } from '../support/story.ts';
import { sequences, sequencesTable, toldTo } from '../support/sequences.ts';

const page = readFileSync(new URL('../../../docs/sequences.md', import.meta.url), 'utf8');

describe('what each party is told', () => {
  for (const { scenario, options, run, told } of sequences) {
    it(scenario, () => {
      const story = new Story(options);
      run(story);
      expect({
        alice: toldTo(story, 'alice'),
        bob: toldTo(story, 'bob'),
        carol: toldTo(story, 'carol'),
      }).to.deep.equal({
        carol: [],
        ...told,
      });
    });
  }

  it('stands in docs/sequences.md, row for row', () => {
    expect(page).to.contain(`\n${sequencesTable()}\n`);
  });

  it('nothing of a call that never started', () => {
    const story = new Story({ routing: { anyTarget: 'never', routes: [] } }).invite();
    expect(story.events).to.deep.equal([]);
  });
});

describe('an event of a party', () => {
  const carrier = trunk({ name: 'carrier', sources: ['192.0.2.0/24'], network: true });

  it('says who it is, whom it talks to and what the call carries', () => {
    const story = new Story({ routing: { trunks: [carrier] } });
    story.invite({ requestUri: 'sip:4711@127.0.0.1', headers: ['X-MS-Custom-CaseId: 42'] });
    const common = {
      time: 1_000_000,
      Server: 'baton/node1',
      ConnID: '00000000000000ff@acme:node1',
      CallID: 7,
      CallThreadID: 'abcdabcdabcdabcd',
      CallType: 'Outbound',
      CallState: 'Ok',
      ANI: 'alice',
      DNIS: '4711',
    };
    const [dialing] = story.events;
    expect(dialing).to.deep.include({
      ...common,
      id: 'EventDialing',
      ThisDN: 'alice',
      ThisDNRole: 'Origination',
      OtherDN: '4711',
      OtherDNRole: 'Destination',
    });
    expect(dialing).to.not.have.any.keys('ThisTrunk', 'Cause', 'Extensions');
    expect(dialing?.UserData).to.have.nested.property('0.value', '42');
    story.bob.rings();
    expect(story.events.at(-1)).to.deep.include({
      ...common,
      id: 'EventRinging',
      ThisDN: 'bob',
      ThisDNRole: 'Destination',
      ThisTrunk: 'carrier',
      OtherDN: 'alice',
      OtherDNRole: 'Origination',
    });
  });

  it('of an end says how it came to it', () => {
    const story = new Story().invite();
    story.feed({
      type: 'releaseWanted',
      status: 503,
      reason: 'shutting down',
      verdict: { by: 'baton', why: 'shutdown', atFault: 'baton' },
    });
    expect(story.events.at(-1)).to.deep.include({
      id: 'EventReleased',
      CallState: 'SystemError',
      Cause: 503,
      Extensions: [
        { ReleasedBy: 'baton' },
        { ReleaseReason: 'shutdown' },
        { SipStatus: 503 },
        { AtFault: 'baton' },
      ],
    });
  });

  it('of an answered call that ends has no Cause', () => {
    const story = new Story().established();
    story.alice.hangsUp();
    expect(story.events.at(-1))
      .to.include({ id: 'EventReleased', CallState: 'Ok' })
      .and.not.have.property('Cause');
  });

  it('carries the data of its moment', () => {
    const story = new Story().established();
    story.alice.sends('INFO', { headers: ['X-MS-Custom-CaseId: 42'] });
    story.bob.hangsUp();
    const values = story.events.map(({ UserData = [] }) => UserData[0]?.value);
    expect(values).to.deep.equal([undefined, undefined, undefined, undefined, '42', '42', '42', '42']);
  });
});
