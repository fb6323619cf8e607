import { expect } from 'chai';
import fc from 'fast-check';
import { highestCleanRate, type SearchOptions } from '../../bench/search.ts';

/** A system that is clean up to a limit, and what it was asked for. */
function systemWithLimit(limit: number): { tried: number[]; isClean: SearchOptions['isClean'] } {
  const tried: number[] = [];
  const isClean = async (rate: number): Promise<boolean> => {
    tried.push(rate);
    return rate <= limit;
  };
  return { tried, isClean };
}

describe('the search for the highest clean rate', () => {
  const usual = { first: 500, growth: 2, precision: 0.05, highest: 10_000 };

  it('doubles until a rate is not clean, then bisects', async () => {
    const { tried, isClean } = systemWithLimit(1_300);
    expect(await highestCleanRate({ ...usual, isClean })).to.equal(1_290);
    expect(tried).to.deep.equal([500, 1_000, 2_000, 1_500, 1_250, 1_380, 1_320, 1_290]);
  });

  it('goes down first where the first rate is too high', async () => {
    const { tried, isClean } = systemWithLimit(130);
    expect(await highestCleanRate({ ...usual, isClean })).to.equal(130);
    expect(tried.slice(0, 3)).to.deep.equal([500, 250, 130]);
  });

  it('ends at the highest rate that it may try', async () => {
    const { tried, isClean } = systemWithLimit(1e6);
    expect(await highestCleanRate({ ...usual, highest: 3_000, isClean })).to.equal(3_000);
    expect(tried).to.deep.equal([500, 1_000, 2_000, 3_000]);
  });

  it('is 0 where no rate is clean', async () => {
    const { isClean } = systemWithLimit(-1);
    expect(await highestCleanRate({ ...usual, isClean })).to.equal(0);
  });

  it('is a clean rate, and close to the limit, whatever the limit', async () => {
    const rate = fc.integer({ min: 20, max: 9_000 });
    await fc.assert(
      fc.asyncProperty(rate, rate, async (limit, first) => {
        const { isClean } = systemWithLimit(limit);
        const found = await highestCleanRate({ ...usual, first, isClean });
        expect(found).to.be.at.most(limit);
        expect(limit - found).to.be.at.most(Math.max(20, limit * 0.06));
      }),
    );
  });
});
