import { expect } from 'chai';
import { Bounds, isOverBounds, type OutboxLimits } from '../../../lib/store/outbox/bounds.ts';

const limits: OutboxLimits = { maxBytes: 1_000, maxAgeMs: 60_000, onFull: 'block-new-calls' };
const depthOf = (bytes: number, oldestMs?: number) => ({ records: 1, bytes, oldestMs });

describe('the bounds of an outbox', () => {
  it('are reached at the bound and left under 90 % of it', () => {
    const bounds = new Bounds(limits);
    const steps = [999, 1_000, 1_500, 950, 900, 899, 950, 999].map(bytes => {
      const turned = bounds.look(depthOf(bytes), 0);
      return `${bytes}${turned.length > 0 ? ' turns' : ''}: ${[...bounds.reached].join()}`;
    });
    expect(steps).to.deep.equal([
      '999: ',
      '1000 turns: size',
      '1500: size',
      '950: size',
      '900: size',
      '899 turns: ',
      '950: ',
      '999: ',
    ]);
  });

  it('are those of size and of age, each for itself', () => {
    const bounds = new Bounds(limits);
    expect(bounds.look(depthOf(1_000, 5), 60_005)).to.deep.equal(['size', 'age']);
    expect(bounds.look(depthOf(1_000, 5_000), 60_005)).to.deep.equal([]);
    expect(bounds.look(depthOf(1_000, 6_006), 60_005)).to.deep.equal(['age']);
    expect([...bounds.reached]).to.deep.equal(['size']);
    expect(bounds.look({ records: 0, bytes: 0, oldestMs: undefined }, 999_999)).to.deep.equal(['size']);
  });

  it('are not reached by events of a clock that went back', () => {
    expect(new Bounds(limits).look(depthOf(10, 1_000_000), 0)).to.deep.equal([]);
  });

  for (const [what, depth, nowMs, isOver] of [
    ['as much as allowed', depthOf(1_000, 0), 60_000, false],
    ['an octet more', depthOf(1_001, 0), 0, true],
    ['a millisecond older', depthOf(1, 0), 60_001, true],
    ['nothing', { records: 0, bytes: 0, oldestMs: undefined }, 60_001, false],
  ] as const)
    it(`${what} is ${isOver ? '' : 'not '}too much`, () => {
      expect(isOverBounds(depth, limits, nowMs)).to.equal(isOver);
    });
});
