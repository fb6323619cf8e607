import { expect } from 'chai';
import { parseOptions } from '../../bench/options.ts';

describe('the words after npm run bench', () => {
  it('choose stories, systems, the rate and the runs', () => {
    const words = '--only short-call --systems direct,kamailio --rate 300 --runs 5'.split(' ');
    expect(parseOptions(words)).to.deep.include({
      stories: ['short-call'],
      systems: ['direct', 'kamailio'],
      rate: 300,
      runs: 5,
    });
  });

  it('ask for everything when there are none', () => {
    const { stories, systems, runs } = parseOptions([]);
    expect({ stories: stories.length, systems: systems.length, runs }).to.deep.equal({
      stories: 5,
      systems: 5,
      runs: 3,
    });
  });

  const refused: readonly [words: string[], said: RegExp][] = [
    [['--only', 'long-call'], /no long-call \(there are short-call, /],
    [['--systems', 'asterisk'], /no asterisk/],
    [['--rate', 'many'], /--rate many: expected a number above 0/],
    [['--runs', '0'], /--runs 0/],
    [['--fast'], /--fast/],
  ];
  for (const [words, said] of refused)
    it(`are refused: ${words.join(' ')}`, () => {
      expect(() => parseOptions(words)).to.throw(said);
    });
});
