import { expect } from 'chai';
import { spreadOf } from '../../bench/figure.ts';

describe('a figure of several runs', () => {
  const cases: readonly [values: readonly number[], median: number, min: number, max: number][] = [
    [[3], 3, 3, 3],
    [[10, 9, 100], 10, 9, 100],
    [[4, 1, 3, 2], 2.5, 1, 4],
  ];
  for (const [values, median, min, max] of cases)
    it(`is ${median}, from ${min} to ${max}, of ${values.join(', ')}`, () => {
      expect(spreadOf(values)).to.deep.equal({ median, min, max, runs: values.length });
    });

  it('is not a number of no runs', () => {
    expect(spreadOf([]).median).to.be.NaN;
  });
});
