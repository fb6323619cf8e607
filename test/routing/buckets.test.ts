import { expect } from 'chai';
import { Buckets } from '../../lib/routing/buckets.ts';

describe('a bucket', () => {
  it('gives what is in it at once, and then what comes back with time', () => {
    const buckets = new Buckets({ burst: 2, perSecond: 1, maxKeys: 10 });
    const at = (nowMs: number) => buckets.take('alice', nowMs);
    expect([at(0), at(0), at(0), at(999), at(1000), at(1000)]).to.deep.equal([
      ...[true, true, false],
      ...[false, true, false],
    ]);
  });

  it('never has more than its burst, and does not mind a clock that goes back', () => {
    const buckets = new Buckets({ burst: 1, perSecond: 1, maxKeys: 10 });
    const at = (nowMs: number) => buckets.take('alice', nowMs);
    expect([at(60_000), at(0), at(60_000), at(60_000)]).to.deep.equal([true, false, true, false]);
  });

  it('is forgotten when others come, the longest unseen first', () => {
    const buckets = new Buckets({ burst: 1, perSecond: 0.001, maxKeys: 2 });
    for (const key of ['alice', 'bob', 'alice', 'carol']) buckets.take(key, 0);
    expect(buckets.size).to.equal(2);
    expect([buckets.take('alice', 0), buckets.take('bob', 0)]).to.deep.equal([false, true]);
  });
});
