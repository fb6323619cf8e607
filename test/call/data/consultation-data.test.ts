import { expect } from 'chai';
import { packedBytes } from '../../../lib/attached-data/packed-size.ts';
import type { ConsultRule } from '../../../lib/routing/trunk.ts';
import type { Dn } from '../../../lib/call/ids.ts';
import { sharesData } from '../../../lib/call/call.ts';
import { pairs, Story, type StoryOptions } from '../support/story.ts';

const crm = 'crm' as Dn;
const held = () => new Story().established({ headers: ['X-MS-Custom-Case: 42', 'X-MS-Custom-Tier: gold'] });

/** A consultation by who holds `main`, with a pair of its own. */
function consulting(
  main: Story,
  consult: ConsultRule,
  env: StoryOptions['env'] = {},
  own = 'Case: 43',
): Story {
  const routing = { routes: [{ targets: ['sip:bob@192.0.2.2'], consult }] };
  const story = new Story({ second: true, routing, env });
  return story.consults(main, { sdp: 'offer', headers: [`X-MS-Custom-${own}`] });
}

const screening = { onTimeout: 'answer' } as const;
const answered = { type: 'decided', verdict: { action: 'answer' } } as const;

function attached(story: Story, key: string, ...values: readonly string[]): void {
  const entries = values.map(value => ({ key, type: 'string', value, scope: 'sip' }) as const);
  const operation = { operation: 'attach', entries } as const;
  story.feed({ type: 'dataRequested', operation, thirdPartyDn: crm });
}

function askedAbout(story: Story): Readonly<Record<string, string>> {
  const effect = story.effects.find(({ do: what }) => what === 'askDecision');
  if (effect?.do !== 'askDecision') throw new Error('nobody is asked');
  return effect.incoming.customContext.sipHeaders;
}

describe('the data of a consultation', () => {
  const rows = [
    ['separate', { Case: '43' }],
    ['inherited', { Case: '43', Tier: 'gold' }],
    ['joint', { Case: '43', Tier: 'gold' }],
  ] as const;
  for (const [consult, data] of rows) {
    it(`${consult}: its own is put over what it has of the held call`, () => {
      const main = held();
      const story = consulting(main, consult);
      expect(pairs(story.call.data)).to.deep.equal(data);
      expect(story.call.revision).to.equal(0);
      expect(sharesData(main.call, story.call)).to.equal(consult === 'joint');
    });

    it(`${consult}: so does whoever is asked about the call see it, and nothing is shared before the answer`, () => {
      const main = held();
      const story = consulting(main, consult, { screening });
      const headers = Object.entries(data).map(([key, value]) => [`X-MS-Custom-${key}`, value]);
      expect(askedAbout(story)).to.deep.equal(Object.fromEntries(headers));
      expect(sharesData(main.call, story.call)).to.equal(false);
      const decision = story.asks(answered);
      expect(pairs(decision.call.data)).to.deep.equal(data);
      expect(decision.changes.map(({ author, after }) => [author.dn, pairs(after)])).to.deep.equal(
        consult === 'joint' ? [['alice', data]] : [],
      );
      const rejected = story.asks({ type: 'decided', verdict: { action: 'reject', status: 486 } });
      expect(rejected.changes).to.deep.equal([]);
    });
  }

  for (const [route, consult] of [
    ['separate', 'joint'],
    ['joint', 'inherited'],
    ['inherited', 'separate'],
  ] as const) {
    it(`is what who decides about the call says (${consult}), and not the route (${route})`, () => {
      const main = held();
      const story = consulting(main, route, { screening });
      story.feed({ type: 'decided', verdict: { action: 'answer', consult } });
      expect(sharesData(main.call, story.call)).to.equal(consult === 'joint');
      expect(pairs(story.call.data)).to.deep.equal(Object.fromEntries(rows)[consult]);
    });
  }

  it('is what who sends the call elsewhere says; by its route when that is no decision', () => {
    const main = held();
    for (const [target, shares] of [
      ['sip:carol@192.0.2.3', true],
      ['tel:5', false],
    ] as const) {
      const story = consulting(main, 'separate', { screening });
      story.feed({ type: 'decided', verdict: { action: 'redirect', target, consult: 'joint' } });
      expect(sharesData(main.call, story.call), target).to.equal(shares);
    }
  });

  it('is what the API says, or the route, when it is the API that wants a call', () => {
    const main = held();
    for (const [consult, data] of [
      ['inherited', { Case: '42', Tier: 'gold', Why: 'advice' }],
      [undefined, { Why: 'advice' }],
    ] as const) {
      const story = new Story({ second: true });
      const entries = [{ key: 'Why', type: 'string', value: 'advice', scope: 'sip' }] as const;
      story.originates(main, { entries, ...(consult !== undefined && { consult }) });
      expect(pairs(story.call.data)).to.deep.equal(data);
    }
  });

  it('is that of the held call at the answer', () => {
    const story = consulting(held(), 'inherited', { screening });
    const { data: now } = new Story().established({ headers: ['X-MS-Custom-Late: yes'] }).call;
    const { call } = story.asks({ ...answered, held: now });
    expect(pairs(call.data)).to.deep.equal({ Case: '43', Late: 'yes' });
  });

  it('is shared with what was attached meanwhile, each by who did it', () => {
    const story = consulting(held(), 'joint', { screening });
    attached(story, 'Note', 'a', 'b');
    const { call, changes } = story.asks(answered);
    expect(call.data.map(({ key, value }) => [key, value])).to.deep.equal([
      ...[
        ['Case', '43'],
        ['Tier', 'gold'],
      ],
      ...[
        ['Note', 'a'],
        ['Note', 'b'],
      ],
    ]);
    expect(changes.map(({ author }) => author.dn)).to.deep.equal(['alice', 'crm']);
    expect(pairs(call.untold[0]?.before ?? [])).to.deep.equal({ Case: '43', Tier: 'gold' });
    expect(call.untold[0]?.after).to.deep.equal(call.data);
  });

  it('is left out, and counted, where it does not fit in beside that of the held call', () => {
    const main = held();
    const story = consulting(main, 'joint', { packedLimitBytes: packedBytes(main.call.data) }, 'Why: advice');
    expect(story.call.data).to.deep.equal(main.call.data);
    expect(story.noted('dropped').flatMap(({ drops }) => drops)).to.deep.equal([
      { key: 'Why', code: 'packed-limit' },
    ]);
  });
});
