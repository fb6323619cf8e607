import { expect } from 'chai';
import fc from 'fast-check';
import type { LegId } from '../../lib/call/signal.ts';
import {
  newPair,
  type PairState,
  type SaidTo,
  shownAs,
  stepFor,
  takenBack,
} from '../../lib/media-anchor/pair.ts';

const a = 'a' as LegId;
const b = 'b' as LegId;

/** `a: offer X`: a says X, which is an offer on the leg of b. */
function said(text: string): SaidTo {
  const [, who = '', as = '', content = ''] = /^([ab]): (offer|answer) (\S+)$/.exec(text) ?? [];
  const [by, to] = who === 'a' ? [a, b] : [b, a];
  return { by, to, as: as === 'offer' ? 'offer' : 'answer', content };
}

/** What becomes of one after the other: `offer`, `answer`, or what is repeated. */
function play(texts: readonly string[]): { readonly steps: readonly string[]; readonly pair: PairState } {
  const steps: string[] = [];
  let pair = newPair;
  for (const text of texts) {
    const one = said(text);
    const step = stepFor(pair, one);
    if (step.do === 'repeat') steps.push(step.output);
    else {
      steps.push(step.do);
      pair = shownAs(pair, one, { as: step.do, output: `[${one.content}]` });
    }
  }
  return { steps, pair };
}

describe('a pair of legs', () => {
  const stories: [string, readonly [said: string, step: string][]][] = [
    [
      'a call',
      [
        ['a: offer A1', 'offer'],
        ['b: answer B1', 'answer'],
      ],
    ],
    [
      'early media, and the 200 that repeats it',
      [
        ['a: offer A1', 'offer'],
        ['b: answer B1', 'answer'],
        ['b: answer B1', '[B1]'],
      ],
    ],
    [
      'early media of one and the answer of another phone',
      [
        ['a: offer A1', 'offer'],
        ['b: answer B1', 'answer'],
        ['b: answer B2', 'answer'],
      ],
    ],
    [
      'a late offer',
      [
        ['b: offer B1', 'offer'],
        ['a: answer A1', 'answer'],
      ],
    ],
    [
      'a hold by the one who was called',
      [
        ['a: offer A1', 'offer'],
        ['b: answer B1', 'answer'],
        ['b: offer B2', 'offer'],
        ['a: answer A2', 'answer'],
      ],
    ],
    [
      'an answer that says the same as before to a new offer',
      [
        ['a: offer A1', 'offer'],
        ['b: answer B1', 'answer'],
        ['a: offer A2', 'offer'],
        ['b: answer B1', 'answer'],
      ],
    ],
    [
      'a re-INVITE of our own that changes nothing',
      [
        ['a: offer A1', 'offer'],
        ['b: answer B1', 'answer'],
        ['a: offer A1', '[A1]'],
        ['b: offer B1', '[B1]'],
      ],
    ],
    [
      'third party call control: the answer of one is offered to the other',
      [
        ['a: offer A1', 'offer'],
        ['b: offer B1', 'answer'],
        ['a: offer A2', 'offer'],
        ['b: offer B1', 'answer'],
      ],
    ],
    [
      'somebody who picks up: the offer of a is shown as an answer, and answered',
      [
        ['a: answer A1', 'offer'],
        ['b: answer B1', 'answer'],
      ],
    ],
    [
      'an offer in the 2xx to a re-INVITE without one',
      [
        ['a: offer A1', 'offer'],
        ['b: answer B1', 'answer'],
        ['b: offer B2', 'offer'],
        ['a: answer A2', 'answer'],
      ],
    ],
    [
      'an offer that replaces an open one',
      [
        ['a: offer A1', 'offer'],
        ['a: offer A2', 'offer'],
      ],
    ],
  ];
  for (const [name, story] of stories)
    it(`has ${name}`, () => {
      expect(play(story.map(([text]) => text)).steps).to.deep.equal(story.map(([, step]) => step));
    });

  it('goes back to what was agreed when an offer is refused', () => {
    const agreed = play(['a: offer A1', 'b: answer B1']).pair;
    const { pair } = play(['a: offer A1', 'b: answer B1', 'a: offer A2']);
    const taken = takenBack(pair, a);
    expect(taken?.pair).to.deep.equal(agreed);
    expect(taken?.agreed).to.deep.include({ offerer: a, offer: 'A1', answerer: b, answer: 'B1' });
  });

  it('has nothing to go back to before the first answer, after an answer, or for another', () => {
    for (const texts of [['a: offer A1'], ['a: offer A1', 'b: answer B1']])
      expect(takenBack(play(texts).pair, a)).to.equal(undefined);
    expect(takenBack(play(['a: offer A1', 'b: answer B1', 'b: offer B2']).pair, a)).to.equal(undefined);
  });

  const anything = fc.record({
    who: fc.constantFrom('a', 'b'),
    as: fc.constantFrom('offer', 'answer'),
    content: fc.constantFrom('1', '2', '3'),
  });

  it('never answers somebody who has not offered, and answers each offer once at most before the next', () => {
    fc.assert(
      fc.property(fc.array(anything, { maxLength: 20 }), all => {
        let pair = newPair;
        for (const { who, as, content } of all) {
          const one = said(`${who}: ${as} ${content}`);
          const step = stepFor(pair, one);
          if (step.do === 'answer') expect(pair.lastOffer?.by).to.equal(one.to);
          if (step.do === 'repeat') expect(step.output).to.equal(`[${content}]`);
          else pair = shownAs(pair, one, { as: step.do, output: `[${content}]` });
        }
      }),
    );
  });

  it('shows the same again without a command, as long as nothing else is said', () => {
    fc.assert(
      fc.property(fc.array(anything, { minLength: 1, maxLength: 20 }), all => {
        const { pair } = play(all.map(({ who, as, content }) => `${who}: ${as} ${content}`));
        const { lastOffer, shown } = pair;
        for (const by of [a, b]) {
          const last = shown.get(by);
          const to = by === a ? b : a;
          if (last === undefined || (lastOffer?.by === to && lastOffer.open)) continue;
          const again = { by, to, as: 'offer' as const, content: last.input };
          expect(stepFor(pair, again)).to.deep.equal({ do: 'repeat', output: last.output });
        }
      }),
    );
  });
});
