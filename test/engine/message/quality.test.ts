import { expect } from 'chai';
import { qualityIn } from '../../../lib/engine/message/quality.ts';

describe('the quality of an address', () => {
  const cases: [string, number][] = [
    ['', 1],
    [';expires=60', 1],
    [';expires=60;Q=0.5', 0.5],
    [';q=0', 0],
    [';q=1.0', 1],
    [';q=2', 0],
    [';q=-1', 0],
    [';q=high', 0],
  ];
  for (const [params, quality] of cases) {
    it(`of "${params}" is ${quality}`, () => {
      expect(qualityIn(params)).to.equal(quality);
    });
  }
});
